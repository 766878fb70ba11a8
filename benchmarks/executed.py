"""How much few executed programs find: searches through the executor and beside them what they must beat, at most 256 programs a task.

    python -m benchmarks.executed --n 2..4 --count 20 --out FILE.jsonl [--arms NAME ...] [--seconds S]
    python -m benchmarks.executed --holes --count 10 --out FILE.jsonl

Tasks are generated list tasks of a minimal length, with their own seed, in DeepCoder's words. A line is written for every task and arm as it
ends, and what FILE has already is not run again; Ctrl-C ends the run. `--seconds` (of processor time) ends an attempt; what is not found by then counts as not found.
Then the table is printed: share solved with a Wilson interval, right on held-out examples, programs run, states the network was evaluated on; or, with `--against`, pairs of arms on the same tasks.
"""

from __future__ import annotations

import argparse
import json
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

from benchmarks.generate import positive, sizes
from benchmarks.generators import lists
from benchmarks.generators.lines import LISTS
from benchmarks.generators.suite import generated
from benchmarks.shares import duels, table
from benchmarks.suites import word_set
from dsl.tasks import Example, Task
from dsl.values import DEFAULT
from search.beam.search import BeamSearch
from search.exact.plain import PlainSearch
from search.exact.search import ExactSearch
from search.latent.compiling import CompileSearch
from search.latent.gradient import GradientSearch
from search.latent.search import LatentSearch, LearnedSearch
from search.latent.settings import Descent, Filling, Sampling, Tuning
from search.postfix import to_program
from search.prior.ready import Absent, make_ready, prior_for
from search.settings import Settings
from search.solve import visible
from search.verify import held_out_correct

LIMIT = 256
MIXED = Descent(starts=2, steps=12, every=3, drawn=8, examples=2, domains=("type", "length"), straight=False, hot=2.0, cold=0.5, rate=0.4)
"""Mixtures of states. Descents short enough that several of them fit into the time."""
STRAIGHT = Descent()
GRADIENTS = {
    "gradient on offsets": MIXED,
    "gradient, nothing learned from programs": replace(MIXED, feedback="none", commit=False),
    "gradient, nearest mixtures": replace(MIXED, hull=True),
    "gradient, each word a call": replace(MIXED, drawn=64, apart=True),
    "gradient, more drawn": replace(MIXED, drawn=64),
    "more drawn, without gradient": replace(MIXED, drawn=64, rate=0.0, feedback="none", commit=False),
    "the same without gradient": replace(MIXED, rate=0.0, feedback="none", commit=False),
    "gradient from random logits": replace(MIXED, policy=False),
    "mixture of exact results": replace(MIXED, feedback="expectation"),
    "without abstract targets": replace(MIXED, domains=()),
    "policy asked once": replace(MIXED, reread=False),
    "without committing": replace(MIXED, commit=False),
    "guidance 1.5": replace(MIXED, guidance=1.5),
    "gradient, straight through": STRAIGHT,
    "straight through, nothing learned from programs": replace(STRAIGHT, feedback="none", commit=False),
    "straight through, without gradient": replace(STRAIGHT, rate=0.0, feedback="none", commit=False),
    "straight through, random logits": replace(STRAIGHT, policy=False),
}
SAMPLINGS = {
    "imagined lines": Sampling(grounded=0),
    "imagined lines, three examples": Sampling(grounded=0, followed=3),
    "imagined lines, grounded": Sampling(),
    "the same, answers alone": Sampling(traced=False),
    "latent sampling": Sampling(rollouts=48, executed=LIMIT, examples=2, lines=False),
    "policy and executor, unranked": Sampling(rollouts=48, executed=LIMIT, examples=2, executor=False, lines=False),
    "latent sampling, uniform": Sampling(rollouts=48, executed=LIMIT, examples=2, uniform=True, lines=False),
}
TUNINGS = {"compiled programs": Tuning(examples=2), "the same, not tuned": Tuning(examples=2, steps=0)}
ARMS = (*SAMPLINGS, "beam", "enumeration", *GRADIENTS, *TUNINGS)
USUAL = (
    "imagined lines", "imagined lines, grounded", "latent sampling", "policy and executor, unranked", "beam", "enumeration",
    "gradient on offsets", "the same without gradient", "gradient from random logits", "gradient, straight through", "straight through, without gradient",
)  # fmt: skip
"""The arms where none are named. `beam` executes each line as it goes, with no executor: what imagining must beat."""
HOLES = {("c0", "+"): 1, ("c0", "*"): 1, ("c0", "*", "c1", "+"): 2, ("c0", "-", "*2", "c1", "+"): 2}
"""Programs with holes, by how many."""


