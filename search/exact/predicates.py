"""Conditions beyond the Bool values of the bank, which keeps one for each choice of examples: many that tell examples apart alike.

Which of several conditions is meant, the examples do not say; so those that people write are made here in numbers, from inputs and cheap
values: tests of text against literals and against each other, thresholds of numbers, and comparisons.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from itertools import combinations
from typing import TYPE_CHECKING

from dsl.program import Push
from dsl.types import INT, STR, Type, type_of
from dsl.values import Value
from search.exact.allowed import UNIT, Allowed
from search.exact.trees import Predicate
from search.term import Apply, Input, Literal, Term, subterms

if TYPE_CHECKING:
    from search.exact.enumerate import Enumerator

MAX_SUBJECTS = 80
"""Values that conditions are made about."""
SAME_WORD = UNIT // 5
"""What a comparison of two inputs costs less if the same was done to both."""
MAX_COMPARED = 24
"""Values of which each is compared with each."""
MAX_MARKS = 16
"""Literals that texts are tested for."""
MAX_LENGTH = 24
"""Longest literal of a condition."""
MEMORY = UNIT // 2
"""What a literal costs more that is one example's whole input, and not a constant of the task."""

_TEXT_TESTS: dict[str, Callable[[str, str], bool]] = {
    "contains?": lambda text, mark: mark in text,
    "starts?": str.startswith,
    "ends?": str.endswith,
}

Valued = tuple[int, tuple[Value, ...], Callable[[], Term]]
"""Cost in tenths, values over the examples, how to make the term."""
Made = tuple[str, int, int, Callable[[], Term], Callable[[], Term]]
"""A word, the cost of its arguments, where it holds, and how to make the arguments."""


def predicates(bank: Enumerator, most: int, allowed: Allowed) -> list[Predicate]:
    """Conditions over values of cost up to `most`, cheapest first."""
    texts, numbers = list(cheap(bank, STR, most)), list(cheap(bank, INT, most))
    marks = [(value, valued) for valued in cheap(bank, STR, 3) if isinstance(value := _constant(valued), str) and value][:MAX_MARKS]
    texts = [valued for valued in texts if _constant(valued) is None]
    numbers = [valued for valued in numbers if _constant(valued) is None]
    found = [*_marked(texts, [valued for _, valued in marks]), *_compared(numbers, texts)]
    if allowed.literals:
        found += [*_equal_inputs(texts), *_thresholds(numbers)]
    everything = (1 << len(bank.examples)) - 1
    priced = [
        Predicate(cost + allowed.cost(word), truth, partial(_applied, word, first, second))
        for word, cost, truth, first, second in found
        if truth not in (0, everything) and word in allowed.words
    ]
    return sorted(priced, key=lambda test: test.cost)


def cheap(bank: Enumerator, kind: Type, most: int) -> Iterator[Valued]:
    """The first few values of a type, up to a cost."""
    if kind not in bank.kinds:
        return
    numbers = [number for cost, first, past in bank.runs(kind) if cost <= most for number in range(first, min(past, first + MAX_SUBJECTS))]
    numbers = numbers[:MAX_SUBJECTS]
    for number, values in zip(numbers, bank.decode(kind, numbers), strict=True):
        yield UNIT * bank.cost(kind, number) + 1, values, partial(bank.term, kind, number)


def truth_of(flags: Iterable[bool]) -> int:
    """The mask of the examples whose flag is set."""
    return sum(1 << e for e, flag in enumerate(flags) if flag)


def _constant(valued: Valued) -> Value | None:
    """The value of a literal; None for what only happens to be the same in all the examples."""
    return valued[1][0] if len(set(valued[1])) == 1 and isinstance(valued[2](), Literal) else None


def _marked(texts: Sequence[Valued], marks: Sequence[Valued]) -> Iterator[Made]:
    """Tests of texts for literals."""
    for cost, values, make in texts:
        for price, mark, make_mark in marks:
            for word, holds in _TEXT_TESTS.items():
                truth = truth_of(holds(str(text), str(m)) for text, m in zip(values, mark, strict=True))
                yield (word, cost + price, truth, make, make_mark)


def _equal_inputs(texts: Sequence[Valued]) -> Iterator[Made]:
    """Tests of an input for being one of the values that it has."""
    for cost, values, make in texts:
        if cost >= UNIT:
            continue
        for value in dict.fromkeys(values):
            if len(str(value)) <= MAX_LENGTH:
                truth = truth_of(other == value for other in values)
                yield ("=", cost + UNIT + MEMORY, truth, make, partial(_literal, value))


def _thresholds(numbers: Sequence[Valued]) -> Iterator[Made]:
    """Tests of numbers against bounds between their values, the roundest ones, and for 0."""
    for cost, values, make in numbers:
        ints = [value for value in values if isinstance(value, int)]
        for low, high in zip(sorted(set(ints)), sorted(set(ints))[1:], strict=False):
            bound = roundest(low + 1, high)
            price = cost + UNIT + (MEMORY if abs(bound) > 10 else 0)
            yield ("<", price, truth_of(value < bound for value in ints), make, partial(_literal, bound))
            yield (">", price, truth_of(value > bound - 1 for value in ints), make, partial(_literal, bound - 1))
        for value in (0, 1, -1):
            if value in ints:
                yield ("=", cost + UNIT, truth_of(other == value for other in ints), make, partial(_literal, value))


def roundest(low: int, high: int) -> int:
    """The int in low..high that ends in most zeros: 0 if it is there; the first such."""
    if low <= 0 <= high:
        return 0
    step = 1
    while -(-low // (step * 10)) * step * 10 <= high:
        step *= 10
    return -(-low // step) * step


def _compared(numbers: Sequence[Valued], texts: Sequence[Valued]) -> Iterator[Made]:
    """Comparisons of numbers with each other, and of texts with each other."""
    for a, b in combinations(numbers[:MAX_COMPARED], 2):
        for word, holds in (("<", int.__lt__), (">", int.__gt__), ("=", int.__eq__)):
            yield (word, a[0] + b[0], truth_of(holds(int(x), int(y)) for x, y in zip(a[1], b[1], strict=True)), a[2], b[2])  # type: ignore[arg-type]
    terms = {id(valued): valued[2]() for valued in texts}
    # What is made of one input alone is compared first.
    texts = sorted(texts, key=lambda valued: (valued[0], sum(isinstance(part, Input) for part in subterms(terms[id(valued)]))))
    for a, b in combinations(texts[:MAX_COMPARED], 2):
        liked = SAME_WORD * _same_word(terms[id(a)], terms[id(b)])
        yield ("=", a[0] + b[0] - liked, truth_of(x == y for x, y in zip(a[1], b[1], strict=True)), a[2], b[2])
        for text, mark in ((a, b), (b, a)):
            for word, holds in _TEXT_TESTS.items():
                truth = truth_of(holds(str(x), str(y)) for x, y in zip(text[1], mark[1], strict=True))
                yield (word, text[0] + mark[0] - liked, truth, text[2], mark[2])


def _same_word(a: Term, b: Term) -> bool:
    """Whether two terms are one word on two inputs, such as both in lower case."""
    if not (isinstance(a, Apply) and isinstance(b, Apply) and a.word == b.word):
        return False
    return a.args != b.args and a.args[1:] == b.args[1:] and isinstance(a.args[0], Input) and isinstance(b.args[0], Input)


def _literal(value: Value) -> Term:
    return Literal(Push(value, type_of(value)))


def _applied(word: str, first: Callable[[], Term], second: Callable[[], Term]) -> Term:
    return Apply(word, (first(), second()))
