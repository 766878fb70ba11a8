"""The finder of concatenations: on banks filled by hand, with what each answer gives computed here."""

import pytest

from dsl.program import Push
from dsl.types import INT, LIST_INT, STR
from search.exact.allowed import Allowed
from search.exact.pieces import MAX_ANSWERS, Pieces, joined, written_numbers
from search.term import Apply, Input, Literal
from tests.search.exact.small_bank import SmallBank, task


def evaluated(term, known, example):
    """The value of a term over `concat`, `int>str`, literals, and terms whose values are known."""
    if term in known:
        return known[term][example]
    if isinstance(term, Literal):
        return term.push.value
    assert isinstance(term, Apply)
    args = [evaluated(arg, known, example) for arg in term.args]
    return args[0] + args[1] if term.word == "concat" else str(args[0])


def text(value):
    return Literal(Push(value, STR))


def upper(term):
    return Apply("upper", (term,))


def right(bank, terms, known):
    assert terms
    for term in terms:
        for e, example in enumerate(bank.examples):
            assert evaluated(term, known, e) == example.output


def test_values_and_literals_are_joined():
    bank = SmallBank(task(("Ada", "Lovelace", "Lovelace, Ada"), ("Kay", "Jones", "Jones, Kay")))
    known = {Input(0): ("Ada", "Kay"), Input(1): ("Lovelace", "Jones")}
    for term, values in known.items():
        bank.add(STR, 0, term, values)
    terms = list(Pieces().look(bank))
    right(bank, terms, known)
    assert terms[0] == Apply("concat", (Apply("concat", (Input(1), text(", "))), Input(0)))


def test_ints_become_digits():
    bank = SmallBank(task(("a", "n=12;"), ("b", "n=7;")))
    bank.add(STR, 0, Input(0), ("a", "b")).add(INT, 1, Apply("len", (Input(0),)), (12, 7))
    terms = list(Pieces().look(bank))
    assert terms[0] == joined([text("n="), Apply("int>str", (Apply("len", (Input(0),)),)), text(";")])


def test_cheap_values_come_first():
    bank = SmallBank(task(("ab", "ab!"), ("cd", "cd!")))
    bank.add(STR, 0, Input(0), ("ab", "cd")).add(STR, 2, Apply("left", (Input(0), text("x"))), ("a", "c"))
    bank.add(STR, 2, Apply("right", (Input(0), text("x"))), ("b", "d"))
    terms = list(Pieces().look(bank))
    assert terms[0] == joined([Input(0), text("!")])
    assert len(terms) <= MAX_ANSWERS


def test_nothing_new_nothing_said():
    bank = SmallBank(task(("ab", "ab!"), ("cd", "cd!"))).add(STR, 0, Input(0), ("ab", "cd"))
    finder = Pieces()
    assert len(list(finder.look(bank))) == 1
    bank.level = 2
    assert list(finder.look(bank)) == []
    bank.add(STR, 1, upper(Input(0)), ("AB", "CD"))
    assert list(finder.look(bank)) == []


def test_new_values_are_looked_at():
    bank = SmallBank(task(("ab", "AB!ab"), ("cd", "CD!cd"))).add(STR, 0, Input(0), ("ab", "cd"))
    finder = Pieces()
    assert list(finder.look(bank)) == []
    bank.level = 2
    bank.add(STR, 1, upper(Input(0)), ("AB", "CD"))
    assert list(finder.look(bank)) == [joined([upper(Input(0)), text("!"), Input(0)])]


def test_parts_of_the_examples():
    bank = SmallBank(task(("ab", "ab!"), ("cd", "cd!"), ("ef", "-")))
    bank.add(STR, 0, Input(0), ("ab", "cd", "ef"))
    finder = Pieces()
    assert list(finder.look(bank)) == []
    finder.scan(bank, {0b011})
    ((cost, _, term),) = finder.ways(bank, 0b011, 100, 5)
    assert term == joined([Input(0), text("!")])
    assert cost == 20  # `concat`, a literal and an input, in tenths of a word
    assert list(finder.ways(bank, 0b011, 100, 5)) == []


def test_other_outputs_are_left_alone():
    assert list(Pieces().look(SmallBank(task(("a", 1))).add(STR, 0, Input(0), ("a",)))) == []
    assert list(Pieces().look(SmallBank(task(((1,), (1,)))).add(LIST_INT, 0, Input(0), ((1,),)))) == []


def test_a_task_without_text_inputs():
    bank = SmallBank(task((3, "<3>"), (12, "<12>"))).add(STR, 1, text("<"), ("<", "<")).add(INT, 0, Input(0), (3, 12))
    right(bank, list(Pieces().look(bank)), {Input(0): ("3", "12"), text("<"): ("<", "<")} | {Input(0): (3, 12)})


@pytest.mark.parametrize(
    ("text", "numbers"),
    [("a12b", [1, 2, 12]), ("-05", [-0, 5]), ("", []), ("7-3", [-3, 3, 7]), ("x100", [0, 1, 10, 100])],
)
def test_written_numbers(text, numbers):
    assert written_numbers(text).tolist() == numbers


def test_only_what_is_allowed():
    def bank():
        return SmallBank(task(("ab", "ab!"), ("cd", "cd!"))).add(STR, 0, Input(0), ("ab", "cd")).add(STR, 1, text("!"), ("!", "!"))

    assert list(Pieces(Allowed(words={"upper"})).look(bank())) == []
    (term,) = Pieces(Allowed(literals=False)).look(bank())
    assert term == joined([Input(0), text("!")])
    bare = SmallBank(task(("ab", "ab!"), ("cd", "cd!"))).add(STR, 0, Input(0), ("ab", "cd"))
    assert list(Pieces(Allowed(literals=False)).look(bare)) == []


def test_costs_of_words():
    bank = SmallBank(task(("ab", "ab!"), ("cd", "cd!"))).add(STR, 0, Input(0), ("ab", "cd"))
    finder = Pieces(Allowed(costs={"concat": 4}))
    assert [cost for cost, _, _ in finder.ways(bank, 0b11, 50, 5)] == []
    list(finder.look(bank))
    assert next(iter(Pieces(Allowed(costs={"concat": 4})).look(bank))) == joined([Input(0), text("!")])
