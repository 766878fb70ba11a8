"""What training tasks are drawn in: words, literals, and the inputs that programs are run on."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from dsl.ops import OPS
from dsl.types import BOOL, INT, LIST_INT, Type
from dsl.values import PROFILES, Profile, Value
from search.exact.grammar import instances_of

KINDS = (INT, LIST_INT, BOOL)
NUM_EXAMPLES = 5
HIGHS = (4, 9, 20, 50, 100, 255)
"""Largest items of an input list."""
NUMBERS = (-1, 0, 1, 2, 3, 4, 5, 10)
"""Literals of programs outside of languages that have none."""
FUNCTIONS = frozenset(
    [
        "HEAD",
        "LAST",
        "ACCESS",
        "SUM",
        "MINIMUM",
        "MAXIMUM",
        "TAKE",
        "DROP",
        "REVERSE",
        "SORT",
        "MAP",
        "FILTER",
        "COUNT",
        "ZIPWITH",
        "SCANL1",
    ]
)
"""DeepCoder's (Balog et al., ICLR 2017)."""


@dataclass(frozen=True, slots=True)
class Language:
    """Words with what inputs they are drawn for."""

    name: str
    words: tuple[str, ...]
    profile: Profile
    shapes: tuple[tuple[Type, ...], ...]
    constants: tuple[Value, ...] = ()
    depth: int = 4
    """Cost up to which the bank is complete, memory permitting."""
    most: int = 250_000
    """Values at which the bank stops growing."""
    every: int = 1
    """One file in so many is of this language."""


def lines_language() -> Language:
    """DeepCoder's functions with their fixed lambdas fused in, without literals."""
    words = tuple(
        name for name, op in OPS.items()
        if op.kind == "value" and op.suites.get("deepcoder", "").split(" ")[0] in FUNCTIONS
        and any({*args, result} <= {INT, LIST_INT} and LIST_INT in args for args, result in instances_of(name))
    )  # fmt: skip
    return Language("lines", words, PROFILES["lists"], ((LIST_INT,), (LIST_INT, LIST_INT), (LIST_INT, INT)))


def numbers_language() -> Language:
    """All value words on Ints, Bools and lists of Ints, with the literals of everyday programs."""
    words = tuple(
        name for name, op in OPS.items()
        if op.kind == "value" and any({*args, result} <= set(KINDS) for args, result in instances_of(name))
    )  # fmt: skip
    shapes = ((LIST_INT,), (LIST_INT,), (LIST_INT, LIST_INT), (LIST_INT, INT), (INT, LIST_INT), (INT,), (INT, INT))
    return Language("numbers", words, PROFILES["default"], shapes, NUMBERS, depth=3, most=120_000, every=4)


def inputs_of(language: Language, seed: int) -> tuple[tuple[Type, ...], tuple[tuple[Value, ...], ...]]:
    """The inputs that a world has: their types, and those of each example."""
    return random_inputs(language, Random(f"world {language.name} {seed}"))


def random_inputs(language: Language, random: Random) -> tuple[tuple[Type, ...], tuple[tuple[Value, ...], ...]]:
    """Types of inputs, and the inputs of NUM_EXAMPLES examples."""
    kinds = random.choice(language.shapes)
    bounds = [_bounds(kind, random) for kind in kinds]
    return kinds, tuple(tuple(_draw(kind, *bound, random) for kind, bound in zip(kinds, bounds, strict=True)) for _ in range(NUM_EXAMPLES))


def _bounds(kind: Type, random: Random) -> tuple[int, int]:
    """The range of a list's items, or of an Int."""
    if kind == LIST_INT:
        high = random.choice(HIGHS)
        return random.choice((0, 1, -high)), high
    return random.choice(((0, 3), (0, 6), (-9, 9), (0, 20), (-50, 99)))


def _draw(kind: Type, low: int, high: int, random: Random) -> Value:
    if kind == LIST_INT:
        return tuple(random.randint(low, high) for _ in range(random.randint(3, 12)))
    return random.randint(low, high)
