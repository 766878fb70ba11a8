"""Compiles what the search needs, before it needs it. On a new machine this takes minutes; afterwards everything lies in the cache.

flowforth warm                      everything
python -m search.exact.warm KINDS   what `Compiler` runs beside a search
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

from dsl.columns.layout import SHORTS, Layout
from dsl.types import INT, LIST_INT, LIST_STR, STR, Type
from dsl.values import DEFAULT, Profile

SMALL = Profile(name="small", int_min=-256, int_max=255, max_list=20)
"""A profile whose lists take 16 bits an item."""
FAMILIES = ("lists", "text", "small lists")
"""What is compiled, in this order: words on numbers and lists for usual Ints, on text, on lists for profiles of small Ints."""


def names(family: str) -> list[tuple[str, ...]]:
    """The drivers of a family, each as its word and layouts, text."""
    return [(rule.word, *(str(kind) for kind in rule.kinds)) for rule in _rules(family)]


def _rules(family: str):  # type: ignore[no-untyped-def]  # list[Rule], whose module must not be imported by all who import this
    from search.exact.bank import layouts_for
    from search.exact.grammar import productions
    from search.exact.rules import rules_of

    text = family == "text"
    profile = SMALL if family == "small lists" else DEFAULT
    inputs = (STR, LIST_STR, INT) if text else (LIST_INT, INT)
    found = {}
    for output in (STR, LIST_STR, INT) if text else (LIST_INT, INT):
        given: list[Type] = [STR, INT] if text else [INT]
        for p in productions(inputs, output, constants=given):
            found[p.op.name, p.args] = p
    kinds = {kind for p in found.values() for kind in (*p.args, p.result)}
    layouts: Mapping[Type, Layout] = layouts_for(sorted(kinds, key=str), False, profile)
    rules = rules_of(tuple(found.values()), dict(layouts))
    if family == "small lists":
        rules = [rule for rule in rules if SHORTS in (*rule.args, rule.out)]
    return rules


def compile_some(family: str, start: int, step: int) -> int:
    """Compiles every `step`-th word of a family from `start`; how many."""
    rules = _rules(family)[start::step]
    for rule in rules:
        _ = rule.grow, rule.test
    return len(rules)


def warm(families: Sequence[str] = FAMILIES, jobs: int = 1, on_progress: Callable[[int, int], None] = lambda done, total: None) -> None:
    """Compiles all drivers of these families, then runs a small search of each kind, which compiles the rest."""
    parts = [(family, start) for family in families for start in range(PIECES)]
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        futures = [pool.submit(compile_some, family, start, PIECES) for family, start in parts]
        for done, future in enumerate(futures, 1):
            future.result()
            on_progress(done, len(parts) + len(families))
        for done, future in enumerate([pool.submit(_small_search, family) for family in families], len(parts) + 1):
            future.result()
            on_progress(done, len(parts) + len(families))


PIECES = 12


def _small_search(family: str) -> None:
    """Runs everything that is compiled when first called."""
    from dsl.tasks import Example, Task
    from search.settings import Settings
    from search.solve import solve

    examples: Iterator[tuple[tuple[object, ...], object]]
    for examples in _questions(family):
        task = Task(name="warm", examples=tuple(Example(inputs, output) for inputs, output in examples))  # type: ignore[arg-type]
        profile = SMALL if family == "small lists" else DEFAULT
        solve(task, Settings(budget=60.0, max_candidates=400_000, grace=0.0, profile=profile))


def _questions(family: str) -> Collection:  # type: ignore[type-arg]
    """Examples that no small program fits, so that every part has its turn."""
    if family == "text":
        return (
            [(("ab cd",), "xyz7"), (("e f g",), "qq-1"), (("hij",), "00zz9")],
            [(("ab cd",), 17), (("e f g",), 91), (("hij",), 55)],
        )
    return (
        [(((3, 1, 2), 2), (77, 5, 13)), (((5, 4), 1), (61, 17, 90)), (((9, 9, 8, 1), 3), (33, 2, 71))],
        [(((3, 1, 2), 2), 77), (((5, 4), 1), 61), (((9, 9, 8, 1), 3), 33)],
    )


class Compiler:
    """Compiles families in a process beside this one; at most as long as it is in use."""

    def __init__(self, families: Sequence[str]) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "search.exact.warm", *families],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    @property
    def done(self) -> bool:
        """Whether everything is compiled."""
        return self._process.poll() is not None

    def __enter__(self) -> Compiler:
        return self

    def __exit__(self, *exception: object) -> None:
        if self._process.poll() is None:
            self._process.terminate()
            self._process.wait()


def main(families: Sequence[str]) -> None:
    """Compiles in this process, one driver after the other, the cheap ones' words first."""
    for family in families:
        compile_some(family, 0, 1)


if __name__ == "__main__":
    began = time.perf_counter()
    main(sys.argv[1:] or FAMILIES)
