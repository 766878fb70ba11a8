"""Tasks with hidden constants: affine and quadratic functions, thresholds, clamps, linear maps of lists, and templates of strings."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from benchmarks.generators.examples import EVERYDAY, make_task
from dsl.tasks import Task
from dsl.values import Value


@dataclass(frozen=True, slots=True)
class Family:
    """A form of program with holes, and how inputs for it are drawn."""

    name: str
    template: str
    """Program text; `{a}`, `{b}` ... are literals."""
    constants: Callable[[Random], dict[str, Value]]
    inputs: Callable[[Random, dict[str, Value]], tuple[Value, ...]]
    """Inputs given the constants, so that both sides of a threshold are seen."""


def _wide(random: Random, low: int = 2, high: int = 99) -> int:
    """An int that a small pool of constants does not hold."""
    return random.choice((1, -1)) * random.randint(low, high)


def _around(random: Random, low: int, high: int) -> int:
    """An int inside a range, at its ends, or some way outside it."""
    margin = max(high - low, 20)
    return random.choice((random.randint(low - margin, high + margin), low, high, low - 1, high + 1))


def _clamp(random: Random) -> dict[str, Value]:
    low = random.randint(-60, 60)
    return {"a": low, "b": low + random.randint(5, 60)}


def _word(random: Random) -> tuple[Value, ...]:
    return (random.choice(EVERYDAY),)


def _text(random: Random) -> str:
    """A piece of a template: letters and punctuation, two to six characters."""
    return "".join(random.choice("abcdefghikmnoprstuvwxyzABDEMRST") for _ in range(random.randint(1, 4))) + random.choice(
        (":", "-", "/", ".", "_", " ", "=", "#")
    )


def _number(random: Random, constants: dict[str, Value]) -> tuple[Value, ...]:
    return (random.randint(-60, 60),)


def _items(random: Random, constants: dict[str, Value]) -> tuple[Value, ...]:
    return (tuple(random.randint(-40, 40) for _ in range(random.randint(0, 8))),)


def _items_around(random: Random, constants: dict[str, Value]) -> tuple[Value, ...]:
    low, high = int(constants["a"]), int(constants.get("b", constants["a"]))  # type: ignore[arg-type]
    return (tuple(_around(random, low, high) for _ in range(random.randint(2, 8))),)


def _number_around(random: Random, constants: dict[str, Value]) -> tuple[Value, ...]:
    low, high = int(constants["a"]), int(constants.get("b", constants["a"]))  # type: ignore[arg-type]
    return (_around(random, low, high),)


FAMILIES: tuple[Family, ...] = (
    Family("affine", "{a} * {b} +", lambda r: {"a": _wide(r), "b": _wide(r, 2, 500)}, _number),
    Family("quadratic", "dup {a} * {b} + * {c} +", lambda r: {"a": _wide(r, 2, 12), "b": _wide(r, 2, 30), "c": _wide(r, 2, 200)}, _number),
    Family("modulus", "{a} + {b} mod", lambda r: {"a": r.randint(2, 90), "b": r.randint(7, 60)}, _number),
    Family("above", "{a} >", lambda r: {"a": _wide(r, 6, 90)}, _number_around),
    Family("clamp", "{a} max {b} min", _clamp, _number_around),
    Family("between", "dup {a} >= swap {b} <= and", _clamp, _number_around),
    Family("map-affine", "( {a} * {b} + ) map", lambda r: {"a": _wide(r, 2, 15), "b": _wide(r, 2, 90)}, _items),
    Family("filter-above", "( {a} > ) filter", lambda r: {"a": _wide(r, 4, 60)}, _items_around),
    Family("clamp-items", "( {a} max {b} min ) map", _clamp, _items_around),
    Family("count-between", "( dup {a} >= swap {b} <= and ) count", _clamp, _items_around),
    Family("prefix", "{a} swap concat", lambda r: {"a": _text(r)}, lambda r, c: _word(r)),
    Family("suffix", "{a} concat", lambda r: {"a": _text(r)[::-1]}, lambda r, c: _word(r)),
    Family("wrap", "{a} swap concat {b} concat", lambda r: {"a": _text(r), "b": _text(r)[::-1]}, lambda r, c: _word(r)),
    Family("joined", "{a} swap concat concat", lambda r: {"a": _text(r)}, lambda r, c: (*_word(r), *_word(r))),
    Family(
        "numbered", "int>str {a} swap concat {b} concat", lambda r: {"a": _text(r), "b": _text(r)[::-1]}, lambda r, c: (r.randint(0, 999),)
    ),
    Family("replaced", "{a} {b} replace-all", lambda r: {"a": r.choice("aeiorst"), "b": _text(r)}, lambda r, c: _word(r)),
)


def attempt(seed: int, number: int) -> Task | None:
    """The task of one attempt; the families take turns. None where the examples would be too much alike."""
    random = Random(f"constants {seed} {number}")
    family = FAMILIES[number % len(FAMILIES)]
    hidden = family.constants(random)
    text = family.template.format(**{name: json.dumps(value, ensure_ascii=False) for name, value in hidden.items()})
    return make_task(
        f"constants-{family.name}-{seed}-{number}", text, lambda: family.inputs(random, hidden),
        metadata={"family": family.name, "hidden": list(hidden.values())},
    )  # fmt: skip
