"""Values, profiles and `Stuck`: what a stack holds, within which limits, and how a run can fail.

A value is a plain Python `int`, `bool`, `str`, or a `tuple` of values (a list). Tuples make values, programs and tasks
hashable; JSON arrays become tuples on the way in and lists on the way out. `True` is never an Int: code that tells
types apart must ask for `bool` before `int`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Literal, TypeAlias

from dsl.errors import ConfigError

Value: TypeAlias = "int | bool | str | tuple[Any, ...]"


class Reason(StrEnum):
    """Why a run got stuck. The order is the code in columns: `ok` is 0, `underflow` is 1, and so on."""

    UNDERFLOW = "underflow"
    TYPE = "type"
    RANGE = "range"
    UNDEFINED = "undefined"
    SIZE = "size"
    FUEL = "fuel"


REASONS: tuple[Reason, ...] = tuple(Reason)
CODES: dict[Reason, int] = {reason: code for code, reason in enumerate(REASONS, start=1)}
"""Status code of each reason in the columnar machine; 0 means a value."""


@dataclass(frozen=True, slots=True)
class Stuck:
    """A run that has no answer, as a value.

    `at` is the path of the word that failed: its index in the program, then, where it stands inside a quotation or a
    definition, the index inside that, and so on. An empty path means that no word is known yet (an op's reference returns
    such a `Stuck`; the machine fills in the path).
    """

    reason: Reason
    at: tuple[int, ...] = ()
    detail: str = ""

    def __str__(self) -> str:
        place = f" at word {'.'.join(str(i + 1) for i in self.at)}" if self.at else ""
        return f"stuck ({self.reason.value}){place}" + (f": {self.detail}" if self.detail else "")


UNDERFLOW = Stuck(Reason.UNDERFLOW)
TYPE = Stuck(Reason.TYPE)
RANGE = Stuck(Reason.RANGE)
UNDEFINED = Stuck(Reason.UNDEFINED)
SIZE = Stuck(Reason.SIZE)
FUEL = Stuck(Reason.FUEL)

MACHINE_INT_MAX = 2**31 - 1
"""No profile may allow ints beyond +-this: columns hold ints in 32 bits and work in 64."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """The semantics that public suites disagree about, and the limits that make every run finite."""

    name: str = "default"
    int_min: int = -MACHINE_INT_MAX
    """Smallest Int; below it is `Stuck(range)`."""
    int_max: int = MACHINE_INT_MAX
    """Largest Int; above it is `Stuck(range)`."""
    max_list: int = 64
    """Most items of a list; more is `Stuck(size)`."""
    max_str: int = 256
    """Most code points of a string, and of all the strings of one List[Str] together; more is `Stuck(size)`."""
    max_stack: int = 64
    """Most values on the stack; more is `Stuck(size)`."""
    fuel: int = 20_000
    """Most words executed in one run, those inside quotations counted each time; more is `Stuck(fuel)`."""
    division: Literal["floor", "truncate"] = "floor"
    """How `div`, `mod` and the fused `/2 /3 /4` round: to minus infinity, or to zero."""
    index_base: Literal[0, 1] = 0
    """Index of the first item of a *list*. With 1, `slice` also includes its end, as in Rule's list functions. Strings are always 0-based, as in SMT-LIB."""
    undefined: Literal["stuck", "zero"] = "stuck"
    """What head, last, second, third, nth, minimum and maximum give where a List[Int] has no such item: `Stuck(undefined)`, or 0 as in DeepCoder's C++."""
    negative_index: bool = False
    """Whether a negative index or count of take, drop, nth on lists counts from the end, as in Python (LambdaBeam). Otherwise a negative count is 0 and a negative index is undefined."""

    def __post_init__(self) -> None:
        for field, low, high in (("max_list", 1, 1024), ("max_str", 1, 8192), ("max_stack", 1, 1024), ("fuel", 1, 10**9)):
            value = getattr(self, field)
            if not low <= value <= high:
                raise ConfigError(f"profile field {field} is {value}; it must lie in {low}..{high}")
        if not -MACHINE_INT_MAX <= self.int_min < self.int_max <= MACHINE_INT_MAX:
            raise ConfigError(f"profile ints {self.int_min}..{self.int_max} must be a range inside +-{MACHINE_INT_MAX}")

    @property
    def max_flat(self) -> int:
        """Most ints of a List[List[Int]] together; more is `Stuck(size)`."""
        return 4 * self.max_list

    def with_limits(self, **changes: Any) -> Profile:
        """A copy with some fields changed, e.g. `with_limits(max_list=20)`."""
        return replace(self, **changes)


