"""The console command. Answers go to standard output, everything else to standard error.

Exit codes: 0 for an answer, 1 for none (the program got stuck, none was found), 2 for a mistake of the user, 70 for one of ours,
130 after Ctrl-C. Nothing but argparse and the subcommand's own file is imported before it runs, so that it starts at once.
"""

from __future__ import annotations

import argparse
import io
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import NoReturn

from dsl.errors import DslError

COMMANDS = (
    "solve", "run", "trace", "python", "ops", "graph", "tasks", "traces", "bench", "report", "warm", "train", "train-prior", "eval", "fields",
)  # fmt: skip
"""The subcommands, in the order of `--help`: modules of `flowforth.commands` with `NAME`, `HELP`, `add_arguments(parser)` and
`main(args) -> exit code`."""

NO_ANSWER, USER_ERROR, OUR_ERROR, INTERRUPTED = 1, 2, 70, 130
ISSUES = "please report it with the command and its input (FLOWFORTH_DEBUG=1 shows the details)"


class UsageError(DslError):
    """Arguments that argparse refuses."""


class _Parser(argparse.ArgumentParser):
    """A parser that raises instead of printing and exiting, so that every mistake is reported in one way."""

    def error(self, message: str) -> NoReturn:
        if message.startswith("unrecognized arguments: ") and not message.startswith("unrecognized arguments: -"):
            message += "; a program of several words stands in quotes, as one argument"
        raise UsageError(f"{message} (see {self.prog} --help)")


class _Version(argparse.Action):
    """`--version`, looked up only when asked for."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> NoReturn:
        from importlib.metadata import version

        print(f"flowforth {version('flowforth')}")
        parser.exit()


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one subcommand and gives its exit code."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # a terminal that cannot show a character gets its escape
    try:
        arguments = sys.argv[1:] if argv is None else argv
        args = _parser(arguments).parse_args(arguments)
        code = args.main(args)
        print(end="", flush=True)  # now, so that a reader who has gone is noticed here
        return code
    except BrokenPipeError:
        # The reader has gone (`| head`). Python would complain once more when it closes the stream.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        return INTERRUPTED
    except (DslError, OSError) as error:
        return _report(str(error), USER_ERROR)
    except MemoryError:
        return _report("out of memory; try a smaller program or input", USER_ERROR)
    except Exception as error:  # everything else is our mistake: the user gets one line, and the way to the details
        if os.environ.get("FLOWFORTH_DEBUG"):
            raise
        return _report(f"internal error: {type(error).__name__}: {error}; {ISSUES}", OUR_ERROR)


def _report(message: str, code: int) -> int:
    # An argument that was not UTF-8 holds halves of surrogate pairs, which no stream can write.
    print(f"flowforth: error: {message}".encode(errors="backslashreplace").decode(), file=sys.stderr)
    return code


def _parser(arguments: Sequence[str]) -> argparse.ArgumentParser:
    """The parser of these arguments: with the one subcommand that they name, else with all of them."""
    parser = _Parser(prog="flowforth", description="Programs from examples, in a typed stack language.", allow_abbrev=False)
    parser.add_argument("--version", action=_Version, nargs=0, help="show the version and exit")
    commands = parser.add_subparsers(metavar="COMMAND", required=True, parser_class=_Parser)
    for name in arguments[:1] if arguments and arguments[0] in COMMANDS else COMMANDS:
        module = import_module(f"flowforth.commands.{name.replace('-', '_')}")
        command = commands.add_parser(module.NAME, help=module.HELP, description=module.HELP, allow_abbrev=False)
        module.add_arguments(command)
        command.set_defaults(main=module.main)
    return parser
