"""Stack, dataflow and control words in the machine; `choose` in each of its executions."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from dsl.machine import run
from dsl.ops import OPS
from dsl.ops.table import Category
from dsl.parser import parse
from dsl.values import DEFAULT, FUEL, UNDERFLOW, Stuck
from tests.dsl.ops.scalar_rows import by_kernel, by_python, by_reference

LAWS = {
    # Each pair leaves the same stack: definitions of the words by each other, as in Factor's handbook.
    "1 2 over": "1 2 ( dup ) dip swap",
    "1 2 nip": "1 2 swap drop",
    "1 2 3 rot": "1 2 3 ( swap ) dip swap",
    "1 2 3 rot rot rot": "1 2 3",
    "5 ( inc ) keep": "5 dup ( inc ) dip",
    "5 ( inc ) ( dec ) bi": "5 ( inc ) keep dec",
    "5 9 ( inc ) ( dec ) bi*": "5 9 ( inc ) dip dec",
    "5 9 ( inc ) bi@": "5 9 ( inc ) ( inc ) bi*",
    "1 ( 2 ) call": "1 2",
    "3 true ( inc ) ( dec ) if": "3 inc",
    "3 false ( inc ) ( dec ) if": "3 dec",
    "3 true ( inc ) when": "3 inc",
    "3 false ( inc ) when": "3",
    "3 4 ( *2 ) times": "3 *2 *2 *2 *2",
    "3 0 ( *2 ) times": "3",
    "3 -5 ( *2 ) times": "3",
    "1 2 true choose": "1 2 true ( drop ) ( nip ) if",
    "1 2 false choose": "1 2 false ( drop ) ( nip ) if",
}


@pytest.mark.parametrize("left, right", LAWS.items())
def test_words_are_what_other_words_say(left: str, right: str) -> None:
    assert run(parse(left)) == run(parse(right)) != ()


@pytest.mark.parametrize("op", [op for op in OPS.values() if op.routing is not None], ids=lambda op: op.name)
def test_the_routing_is_the_effect(op) -> None:
    names = [str(kind) for kind in op.type.before.types]
    assert [names[i] for i in op.routing] == [str(kind) for kind in op.type.after.types]


def test_both_runs_of_bi_at_see_what_lies_below() -> None:
    assert run(parse("10 1 2 ( over + ) bi@")) == (10, 11, 12)
    assert run(parse("10 1 2 ( ( inc ) dip ) bi@")) == (12, 1, 2), "what the first run changes below, the second finds changed"


def test_bi_hands_on_the_stack_of_its_first_quotation() -> None:
    assert run(parse("7 5 ( + ) ( * ) bi")) == (60,)
    assert run(parse("7 5 2 ( + ) ( * ) bi*")) == (24,)


def test_a_stuck_body_stops_the_word() -> None:
    for program in (
        "1 0 ( 1 0 div ) dip",
        "0 ( 1 swap div ) keep",
        "0 ( 1 swap div ) ( inc ) bi",
        "0 1 ( 1 swap div ) ( inc ) bi*",
        "1 0 ( 1 swap div ) bi@",
        "0 1 ( 1 swap div ) bi@",
        "true ( 1 0 div ) ( ) if",
        "true ( 1 0 div drop ) when",
        "0 3 ( 1 swap div ) times",
    ):
        stack = run(parse(program))
        assert isinstance(stack, Stuck) and stack.reason == "undefined", program


def test_loops_end() -> None:
    assert run(parse("2147483647 ( ) times")) == (), "an empty body costs nothing and is not run"
    assert isinstance(stuck := run(parse("0 2147483647 ( inc ) times")), Stuck) and stuck.reason == FUEL.reason
    assert isinstance(stuck := run(parse(": nothing ; 2147483647 ( nothing ) times")), Stuck) and stuck.reason == FUEL.reason


def test_a_run_too_short_of_values_is_stuck() -> None:
    for word in ("dup", "swap", "1 over", "1 2 rot", "( inc ) dip", "1 ( inc ) bi@"):
        assert isinstance(stuck := run(parse(word)), Stuck) and stuck.reason == UNDERFLOW.reason, word


CHOICES = {
    "iib->i": (0, 5, -7),
    "bbb->b": (True, False),
    "ssb->s": ("", "a", "longer", "\u00e9"),
    "llb->l": ((), (1,), (3, 1, 2)),
    "nnb->n": ((), ("",), ("ab", "", "c"), ("x",)),
}


@pytest.mark.parametrize("signature", CHOICES)
def test_choose_gives_one_of_two_values(signature: str) -> None:
    op = OPS["choose"]
    for first, second, flag in itertools.product(CHOICES[signature], CHOICES[signature], (True, False)):
        expected = first if flag else second
        args = (first, second, flag)
        assert by_reference(op, args) == by_kernel(op, signature, args, DEFAULT, np.uint32) == by_python(op, args) == expected


def test_choose_has_a_kernel_for_every_layout() -> None:
    assert set(OPS["choose"].kernels) == set(CHOICES)
    lists = [((), ((1, 2), ()), True), (((3,), (1, 2)), ((),), True), (((3,), (1, 2)), ((),), False)]
    for args in lists:
        assert by_kernel(OPS["choose"], "nnb->n", args) == by_reference(OPS["choose"], args)


def test_every_word_of_these_families_is_structural_or_has_kernels() -> None:
    families = (Category.STACK, Category.DATAFLOW, Category.CONTROL)
    assert {op.name: op.kind for op in OPS.values() if op.category in families} == {
        **dict.fromkeys(("dup", "drop", "swap", "over", "nip", "rot"), "route"),
        **dict.fromkeys(("call", "dip", "keep", "bi", "bi*", "bi@", "if", "when", "times"), "control"),
        "choose": "value",
    }
