"""One op on abstract values: all its transfer functions, then the reduced product."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import TYPE_CHECKING, Any

from dsl.domains import types
from dsl.domains.base import Context
from dsl.domains.product import BOTTOM, DOMAINS, TOP, Abstract, reduce
from dsl.domains.transfers import Component
from dsl.types import Effect, ListOf, Type, Var

if TYPE_CHECKING:  # the table's rows import this package
    from dsl.ops.table import Op

ALL_DOMAINS = tuple(DOMAINS)


def apply_op(
    op: Op,
    ctx: Context,
    args: Sequence[Abstract],
    bodies: Sequence[Callable[..., Abstract]] = (),
    domains: Collection[str] = ALL_DOMAINS,
) -> tuple[Abstract, ...]:
    """What a route, value or higher-order op leaves in place of `args`; a `BOTTOM` where it certainly gets stuck.

    With some of the domains, the others know nothing but what the op's own effect says.
    """
    kinds = [kind for kind in op.type.before.types if not isinstance(kind, Effect)]
    given = [restrict(arg, kind, ctx, domains) for arg, kind in zip(args, kinds, strict=True)]
    if any(arg.is_bottom for arg in given):
        return (BOTTOM,) * op.type.pushes
    if op.routing is not None:
        return tuple(given[i] for i in op.routing)
    kind = result_type(op, [arg.type for arg in given])
    components = _Run(ctx, (*given, *map(_Remembered, bodies)))
    elements = {name: components.element(op.domains[name], name, kind) for name in domains}
    if None in elements.values():
        return (BOTTOM,)
    return (restrict(Abstract(**elements), kind, ctx, domains),)


def restrict(abstract: Abstract, kind: Type, ctx: Context, domains: Collection[str] = ALL_DOMAINS) -> Abstract:
    """The values of `abstract` that have a type and lie within the profile's limits, told by some of the domains."""
    common = types.DOMAIN.meet(abstract.type, types.DOMAIN.top(kind))
    if common is None or abstract.is_bottom:
        return BOTTOM
    if common != abstract.type:
        abstract = Abstract(common, abstract.length, abstract.interval, abstract.parity, abstract.sign, abstract.chars)
    reduced = reduce(abstract, ctx.profile)
    return reduced if len(domains) == len(DOMAINS) else reduced.only(domains)


def result_type(op: Op, given: Sequence[Type]) -> Type:
    """The type of a value op's result for arguments of these types, unknown variables read as any type."""
    variables: dict[str, Type] = {}
    for wanted, kind in zip(op.type.before.types, given, strict=False):
        _match(wanted, kind, variables)
    return _filled(op.type.after.types[-1], variables)


def _match(wanted: Type, given: Type, variables: dict[str, Type]) -> None:
    """Joins into `variables` what the op's type variables stand for in one argument."""
    if isinstance(wanted, Var):
        known = variables.get(wanted.name)
        variables[wanted.name] = given if known in (None, types.NEVER) else known if given == types.NEVER else _joined(known, given)
    elif isinstance(wanted, ListOf):
        _match(wanted.item, given.item if isinstance(given, ListOf) else types.TOP, variables)


def _joined(a: Type, b: Type) -> Type:
    return types.DOMAIN.join(a, b) or types.TOP


def _filled(kind: Type, variables: dict[str, Type]) -> Type:
    """The result's type. An item of a list that is empty for certain may still be what the profile gives in its place."""
    if isinstance(kind, ListOf):
        item = kind.item
        return ListOf(variables.get(item.name, types.TOP) if isinstance(item, Var) else _filled(item, variables))
    known = variables.get(kind.name, types.TOP) if isinstance(kind, Var) else kind
    return types.TOP if known == types.NEVER else known


class _Remembered:
    """A quotation that runs once for the same arguments, however many transfer functions ask."""

    def __init__(self, body: Callable[..., Abstract]) -> None:
        self.body = body
        self.results: dict[tuple[Abstract, ...], Abstract] = {}

    def __call__(self, *args: Abstract) -> Abstract:
        if args not in self.results:
            self.results[args] = self.body(*args)
        return self.results[args]


class _Run:
    """The transfer functions of one row on the same arguments; a whole function runs once for its six components."""

    def __init__(self, ctx: Context, args: tuple[Any, ...]) -> None:
        self.ctx = ctx
        self.args = args
        self.results: dict[Any, Abstract] = {}

    def element(self, transfer: Any, domain: str, kind: Type) -> Any:
        """The element of one domain for the result of type `kind`."""
        if not callable(transfer):
            return DOMAINS[domain].top(kind)
        if not isinstance(transfer, Component):
            return transfer(self.ctx, *self.args)
        if transfer.function not in self.results:
            self.results[transfer.function] = transfer.function(self.ctx, *self.args)
        return getattr(self.results[transfer.function], transfer.domain)
