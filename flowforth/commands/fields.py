"""`flowforth fields`: the learned fields for TensorBoard: figures, histograms, projectors, trajectories."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from flowforth.neural import require_neural, set_threads, weights_path

NAME = "fields"
HELP = "write what the learned op fields look like, for TensorBoard"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of the subcommand."""
    parser.add_argument(
        "weights", nargs="?", metavar="RUN|WEIGHTS", help="folder of a run, or a .safetensors file (default: the shipped weights)"
    )
    parser.add_argument("--logdir", required=True, metavar="DIR", help="folder for TensorBoard: `tensorboard --logdir DIR`")
    parser.add_argument("--op", action="append", default=[], metavar="WORD", help="only this word's figures; repeatable (default: all)")
    parser.add_argument("--png", metavar="DIR", help="write the figures as PNG files, too")
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="seed of the states that are shown (default: 0)")
    parser.add_argument("--threads", type=int, metavar="N", help="CPU threads (default: as many as there are cores)")


def main(args: argparse.Namespace) -> int:
    """Writes the event file and prints the folder."""
    require_neural()
    set_threads(args.threads)
    from executor.checkpoint import load_weights
    from executor.pictures import write_fields

    model, about = load_weights(weights_path(args.weights))
    count = write_fields(model, about, Path(args.logdir), ops=tuple(args.op), png=Path(args.png) if args.png else None, seed=args.seed)
    print(f"{count} figures written; look at them with: tensorboard --logdir {args.logdir}", file=sys.stderr)
    print(args.logdir)
    return 0
