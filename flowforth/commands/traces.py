"""`flowforth traces`: random programs with everything that happens on their stacks, as JSONL for people or arrays for training."""

from __future__ import annotations

import argparse
import itertools
import json
import sys
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

from dsl.errors import ConfigError
from flowforth.arguments import add_profile, read_profile

if TYPE_CHECKING:
    from dsl.traces import TraceConfig

NAME = "traces"
HELP = "make traces of random well-typed programs, as JSONL or as arrays"


FEW = 1024
"""Programs in a batch up to which the references are quicker than loading, let alone compiling, a hundred kernels."""

IN_VAIN = 30
"""Batches without a program after which there is taken to be none."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of the subcommand."""
    parser.add_argument("--count", type=int, default=10, metavar="N", help="how many programs as JSONL (default: 10)")
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="equal seeds give equal traces (default: 0)")
    parser.add_argument(
        "--shard", default="0/1", metavar="I/N", help="this part of the sequence, for N processes side by side (default: 0/1)"
    )
    parser.add_argument(
        "--length", default="1-6", metavar="A-B", help="words of a program, a combinator with its quotations counting one (default: 1-6)"
    )
    parser.add_argument("--examples", type=int, default=3, metavar="N", help="examples of each program (default: 3)")
    parser.add_argument(
        "--types", action="append", metavar="TYPES", help="types that programs start from, such as 'List[Int] Int'; repeatable"
    )
    parser.add_argument(
        "--failing", type=float, default=0.25, metavar="SHARE", help="share of programs that end in a stuck word (default: 0.25)"
    )
    parser.add_argument("--npz", metavar="FILE", help="write one whole batch as arrays into this file instead")
    parser.add_argument(
        "--programs", type=int, default=256, metavar="N", help="programs begun in a batch; many, such as 16384, grow faster (default: 256)"
    )
    add_profile(parser)


def main(args: argparse.Namespace) -> int:
    """Prints one JSON object for each program, or writes the arrays."""
    if args.count < 1:
        raise ConfigError(f"--count {args.count} must be at least 1")
    from dsl.columns.uncompiled import uncompiled

    with uncompiled() if args.programs <= FEW else nullcontext():
        _write(args)
    return 0


def _write(args: argparse.Namespace) -> None:
    from dsl.traces import traces

    (shard, num_shards), left, in_vain = _pair("--shard", args.shard, "/"), args.count, 0
    for batch in traces(_config(args), shard=shard, num_shards=num_shards):
        in_vain = in_vain + 1 if not len(batch) else 0
        if in_vain == IN_VAIN:
            raise ConfigError(f"{IN_VAIN} batches without a program; no words lead from these types to one value in --length {args.length}")
        if args.npz and len(batch):
            batch.save(Path(args.npz))
            print(f"{len(batch)} programs, {batch.num_steps} steps, written to {args.npz}", file=sys.stderr)
            return
        for record in itertools.islice(batch.records(), left):
            print(json.dumps(record, ensure_ascii=False), flush=True)
            left -= 1
        if not left:
            return


def _config(args: argparse.Namespace) -> TraceConfig:
    from dsl.generate import INPUT_SHAPES, Generator
    from dsl.graph import parse_shape
    from dsl.traces import TraceConfig

    profile = read_profile(args.profile)
    low, high = _pair("--length", args.length, "-")
    # Columns are as wide as the profile allows, so traces have shorter lists and strings than programs may have.
    small = profile.with_limits(max_list=min(profile.max_list, 20), max_str=min(profile.max_str, 64))
    return TraceConfig(
        seed=args.seed, programs=args.programs, examples=args.examples, min_length=low, max_length=high, failing=args.failing,
        shapes=tuple(map(parse_shape, args.types)) if args.types else INPUT_SHAPES, generator=Generator(profile=small),
    )  # fmt: skip


def _pair(name: str, text: str, separator: str) -> tuple[int, int]:
    """Two numbers from `A-B` or `I/N`."""
    parts = text.split(separator)
    if len(parts) != 2 or not all(part.isdecimal() for part in parts):
        raise ConfigError(f"{name} {text!r} must be two numbers such as {'1-6' if separator == '-' else '0/2'}")
    return int(parts[0]), int(parts[1])
