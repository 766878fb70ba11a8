"""What works beside the enumerator on the values that it has found. The enumerator calls each part once a level, in the order given.

for level in 1, 2, ...:
    enumerator   tests the applications of this cost, then keeps their values
    sources      add values of this cost that no application of a word gives (such as `map` with a quotation)
    finders      look for answers among everything found so far (such as a conditional that joins two partial answers)
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Protocol

from search.term import Term

if TYPE_CHECKING:
    from search.exact.enumerate import Enumerator


class Source(Protocol):
    """Adds values to the bank."""

    def grow(self, bank: Enumerator) -> None:
        """Adds the values of cost `bank.level`, by `bank.absorb`. Looks at `bank.stop()` a few times a second."""
        ...


class Finder(Protocol):
    """Looks for answers."""

    @property
    def often(self) -> bool:
        """Whether to look also between the words of a level: for those that have work of their own and keep to a share of the time."""
        ...

    def look(self, bank: Enumerator) -> Iterator[Term]:
        """Yields terms that may fit; the caller verifies them. Looks at `bank.stop()` a few times a second."""
        ...
