"""Tasks as SyGuS texts: version 1 into version 2, grammars made here, and nothing of what is held out."""

from __future__ import annotations

import pytest

from benchmarks.peers import sygus
from benchmarks.peers.smtlib import read_node
from dsl.tasks import Task
from dsl.tasks.records import Example
from dsl.tasks.sexpr import Group, read

V1 = """(set-logic SLIA)
(synth-fun f ((name String) (n Int)) String
    ((Start String (ntString))
     (ntString String (name " " "a""b" "\\x41" (str.++ ntString ntString) (int.to.str ntInt)))
     (ntInt Int (n 0 -1 (str.to.int ntString) (- ntInt ntInt)))))
(constraint (= (f "x" 1) "x1"))
(check-synth)
"""
V2 = (
    '(synth-fun f ((name String) (n Int)) String ((Start String) (ntString String) (ntInt Int)) ((Start String (ntString)) '
    '(ntString String (name " " "a""b" "A" (str.++ ntString ntString) (str.from_int ntInt))) '
    "(ntInt Int (n 0 (- 1) (str.to_int ntString) (- ntInt ntInt)))))"
)  # fmt: skip


def task(*examples: tuple, held_out: tuple = ()) -> Task:
    return Task(
        name="t",
        examples=tuple(Example(tuple(row[:-1]), row[-1]) for row in examples),
        held_out=tuple(Example(tuple(row[:-1]), row[-1]) for row in held_out),
    )


def test_version_1_becomes_version_2():
    assert sygus.converted(V1) == V2


def test_version_2_stays_as_it_is():
    assert sygus.converted(V2) == V2


@pytest.mark.parametrize(
    "text",
    ["(set-logic SLIA)", "(synth-fun f ((x Int)) Int)", "(synth-fun f ((x Int)) Int ((Start Int)))", "(synth-fun f ((x Int)) Int x)"],
)
def test_without_a_grammar(text):
    with pytest.raises(ValueError):
        sygus.converted(text)


def test_the_constraints_are_the_examples_and_nothing_else():
    text = sygus.text_of(task(("x", -1, "a\n"), ("y", 2, 'q"'), held_out=(("SECRET", 3, "HIDDEN"),)), V2)
    assert '(constraint (= (f "x" (- 1)) "a\\u{a}"))' in text
    assert '(constraint (= (f "y" 2) "q"""))' in text
    assert "SECRET" not in text
    assert "HIDDEN" not in text
    assert [node.head for node in read(text) if isinstance(node, Group)] == [
        "set-logic",
        "synth-fun",
        "constraint",
        "constraint",
        "check-synth",
    ]


@pytest.mark.parametrize(
    ("rows", "constants"),
    [
        ((("ab", "a"), ("cd", "c")), ("", "-", 0, 1, -1)),
        ((("ab", 1), ("cd", 2)), ()),
        ((("ab", "b", True), ("cd", "x", False)), (" ",)),
        (((1, 2), (2, 4)), (2, 0, -3)),
        (((1, 2), (2, 4)), ()),
        (((True, 1), (False, 0)), ()),
        (((1, "x"), (2, "y")), ("x", chr(0x10FFFF))),
        ((("a", 1, True, "b"), ("b", 2, False, "b")), ("b", 7, True)),
    ],
)
def test_grammars_made_here(rows, constants):
    """Every name in the rules is declared, every rule has a term, the start symbol has the sort of the output."""
    made = sygus.made(task(*rows), constants)
    node = read_node(made)
    assert isinstance(node, Group)
    _, _, arguments, sort, declared, rules = node.items
    names = [item.items[0].text for item in declared.items]
    assert [rule.items[0].text for rule in rules.items] == names
    assert all(rule.items[2].items for rule in rules.items)
    assert rules.items[0].items[1].text == sort.text
    known = {*names, *(item.items[0].text for item in arguments.items)}
    for rule in rules.items:
        for term in rule.items[2].items:
            if isinstance(term, Group) and not (term.head == "-" and len(term.items) == 2):
                assert {item.text for item in term.items[1:]} <= known, term
    assert sygus.agree(made, task(*rows))
    assert not any(chr(0x10FFFF) in text for text in (made,))


def test_division_is_by_constants_other_than_zero():
    made = sygus.made(task((1, 2), (2, 4)), (0, 2, -3))
    assert "(div I D)" in made
    assert "(D Int (2 (- 3)))" in made
    assert "div" not in sygus.made(task((1, 2), (2, 4)), (0,))


def test_other_types_are_not_supported():
    assert sygus.supported(task(("a", 1, True)))
    assert not sygus.supported(task(((1, 2), 1)))
    assert not sygus.supported(task((chr(0x10FFFF), 1)))
