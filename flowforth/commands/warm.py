"""`flowforth warm`: compiles the kernels of the search, once on each machine."""

from __future__ import annotations

import argparse
import os
import sys
import time

from dsl.errors import ConfigError

NAME = "warm"
HELP = "compile the search's kernels now, so that no search waits for them later"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of the subcommand."""
    parser.add_argument(
        "families",
        nargs="*",
        metavar="FAMILY",
        help="lists, text or 'small lists' (lists in profiles of small ints; default: lists and text)",
    )
    parser.add_argument("--jobs", type=int, metavar="N", help="processes that compile (default: one for each core)")


def main(args: argparse.Namespace) -> int:
    """Compiles; exit code 1 where there is no numba."""
    from dsl.columns.available import available

    if not available():
        print(
            "flowforth: there are no compiled kernels without numba (or FLOWFORTH_NO_NUMBA is set); searches use plain Python",
            file=sys.stderr,
        )
        return 1
    from search.exact.warm import FAMILIES, warm
    from search.holes import ready as holes
    from search.prior import ready as prior

    families = args.families or ["lists", "text"]
    for name in families:
        if name not in FAMILIES:
            raise ConfigError(f"no family {name!r}; there are {', '.join(map(repr, FAMILIES))}")
    jobs = args.jobs if args.jobs is not None else os.cpu_count() or 1
    if jobs < 1:
        raise ConfigError(f"--jobs is {jobs}; it must be at least 1")
    began = time.perf_counter()

    def show(done: int, total: int) -> None:
        passed = time.perf_counter() - began
        left = passed / done * (total - done)
        print(f"\rflowforth: {done}/{total} parts compiled, about {left:.0f} s left  ", end="", file=sys.stderr, flush=True)

    warm(families, jobs, show)
    if set(families) != {"text"}:
        prior.make_ready()
        holes.make_ready()
    print(f"\rflowforth: {', '.join(families)} ready after {time.perf_counter() - began:.0f} s          ", file=sys.stderr)
    return 0
