"""How good the prior is on tasks that it was not trained on: average precision by length, calibration, time of a call.

    python -m benchmarks.prior [--suite NAME ...] [--weights FILE] [--figure FILE.svg]

The words that are wanted are those of the program that made the task, one of perhaps several; see docs/prior.md.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median

import numpy as np

from benchmarks.figures import Series, lines
from benchmarks.suites import load_suite, word_set, words_of
from dsl.machine import run
from dsl.ops import OPS
from dsl.parser import parse
from dsl.program import Program, Word, walk
from dsl.tasks import Task
from dsl.types import LIST_INT
from dsl.values import PROFILES, Profile, Stuck, Value
from search.exact.enumerate import Enumerator
from search.exact.grammar import productions
from search.prior.model import WEIGHTS, Prior
from search.prior.precision import average_precision, calibration_error, reliability
from search.prior.signature import rows_of

LEVEL, RANKED = 3, 200
"""Words of the values among which one on the way is ranked, and how many of them."""
FAMILIES = ("list", "number")
"""Types of outputs for which the prior has networks of their own."""
SUITES = tuple(f"lists-n{n}" for n in range(3, 9))


def main(arguments: Sequence[str] | None = None) -> int:
    """Prints the table."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.prior", description="How good the prior is on tasks that it was not trained on."
    )
    parser.add_argument("--suite", nargs="+", default=list(SUITES), metavar="NAME", help="suites whose tasks name their programs")
    parser.add_argument("--weights", type=Path, default=WEIGHTS, metavar="FILE")
    parser.add_argument("--figure", type=Path, metavar="FILE.svg", help="write a figure of said and seen frequencies")
    parser.add_argument("--values", nargs="+", default=[], metavar="NAME", help="suites in which values on the way are ranked among others")
    args = parser.parse_args(arguments)
    prior = Prior.load(args.weights)
    rows = []
    seen: dict[str, tuple[list[np.ndarray], list[np.ndarray]]] = {family: ([], []) for family in FAMILIES}
    times: list[float] = []
    for name in args.suite:
        words = word_set(words_of(name)) or frozenset(OPS)
        found: dict[str, list[float]] = {family: [] for family in FAMILIES}
        lengths = []
        for task in load_suite(name).tasks:
            wanted = words_in(task)
            if not prior.knows(task) or not wanted:
                continue
            start = time.perf_counter()
            belief = prior.believe(task, words)
            times.append(time.perf_counter() - start)
            scores = np.array(list(belief.occurs.values()))
            flags = np.array([word in wanted for word in belief.occurs], np.float64)
            family = FAMILIES[task.output_type != LIST_INT]
            found[family].append(average_precision(scores, flags))
            seen[family][0].append(scores)
            seen[family][1].append(flags)
            lengths.append(belief.length)
        every = [value for family in FAMILIES for value in found[family]]
        shown = [f"{np.mean(each):.3f} ({len(each)})" if each else "-" for each in (every, *found.values())]
        rows.append([name, *shown, f"{np.mean(lengths):.1f}" if lengths else "-"])
    for row in (["suite", "average precision (tasks)", "list outputs", "number outputs", "mean expected length"], ["---"] * 5, *rows):
        print(f"| {' | '.join(row)} |")
    if not times:
        parser.error("the prior knows no task of these suites")
    said = {family: (np.concatenate(scores), np.concatenate(flags)) for family, (scores, flags) in seen.items() if scores}
    error = calibration_error(
        np.concatenate([scores for scores, _ in said.values()]), np.concatenate([flags for _, flags in said.values()])
    )
    print(
        f"\ncalibration error {error:.3f}; one call {1000 * median(times):.1f} ms (median), {1000 * max(times[1:], default=times[0]):.1f} ms at most after the first\n"
    )
    print(reliability_table(said))
    if args.figure:
        args.figure.write_text(reliability_figure(said) + "\n", encoding="utf-8")
    if args.values:
        print("\n| suite | values on the way | median rank | in the best 5 % |\n| --- | --- | --- | --- |")
        for name in args.values:
            ranks = [rank for task in load_suite(name).tasks if (rank := rank_on_the_way(task, prior)) is not None]
            shown = [f"{median(ranks):.1%}", f"{np.mean(np.array(ranks) < 0.05):.0%}"] if ranks else ["-", "-"]
            print(f"| {name} | {len(ranks)} | {shown[0]} | {shown[1]} |")
    return 0


