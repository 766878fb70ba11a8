"""`flowforth train-prior`: trains the prior, or goes on where a run stopped."""

from __future__ import annotations

import argparse
import signal
import sys
from pathlib import Path

from dsl.errors import ConfigError
from flowforth.neural import require_neural, set_threads

NAME = "train-prior"
HELP = "train the prior on drawn tasks; the same command goes on where a run stopped"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of the subcommand."""
    parser.add_argument("--run-dir", required=True, metavar="DIR", help="folder of the run; what it has is gone on with")
    parser.add_argument("--files", type=int, default=60, metavar="N", help="files of drawn tasks, about 10,000 tasks each (default: 60)")
    parser.add_argument(
        "--first",
        type=int,
        default=0,
        metavar="N",
        help="number of the first file, so that several processes can share the drawing (default: 0)",
    )
    parser.add_argument("--only-data", action="store_true", help="draw the tasks and stop")
    only = parser.add_mutually_exclusive_group()
    only.add_argument("--only-policy", action="store_true", help="train the policy's networks alone, beside the others as they are shipped")
    only.add_argument(
        "--only-values", action="store_true", help="train what sees the values themselves, on top of the networks as they are shipped"
    )
    parser.add_argument(
        "--steps", type=int, default=6000, metavar="N", help="updates for each of the two families of outputs (default: 6000)"
    )
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="seed of weights and batches (default: 0)")
    parser.add_argument("--threads", type=int, metavar="N", help="CPU threads (default: as many as there are cores)")


def main(args: argparse.Namespace) -> int:
    """Draws what is missing, trains, and prints the file of weights."""
    require_neural()
    set_threads(args.threads)
    if args.files < 1 or args.steps < 1 or args.first < 0:
        raise ConfigError("--files and --steps must be at least 1, --first at least 0")
    from search.prior.train import HELD_OUT, Plan, make_data, train, train_policy_alone, train_values_alone

    folder = Path(args.run_dir)
    if folder.exists() and not folder.is_dir():
        raise ConfigError(f"--run-dir {folder} is a file; name a folder")
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        paths = make_data(folder / "data", args.files, first=args.first)
        if args.only_data:
            print(folder / "data")
            return 0
        held_out = make_data(folder / "data", 1, first=HELD_OUT)
        plan = Plan(files=args.files, steps=args.steps, seed=args.seed)
        trained = train_policy_alone if args.only_policy else train_values_alone if args.only_values else train
        print(trained(folder, plan, paths, held_out))
    except KeyboardInterrupt:
        print(f"\nflowforth: stopped; {folder} keeps the run, and the same command goes on from there", file=sys.stderr)
        raise
    return 0