DEFAULT = Profile()
PROFILES: dict[str, Profile] = {
    profile.name: profile
    for profile in (
        DEFAULT,
        # DeepCoder-Utils' C++ engine: division truncates, head of the empty list is 0.
        Profile(name="deepcoder", int_min=-256, int_max=255, max_list=20, division="truncate", undefined="zero"),
        # LambdaBeam (NeurIPS 2023), section 2.5 of its DSL: floor division, Python's negative indices.
        Profile(name="lambdabeam", int_min=-256, int_max=255, max_list=20, negative_index=True),
        # ExeDec (ICLR 2024): ints clamped to +-50; a larger intermediate makes the program invalid.
        Profile(name="exedec", int_min=-50, int_max=50, max_list=20),
        # The project's own generated list tasks: DeepCoder's ranges with floor division and nothing made up where an item is missing.
        Profile(name="lists", int_min=-256, int_max=255, max_list=20),
        # Rule et al.: 1-based lists, inclusive slices, values 0..99 (intermediates may leave that range).
        Profile(name="rule", int_min=-9999, int_max=9999, index_base=1),
    )
}
"""Profiles by name, as `--profile` takes them."""


def check(value: Value, profile: Profile) -> Value | Stuck:
    """`value` itself if it lies within the profile's limits, else the `Stuck` that says which limit it breaks.

    The one place where the limits on values are written for the reference machine. Size is looked at before range.
    """
    if isinstance(value, bool):
        return value
    if isinstance(value, int):
        return value if profile.int_min <= value <= profile.int_max else RANGE
    if isinstance(value, str):
        return value if len(value) <= profile.max_str else SIZE
    if len(value) > profile.max_list:
        return SIZE
    # `head` of an empty List[Str] is 0 where the profile says so, and may come to lie among strings.
    if len(set(map(type, value))) > 1:
        return TYPE
    if value and isinstance(value[0], str):
        return value if sum(map(len, value)) <= profile.max_str else SIZE
    if value and isinstance(value[0], tuple):
        if sum(map(len, value)) > profile.max_flat or max(map(len, value)) > profile.max_list:
            return SIZE
        # An untyped run may make lists that are no values; `type_of` refuses them where types are known.
        if any(row and type(row[0]) is not int for row in value):
            return TYPE
        return value if all(profile.int_min <= n <= profile.int_max for row in value for n in row) else RANGE
    if value and not isinstance(value[0], bool) and not all(profile.int_min <= n <= profile.int_max for n in value):
        return RANGE
    return value


def to_json(value: Value) -> Any:
    """The value as `json.dumps` takes it: tuples become lists."""
    return [to_json(item) for item in value] if isinstance(value, tuple) else value


def from_json(value: Any) -> Value:
    """A value from what `json.loads` gives. Raises `ValueError` naming the offending part: null, floats and objects are not values."""
    if isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, list):
        return tuple(from_json(item) for item in value)
    kind = (
        "null"
        if value is None
        else "an object"
        if isinstance(value, dict)
        else f"the number {value!r}"
        if isinstance(value, float)
        else repr(value)
    )
    raise ValueError(f"{kind} is not a value; values are integers, true, false, strings and lists of them")
