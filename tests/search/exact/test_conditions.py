"""The finder of answers by cases: on banks filled by hand, with trees evaluated here."""

import pytest

from dsl.program import Push
from dsl.types import BOOL, INT, STR, type_of
from search.exact.allowed import UNIT, Allowed
from search.exact.conditions import Conditions
from search.exact.pieces import Pieces
from search.exact.predicates import predicates, roundest
from search.exact.trees import Forest, Leaf, Predicate, num_leaves, term_of
from search.term import Apply, Branch, Input, Literal
from tests.search.exact.small_bank import SmallBank, task

WORDS = {
    "contains?": lambda a, b: b in a, "starts?": str.startswith, "ends?": str.endswith, "=": lambda a, b: a == b, "<": lambda a, b: a < b,
    ">": lambda a, b: a > b, "concat": lambda a, b: a + b, "upper": str.upper, "len": len, "not": lambda a: not a,
    "and": lambda a, b: a and b, "or": lambda a, b: a or b,
}  # fmt: skip


def evaluated(term, inputs):
    if isinstance(term, Input):
        return inputs[term.index]
    if isinstance(term, Literal):
        return term.push.value
    if isinstance(term, Branch):
        return evaluated(term.then if evaluated(term.condition, inputs) else term.other, inputs)
    return WORDS[term.word](*(evaluated(arg, inputs) for arg in term.args))


def literal(value):
    return Literal(Push(value, type_of(value)))


def filled(rows, terms, level=6):
    """A bank with these terms: (cost, term)."""
    bank = SmallBank(task(*rows))
    bank.level = level
    for cost, term in terms:
        values = [evaluated(term, example.inputs) for example in bank.examples]
        bank.add(type_of(values[0]), cost, term, values)
    return bank


def found(bank, finder=None):
    """What the finder says, each checked on the examples."""
    finder = Conditions() if finder is None else finder
    for name in ("levels one and two",):
        level, bank.level = bank.level, min(bank.level, 2)
        terms = list(finder.look(bank))
        bank.level = level
        terms += list(finder.look(bank)) if name else []
    for term in terms:
        for example in bank.examples:
            assert evaluated(term, example.inputs) == example.output, term
    return terms


def upper(term):
    return Apply("upper", (term,))


def test_two_values_and_a_condition_of_the_bank():
    flag = Apply("contains?", (Input(0), literal("-")))
    bank = filled(
        [("a-", "A-"), ("b", "b"), ("c-", "C-"), ("d", "d")],
        [(0, Input(0)), (1, literal("-")), (1, upper(Input(0))), (2, flag)],
    )
    assert Branch(flag, upper(Input(0)), Input(0)) in found(bank)


def test_conditions_that_the_bank_lacks():
    bank = filled(
        [("yes", 5, "yes"), ("no", 50, "NO"), ("yes", 70, "YES"), ("no", 7, "no")], [(0, Input(0)), (0, Input(1)), (1, upper(Input(0)))]
    )
    assert Branch(Apply("<", (Input(1), literal(10))), Input(0), upper(Input(0))) in found(bank)


def test_case_tables():
    rows = [("43%", "In Progress"), ("0%", "Not Yet Started"), ("52%", "In Progress"), ("100%", "Completed")]
    terms = found(filled(rows, [(0, Input(0))]))
    assert any(isinstance(term, Branch) and isinstance(term.other, Branch) for term in terms)


def test_leaves_of_pieces():
    rows = [("a", "x", "<a>"), ("b", "y", "b"), ("c", "x", "<c>"), ("d", "y", "d")]
    bank = filled(rows, [(0, Input(0)), (0, Input(1))])
    assert found(bank) == []
    terms = found(bank, Conditions(Pieces()))
    inner = Apply("concat", (Apply("concat", (literal("<"), Input(0))), literal(">")))
    assert any(isinstance(term, Branch) and {term.then, term.other} == {inner, Input(0)} for term in terms)


def test_memorising_is_not_offered():
    assert found(filled([("a", "p"), ("b", "q"), ("c", "r")], [(0, Input(0))])) == []
    assert found(filled([("a", "p"), ("b", "q")], [(0, Input(0)), (1, literal("p")), (1, literal("q"))])) == []
    assert found(filled([("a", "p"), ("b", "q"), ("a", "p")], [(0, Input(0)), (1, literal("p")), (1, literal("q"))])) == []


