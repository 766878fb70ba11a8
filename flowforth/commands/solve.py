"""`flowforth solve`: a program from examples, verified, with what else would fit."""

from __future__ import annotations

import argparse
import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from dsl.errors import ConfigError, TaskError
from flowforth.arguments import add_json, add_profile, print_json, read_profile
from flowforth.commands.tasks import add_task_options

if TYPE_CHECKING:
    from dsl.tasks import Task
    from dsl.tasks.source import Source
    from search.exact.search import Progress
    from search.result import SearchResult
    from search.settings import Settings
    from search.verify import Fit

NAME = "solve"
HELP = "find a short program that gives the outputs of all examples"
COLD = (
    "flowforth: note: kernels for such tasks were not compiled on this machine yet, so plain Python searched meanwhile; "
    "`flowforth warm` compiles all of them, once, in some minutes"
)
STATUS_EVERY = 0.2
"""Seconds between two lines of the live status."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of the subcommand."""
    parser.add_argument(
        "task",
        nargs="+",
        metavar="TASK",
        help="a task file (JSON, JSONL, CSV, .sl; - for standard input), or pairs such as '[3,1,2] -> [1,2,3]'",
    )
    parser.add_argument("--name", metavar="NAME", help="which task, where a file holds several")
    parser.add_argument("--budget", type=float, metavar="SECONDS", help="time for the search (default: 10)")
    parser.add_argument("--memory", type=int, metavar="MB", help="most memory that the command may take (default: 2000)")
    parser.add_argument("--max-size", type=int, metavar="N", help="most words of a program (default: 16)")
    parser.add_argument("--ops", nargs="+", action="extend", metavar="WORD", help="words that may be used (default: all)")
    parser.add_argument("--without", nargs="+", action="extend", metavar="WORD", help="words that may not be used")
    parser.add_argument(
        "--constants", metavar="SOURCE", help="given (by the file; discovered where it gives none), pool or discovered (default: given)"
    )
    parser.add_argument(
        "--method",
        metavar="METHOD",
        help="portfolio (the exact search, one guided by the learned prior and one for hidden constants in turn); each alone: exact, prior, constants (with exact); "
        "beam; through the learned executor latent, gradient, gradient-without-grounding, compile; plain and random for comparison (default: portfolio)",
    )
    parser.add_argument(
        "--device",
        metavar="DEVICE",
        help="where the learned executor computes: auto (CUDA where there is one), cpu, cuda, cuda:1, ... (default: auto)",
    )
    parser.add_argument("--seed", type=int, metavar="N", help="seed of the inputs on which programs are compared (default: 0)")
    parser.add_argument("--output", metavar="FILE", help="write the CSV with its empty targets filled into this file")
    parser.add_argument("--explain", action="store_true", help="say what the prior believed, and which stage found the answer")
    parser.add_argument(
        "--log-dir",
        metavar="DIR",
        help="write the explanation, and how distributions over words moved, for TensorBoard (needs the extra neural)",
    )
    parser.add_argument("--quiet", action="store_true", help="print the program alone")
    add_profile(parser)
    add_task_options(parser)
    add_json(parser)


def main(args: argparse.Namespace) -> int:
    """Prints the answer; exit code 1 if there is none."""
    started = time.perf_counter()
    from flowforth.neural import check_device
    from search.solve import solve

    settings = _settings(args)
    table = None if args.output is None else _table(args)
    task = _task(args) if table is None else _table_task(table, args)
    _check(task, args)
    _check_log(args.log_dir)
    check_device(settings.device, [settings.method])
    status = _Status(quiet=args.quiet or args.json)
    result = solve(task, settings, on_fit=status.fit, on_progress=status.progress, started=started, ending=True)
    status.clear()
    if status.cold and not status.quiet:
        print(COLD, file=sys.stderr)
    if status.warning is not None:
        print(f"flowforth: warning: {status.warning}; the search was done without it", file=sys.stderr)
    if args.json:
        print_json(result.to_json())
    elif not args.quiet:
        print(result.text())
        if args.explain:
            print("\n" + "\n".join(result.explanation))
    elif result.solved:
        print(result.program)
    if args.log_dir is not None:
        _log(result, args.log_dir)
    if table is not None and result.solved:
        _fill(result, table, args)
    return 0 if result.solved else 1


def _settings(args: argparse.Namespace) -> Settings:
    from search.settings import Settings

    names = ("budget", "memory", "max_size", "constants", "method", "seed", "log_dir", "device")
    given = {name: getattr(args, name) for name in names if getattr(args, name) is not None}
    ops = None if args.ops is None else frozenset(args.ops)
    return Settings(**given, ops=ops, without=frozenset(args.without or ()), profile=read_profile(args.profile))


def _task(args: argparse.Namespace) -> Task:
    """The task that the arguments name or are."""
    from dsl.tasks import iter_tasks
    from dsl.tasks.pairs import is_pair, read_pairs
    from flowforth.solving import one_task

    texts = args.task
    if all(is_pair(text) and not os.path.exists(text) for text in texts):
        return read_pairs(texts)
    if len(texts) > 1:
        stray = next((text for text in texts if not is_pair(text)), texts[0])
        raise ConfigError(f"give one task file, or pairs that each contain '->'; {stray[:60]!r} has none")
    return one_task(iter_tasks(texts[0], format=args.format, target=args.target, delimiter=args.delimiter), args.name, texts[0])


