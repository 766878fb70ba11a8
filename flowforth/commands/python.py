"""`flowforth python`: a program as a readable, typed Python function."""

from __future__ import annotations

import argparse

from flowforth.arguments import add_profile, add_program, read_profile, read_program, read_types

NAME = "python"
HELP = "print a program as a readable, typed Python function"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of the subcommand."""
    add_program(parser)
    parser.add_argument(
        "--types", nargs="*", metavar="TYPE", help="types of the inputs, the last one on top, such as 'List[Int] Int' (default: inferred)"
    )
    parser.add_argument("--name", default="program", help="name of the function")
    add_profile(parser)


def main(args: argparse.Namespace) -> int:
    """Prints the source; nothing is executed."""
    from dsl.errors import StackError
    from dsl.python import render
    from flowforth.running import placed

    profile, types = read_profile(args.profile), read_types(args.types)
    program, text, name = read_program(args.program)
    try:
        print(render(program, types, name=args.name, profile=profile), end="")
    except StackError as error:
        raise placed(error, text, name) from None
    return 0