def test_large_trees_wait():
    rows = [("a", "x", "<a>"), ("b", "y", "b"), ("c", "x", "<c>"), ("d", "y", "d")]
    bank = filled(rows, [(0, Input(0)), (0, Input(1))], level=1)
    finder = Conditions(Pieces())
    assert list(finder.look(bank)) == []
    bank.level = 6
    assert list(finder.look(bank))
    assert list(finder.look(bank)) == []


def test_bools_are_joined():
    rows = [("a-+", True), ("b-", False), ("c+", False), ("d", False), ("e-+", True)]
    flags = [Apply("contains?", (Input(0), literal(mark))) for mark in "-+"]
    terms = found(filled(rows, [(0, Input(0)), *((2, flag) for flag in flags)]))
    assert Apply("and", tuple(flags)) in terms


def test_predicates_hold_where_they_say():
    bank = filled(
        [("ab", 5, "x"), ("cd-", -3, "y"), ("ab-ef", 40, "z")],
        [(0, Input(0)), (0, Input(1)), (1, literal("-")), (1, upper(Input(0))), (1, Apply("len", (Input(0),)))],
    )
    tests = predicates(bank, 2, Allowed())
    assert [test.cost for test in tests] == sorted(test.cost for test in tests)
    assert {"<", ">", "contains?", "ends?", "="} <= {test.make().word for test in tests}
    for test in tests:
        assert test.truth == sum(1 << e for e, example in enumerate(bank.examples) if evaluated(test.make(), example.inputs))


@pytest.mark.parametrize(("low", "high", "bound"), [(-3, 4, 0), (7, 13, 10), (6, 9, 6), (95, 140, 100), (-14, -6, -10), (12, 12, 12)])
def test_roundest(low, high, bound):
    assert roundest(low, high) == bound


class TestForest:
    leaves = {0b0011: "a", 0b1000: "b", 0b0100: "c"}  # noqa: RUF012

    def leaf(self, examples):
        return [Leaf(UNIT, lambda n=name: literal(n), name) for mask, name in self.leaves.items() if mask & examples == examples]

    def splits(self, *truths):
        return [Predicate(UNIT, truth, lambda truth=truth: literal(truth)) for truth in truths]

    def test_depth(self):
        forest = Forest(self.leaf, self.splits(0b0011, 0b1000), 4)
        assert forest.best(0b1111, 1, 5) == []
        trees = forest.best(0b1111, 2, 5)
        assert num_leaves(trees[0]) == 3
        assert trees[0].cost == 7 * UNIT
        assert isinstance(term_of(trees[0]), Branch)

    def test_most_leaves(self):
        assert Forest(self.leaf, self.splits(0b0011, 0b1000), 2).best(0b1111, 3, 5) == []

    def test_cheapest_first(self):
        trees = Forest(self.leaf, self.splits(0b0011, 0b1000, 0b0001), 4).best(0b1111, 3, 9)
        assert [tree.cost for tree in trees] == sorted(tree.cost for tree in trees)


def test_kinds_without_values():
    bank = filled([(1, 2), (2, 3), (5, 5)], [(0, Input(0))])
    assert INT in bank.kinds and STR not in bank.kinds and BOOL not in bank.kinds
    assert all(isinstance(term, Branch) for term in found(bank))


def test_only_what_is_allowed():
    rows = [("yes", 5, "yes"), ("no", 50, "NO"), ("yes", 70, "YES"), ("no", 7, "no")]
    terms = [(0, Input(0)), (0, Input(1)), (1, upper(Input(0)))]
    assert found(filled(rows, terms))
    assert found(filled(rows, terms), Conditions(allowed=Allowed(literals=False))) == []
    assert found(filled(rows, terms), Conditions(allowed=Allowed(words={"<", ">"}))) == []
    assert all(">" in str(term) for term in found(filled(rows, terms), Conditions(allowed=Allowed(words={">", "if"}))))


def test_conditions_are_made_at_whatever_level_it_is_asked_first():
    rows = [("yes", 5, "yes"), ("no", 50, "NO"), ("yes", 70, "YES"), ("no", 7, "no")]
    bank = filled(rows, [(0, Input(0)), (0, Input(1)), (1, upper(Input(0)))], level=6)
    assert Branch(Apply("<", (Input(1), literal(10))), Input(0), upper(Input(0))) in list(Conditions().look(bank))
