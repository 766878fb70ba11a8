"""`flowforth graph`: the shortest ways from one stack shape to another, as text or SVG."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import Any

from dsl.errors import ConfigError
from flowforth.arguments import add_json, print_json

NAME = "graph"
HELP = "list the shortest ways from one stack shape to another, and the words that make each step"
MAX_PLANS, MAX_LENGTH, MAX_SHAPE = 1000, 12, 3
"""Limits that keep a search within a second or two."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of the subcommand."""
    parser.add_argument(
        "--from", required=True, dest="source", metavar="TYPES", help="types on the stack at the start, top last, such as 'Str Int'"
    )
    parser.add_argument("--to", required=True, dest="target", metavar="TYPES", help="types wanted on the stack at the end")
    parser.add_argument("--k", type=int, default=10, metavar="N", help="how many plans (default: 10)")
    parser.add_argument("--max-length", type=int, default=6, metavar="N", help="most words of a plan (default: 6)")
    parser.add_argument("--quotations", action="store_true", help="also plan with words that take quotations, such as map")
    parser.add_argument("--literals", action="store_true", help="also plan with literals pushed on the way")
    parser.add_argument("--svg", metavar="FILE", help="draw the plans into this file")
    add_json(parser)


def main(args: argparse.Namespace) -> int:
    """Prints the plans; exit code 1 if there is none."""
    from dsl.graph import parse_shape, plans_svg, plans_text, shortest_plans

    source, target = parse_shape(args.source), parse_shape(args.target)
    for name, value, most in (("--k", args.k, MAX_PLANS), ("--max-length", args.max_length, MAX_LENGTH)):
        if not 1 <= value <= most:
            raise ConfigError(f"{name} {value} must lie in 1..{most}")
    if max(len(source), len(target)) > MAX_SHAPE:
        raise ConfigError(f"a shape of {max(len(source), len(target))} types; the search takes at most {MAX_SHAPE}")
    plans = shortest_plans(source, target, args.k, args.max_length, quotations=args.quotations, literals=args.literals)
    if args.svg and plans:
        _write(Path(args.svg), plans_svg(plans))
    if args.json:
        print_json([_json(plan) for plan in plans])
    else:
        print(plans_text(plans) if plans else f"no way of at most {args.max_length} words")
    return 0 if plans else 1


def _write(path: Path, text: str) -> None:
    """Writes a whole file: under another name first, then renamed."""
    part = path.with_name(f".{path.name}.part")
    part.write_text(text, encoding="utf-8")
    os.replace(part, path)


def _json(plan: Any) -> dict[str, Any]:
    return {
        "shapes": [[str(kind) for kind in shape] for shape in plan.shapes],
        "words": [list(words) for words in plan.words],
        "ways": plan.ways,
    }