def reliability_table(said: Mapping[str, tuple[np.ndarray, np.ndarray]]) -> str:
    """As Markdown, for each family of outputs: how probable words were said to be, how often they occurred, and how many such words there were."""
    rows = ["| outputs | said (mean of the bin) | occurred | words |", "| --- | --- | --- | --- |"]
    for family, (scores, flags) in said.items():
        rows += [f"| {family} | {mean:.1%} | {share:.1%} | {count:,} |" for mean, share, count in reliability(scores, flags)]
        rows.append(f"| {family} | calibration error | {calibration_error(scores, flags):.3f} | {len(scores):,} |")
    return "\n".join(rows)


def reliability_figure(said: Mapping[str, tuple[np.ndarray, np.ndarray]]) -> str:
    """SVG of the same."""
    series = [Series("as said", ((0.0, 0.0), (100.0, 100.0)), place=7)]
    for place, (family, (scores, flags)) in enumerate(said.items()):
        series.append(Series(f"{family} outputs", [(100 * mean, 100 * share) for mean, share, _ in reliability(scores, flags)], place))
    return lines("Words that the prior says occur", "said", "occurred", series)


def rank_on_the_way(task: Task, prior: Prior) -> float | None:
    """Where the prior ranks a list on the way of the task's program among lists that up to LEVEL words make: the share that is ranked above it. The
    list is the dearest one of the program that the bank holds; None where there is none."""
    words, profile = word_set("lines"), PROFILES["lists"]
    assert words is not None
    rules = productions(task.input_types, task.output_type, ops=words)
    bank = Enumerator(task, task.examples, rules, (), profile, 1 << 28, words=words)
    try:
        bank.grow(LEVEL, 1 << 20)
        store, examples = bank.store(LIST_INT), len(task.examples)
        place_of = {column: number for number, column in enumerate(bank.decode(LIST_INT, range(store.count)))}
        given = {tuple(example.inputs[i] for example in task.examples) for i in range(len(task.input_types))}
        true = [place_of[column] for column in on_the_way(task, profile) - given if column in place_of]
        if not true:
            return None
        others = np.random.default_rng(0).choice(store.count, min(RANKED, store.count), replace=False)
        numbers = np.array([max(true), *(number for number in others.tolist() if number not in true)])
        assert store.column.lengths is not None
        scores = prior.nearness(task, *rows_of(store.column.data, store.column.lengths, numbers, examples))
        return float((scores[1:] >= scores[0]).mean())
    finally:
        bank.close()


def on_the_way(task: Task, profile: Profile) -> set[tuple[Value, ...]]:
    """The lists that stand on the stack while the task's program runs, one an example, the output left out."""
    body = parse(str(task.metadata["program"])).body
    found: set[tuple[Value, ...]] = set()
    for end in range(1, len(body)):
        stacks = [run(Program(body[:end]), example.inputs, profile=profile) for example in task.examples]
        if any(isinstance(stack, Stuck) for stack in stacks):
            continue
        for column in zip(*stacks, strict=False):  # type: ignore[arg-type]
            if all(isinstance(value, tuple) for value in column):
                found.add(column)
    return found - {tuple(example.output for example in task.examples)}


def words_in(task: Task) -> frozenset[str]:
    """The value words of the program that made a task."""
    text = task.metadata.get("program")
    if not isinstance(text, str):
        return frozenset()
    used = {part.name for part in walk(parse(text).body) if isinstance(part, Word)}
    return frozenset(word for word in used if word in OPS and OPS[word].kind == "value")


if __name__ == "__main__":
    raise SystemExit(main())