@dataclass(slots=True)
class _Watch:
    """When an attempt ends, and what it has done by then."""

    count: Callable[[], int]
    seconds: float
    start: float

    def over(self) -> bool:
        """Whether programs or time are used up."""
        return self.count() >= LIMIT or time.process_time() - self.start >= self.seconds


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs what is missing and prints the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.executed", description="How much few executed programs find.")
    parser.add_argument("--n", type=sizes, default="2..4", metavar="N|LOW..HIGH", help="minimal numbers of words (2..4)")
    parser.add_argument("--count", type=positive, default=20, help="tasks, for each n or each program with holes (20)")
    parser.add_argument("--seed", type=int, default=500, help="of tasks and searches (500)")
    parser.add_argument("--arms", nargs="+", choices=ARMS, default=list(USUAL), metavar="NAME", help=f"of: {', '.join(ARMS)}")
    parser.add_argument("--seconds", type=float, default=20.0, help="processor time of an attempt (20)")
    parser.add_argument("--holes", action="store_true", help="programs with holes instead: free vectors against distributions over Ints")
    parser.add_argument(
        "--against",
        choices=ARMS,
        metavar="NAME",
        help="print how each other arm does against this one on the same tasks, instead of the table",
    )
    parser.add_argument("--out", type=Path, required=True, metavar="FILE.jsonl")
    args = parser.parse_args(arguments)
    rows = _read(args.out)
    done = {(row["task"], row["arm"]) for row in rows}
    work = _holes(args) if args.holes else _searches(args)
    try:
        for task, arm, attempt in work:
            if (task, arm) in done:
                continue
            start = time.process_time()
            row = {"task": task, "arm": arm, **attempt(), "cpu_s": round(time.process_time() - start, 3)}
            rows.append(row)
            with args.out.open("a") as file:
                file.write(json.dumps(row) + "\n")
    except KeyboardInterrupt:
        pass  # what there is, is shown
    for line in table(rows) if args.against is None else duels(rows, args.against):
        print(f"| {' | '.join(line)} |")
    return 0


def _searches(args: argparse.Namespace) -> Iterator[tuple[str, str, Callable[[], dict[str, Any]]]]:
    make_ready()  # else the first attempts would have no policy, and no one would know
    tasks = {n: [task for _, task in generated(partial(lists.attempt, n, args.seed), args.count)] for n in args.n}
    for place in range(args.count):  # so that a run that is ended early has as many tasks of every length
        for n, some in tasks.items():
            for arm in args.arms:
                yield some[place].name, arm, partial(_attempt, some[place], arm, n, args)


def _attempt(task: Task, arm: str, n: int, args: argparse.Namespace) -> dict[str, Any]:
    """One search, and when it found what."""
    settings = Settings(
        method="plain" if arm == "enumeration" else "beam" if arm == "beam" else "gradient" if arm in GRADIENTS else "compile" if arm in TUNINGS else "latent",
        ops=word_set("lines"), profile=LISTS, constants="none", budget=1e6, seed=args.seed, max_candidates=LIMIT,
    )  # fmt: skip
    search = _search(visible(task), arm, settings)
    if isinstance(search, LearnedSearch | BeamSearch) and isinstance(absent := prior_for(search.task), Absent):
        raise SystemExit(f"the searches through the executor and the beam would have no policy: {absent.reason}")
    search.stop = _Watch(lambda: search.progress.candidates, args.seconds, time.process_time()).over
    term = next(iter(_terms(search, task, settings)), None)
    solved = term is not None
    return {
        "n": n, "solved": solved, "executed": search.progress.candidates,
        "held_out": held_out_correct(to_program(term, len(task.input_types)), task, LISTS) if term is not None else False,
        "evaluations": search.evaluations if isinstance(search, LearnedSearch) else 0,
    }  # fmt: skip