def _check(task: Task, args: argparse.Namespace) -> None:
    """What is wrong with the question is said before the search, so that no time is lost."""
    pair = task.contradiction()
    if pair:
        raise TaskError(f"examples {pair[0] + 1} and {pair[1] + 1} have equal inputs and different outputs; no program does both")
    if args.output is not None and not task.unfilled:
        raise ConfigError("--output needs a table in which some targets are empty; here there is nothing to fill")


def _check_log(folder: str | None) -> None:
    """Whether events can be written is said before the search."""
    from importlib.util import find_spec

    if folder is None:
        return
    if find_spec("torch") is None or find_spec("tensorboard") is None:
        raise ConfigError("--log-dir needs TensorBoard; install the extra with `pip install flowforth[neural]`")
    if Path(folder).exists() and not Path(folder).is_dir():
        raise ConfigError(f"--log-dir {folder}: this is a file; name a folder")


def _log(result: SearchResult, folder: str) -> None:
    """Writes the answer and the explanation as a text that TensorBoard shows."""
    from executor.board import Board

    board = Board(Path(folder))
    board.text("answer", str(result.program) if result.solved else result.text(), 0)
    board.text("explanation", "\n\n".join(result.explanation), 0)
    board.close()


def _table(args: argparse.Namespace) -> Source:
    """The text of the CSV that --output completes."""
    from dsl.tasks.source import MAX_DOCUMENT, STDIN, read_source

    name, output = args.task[0], Path(args.output)
    suffix = Path(name).suffix.lower()
    if len(args.task) > 1 or (args.format or suffix.lstrip(".")) not in ("csv", "tsv"):
        raise ConfigError("--output completes a CSV file; give one (for standard input: - --format csv)")
    if output.is_dir() or not output.parent.is_dir():
        raise ConfigError(f"--output {output}: {'this is a directory' if output.is_dir() else f'there is no directory {output.parent}'}")
    if name != STDIN and os.path.exists(name) and output.exists() and output.samefile(name):
        raise ConfigError(f"--output {output} is the input itself, which is never overwritten; name another file")
    return read_source(name, MAX_DOCUMENT)


def _table_task(table: Source, args: argparse.Namespace) -> Task:
    from dsl.tasks.table import read_table

    return read_table(table, args.target, _delimiter(args))


def _delimiter(args: argparse.Namespace) -> str | None:
    return "\t" if args.delimiter is None and args.task[0].lower().endswith(".tsv") else args.delimiter


def _fill(result: SearchResult, table: Source, args: argparse.Namespace) -> None:
    """Writes the completed table and says what could not be filled."""
    from dsl.machine import answer
    from dsl.tasks.fill import filled_table
    from dsl.values import Stuck

    assert result.program is not None
    answers = {row.row: answer(result.program, row.inputs, profile=result.settings.profile) for row in result.task.unfilled}
    stuck = [row for row, value in answers.items() if isinstance(value, Stuck)]
    filled = {row: value for row, value in answers.items() if not isinstance(value, Stuck)}
    text, output = filled_table(table, filled, args.target, _delimiter(args)), Path(args.output)
    part = output.with_name(f".{output.name}.part")
    part.write_text(text, encoding="utf-8", newline="")
    part.replace(output)
    print(f"flowforth: {len(filled)} of {len(answers)} empty cells filled, written to {output}", file=sys.stderr)
    if stuck:
        rows = f"row{'s' if len(stuck) > 1 else ''} {', '.join(map(str, stuck[:5]))}{' and more' if len(stuck) > 5 else ''}"
        print(f"flowforth: warning: the program gets stuck on {rows}; left empty", file=sys.stderr)


class _Status:
    """The live status on standard error: one line that is rewritten, and each better program as it comes."""

    def __init__(self, *, quiet: bool) -> None:
        self.quiet = quiet
        self.live = sys.stderr.isatty() and not quiet
        self.last = 0.0
        self.cold = False
        self.warning: str | None = None

    def fit(self, fit: Fit) -> None:
        """Shows a better program at once."""
        if not self.quiet:
            self.clear()
            print(f"found after {fit.seconds:.2f} s: {fit.program}", file=sys.stderr, flush=True)

    def progress(self, progress: Progress, left: float) -> None:
        """Rewrites the status line, a few times a second."""
        now = time.monotonic()
        self.cold, self.warning = progress.cold, progress.warning
        if self.live and now - self.last >= STATUS_EVERY:
            self.last = now
            full = ", memory full" if progress.full else ""
            done = f"size {progress.level}, {progress.candidates:,} candidates, {progress.kept:,} values{full}"
            print(f"\r\033[K{progress.stage}: {done}, {max(left, 0):.1f} s left", end="", file=sys.stderr, flush=True)

    def clear(self) -> None:
        """Takes the status line away."""
        if self.live:
            print("\r\033[K", end="", file=sys.stderr, flush=True)
