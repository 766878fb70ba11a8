"""How much the transfer functions know: every op on the same abstract arguments, in every domain, against `goldens/abstract.txt`.

Soundness alone is no guard: a transfer function that always said "any" would be sound. A change that makes one sharper, or
blunter, shows here as a changed line. `python -m tests.dsl.domains.test_sharpness` writes the file anew.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from dsl.analysis import Analysis
from dsl.domains import parity
from dsl.domains.characters import AT, BLANK, DIGIT, HYPHEN, LOWER, SPACE, UPPER
from dsl.domains.length import lengths
from dsl.domains.product import DOMAINS, Abstract, reduce
from dsl.domains.ranges import Range, exactly
from dsl.domains.transfers import boolean, integer, list_of, string
from dsl.effects import Fold
from dsl.errors import DslError
from dsl.ops import OPS
from dsl.ops.table import GENERIC, Marker, Op
from dsl.parser import parse
from dsl.program import Program, Word
from dsl.types import BOOL, INT, LIST_BOOL, LIST_INT, LIST_LIST_INT, LIST_STR, STR, Effect, ListOf, Type, Var
from dsl.unification import substitute
from dsl.values import DEFAULT

GOLDENS = Path(__file__).parent.parent / "goldens" / "abstract.txt"

TEXT, NAME = string(Range(3, 12), LOWER | UPPER | HYPHEN | BLANK | SPACE), string(Range(3, 12), LOWER | UPPER | HYPHEN)
ARGUMENTS: dict[Type, tuple[Abstract, ...]] = {
    INT: (
        integer(Range(2, 5)),
        integer(Range(-6, 8), parity.EVEN),
        integer(Range(10, 20), parity.EVEN),
        integer(Range(-9, -3)),
        integer(exactly(1)),
    ),
    BOOL: (boolean(None), boolean(True), boolean(False)),
    STR: (
        TEXT,
        string(exactly(1), HYPHEN),
        string(Range(1, 2), LOWER | HYPHEN),
        NAME,
        string(exactly(6), LOWER),
        string(Range(2, 4), DIGIT),
    ),
    LIST_INT: (
        list_of(integer(Range(1, 9), parity.ODD), Range(3, 6)),
        list_of(integer(Range(-9, -1), parity.ODD), exactly(2)),
        list_of(integer(Range(-8, 7)), exactly(2)),
        list_of(integer(Range(0, 4))),
    ),
    LIST_STR: (list_of(NAME, Range(1, 3)), list_of(string(exactly(1), AT), exactly(2))),
    LIST_BOOL: (list_of(boolean(True), Range(1, 4)), list_of(boolean(None), Range(0, 4))),
    LIST_LIST_INT: (
        list_of(list_of(integer(Range(1, 9), parity.ODD), Range(2, 3)), Range(2, 4)),
        replace(Abstract.top(LIST_LIST_INT), length=lengths(Range(0, 3), Range(0, 2))),
    ),
}
"""Abstract arguments of each type; the n-th call of an op takes the n-th (or so) of each."""

BODIES = (
    "inc",
    "even?",
    "0 >",
    "dup *",
    "+",
    "dup 5 > swap odd? and",
    "* +",
    "drop",
    "drop nip",
    "neg",
    "len",
    "dec dup drop",
    "abs",
    "swap -",
    ">",
    "drop 0 >",
)
NUM_CALLS = 5
TOLD = [op for op in OPS.values() if op.kind in ("value", "each")]
"""Routes and control words have no transfer functions; see `test_analysis`."""


def calls(op: Op) -> Iterator[tuple[Program, tuple[Abstract, ...]]]:
    """Some abstract calls of an op: its type variables filled with Int and Str, its quotations by the first bodies that fit."""
    wanted = [kind for kind in op.type.before.types if not isinstance(kind, Effect)]
    seen: list[tuple[Program, list[Abstract]]] = []
    generic = any(isinstance(kind, Var) or (isinstance(kind, ListOf) and isinstance(kind.item, Var)) for kind in wanted)
    for filling in (INT, STR) if generic and not op.num_quotations else (INT,):
        kinds = [substitute(kind, dict.fromkeys("abc", filling)) for kind in wanted]
        for number in range(NUM_CALLS):
            # Arguments of one type differ from each other, so that the transfer function sees which is which.
            args = [ARGUMENTS[kind][(number + kinds[:i].count(kind)) % len(ARGUMENTS[kind])] for i, kind in enumerate(kinds)]
            program = written(op, kinds, number)
            if program is not None and (program, args) not in seen:
                seen.append((program, args))
                yield program, tuple(args)


def written(op: Op, kinds: list[Type], number: int) -> Program | None:
    """The op with quotations that fit, others for other numbers."""
    bodies = [parse(f"( {body} )").body[0] for body in BODIES]
    shift, fits = number, []
    for code in range(len(bodies) ** op.num_quotations):
        chosen = [bodies[code // len(bodies) ** i % len(bodies)] for i in range(op.num_quotations)]
        words = (*chosen, Word(op.name))
        try:
            Fold.on(kinds).extend(words)
        except DslError:
            continue
        fits.append(Program(words))
        if len(fits) > shift:
            break
    return fits[-1] if fits else None


def shown(abstract: tuple[Abstract, ...] | None, domains: tuple[str, ...]) -> str:
    return "nothing" if abstract is None else ", ".join(value.show(domains) for value in abstract)


def told(op: Op) -> list[str]:
    """Every call of an op, what all the domains together say of its result, and what each says alone, in their order."""
    lines = []
    for program, args in calls(op):
        inputs = [reduce(arg, DEFAULT) for arg in args]
        alone = [shown(Analysis(domains=(name,)).run(program, [value.only((name,)) for value in inputs]), (name,)) for name in DOMAINS]
        lines.append(f"{shown(tuple(inputs), tuple(DOMAINS))} | {program}")
        lines.append(f"    {shown(Analysis().run(program, inputs), tuple(DOMAINS))}")
        lines.append(f"    alone: {'; '.join(alone)}")
    return lines


def golden_text() -> str:
    """All the ops that compute something, in table order."""
    return "\n".join(line for op in TOLD for line in told(op)) + "\n"


def test_goldens() -> None:
    assert golden_text() == GOLDENS.read_text(encoding="utf-8")


@pytest.mark.parametrize("op", TOLD, ids=lambda op: op.name)
def test_a_generic_row_would_show(op: Op, monkeypatch: pytest.MonkeyPatch) -> None:
    """The goldens would differ if the row said no more than its type."""
    before = told(op)
    blunt = replace(op, domains=dict.fromkeys(DOMAINS, GENERIC))
    monkeypatch.setattr("dsl.ops.OPS", {**OPS, op.name: blunt})
    assert told(blunt) != before


@pytest.mark.parametrize("name", DOMAINS)
def test_no_value_op_leaves_a_domain_to_the_generic_transfer(name: str) -> None:
    """Every op of today's table has something sharper to say, or an exact "nothing more is true", in one whole function."""
    generic = [op.name for op in OPS.values() if op.kind in ("value", "each") and isinstance(op.domains[name], Marker)]
    assert generic == []


if __name__ == "__main__":
    GOLDENS.write_text(golden_text(), encoding="utf-8")
