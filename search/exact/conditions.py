"""Answers by cases: a condition that tells apart the examples on which two cheap values are right, and trees of such conditions.

Each value of the output's type has a mask of the examples whose output it is, each Bool value one of the examples where it is true. A few
of each mask are kept; `search.exact.trees` puts them together. For text, `search.exact.pieces` gives leaves of its own for the sets
that conditions tell apart. Source: EUSolver (Alur et al., TACAS 2017), with costs of terms in place of information gain.

Trees fit anything if they may be large. So there are fewer leaves than different inputs, a leaf that is right on one example alone costs
more, and a tree waits until the enumerator has tried the plain terms that are not much larger.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from dsl.program import Push
from dsl.types import BOOL, STR
from search.constants import uncopyable
from search.exact.allowed import UNIT, Allowed
from search.exact.masks import Matches
from search.exact.pieces import Pieces
from search.exact.predicates import predicates
from search.exact.trees import Forest, Leaf, Predicate, term_of
from search.term import Apply, Literal, Term

if TYPE_CHECKING:
    from search.exact.enumerate import Enumerator

ALLOWANCE = (5, 7, 9, 12, 15)
"""Words of the largest trees offered after levels 1, 2, 3, ...; later ones offer all."""
MAX_TREES = 16
"""Trees made at one level where the examples enumerated over are not all."""
MAX_FITS = 8
"""Trees made at one level where they are: then each one fits, and more would only hide what else fits."""
SLACK = UNIT
"""How much more than the cheapest tree offered so far one may cost, in that case."""
MAX_PREDICATE_LEVEL = 2
"""Cost of the dearest values that conditions beyond the bank's are about."""
TESTS_PER_SPLIT = 6
"""Conditions kept that tell the examples apart alike."""
VALUES_PER_MASK = 4
MAX_LEAVES = 6
LONE = UNIT // 2
"""What a leaf for one example costs more, besides half its own cost."""
MAX_SIDES = 12
"""Sides of splits for which pieces are looked for at one level."""
STEPS, SIDE_PIECES = 150, 400
"""Steps of a search for pieces of one side, and pieces to choose from."""


