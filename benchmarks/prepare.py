"""Compiles what the searches of a run need, before anything is measured: on a new machine that takes minutes, later nothing."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from typing import Any, TypeAlias

from benchmarks.attempt import Job, read_task, settings_of
from dsl.columns.available import available
from dsl.values import PROFILES
from search.exact.workers import workers
from search.settings import METHODS as SEARCHES

Names: TypeAlias = "list[tuple[str, int]]"
"""Words and which of their types, as `search.exact.grammar.instances_of` counts them."""
Kind: TypeAlias = "tuple[int, int, bool]"
"""Bounds of ints, and whether text is wide: what layouts depend on."""
PIECE = 8
"""Words compiled before progress is told."""


def prepare(jobs: Iterable[Job], on_progress: Callable[[int, int], None] = lambda done, total: None) -> int:
    """Compiles the drivers that the jobs' own searches need and the cache lacks, on all cores; how many words."""
    if not available():
        return 0
    with workers(os.cpu_count() or 1) as pool:
        lacking = pool.submit(_lacking, list(_different(jobs))).result()
        parts = [(kind, names[start : start + PIECE]) for kind, names in lacking for start in range(0, len(names), PIECE)]
        total = sum(len(names) for _, names in lacking)
        done = 0
        for (_, names), future in [(part, pool.submit(compile_names, part[1], *part[0])) for part in parts]:
            on_progress(done, total)
            future.result()
            done += len(names)
        if total:
            on_progress(done, total)
        return total


def _different(jobs: Iterable[Job]) -> Iterable[Job]:
    """A job of each kind: of the same types, words and profile."""
    seen = set()
    for job in jobs:
        if job.method == "plain" or job.method not in SEARCHES:
            continue
        task = read_task(job)
        constants = frozenset(type(value) for value in task.constants or ())
        key = (task.input_types, task.output_type, job.words, job.profile, job.constants, constants, job.text.isascii())
        if key not in seen:
            seen.add(key)
            yield job


def _lacking(jobs: list[Job]) -> list[tuple[Kind, Names]]:
    """What the cache lacks, by kind."""
    from search.exact.ascii import is_ascii
    from search.exact.context import body_productions
    from search.exact.grammar import HIGHER_ORDER, Production, instances_of
    from search.exact.search import ExactSearch
    from search.exact.warm import missing

    found: dict[tuple[str, bool], dict[Any, Production]] = {}
    for job in jobs:
        settings = settings_of(job)
        search = ExactSearch(read_task(job), settings)
        pushes = search.literals()
        rules = [*search.productions(pushes)]
        if HIGHER_ORDER & frozenset(settings.words):
            rules += body_productions(frozenset(settings.words), {})
        group = found.setdefault((job.profile, not is_ascii(search.task.examples, pushes)), {})
        group.update({(p.op.name, p.args): p for p in rules})
    result = []
    for (profile_name, wide), group in found.items():
        profile = PROFILES[profile_name]
        names = [(p.op.name, instances_of(p.op.name).index((p.args, p.result))) for p in missing(list(group.values()), profile, wide)]
        if names:
            result.append(((profile.int_min, profile.int_max, wide), names))
    return result


def compile_names(names: Names, low: int, high: int, wide: bool) -> None:
    """Compiles words by name, in the process of a pool."""
    from search.exact.warm import compile_named

    compile_named(names, low, high, wide)
