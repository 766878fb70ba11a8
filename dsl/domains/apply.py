"""One op on abstract values: all its transfer functions, then the reduced product."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from dsl.domains import types
from dsl.domains.base import Context
from dsl.domains.product import BOTTOM, DOMAINS, TOP, Abstract, reduce
from dsl.domains.transfers import Component, Quoted
from dsl.types import Effect, ListOf, Type, Var

if TYPE_CHECKING:  # the table's rows import this package
    from dsl.ops.table import Op

ALL_DOMAINS = tuple(DOMAINS)


def apply_op(
    op: Op,
    ctx: Context,
    args: Sequence[Abstract],
    bodies: Sequence[Quoted] = (),
    domains: Collection[str] = ALL_DOMAINS,
    *,
    reduced: bool = False,
) -> tuple[Abstract, ...]:
    """What a route, value or higher-order op leaves in place of `args`; a `BOTTOM` where it certainly gets stuck.

    With some of the domains, the others know nothing but what the op's own effect says. `reduced` says that the arguments
    are reduced already, so that those of fitting type may be taken as they are.
    """
    kinds = [kind for kind in op.type.before.types if not isinstance(kind, Effect)]
    given = [restrict(arg, kind, ctx, domains, reduced=reduced) for arg, kind in zip(args, kinds, strict=True)]
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


def narrow_op(
    op: Op,
    ctx: Context,
    results: Sequence[Abstract],
    args: Sequence[Abstract],
    bodies: Sequence[Quoted] = (),
    domains: Collection[str] = ALL_DOMAINS,
) -> tuple[Abstract, ...]:
    """The arguments for which a route, value or higher-order op may leave `results`, as far as its row's `backward` tells."""
    kinds = [kind for kind in op.type.before.types if not isinstance(kind, Effect)]
    given = [restrict(arg, kind, ctx, domains) for arg, kind in zip(args, kinds, strict=True)]
    if op.routing is not None:
        for source, result in zip(op.routing, results, strict=True):
            given[source] = given[source].meet(result)
    elif op.backward and not any(arg.is_bottom for arg in given):
        run = _Run(ctx, (results[0], *given, *bodies))
        wanted = {name: run.elements(op.backward[name], name) for name in domains if name in op.backward}
        for index in range(len(given)):
            narrowed = {name: elements[index] for name, elements in wanted.items()}
            given[index] = given[index].meet(replace(TOP, **narrowed))
    return tuple(restrict(arg, kind, ctx, domains) for arg, kind in zip(given, kinds, strict=True))


def restrict(abstract: Abstract, kind: Type, ctx: Context, domains: Collection[str] = ALL_DOMAINS, *, reduced: bool = False) -> Abstract:
    """The values of `abstract` that have a type and lie within the profile's limits, told by some of the domains; as it is if that is `reduced` and of that type."""
    common = types.DOMAIN.meet(abstract.type, types.DOMAIN.top(kind))
    if common is None or abstract.is_bottom:
        return BOTTOM
    if common == abstract.type:
        if reduced:
            return abstract
    else:
        abstract = Abstract(common, abstract.length, abstract.interval, abstract.parity, abstract.sign, abstract.chars)
    return reduce(abstract, ctx.profile).only(domains)


def result_type(op: Op, given: Sequence[Type]) -> Type:
    """The type of a value op's result for arguments of these types, unknown variables read as any type.

    Where the result is an item, it says nothing: for an item that is not there a profile may give 0, whatever the list.
    """
    variables: dict[str, Type] = {}
    for wanted, kind in zip(op.type.before.types, given, strict=False):
        _match(wanted, kind, variables)
    return _filled(op.type.after.types[-1], variables)


def _match(wanted: Type, given: Type, variables: dict[str, Type]) -> None:
    """Joins into `variables` what the op's type variables stand for in one argument."""
    if isinstance(wanted, Var):
        variables[wanted.name] = types.union(variables.get(wanted.name, types.NEVER), given)
    elif isinstance(wanted, ListOf):
        _match(wanted.item, given.item if isinstance(given, ListOf) else types.TOP, variables)


def _filled(kind: Type, variables: dict[str, Type]) -> Type:
    if isinstance(kind, ListOf):
        item = kind.item
        return ListOf(variables.get(item.name, types.TOP) if isinstance(item, Var) else _filled(item, variables))
    return types.TOP if isinstance(kind, Var) else kind


class _Remembered:
    """A quotation that runs once for the same arguments, however many transfer functions ask."""

    def __init__(self, body: Quoted) -> None:
        self.body = body
        self.results: dict[tuple[Abstract, ...], Abstract] = {}

    def narrow(self, wanted: Abstract, *args: Abstract) -> tuple[Abstract, ...]:
        """As the quotation itself has it."""
        return self.body.narrow(wanted, *args)

    def __call__(self, *args: Abstract) -> Abstract:
        if args not in self.results:
            self.results[args] = self.body(*args)
        return self.results[args]


class _Run:
    """The transfer functions of one row on the same arguments; a whole function runs once for its six components."""

    def __init__(self, ctx: Context, args: tuple[Any, ...]) -> None:
        self.ctx = ctx
        self.args = args
        self.results: dict[Any, Any] = {}

    def element(self, transfer: Any, domain: str, kind: Type) -> Any:
        """The element of one domain for the result of type `kind`."""
        if not callable(transfer):
            return DOMAINS[domain].top(kind)
        if not isinstance(transfer, Component):
            return transfer(self.ctx, *self.args)
        return getattr(self.result(transfer.function), transfer.domain)

    def elements(self, backward: Any, domain: str) -> Sequence[Any]:
        """The elements of one domain for every argument, by a backward function."""
        if not isinstance(backward, Component):
            return backward(self.ctx, *self.args)
        return [getattr(arg, domain) for arg in self.result(backward.function)]

    def result(self, function: Callable[..., Any]) -> Any:
        """What a whole function gives, run once."""
        if function not in self.results:
            self.results[function] = function(self.ctx, *self.args)
        return self.results[function]
