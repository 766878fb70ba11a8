"""The record of one op, and the checks that refuse an incomplete table at import.

One row per op. The parser's keywords, the enumerator, the embedding's vocabulary, the docs and the tests are all derived
from the rows; to add an op is to add a row to one family file in `dsl/ops`.

Four kinds of rows, told apart by which fields they fill:

* **route** (`dup`, `swap`): moves values about. `routing[i]` is the index, among the popped values, of the i-th pushed one.
* **value** (`+`, `sort`): a pure function of the popped values to one value: `reference(profile, *args) -> Value | Stuck`.
* **each** (`map`, `fold`): as value, but popping quotations too: `reference(profile, *args, *bodies)`. A body is called with
  the element(s) and returns one Value or a `Stuck`, which the reference must return at once. The body also sees the stack
  below the op's arguments, afresh for every element: what it changes there is dropped, so elements are independent.
* **control** (`if`, `dip`): rewrites the whole stack: `control(run, stack, *bodies) -> stack | Stuck`, where `stack` is the
  tuple left after the op's quotations were taken, and `run(body, stack) -> stack | Stuck` executes one of them.

The machine checks every result against the profile's limits (`values.check`), so a reference need not; but it must bound
its own work (return SIZE or RANGE before it builds something huge). It returns the bare constants of `dsl.values`
(UNDEFINED, SIZE, ...); it raises nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from types import MappingProxyType
from typing import Any

from dsl.ops.late import Kernels
from dsl.types import Effect
from dsl.values import Profile

DOMAINS = ("type", "length", "interval", "parity", "sign", "chars")
"""The abstract domains of `dsl.domains`; every row names a transfer function for each."""


class Category(StrEnum):
    """Families of ops, in the order of the printed table. Each is one file of `dsl/ops`."""

    STACK = "stack"
    DATAFLOW = "dataflow"
    CONTROL = "control"
    INTEGERS = "integers"
    BOOLEANS = "booleans"
    LISTS = "lists"
    FUSED = "fused"
    HIGHER_ORDER = "higher-order"
    STRINGS = "strings"
    TOKENS = "tokens"
    CONVERSIONS = "conversions"


class Marker(StrEnum):
    """What a row says in place of a function of its own. `flowforth ops --coverage` counts each."""

    GENERIC = "generic"
    """A domain's generic transfer: all that the result's type says."""
    STRUCTURAL = "structural"
    """The machine itself is exact here: routes and control words move abstract values as they move concrete ones."""
    REFERENCE = "reference"
    """An op of the long tail: the columnar machine runs the reference over the column."""


GENERIC, STRUCTURAL, REFERENCE = Marker.GENERIC, Marker.STRUCTURAL, Marker.REFERENCE


@dataclass(frozen=True, kw_only=True, eq=False)
class Op:
    """One instruction: what it pops and pushes, what it does, what is known about what it does. A row equals itself alone."""

    name: str
    """The word, as a program writes it."""
    effect: str
    """Stack effect, e.g. `( List[a] Int -- List[a] )`; with quotations `( ..s List[a] ( ..s a -- ..s b ) -- ..s List[b] )`."""
    doc: str
    """One line: what comes out."""
    examples: tuple[str, ...]
    """Worked examples `program -> stack`, e.g. `"[3,1,2] sort -> [1,2,3]"`; a failing one ends in `stuck undefined`."""
    python: str | Callable[[Profile], str] | Marker
    """Python rendering: a template over the arguments such as `"{0} + {1}"`, or a function from the profile to one (see `dsl.python`); STRUCTURAL for routes and control words."""
    python_helper: str = ""
    """Source of the one helper function that the template calls, printed once above the rendered program; its name begins with an underscore."""
    domains: Mapping[str, Any]
    """Domain name to transfer function or marker; all of `DOMAINS`. See `dsl.domains`."""
    category: Category
    routing: tuple[int, ...] | None = None
    reference: Callable[..., Any] | None = None
    control: Callable[..., Any] | None = None
    kernels: Mapping[str, Any] | Marker
    """Columnar kernels by layout signature such as `"li->l"` (see `dsl.kernels`), imported when asked for; `REFERENCE` for the long tail;
    `STRUCTURAL` for routes and control words."""
    backward: Mapping[str, Callable[..., Any]] = field(default_factory=dict)
    """Domain name to `backward(ctx, result, *args) -> tuple of the args' narrowed elements`, where the row gives one."""
    inverse: Mapping[int, Callable[..., Any]] = field(default_factory=dict)
    """Position of a popped value to `inverse(profile, result, *other_args) -> Value | Stuck`: the *only* argument there that gives
    `result` with the others as they are (UNDEFINED where there is none). Only where it is exact and unique."""
    suites: Mapping[str, str] = field(default_factory=dict)
    """What public suites call it: `{"deepcoder": "MAP (+1)", "lambdabeam": "...", "sygus": "str.++", "bustle": "CONCATENATE"}`."""

    def __post_init__(self) -> None:
        if not isinstance(self.kernels, Marker):
            object.__setattr__(self, "kernels", Kernels(self.kernels))

    @cached_property
    def type(self) -> Effect:
        """The parsed stack effect."""
        from dsl.notation import parse_effect  # effects need the types, not the table

        return parse_effect(self.effect)

    @property
    def kind(self) -> str:
        """`route`, `value`, `each` or `control`."""
        if self.routing is not None:
            return "route"
        if self.control is not None:
            return "control"
        return "each" if self.num_quotations else "value"

    @cached_property
    def num_quotations(self) -> int:
        """How many quotations it takes; they lie on top of its other arguments."""
        return sum(isinstance(kind, Effect) for kind in self.type.before.types)

    @cached_property
    def num_args(self) -> int:
        """How many values it pops, quotations not counted."""
        return self.type.pops - self.num_quotations


class TableError(RuntimeError):
    """A row of the op table is incomplete or duplicated: a mistake of the row's author, found at import."""


def build(*families: tuple[Op, ...]) -> Mapping[str, Op]:
    """Name to row, in table order. Raises `TableError` with the op's name for a duplicate or a missing piece."""
    table: dict[str, Op] = {}
    for op in (op for family in families for op in family):
        if op.name in table:
            raise TableError(f"op {op.name!r} stands twice in the table")
        table[op.name] = op
        missing = _missing(op)
        if missing:
            raise TableError(f"op {op.name!r}: {missing}")
    return MappingProxyType(table)


def _missing(op: Op) -> str:
    """The first thing wrong with a row, or an empty string."""
    ways = [way for way in ("routing", "reference", "control") if getattr(op, way) is not None]
    if len(ways) != 1:
        return f"needs exactly one of routing, reference, control; it has {ways or 'none'}"
    for piece in ("effect", "doc", "examples", "python", "kernels"):
        if not getattr(op, piece):
            return f"{piece} is missing"
    if "\n" in op.doc or not op.doc.endswith("."):
        return "doc must be one line that ends in a full stop"
    for example in op.examples:
        if " -> " not in example:
            return f"example {example!r} must have the form 'program -> stack'"
    for domain in DOMAINS:
        if domain not in op.domains:
            return f"no transfer function for the domain {domain!r}"
    unknown = (set(op.domains) | set(op.backward)) - set(DOMAINS)
    if unknown:
        return f"unknown domain {sorted(unknown)[0]!r}"
    if op.num_quotations == 0 and op.reference is not None and op.type.pushes != 1:
        return "a value op pushes exactly one value"
    structural = op.kind in ("route", "control")
    if structural != (op.kernels is STRUCTURAL):
        return "kernels must be STRUCTURAL for routes and control words, and only for them"
    return ""
