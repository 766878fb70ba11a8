"""Compiles what the search needs before it needs it: all of it (`flowforth warm`), or, in a process beside a search, what that search lacks.

On a new machine a driver takes about half a second to compile and there are some hundreds; afterwards they lie in the cache.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from typing import Any

from dsl.types import INT, LIST_INT, LIST_STR, STR, Type
from dsl.values import DEFAULT, Profile
from search.exact.grammar import Production, instances_of, productions
from search.exact.workers import workers

SMALL = Profile(name="small", int_min=-256, int_max=255, max_list=20)
"""A profile whose lists take 16 bits an item, as those of public suites do."""
FAMILIES = ("lists", "text", "small lists")
"""What there is to compile: words on numbers and lists, on text, on lists in profiles of small Ints."""
PARTS = 12
"""Pieces in which a family is compiled, so that progress can be told."""
FEW = 8
"""Drivers that a search compiles itself: fewer than this are not worth a process."""


def family(name: str) -> tuple[list[Production], Profile]:
    """The productions of a family, and a profile that has their layouts."""
    text = name == "text"
    inputs: tuple[Type, ...] = (STR, LIST_STR, INT) if text else (LIST_INT, INT)
    found: dict[Any, Production] = {}
    for output in inputs:
        for p in productions(inputs, output, constants=[STR, INT] if text else [INT]):
            found[p.op.name, p.args] = p
    return list(found.values()), SMALL if name == "small lists" else DEFAULT


def compile_some(rules: Collection[Production], profile: Profile, wide: bool = False) -> None:
    """Compiles (or loads) the drivers of these productions, one after the other."""
    from search.exact.bank import layouts_for
    from search.exact.rules import rules_of

    kinds = {kind for p in rules for kind in (*p.args, p.result)}
    for rule in rules_of(tuple(rules), layouts_for(sorted(kinds, key=str), wide, profile)):
        _ = rule.grow, rule.test


def missing(rules: Sequence[Production], profile: Profile, wide: bool) -> list[Production]:
    """The productions whose drivers are not in the cache."""
    from search.exact.bank import layouts_for
    from search.exact.drivers import is_compiled
    from search.exact.rules import rules_of

    kinds = {kind for p in rules for kind in (*p.args, p.result)}
    made = rules_of(rules, layouts_for(sorted(kinds, key=str), wide, profile))
    return [rules[rule.number] for rule in made if not is_compiled(rule.kernel, rule.args, rule.out)]


def warm(families: Sequence[str] = FAMILIES, jobs: int = 1, on_progress: Callable[[int, int], None] = lambda done, total: None) -> None:
    """Compiles all drivers of these families in `jobs` processes, then runs a small search of each kind, which compiles the rest."""
    pieces = [(name, start) for name in families for start in range(PARTS)]
    with workers(jobs) as pool:
        futures = [pool.submit(_compile_part, name, start) for name, start in pieces]
        for done, future in enumerate(futures, 1):
            future.result()
            on_progress(done, len(pieces) + len(families))
        for done, future in enumerate([pool.submit(_small_search, name) for name in families], len(pieces) + 1):
            future.result()
            on_progress(done, len(pieces) + len(families))


def _compile_part(name: str, start: int) -> None:
    rules, profile = family(name)
    compile_some(rules[start::PARTS], profile)


def _small_search(name: str) -> None:
    """Runs everything that is compiled when it is first called."""
    from dsl.tasks import Example, Task
    from search.settings import Settings
    from search.solve import solve

    for examples in _questions(name):
        task = Task(name="warm", examples=tuple(Example(inputs, output) for inputs, output in examples))
        settings = Settings(budget=60.0, max_candidates=400_000, grace=0.0, profile=SMALL if name == "small lists" else DEFAULT)
        solve(task, settings)


def _questions(name: str) -> Iterator[list[tuple[tuple[Any, ...], Any]]]:
    """Examples that no small program fits, so that every part has its turn."""
    if name == "text":
        yield [(("ab cd",), "xyz7"), (("e f g",), "qq-1"), (("hij",), "00zz9")]
        yield [(("ab cd",), 17), (("e f g",), 91), (("hij",), 55)]
        return
    yield [(((3, 1, 2), 2), (77, 5, 13)), (((5, 4), 1), (61, 17, 90)), (((9, 9, 8, 1), 3), (33, 2, 71))]
    yield [(((3, 1, 2), 2), 77), (((5, 4), 1), 61), (((9, 9, 8, 1), 3), 33)]


class Compiler:
    """Compiles what a search lacks in a process beside it, for as long as it is in use; what is done by then lies in the cache."""

    def __init__(self, rules: Sequence[Production], profile: Profile, wide: bool) -> None:
        order = {
            "rules": [[p.op.name, instances_of(p.op.name).index((p.args, p.result))] for p in rules],
            "ints": [profile.int_min, profile.int_max], "wide": wide,
        }  # fmt: skip
        self._process = subprocess.Popen(
            [sys.executable, "-m", "search.exact.warm"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(json.dumps(order).encode())
            self._process.stdin.close()
        except OSError:
            pass  # it could not be started: `done` will be true, and the search compiles for itself
        self._looked = 0.0

    @property
    def done(self) -> bool:
        """Whether everything is compiled; looked at a few times a second."""
        now = time.perf_counter()
        if now - self._looked < 0.05:
            return False
        self._looked = now
        return self._process.poll() is not None

    def __enter__(self) -> Compiler:
        return self

    def __exit__(self, *exception: object) -> None:
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()


def compile_named(names: Iterable[tuple[str, int]], low: int, high: int, wide: bool) -> None:
    """Compiles words by name and number of their types, for ints between these bounds."""
    from dsl.ops import OPS

    rules = []
    for word, place in names:
        args, result = instances_of(word)[place]
        rules.append(Production(OPS[word], args, result, 1))
    compile_some(rules, DEFAULT.with_limits(int_min=low, int_max=high), wide)


def main() -> None:
    """What `Compiler` starts."""
    order = json.load(sys.stdin)
    low, high = order["ints"]
    compile_named(order["rules"], low, high, order["wide"])


if __name__ == "__main__":
    main()
