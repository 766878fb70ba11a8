"""What each part of the default search is worth: the whole beside the same with one part left out, task by task.

    python -m benchmarks.parts [--suite lists-n7 constants-2 ...] [--without NAME ...] [--seconds 10] [--limit N]

Seconds are the processor's, so the table may be made on a machine that others use. A row says how many tasks fit and are right on held-out
inputs, and which the whole solves and this one does not, and the other way round; a search ends with its first fit. The parts of the searches through the
executor are left out by `benchmarks.executed --arms`, those of the beam below by executed candidates: `--candidates 256`.
"""

from __future__ import annotations

import argparse
import math
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from statistics import median
from typing import Any
from unittest.mock import patch

from benchmarks.clock import in_processor_time
from benchmarks.suites import LINES, load_suite, scoring_profile, word_set, words_of
from dsl.tasks import Task
from dsl.values import PROFILES
from search import guided, portfolio
from search.beam import search as beam
from search.settings import Settings
from search.solve import search_of, solve, visible
from search.verify import held_out_correct

PARTS = portfolio.MEMBERS["portfolio"]


def _only(*names: str) -> tuple[tuple[Any, str, Any], ...]:
    return ((portfolio, "MEMBERS", {**portfolio.MEMBERS, "portfolio": names}),)


@dataclass(frozen=True, slots=True)
class Variant:
    """A search with something left out."""

    name: str
    method: str = "portfolio"
    changes: tuple[tuple[Any, str, Any], ...] = ()
    """Module, name and value of what is set while it runs."""


WHOLE = Variant("whole portfolio")
VARIANTS = (
    WHOLE,
    Variant("without the prior", changes=_only(portfolio.USUAL, portfolio.CONSTANTS)),
    Variant("without values on the way (one call of the prior)", changes=((guided, "KEPT", 0), (guided, "FIRST_ROUND", 10**9))),
    Variant("without asking again (values are leaves only)", changes=((guided, "ASKED", 0),)),
    Variant("without hidden constants", changes=_only(portfolio.USUAL, portfolio.GUIDED)),
    Variant("without the exact search", changes=_only(portfolio.GUIDED, portfolio.CONSTANTS)),
)
BEAM = Variant("whole beam", "beam")
BEAMS = (
    BEAM,
    Variant("without the distance", "beam", ((beam, "NEAR", 0.0),)),
    Variant("without the use of what waits", "beam", ((beam, "USED", 0.0),)),
    Variant("without the policy (words by chance)", "random"),
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one search found."""

    solved: bool
    right: bool
    seconds: float


def main(arguments: Sequence[str] | None = None) -> int:
    """Prints the table, suite by suite."""
    args = _parser().parse_args(arguments)
    in_processor_time(lambda: _tables(args))
    return 0


def _tables(args: argparse.Namespace) -> None:
    wanted = BEAMS if args.candidates else VARIANTS
    variants = [v for v in wanted if v is wanted[0] or not args.without or v.name in args.without]
    head = ["suite", "search", "tasks", "fits", "right on held-out", "median seconds of a fit", "only the whole", "only this"]
    for row in (head, ["---"] * len(head)):
        print(f"| {' | '.join(row)} |", flush=True)
    for name in args.suite:
        suite = load_suite(name)
        language = words_of(suite.name)
        settings = Settings(
            budget=1e6 if args.candidates else args.seconds, max_candidates=args.candidates or None, max_fits=1, grace=0.0,
            ops=word_set(language), profile=PROFILES[suite.profile], constants="none" if language == LINES else "given",
        )  # fmt: skip
        whole: list[Outcome] = []
        for variant in variants:
            found = [_outcome(task, variant, settings, suite.name) for task in suite.tasks[: args.limit]]
            whole = whole or found
            print(f"| {' | '.join(_row(suite.name, variant, found, whole))} |", flush=True)


def _outcome(task: Task, variant: Variant, settings: Settings, suite: str) -> Outcome:
    with ExitStack() as changed:
        for owner, name, value in variant.changes:
            changed.enter_context(patch.object(owner, name, value))
        using = replace(settings, method=variant.method)
        search_of(using.method)(visible(task), using).load()
        result = solve(task, using)
    right = result.program is not None and bool(held_out_correct(result.program, task, scoring_profile(suite, settings.profile)))
    print(f"{suite} {variant.name} {task.name}: {result.program or result.status}", file=sys.stderr, flush=True)
    within = settings.max_candidates is None or result.candidates <= settings.max_candidates
    return Outcome(result.solved and within, right and within, result.first_seconds or math.nan)


def _row(suite: str, variant: Variant, found: Sequence[Outcome], whole: Sequence[Outcome]) -> list[str]:
    solved = [outcome.seconds for outcome in found if outcome.solved]
    lost = sum(a.solved and not b.solved for a, b in zip(whole, found, strict=True))
    won = sum(b.solved and not a.solved for a, b in zip(whole, found, strict=True))
    return [
        suite, variant.name, str(len(found)), str(len(solved)), str(sum(outcome.right for outcome in found)),
        f"{median(solved):.2f}" if solved else "-", str(lost), str(won),
    ]  # fmt: skip


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.parts", description="What each part of the default search is worth.")
    parser.add_argument("--suite", nargs="+", default=["lists-n7", "constants-2"], help="suites by name or path (lists-n7 constants-2)")
    parser.add_argument(
        "--without", nargs="+", default=[], choices=[v.name for v in (*VARIANTS, *BEAMS)], metavar="NAME", help="only these"
    )
    parser.add_argument("--seconds", type=float, default=10.0, help="of each search (10)")
    parser.add_argument("--candidates", type=int, default=0, metavar="N", help="the parts of the beam, within N executed candidates")
    parser.add_argument("--limit", type=int, default=None, help="tasks of each suite (all)")
    return parser


if __name__ == "__main__":
    sys.exit(main())
