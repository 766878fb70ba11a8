"""`flowforth train`: trains the neural executor, or goes on where a run stopped."""

from __future__ import annotations

import argparse
import logging
import signal
import sys
from pathlib import Path

from dsl.errors import ConfigError
from flowforth.neural import require_neural, set_threads, weights_path

NAME = "train"
HELP = "train the neural executor; the same command goes on where a run stopped"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of the subcommand."""
    parser.add_argument(
        "--preset", default="small", metavar="NAME", help="tiny (minutes), small (hours on 2 cores) or large (one GPU) (default: small)"
    )
    parser.add_argument("--run-dir", required=True, metavar="DIR", help="folder of the run; a run that is there is gone on with")
    parser.add_argument(
        "--set", action="append", default=[], metavar="NAME=VALUE", help="another setting, such as steps=20000 or field.depth=6; repeatable; config.json lists them"
    )  # fmt: skip
    parser.add_argument(
        "--loss",
        action="append",
        default=[],
        metavar="NAME=WEIGHT",
        help="weight of a loss, such as flow=0, which switches it off; repeatable",
    )
    parser.add_argument("--seed", type=int, metavar="N", help="seed of data, weights and noise (default: 0)")
    parser.add_argument("--steps", type=int, metavar="N", help="length of the whole training (default: the preset's)")
    parser.add_argument(
        "--stop-after", type=int, metavar="N", help="stop at this step for now; the schedule stays that of the whole training"
    )
    parser.add_argument(
        "--from",
        dest="weights",
        metavar="WEIGHTS",
        help="begin a new run with the weights of another run or file; `shipped` names those of this version",
    )
    parser.add_argument(
        "--focus", action="store_true", help="with --from: measure those weights first, and train most on the words that they get wrong"
    )
    parser.add_argument(
        "--only-distance", action="store_true", help="train the distance between states alone, from exact ones; the fields stay as they are"
    )
    parser.add_argument("--deterministic", action="store_true", help="only algorithms that give equal results on every run of this machine")
    parser.add_argument("--threads", type=int, metavar="N", help="CPU threads (default: as many as there are cores)")


def main(args: argparse.Namespace) -> int:
    """Trains, and prints the run's folder."""
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format="flowforth: %(message)s")
    require_neural()
    set_threads(args.threads)
    from executor.losses import NAMES
    from executor.presets import preset, with_settings
    from executor.train import train

    settings = [*args.set, *(f"losses.{item}" for item in args.loss)]
    settings += [f"losses.{name}={float(name == 'taught')}" for name in NAMES if args.only_distance]
    settings += [f"seed={args.seed}"] if args.seed is not None else []
    settings += [f"steps={args.steps}"] if args.steps is not None else []
    folder = Path(args.run_dir)
    if folder.exists() and not folder.is_dir():
        raise ConfigError(f"--run-dir {folder} is a file; name a folder")
    # Whoever stops a job, or torchrun, sends this one: the run is kept as after Ctrl-C.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    weights = None if args.weights is None else weights_path(None if args.weights == "shipped" else args.weights)
    if args.focus and weights is None:
        raise ConfigError("--focus looks at the weights that a run begins with; name them with --from")
    config = with_settings(preset(args.preset), settings)
    try:
        if args.focus and weights is not None:
            from executor.focus import focused

            config = focused(config, folder, weights)
        train(
            config,
            folder,
            stop_after=args.stop_after,
            deterministic=args.deterministic,
            weights=weights,
        )
    except KeyboardInterrupt:
        print(f"\nflowforth: stopped; {folder} keeps the run, and the same command goes on from there", file=sys.stderr)
        raise
    print(folder)
    return 0
