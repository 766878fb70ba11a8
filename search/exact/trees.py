"""Decision trees over subsets of a few examples, cheapest first: dynamic programming over what the tests tell apart.

A leaf is right on a set of examples; a test splits a set in two. With six examples there are 64 sets, so that the cheapest trees of
each set and depth are found exactly.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from heapq import nsmallest
from typing import TypeAlias

from search.exact.allowed import UNIT
from search.term import Branch, Term

MAX_SUBTREES = 5
"""Trees kept for each set of examples below the top."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """Something that gives the outputs of a set of examples. `make` gives its term: most leaves are never used."""

    cost: int
    """In tenths of a word."""
    make: Callable[[], Term] = field(compare=False)
    identity: object = None
    """Equal for leaves of one term."""


@dataclass(frozen=True, slots=True)
class Predicate:
    """A condition, true in the examples of `truth`."""

    cost: int
    truth: int
    make: Callable[[], Term] = field(compare=False)
    identity: object = None


@dataclass(frozen=True, slots=True)
class Node:
    """A test and the trees on its two sides."""

    cost: int
    leaves: int
    test: Predicate
    then: Tree
    other: Tree


Tree: TypeAlias = "Leaf | Node"


def term_of(tree: Tree) -> Term:
    """The tree as a term."""
    if isinstance(tree, Leaf):
        return tree.make()
    return Branch(tree.test.make(), term_of(tree.then), term_of(tree.other))


def num_leaves(tree: Tree) -> int:
    """How many leaves a tree has."""
    return tree.leaves if isinstance(tree, Node) else 1


@dataclass(slots=True, eq=False)
class Forest:
    """The cheapest trees for the sets of some examples, made from leaves and tests."""

    leaves: Callable[[int], Sequence[Leaf]]
    """The leaves right on a set, cheapest first."""
    tests: Sequence[Predicate]
    """Cheapest first."""
    max_leaves: int
    branch: int = UNIT
    """Cost of a branch itself."""
    _known: dict[tuple[int, int], list[Tree]] = field(default_factory=dict)
    _leaves: dict[int, Sequence[Leaf]] = field(default_factory=dict)

    def best(self, examples: int, depth: int, most: int) -> list[Node]:
        """The cheapest trees with at least one test that are right on the set."""
        return nsmallest(most, self._split(examples, depth, self.tests), key=lambda node: node.cost)

    def _leaves_of(self, examples: int) -> Sequence[Leaf]:
        if examples not in self._leaves:
            self._leaves[examples] = self.leaves(examples)
        return self._leaves[examples]

    def _trees(self, examples: int, depth: int) -> list[Tree]:
        """The cheapest trees of a set, a bare leaf included; below the top the cheapest test of each split is enough."""
        key = (examples, depth)
        if key not in self._known:
            found: list[Tree] = list(self._leaves_of(examples)[:MAX_SUBTREES])
            # A set of one example is not split further, and a set that one leaf explains need not be.
            if depth and not found and examples & (examples - 1):
                firsts = {min(test.truth & examples, examples & ~test.truth): test for test in reversed(self.tests)}
                found = nsmallest(MAX_SUBTREES, self._split(examples, depth, list(firsts.values())), key=lambda tree: tree.cost)
            self._known[key] = found
        return self._known[key]

    def _split(self, examples: int, depth: int, tests: Sequence[Predicate]) -> Iterator[Node]:
        for test in tests:
            yes, no = examples & test.truth, examples & ~test.truth
            if not yes or not no:
                continue
            others = self._trees(no, depth - 1)
            for then in self._trees(yes, depth - 1) if others else ():
                for other in others:
                    count = num_leaves(then) + num_leaves(other)
                    if count <= self.max_leaves and not _alike(then, other):
                        yield Node(self.branch + test.cost + then.cost + other.cost, count, test, then, other)


def _alike(then: Tree, other: Tree) -> bool:
    return isinstance(then, Leaf) and isinstance(other, Leaf) and then.identity is not None and then.identity == other.identity
