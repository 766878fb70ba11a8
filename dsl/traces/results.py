"""What many programs' next moves give, equal moves run together."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dsl.columns.layout import EMPTY, Array, encode, layout_of, zeros
from dsl.columns.run import run_columns
from dsl.columns.step import apply
from dsl.program import Program
from dsl.traces.bank import Bank, narrowed, rows_of, take_in
from dsl.traces.moves import COMBINATOR, LITERAL, LITERALS, ROUTE, VALUE, Move, MoveTable
from dsl.types import INT, STR
from dsl.values import Profile, Stuck, check


@dataclass(frozen=True, slots=True, eq=False)
class Results:
    """Axes: N programs, LOOK results, of which each has as many as its move leaves; E examples."""

    ids: Array
    """int32[N, LOOK]: ids of values."""
    constant: Array
    """bool[N, LOOK]: whether a computed value is the same on all of several examples."""
    status: Array
    """uint8[N, E]: why the move got stuck, a code of `dsl.kernels`; 0 where it did not."""


class Runner:
    """Runs moves on the values of a bank, to which it adds their results."""

    def __init__(self, bank: Bank, profile: Profile) -> None:
        self.bank = bank
        self.profile = profile
        self.literals = self._literals()

    def run(self, moves: list[Move], table: MoveTable, drawn: Array, args: Array) -> Results:
        """The results of move `drawn[n]` on the values with the ids `args[n]`."""
        ids, kinds = np.zeros(args.shape, np.int32), table.kinds[drawn]
        results = Results(ids, np.zeros(args.shape, bool), np.zeros((len(drawn), self.bank.num_examples), np.uint8))
        routes, pushes = np.flatnonzero(kinds == ROUTE), np.flatnonzero(kinds == LITERAL)
        ids[routes] = np.take_along_axis(args[routes], table.routing[drawn[routes]], axis=1)
        ids[pushes, 0] = self.literals[table.literal[drawn[pushes]]]
        # int16 is sorted by radix, several times as fast as the rest.
        order = np.argsort(table.place[drawn], kind="stable")
        for block in _groups(order[kinds[order] == VALUE], table.result_type[drawn]):
            self._words(moves, block, drawn, args, results)
        for group in _groups(order[kinds[order] == COMBINATOR], drawn):
            self._combinator(moves[drawn[group[0]]], group, args, results)
        return results

    def _literals(self) -> Array:
        """Ids of all literals within the profile, each of which lies in the bank once."""
        ids = np.zeros(len(LITERALS), np.int32)
        for kind, python_type in ((INT, int), (STR, str)):
            fitting = [
                i for i, value in enumerate(LITERALS) if type(value) is python_type and not isinstance(check(value, self.profile), Stuck)
            ]
            rows = [LITERALS[i] for i in fitting for _ in range(self.bank.num_examples)]
            ids[fitting], _ = self.bank.append(encode(rows, kind, self.profile), is_literal=True)
        return ids

    def _words(self, moves: list[Move], order: Array, drawn: Array, args: Array, results: Results) -> None:
        """Words without quotations that have one type of result, which together fill one block of the bank."""
        e, (kind,) = self.bank.num_examples, moves[drawn[order[0]]].results
        room, status = self.bank.room(kind, len(order)), np.empty(len(order) * e, np.uint8)
        inputs = self.bank.numbers[np.ascontiguousarray(args[order].T)]
        start = 0
        for group in _groups(order, drawn):
            move, end = moves[drawn[group[0]]], start + len(group)
            rows = slice(start * e, end * e)
            into = rows_of(room, rows)
            assert move.op is not None
            columns = [self.bank.column(k) for k in move.args]
            applied = apply(
                move.op, columns, list(inputs[: len(columns), start:end]), examples=e, profile=self.profile, out=(into, status[rows])
            )
            if applied.column is not into:
                column, status[rows] = narrowed(applied.column, applied.status)
                take_in(into, column)
            start = end
        results.ids[order, 0], results.constant[order, 0] = self.bank.enter(room)
        results.status[order] = status.reshape(-1, e)

    def _combinator(self, move: Move, group: Array, args: Array, results: Results) -> None:
        """Quotations and their combinator, which run as a program of their own."""
        e = self.bank.num_examples
        inputs = [self.bank.selection(kind, self.bank.numbers[args[group, i]]) for i, kind in enumerate(move.args)]
        ran = run_columns(Program(move.instructions), inputs, profile=self.profile, num_rows=len(group) * e)
        status = ran.status
        for i, slot in enumerate(ran.stack):
            column = slot.gathered()
            if column.layout is EMPTY:  # no row holds an item, so the lists may be of the type that the move says
                column = zeros(layout_of(move.results[i]), column.num_rows, self.profile)
            column, status = narrowed(column, status)
            results.ids[group, i], results.constant[group, i] = self.bank.append(column)
        results.status[group] = status.reshape(-1, e)


def _groups(order: Array, by: Array) -> list[Array]:
    """The parts of `order` within which `by` is the same."""
    return np.split(order, np.flatnonzero(np.diff(by[order])) + 1) if len(order) else []