def _search(task: Task, arm: str, settings: Settings) -> ExactSearch:
    if arm in TUNINGS:
        return CompileSearch(task, settings, tuning=TUNINGS[arm])
    if arm in GRADIENTS:
        return GradientSearch(task, settings, descent=GRADIENTS[arm])
    if arm == "beam":
        return BeamSearch(task, settings)
    return LatentSearch(task, settings, sampling=SAMPLINGS[arm]) if arm in SAMPLINGS else ExactSearch(task, settings)


def _terms(search: ExactSearch, task: Task, settings: Settings) -> Iterator[Any]:
    """Terms that fit; of the enumeration, which yields whatever it has not looked at, those that do."""
    if isinstance(search, LearnedSearch | BeamSearch):
        yield from search.run()
        return
    pushes = search.literals()
    plain = PlainSearch(task, search.productions(pushes), pushes, LISTS, stop=lambda: search.progress.candidates >= LIMIT)
    stop = plain.stop

    def counted() -> bool:
        search.progress.candidates = plain.candidates
        return stop()

    plain.stop = counted
    for term in plain.run(settings.max_size):
        search.progress.candidates = plain.candidates
        if plain.candidates > LIMIT:
            return
        yield term


def _holes(args: argparse.Namespace) -> Iterator[tuple[str, str, Callable[[], dict[str, Any]]]]:
    for place in range(args.count):
        for words, count in HOLES.items():
            random = Random(f"holes {words} {args.seed} {place}")
            constants = tuple(random.choice((1, -1)) * random.randint(2, 60) for _ in range(count))
            for arm, how in _fillings().items():
                yield f"{' '.join(words)} {constants}", arm, partial(_fill, words, constants, how, random.random(), args.seed + place)


def _fillings() -> dict[str, Filling]:
    return {"free vectors": Filling(), "distributions over Ints": Filling(distribution=True), "random": Filling(steps=1, best=1, window=0)}


def _fill(words: tuple[str, ...], constants: tuple[int, ...], how: Filling, draw: float, seed: int) -> dict[str, Any]:
    """Fills the holes of one program. Running ends after LIMIT tuples."""
    from search.latent.constants import Holes
    from search.latent.learned import Learned, field_of, shipped
    from search.latent.programs import answers, fits

    random = Random(draw)
    inputs = [(random.randint(-20, 20),) for _ in range(5)]
    outputs = answers(words, [Example(row, 0) for row in inputs], constants, DEFAULT)
    examples = [Example(row, output) for row, output in zip(inputs, outputs, strict=True) if output is not None]
    machine = Learned(field_of(shipped()), 16)
    ran = 0
    proposals = _random(len(constants), how, seed) if how.steps == 1 else Holes(machine, words, examples, how, seed).proposals()
    for ran, tried in enumerate(proposals, start=1):
        if fits(answers(words, examples, tried, DEFAULT), examples) or ran == LIMIT:
            break
    else:
        tried = ()
    found = bool(tried) and fits(answers(words, examples, tried, DEFAULT), examples)
    return {"n": " ".join(words), "solved": found, "executed": ran, "held_out": found, "evaluations": machine.evaluations}


def _random(count: int, how: Filling, seed: int) -> Iterator[tuple[int, ...]]:
    random = Random(seed)
    while True:
        yield tuple(random.randint(-how.largest, how.largest) for _ in range(count))


def _read(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


if __name__ == "__main__":
    # A batch system's SIGTERM, and Ctrl-C where a shell started this in the background with SIGINT ignored, end in the table too.
    for _number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(_number, signal.default_int_handler)
    raise SystemExit(main())
