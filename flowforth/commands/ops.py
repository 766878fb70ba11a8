"""`flowforth ops`: the words of the language, from the op table."""

from __future__ import annotations

import argparse

from dsl.errors import ConfigError, DslError
from flowforth.arguments import add_json, did_you_mean, print_json

NAME = "ops"
HELP = "list the words of the language, or say all about one"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of the subcommand."""
    parser.add_argument("word", nargs="?", metavar="WORD", help="the word to explain (default: list all)")
    parser.add_argument("--category", metavar="NAME", help="list one category only, such as lists or strings")
    parser.add_argument("--coverage", action="store_true", help="count kernels and transfer functions over the table")
    parser.add_argument("--markdown", action="store_true", help="print docs/ops.md")
    add_json(parser)


def main(args: argparse.Namespace) -> int:
    """Prints the table, or one row, or counts."""
    from dsl.ops import OPS
    from flowforth import reference

    if sum(map(bool, (args.word, args.category, args.coverage, args.markdown))) > 1:
        raise ConfigError("give one of WORD, --category, --coverage and --markdown")
    if args.markdown:
        print(reference.markdown(), end="")
    elif args.coverage:
        if args.json:
            print_json(reference.coverage())
        else:
            print(reference.coverage_text())
    elif args.word is not None:
        op = OPS.get(args.word)
        if op is None:
            raise DslError(f"unknown word {args.word!r}{_hint(args.word)}")
        if args.json:
            print_json(reference.op_json(op))
        else:
            print(reference.description(op))
    else:
        rows = [op for op in OPS.values() if args.category in (None, op.category.value)]
        if args.category is not None and not rows:
            categories = list(dict.fromkeys(op.category.value for op in OPS.values()))
            raise ConfigError(
                f"no category {args.category!r}{did_you_mean(args.category, categories)}; the categories are {', '.join(categories)}"
            )
        if args.json:
            print_json([reference.op_json(op) for op in rows])
        else:
            print(reference.listing(rows))
    return 0


def _hint(word: str) -> str:
    """What the word may be called here: an op that a suite calls so, or one that is spelt alike."""
    from dsl.ops import OPS

    aliased = [op.name for op in OPS.values() if word.lower() in (alias.lower() for alias in op.suites.values())]
    if aliased:
        return f"; here it is called {' or '.join(map(repr, aliased))}"
    return did_you_mean(word.lower(), OPS) or "; `flowforth ops` lists the words"