@dataclass(slots=True, eq=False)
class Conditions:
    """The finder of answers by cases."""

    pieces: Pieces | None = None
    """Where leaves of text may come from besides the bank."""
    allowed: Allowed = field(default_factory=Allowed)
    _values: Matches | None = None
    _flags: Matches | None = None
    _seen: dict[object, int] = field(default_factory=dict)
    _predicates: list[Predicate] = field(default_factory=list)
    _joined: dict[int, dict[Term, Leaf]] = field(default_factory=dict)
    """Leaves of pieces for sets of examples."""
    _waiting: list[tuple[int, int, Term]] = field(default_factory=list)
    _offered: set[Term] = field(default_factory=set)
    _least: int = 1 << 30
    """Cost of the cheapest tree made."""

    @property
    def often(self) -> bool:
        """It looks at whole levels."""
        return False

    def look(self, bank: Enumerator) -> Iterator[Term]:
        """Trees whose leaves are right on the examples that reach them, the cheapest first, as large as the level allows."""
        inputs = len({example.inputs for example in bank.task.examples})
        if "if" not in self.allowed.words or len({example.inputs for example in bank.examples}) < 2 or inputs < 3:
            return
        if self._scan(bank):
            self._build(bank, min(inputs - 1, MAX_LEAVES))
        allowed = UNIT * ALLOWANCE[bank.level - 1] if bank.level <= len(ALLOWANCE) and not bank.full else 1 << 30
        while self._waiting and self._waiting[0][0] <= allowed:
            yield heapq.heappop(self._waiting)[2]

    def _scan(self, bank: Enumerator) -> bool:
        """Looks at the new values; returns whether something came of it."""
        kind = bank.task.output_type
        if self._values is None or self._flags is None:
            self._values = Matches(kind, tuple(example.output for example in bank.examples), VALUES_PER_MASK)
            self._flags = Matches(BOOL, (True,) * len(bank.examples), TESTS_PER_SPLIT)
        changed = False
        for name, matches in (("values", self._values), ("flags", self._flags)):
            if matches.kind in bank.kinds:
                count = bank.store(matches.kind).count
                changed |= matches.add(bank, range(self._seen.get(name, 0), count))
                self._seen[name] = count
        if bank.level <= MAX_PREDICATE_LEVEL or not self._predicates:
            self._predicates, changed = predicates(bank, min(bank.level, MAX_PREDICATE_LEVEL), self.allowed), True
        return changed

    def _build(self, bank: Enumerator, max_leaves: int) -> None:
        everything = (1 << len(bank.examples)) - 1
        tests = self._tests(bank, everything)
        if self.pieces is not None and bank.task.output_type == STR:
            self._join(bank, tests, everything)
        depth = 2 if bank.level < 3 else 3
        forest = Forest(lambda examples: self._leaves(bank, examples), tests, max_leaves, self.allowed.cost("if"))
        all_fit = len(bank.examples) == len(bank.task.examples)
        most = MAX_FITS if all_fit else MAX_TREES
        terms = [(tree.cost, term_of(tree)) for tree in forest.best(everything, depth, most)]
        if bank.task.output_type == BOOL and {"and", "or", "not"} <= set(self.allowed.words):
            terms += self._formulas(bank, tests, most)
        self._least = min([self._least, *(cost for cost, _ in terms)])
        for cost, term in terms:
            if term not in self._offered and (not all_fit or cost <= self._least + SLACK):
                self._offered.add(term)
                heapq.heappush(self._waiting, (cost, len(self._offered), term))

    def _tests(self, bank: Enumerator, everything: int) -> list[Predicate]:
        """The cheapest conditions of each split, cheapest first."""
        assert self._flags is not None
        tests = list(self._predicates)
        for mask in self._flags.masks:
            if mask not in (0, everything):
                for number in self._flags.values(mask):
                    tests.append(Predicate(UNIT * bank.cost(BOOL, number), mask, partial(bank.term, BOOL, number)))
        kept: list[Predicate] = []
        counts: dict[int, int] = {}
        terms: set[Term] = set()
        for test in sorted(tests, key=lambda test: test.cost):
            split = min(test.truth, everything & ~test.truth)
            if counts.get(split, 0) < TESTS_PER_SPLIT and (term := test.make()) not in terms:
                terms.add(term)
                counts[split] = counts.get(split, 0) + 1
                kept.append(test)
        return kept

    def _leaves(self, bank: Enumerator, examples: int) -> Sequence[Leaf]:
        """The cheapest values that are right on a set of examples."""
        assert self._values is not None
        kind, lone = bank.task.output_type, not examples & (examples - 1)
        found = [
            _leaf(UNIT * bank.cost(kind, number), lone, partial(bank.term, kind, number), number)
            for mask in self._values.masks if mask & examples == examples
            for number in self._values.values(mask)
        ]  # fmt: skip
        found += self._joined.get(examples, {}).values()
        outputs = {example.output for e, example in enumerate(bank.examples) if examples >> e & 1}
        if self.allowed.literals and len(outputs) == 1 and (not lone or self._is_case(bank, examples)):
            output = outputs.pop()
            found = [leaf for leaf in found if leaf.cost > 4 * UNIT or not isinstance(leaf.make(), Literal)]
            found.append(_leaf(UNIT, lone, partial(Literal, Push(output, kind)), output))
        return sorted(found, key=lambda leaf: leaf.cost)[: VALUES_PER_MASK * 2]

    def _is_case(self, bank: Enumerator, examples: int) -> bool:
        """Whether the output of this one example looks like an entry of a table: text that cannot come from its inputs, in a task where outputs return."""
        example = bank.examples[examples.bit_length() - 1]
        outputs = [other.output for other in bank.task.examples]
        if not isinstance(example.output, str) or len(set(outputs)) == len(outputs):
            return False
        return not example.output or uncopyable(example.output, [str(value) for value in example.inputs]) == [example.output]

    def _plain(self, bank: Enumerator, examples: int) -> bool:
        """Whether a value is right on a set of examples."""
        assert self._values is not None
        return any(mask & examples == examples for mask in self._values.masks)

    def _join(self, bank: Enumerator, tests: Sequence[Predicate], everything: int) -> None:
        """Looks for concatenations that are right on the sides of the cheapest splits, one example alone excepted."""
        assert self.pieces is not None
        splits = list(dict.fromkeys(min(test.truth, everything & ~test.truth) for test in tests))
        plain = {split: self._plain(bank, split) + self._plain(bank, everything & ~split) for split in splits}
        # A split of which one side is explained already needs only the other.
        splits = sorted((split for split in splits if plain[split] < 2), key=lambda split: -plain[split])
        sides = [side for split in splits for side in (split, everything & ~split) if side & (side - 1) and not self._plain(bank, side)]
        sides = sides[:MAX_SIDES]
        self.pieces.scan(bank, set(sides))
        for side in sides:
            for cost, _, term in self.pieces.ways(bank, side, STEPS, VALUES_PER_MASK, SIDE_PIECES):
                if not isinstance(term, Literal) or len({bank.examples[e].output for e in range(len(bank.examples)) if side >> e & 1}) == 1:
                    self._joined.setdefault(side, {})[term] = Leaf(cost, partial(_same, term), term)
            if bank.stop():
                return

    def _formulas(self, bank: Enumerator, tests: Sequence[Predicate], most: int) -> list[tuple[int, Term]]:
        """`and`, `or` of two conditions, either of them perhaps negated, that are the wanted Bool."""
        wanted = sum(1 << e for e, example in enumerate(bank.examples) if example.output is True)
        everything = (1 << len(bank.examples)) - 1
        signed = [
            (test.cost + self.allowed.cost("not") * negated, test.truth ^ (everything * negated), negated, test)
            for test in tests
            for negated in (0, 1)
        ]
        found = [(cost, _signed(test, negated)) for cost, truth, negated, test in signed if truth == wanted]
        for i, (cost, truth, negated, test) in enumerate(signed):
            for more, other, other_negated, second in signed[i + 1 :]:
                word = "and" if truth & other == wanted else "or" if truth | other == wanted else None
                if word is not None and wanted not in (truth, other):
                    found.append(
                        (cost + more + self.allowed.cost(word), Apply(word, (_signed(test, negated), _signed(second, other_negated))))
                    )
        return heapq.nsmallest(most, found, key=lambda pair: pair[0])


def _leaf(cost: int, lone: bool, make: partial[Term], identity: object) -> Leaf:
    return Leaf(cost + (LONE + cost // 2 if lone else 0), make, identity)


def _signed(test: Predicate, negated: int) -> Term:
    return Apply("not", (test.make(),)) if negated else test.make()


def _same(term: Term) -> Term:
    return term
