"""Answers that are several values of the bank one after the other: prefix, middle and suffix witnesses for `concat`.

Text values that occur in the wanted outputs are pieces, and so are Ints whose digits do; literals are found on the way, where all the
outputs go on alike. `search.exact.paths` puts the pieces together. Source: the witness functions of FlashFill (Gulwani, POPL 2011),
here on a bank instead of a fixed language of substrings.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np

from dsl.columns.layout import Array, Column
from dsl.program import Push
from dsl.types import INT, STR, Type
from search.exact.allowed import UNIT, Allowed
from search.exact.masks import occurrences, supersets
from search.exact.paths import Atlas, Piece, Way
from search.term import Apply, Literal, Term

if TYPE_CHECKING:
    from search.exact.enumerate import Enumerator

MAX_PIECES = 2_000
"""Pieces of one search for ways: the cheapest, the longer ones of equal cost first."""
MAX_SCANNED = 100_000
"""Values looked at for the outputs of some of the examples; for those of all, which early exits make cheap, every value is."""
CHARACTER = 3
"""What a piece of a single character costs more, in tenths of a word: many of them fit anything."""
MAX_INT_LEVEL = 3
"""Cost up to which Ints are tried as digits; dearer ones become strings by themselves one level later."""
STEPS = (200, 500, 1_200, 2_500)
"""Steps of a search for ways after levels 1, 2, 3 and from 4 on: about 30 us each."""
MAX_ANSWERS = 8
"""Answers of one search."""
SLACK = UNIT
"""How much more than the cheapest answer so far one may cost."""


@dataclass(slots=True, eq=False)
class Found:
    """Values of one type that are pieces of the outputs of some set of examples that was asked for."""

    kind: Type
    numbers: list[Array] = field(default_factory=list)
    masks: list[Array] = field(default_factory=list)
    scanned: int = 0
    """Values of the bank looked at."""

    def within(self, examples: int) -> Array:
        """The numbers of those that are pieces in all of these examples."""
        if not self.numbers:
            return np.zeros(0, np.int64)
        numbers, masks = np.concatenate(self.numbers), np.concatenate(self.masks)
        return numbers[masks & examples == examples]


@dataclass(slots=True, eq=False)
class Pieces:
    """The finder of concatenations. Other finders ask `ways` for the answers to a part of the examples, after a `scan` for it."""

    allowed: Allowed = field(default_factory=Allowed)
    _whole: Found = field(default_factory=lambda: Found(STR))
    _parts: Found = field(default_factory=lambda: Found(STR))
    _ints: Found = field(default_factory=lambda: Found(INT))
    _interests: set[int] = field(default_factory=set)
    """Sets of some of the examples that are asked for."""
    _searched: dict[int, int] = field(default_factory=dict)
    """How many pieces the last search for a set of examples had to choose from."""
    _offered: set[Way] = field(default_factory=set)
    _least: int = 1 << 30
    """Cost of the cheapest answer so far."""

    @property
    def often(self) -> bool:
        """It looks at whole levels."""
        return False

    def look(self, bank: Enumerator) -> Iterator[Term]:
        """Concatenations that give the outputs of all the examples, cheapest first."""
        if bank.task.output_type != STR or STR not in bank.kinds or "concat" not in self.allowed.words:
            return
        everything = (1 << len(bank.examples)) - 1
        self._scan_texts(bank, self._whole, supersets([everything], len(bank.examples)), bank.store(STR).count)
        if INT in bank.kinds and bank.level <= MAX_INT_LEVEL and "int>str" in self.allowed.words:
            self._scan_ints(bank)
        for cost, way, term in self.ways(bank, everything, STEPS[min(bank.level, len(STEPS)) - 1], MAX_ANSWERS):
            self._least = min(self._least, cost)
            if way not in self._offered and cost <= self._least + SLACK:
                self._offered.add(way)
                yield term

    def scan(self, bank: Enumerator, interests: set[int]) -> None:
        """Looks for pieces of the outputs of these sets of examples, not all of them, among the first values of the bank."""
        if not interests <= self._interests:
            self._interests |= interests
            self._parts = Found(STR)
        useful = supersets(sorted(self._interests), len(bank.examples))
        self._scan_texts(bank, self._parts, useful, min(bank.store(STR).count, MAX_SCANNED))

    def _scan_texts(self, bank: Enumerator, found: Found, useful: Array, past: int) -> None:
        outputs = [str(example.output) for example in bank.examples]
        for numbers, masks in occurrences(bank, STR, range(found.scanned, past), outputs, useful):
            found.numbers.append(numbers)
            found.masks.append(masks)
        found.scanned = max(past, found.scanned)

    def _scan_ints(self, bank: Enumerator) -> None:
        first, count, examples = self._ints.scanned, bank.store(INT).count, len(bank.examples)
        values = bank.store(INT).column.data[first * examples : count * examples].reshape(-1, examples)
        masks = np.zeros(len(values), np.int64)
        for e, example in enumerate(bank.examples):
            masks |= np.isin(values[:, e], written_numbers(str(example.output))).astype(np.int64) << e
        chosen = np.flatnonzero(masks)
        self._ints.numbers.append(chosen + first)
        self._ints.masks.append(masks[chosen])
        self._ints.scanned = count

    def ways(self, bank: Enumerator, examples: int, steps: int, most: int, num_pieces: int = MAX_PIECES) -> Iterator[tuple[int, Way, Term]]:
        """Cost in tenths of a word, way and term of concatenations that give the outputs of a set of examples, cheapest first.

        Nothing if there is no piece more than when the set was asked for last.
        """
        everything = examples == (1 << len(bank.examples)) - 1
        texts, ints = (self._whole if everything else self._parts).within(examples), self._ints.within(examples)
        if self._searched.get(examples) == len(texts) + len(ints):
            return
        self._searched[examples] = len(texts) + len(ints)
        joint = self.allowed.cost("concat")
        rows = [e for e in range(len(bank.examples)) if examples >> e & 1]
        pieces = [*self._pieces(bank, STR, texts, rows, num_pieces), *self._pieces(bank, INT, ints, rows, num_pieces)]
        chosen: dict[tuple[str, ...], Piece] = {}
        for piece in sorted(pieces, key=lambda piece: piece.cost):
            if any(piece.values):
                chosen.setdefault(piece.values, piece)
        atlas = Atlas.of([str(bank.examples[e].output) for e in rows], list(chosen.values()), joint if self.allowed.literals else None)
        for cost, way in islice(atlas.ways(steps, bank.stop), most):
            parts = [Literal(Push(link, STR)) if isinstance(link, str) else _term(bank, link) for link in way]
            yield cost - joint, way, joined(parts)

    def _pieces(self, bank: Enumerator, kind: Type, numbers: Array, rows: Sequence[int], most: int) -> list[Piece]:
        """The cheapest of these values as pieces of the examples `rows`; of equal cost, the longer ones."""
        if not len(numbers):
            return []
        examples, store = len(bank.examples), bank.store(kind)
        runs = bank.runs(kind)
        firsts, costs = np.array([first for _, first, _ in runs], np.int64), np.array([cost for cost, _, _ in runs], np.int64)
        each = costs[np.searchsorted(firsts, numbers, "right") - 1]
        lengths = np.zeros(len(numbers), np.int64)
        if store.column.lengths is not None:
            lengths = store.column.lengths[numbers[:, None] * examples + np.array(rows)].sum(axis=1)
        order = np.lexsort((-lengths, each))[:most]
        found = []
        words = self.allowed.cost("concat") + (self.allowed.cost("int>str") if kind == INT else 0)
        places = (numbers[order][:, None] * examples + np.array(rows)).ravel()
        every = written(store.column, places)
        for k, (number, cost) in enumerate(zip(numbers[order].tolist(), each[order].tolist(), strict=True)):
            texts = tuple(every[k * len(rows) : (k + 1) * len(rows)])
            price = UNIT * cost + words + CHARACTER * (max(map(len, texts)) <= 1)
            found.append(Piece(texts, price, kind, number))
        return found


def written(column: Column, rows: Array) -> list[str]:
    """The strings, or the digits of the Ints, in these rows; all the strings decoded at once, ten times as fast as one by one."""
    data = column.data[rows]
    if column.lengths is None:
        return list(map(str, data.tolist()))
    width, text = data.shape[1], data.astype("<u4").tobytes().decode("utf-32-le", "surrogatepass")
    return [text[start : start + length] for start, length in zip(range(0, len(text), width), column.lengths[rows].tolist(), strict=True)]


def written_numbers(text: str) -> np.ndarray:
    """The ints of which the decimal digits, as `int>str` gives them, occur in a text."""
    found = set()
    for match in re.finditer(r"-?[0-9]+", text):
        run = match.group()
        for start in range(len(run)):
            for past in range(start + 1, min(len(run), start + 10) + 1):
                piece = run[start:past]
                if piece != "-" and str(int(piece)) == piece:
                    found.add(int(piece))
    return np.array(sorted(found), np.int64)


def joined(parts: Sequence[Term]) -> Term:
    """The parts put together by `concat`, from the left."""
    term = parts[0]
    for part in parts[1:]:
        term = Apply("concat", (term, part))
    return term


def _term(bank: Enumerator, piece: Piece) -> Term:
    term = bank.term(piece.kind, piece.number)
    return Apply("int>str", (term,)) if piece.kind == INT else term
