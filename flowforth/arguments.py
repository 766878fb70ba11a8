"""Arguments that several subcommands share, and how they are read: the program, its inputs, the profile."""

from __future__ import annotations

import argparse
import difflib
import json
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from dsl.errors import ConfigError, DslError

if TYPE_CHECKING:
    from dsl.program import Program
    from dsl.types import Effect, Type
    from dsl.values import Profile, Value

Read = TypeVar("Read")


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A program with what it shall run on, checked to fit together."""

    program: Program
    text: str
    """The program's text, for showing a place in it."""
    inputs: tuple[Value, ...]
    constants: tuple[Value, ...]
    profile: Profile
    effect: Effect


def add_program(parser: argparse.ArgumentParser) -> None:
    """PROGRAM."""
    parser.add_argument(
        "program", metavar="PROGRAM", help="the program: its text, the name of a file that holds it, or - for standard input"
    )


def add_inputs(parser: argparse.ArgumentParser) -> None:
    """--input, --input-file, --constants, --profile."""
    parser.add_argument(
        "--input", action="append", default=[], metavar="JSON", help="one value to start with, as JSON; repeat it, the last one lies on top"
    )
    parser.add_argument("--input-file", metavar="FILE", help="a JSON list of the values to start with (- for standard input)")
    parser.add_argument("--constants", action="extend", nargs="+", default=[], metavar="JSON", help="values of c0, c1, c2, c3")
    add_profile(parser)


def add_profile(parser: argparse.ArgumentParser) -> None:
    """--profile."""
    parser.add_argument(
        "--profile", default="default", metavar="NAME", help="semantics and limits: default, deepcoder, lambdabeam, exedec, lists or rule"
    )


def add_json(parser: argparse.ArgumentParser) -> None:
    """--json."""
    parser.add_argument("--json", action="store_true", help="print one JSON document")


def read_job(args: argparse.Namespace) -> Job:
    """The program and its inputs from the command line. Raises `DslError` where they do not fit together."""
    from flowforth.running import typed

    text, name = program_text(args.program)
    inputs = read_inputs(args)
    constants = tuple(_value(item, f"--constants {i + 1}") for i, item in enumerate(args.constants))
    _check_constants(constants)
    program, effect = _explained(lambda: typed(text, inputs, constants, name=name), args.program, name)
    return Job(program=program, text=text, inputs=inputs, constants=constants, profile=read_profile(args.profile), effect=effect)


def read_program(argument: str) -> tuple[Program, str, str]:
    """The program that PROGRAM names or is, its text, and the file's name for messages."""
    from dsl.parser import parse

    text, name = program_text(argument)
    return _explained(lambda: parse(text, name=name), argument, name), text, name


def program_text(argument: str) -> tuple[str, str]:
    """The text of the program that PROGRAM names or is, and the file's name for messages."""
    from dsl.tasks.source import MAX_DOCUMENT, read_source

    if argument == "-" or _is_file(argument):
        source = read_source(argument, MAX_DOCUMENT)
        return source.text, source.name
    return argument, "<program>"


def read_inputs(args: argparse.Namespace) -> tuple[Value, ...]:
    """The values of --input and --input-file. Raises `DslError` saying which one is not a value."""
    if args.input and args.input_file:
        raise ConfigError("give the inputs by --input or by --input-file, not by both")
    if args.input_file == "-" and args.program == "-":
        raise ConfigError("standard input can be the program or the inputs, not both")
    if args.input_file:
        return _input_file(args.input_file)
    return tuple(_value(item, f"--input {i + 1}") for i, item in enumerate(args.input))


def read_profile(name: str) -> Profile:
    """The profile of that name."""
    from dsl.values import PROFILES

    if name not in PROFILES:
        raise ConfigError(f"no profile {name!r}{did_you_mean(name, PROFILES)}; the profiles are {', '.join(PROFILES)}")
    return PROFILES[name]


def read_types(items: list[str] | None) -> list[Type] | None:
    """The types of --types, written apart or in one argument: `Str Int`; None if there are none."""
    from dsl.types import parse_type

    return None if items is None else [parse_type(word) for item in items for word in item.split()]


def did_you_mean(word: str, known: Any) -> str:
    """`; did you mean ...?`, or nothing where nothing is near."""
    near = difflib.get_close_matches(word[:40], list(known), 1)
    return f"; did you mean {near[0]!r}?" if near else ""


def print_json(data: Any) -> None:
    """The one JSON document of --json."""
    json.dump(data, sys.stdout, ensure_ascii=False)
    print()


def _explained(read: Callable[[], Read], argument: str, name: str) -> Read:
    """What `read` gives; where a text that looks like a file's name is no program, the error says that there is no such file either."""
    try:
        return read()
    except DslError as error:
        looks_like_path = name == "<program>" and not any(c.isspace() for c in argument) and ("." in argument or os.sep in argument)
        if looks_like_path:
            raise DslError(f"{error}\n(there is no file {argument!r} either)") from None
        raise


def _is_file(argument: str) -> bool:
    try:
        return os.path.exists(argument) and not os.path.isdir(argument)
    except ValueError:  # a NUL byte
        return False


def _value(text: str, where: str) -> Value:
    from dsl.tasks.records import checked_type
    from dsl.tasks.strictjson import JsonError, parse_value

    try:
        value = parse_value(text)
    except JsonError as error:
        hint = f" (text stands in quotes: {where.split()[0]} '\"{text}\"')" if text[:40].isalpha() and len(text) <= 40 else ""
        raise DslError(f"{where}: {error}{hint}") from None
    checked_type(value, where, ())
    return value


def _input_file(path: str) -> tuple[Value, ...]:
    from dsl.tasks.records import checked_type
    from dsl.tasks.source import MAX_DOCUMENT, read_source
    from dsl.tasks.strictjson import JsonError, loads, locate, to_value

    source = read_source(path, MAX_DOCUMENT)
    try:
        data = loads(source.text)
    except JsonError as error:
        raise source.error(str(error), error.offset) from None
    if not isinstance(data, list):
        raise source.error("the inputs are a JSON list, one item for each value: [[1,2,3], 5]", 0)
    values: list[Value] = []
    for index, item in enumerate(data):
        try:
            value = to_value(item)
            checked_type(value, f"input {index + 1}", ())
        except (JsonError, DslError) as error:
            prefix = "" if isinstance(error, DslError) else f"input {index + 1}: "
            raise source.error(f"{prefix}{error}", locate(source.text, (index,))) from None
        values.append(value)
    return tuple(values)


def _check_constants(constants: tuple[Value, ...]) -> None:
    from dsl.program import NUM_CONSTANTS

    if len(constants) > NUM_CONSTANTS:
        raise ConfigError(f"{len(constants)} constants; there are {NUM_CONSTANTS}, c0 to c{NUM_CONSTANTS - 1}")
