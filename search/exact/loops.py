"""Compiled loops of the bank that are the same for every word: adding computed candidates, picking values, looking up hashes.

Imports numba, so only what has asked `dsl.columns.compile.available()` may import it. Candidates are computed a batch at a time into a
scratch column and added here: the hashes of the whole batch first (`search.exact.sums`), then the loads of their slots, which then wait
for memory together and not one after the other.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from dsl.columns import rows
from search.exact.sums import finished, packed, sums_flat, sums_nested, sums_rows, sums_text

words: Any = rows.words
COUNT, TRIED, FULL, MASK = 0, 1, 2, 3
"""Places in the `counters` of a store: values held, candidates tried, whether it is full, slots of the table in use less one."""


@njit(cache=True, error_model="numpy")
def widen_table(table, hashes, counters):  # type: ignore[no-untyped-def]
    """Makes the part of the table in use four times as large, or as large as there is room."""
    size = min(4 * (counters[MASK] + 1), len(table) >> 1)
    counters[MASK] = size - 1
    mask = np.uint64(size - 1)
    for slot in range(2 * size):
        table[slot] = np.uint64(0)
    for number in range(counters[COUNT]):
        slot = np.int64(hashes[number] & mask)
        while table[2 * slot] != 0:
            slot = (slot + 1) & np.int64(mask)
        table[2 * slot] = hashes[number]
        table[2 * slot + 1] = np.uint64(number)


@njit(cache=True, error_model="numpy", forceinline=True)
def claim(total, table, hashes, counters):  # type: ignore[no-untyped-def]
    """The number for a new value of this hash; -1 if there is one already."""
    mask = np.int64(counters[MASK])
    slot = np.int64(total & np.uint64(mask))
    while table[2 * slot] != 0 and table[2 * slot] != total:
        slot = (slot + 1) & mask
    if table[2 * slot] == total:
        return -1
    number = counters[COUNT]
    table[2 * slot] = total
    table[2 * slot + 1] = np.uint64(number)
    hashes[number] = total
    counters[COUNT] = number + 1
    return number


@njit(cache=True, error_model="numpy", forceinline=True)
def begin(count, totals, lines, table, counters):  # type: ignore[no-untyped-def]
    """Finishes the batch's hashes into `lines` and marks with 0 those that stand in their first slot already."""
    mask = np.uint64(counters[MASK])
    for k in range(count):
        lines[k] = finished(totals[k])
    known = 0
    for k in range(count):
        same = table[2 * np.int64(lines[k] & mask)] == lines[k]
        known += same
        lines[k] = np.uint64(0) if same else lines[k]
    return known


@njit(cache=True, error_model="numpy", forceinline=True)
def roomy(count, table, hashes, counters):  # type: ignore[no-untyped-def]
    """Makes the table wide enough for `count` values more."""
    while 2 * (counters[COUNT] + count) > counters[MASK] + 1 and 2 * (counters[MASK] + 1) < len(table):
        widen_table(table, hashes, counters)


@njit(cache=True, error_model="numpy")
def flush_flat(count, examples, data, picks, rule, keys, totals, lines, s_data, table, hashes, sums, packs, origins, counters):  # type: ignore[no-untyped-def]
    """Adds the first `count` candidates of a scratch column of numbers."""
    roomy(count, table, hashes, counters)
    sums_flat(count, examples, data, keys, totals)
    begin(count, totals, lines, table, counters)
    for k in range(count):
        if lines[k] == 0:
            continue
        number = claim(lines[k], table, hashes, counters)
        if number < 0:
            continue
        sums[number] = totals[k]
        for e in range(examples):
            s_data[number * examples + e] = data[k * examples + e]
        _origin(origins, number, rule, picks, k)
        if number + 1 >= len(hashes):
            counters[FULL] = 1
            return


@njit(cache=True, error_model="numpy")
def add_rows(  # type: ignore[no-untyped-def]
    count, examples, data, lengths, picks, rule, totals, lines, s_data, s_lengths, table, hashes, sums, packs, origins, counters
):  # fmt: skip
    """Adds candidates that are a list or a string an example and whose sums are known; keeps the sums where the store does."""
    begin(count, totals, lines, table, counters)
    for k in range(count):
        if lines[k] == 0:
            continue
        number = claim(lines[k], table, hashes, counters)
        if number < 0:
            continue
        if len(sums) > 0:
            sums[number] = totals[k]
        _copy(s_data, number, data, k, examples)
        for e in range(examples):
            s_lengths[number * examples + e] = lengths[k * examples + e]
        packs[number] = packed(lengths, k * examples, examples)
        _origin(origins, number, rule, picks, k)
        if number + 1 >= len(hashes):
            counters[FULL] = 1
            return


@njit(cache=True, error_model="numpy")
def flush_rows(  # type: ignore[no-untyped-def]
    count, examples, data, lengths, picks, rule, keys, totals, lines, s_data, s_lengths, table, hashes, sums, packs, origins, counters
):  # fmt: skip
    """Adds the first `count` candidates of a scratch column of lists of numbers."""
    roomy(count, table, hashes, counters)
    sums_rows(count, examples, data, lengths, keys, totals)
    add_rows(count, examples, data, lengths, picks, rule, totals, lines, s_data, s_lengths, table, hashes, sums, packs, origins, counters)


@njit(cache=True, error_model="numpy")
def flush_text(  # type: ignore[no-untyped-def]
    count, examples, data, lengths, picks, rule, keys, totals, lines, s_data, s_lengths, table, hashes, sums, packs, origins, counters
):  # fmt: skip
    """Adds the first `count` candidates of a scratch column of strings."""
    roomy(count, table, hashes, counters)
    sums_text(count, examples, data, lengths, keys, totals)
    add_rows(count, examples, data, lengths, picks, rule, totals, lines, s_data, s_lengths, table, hashes, sums, packs, origins, counters)


@njit(cache=True, error_model="numpy")
def flush_nested(  # type: ignore[no-untyped-def]
    count, examples, data, ends, lengths, picks, rule, keys, totals, lines,
    s_data, s_ends, s_lengths, table, hashes, sums, packs, origins, counters,
):  # fmt: skip
    """Adds the first `count` candidates of a scratch column of lists of lists or strings."""
    roomy(count, table, hashes, counters)
    sums_nested(count, examples, data, ends, lengths, keys, totals)
    begin(count, totals, lines, table, counters)
    for k in range(count):
        if lines[k] == 0:
            continue
        number = claim(lines[k], table, hashes, counters)
        if number < 0:
            continue
        _copy(s_data, number, data, k, examples)
        _copy(s_ends, number, ends, k, examples)
        for e in range(examples):
            s_lengths[number * examples + e] = lengths[k * examples + e]
        packs[number] = packed(lengths, k * examples, examples)
        _origin(origins, number, rule, picks, k)
        if number + 1 >= len(hashes):
            counters[FULL] = 1
            return


@njit(cache=True, error_model="numpy", forceinline=True)
def _copy(into, number, data, k, examples):  # type: ignore[no-untyped-def]
    """The rows of candidate k to those of value `number`."""
    size = examples * data.shape[1] * data.itemsize >> 3
    ours, theirs = words(into, number * examples, size), words(data, k * examples, size)
    for j in range(size):
        ours[np.uint64(j)] = theirs[np.uint64(j)]


@njit(cache=True, error_model="numpy", forceinline=True)
def _origin(origins, number, rule, picks, k):  # type: ignore[no-untyped-def]
    """Where a value came from. A negative rule says that each candidate names its own."""
    origins[number, 0] = rule if rule >= 0 else picks[k, 4]
    for j in range(4):
        origins[number, j + 1] = picks[k, j]


@njit(cache=True, error_model="numpy")
def clear_table(table, hashes, counters):  # type: ignore[no-untyped-def]
    """Empties the table, by its entries where they are few."""
    size = counters[MASK] + 1
    if counters[COUNT] * 8 < size:
        mask = np.int64(counters[MASK])
        for number in range(counters[COUNT]):
            slot = np.int64(hashes[number] & np.uint64(mask))
            while table[2 * slot] != 0:
                table[2 * slot] = np.uint64(0)
                slot = (slot + 1) & mask
    else:
        for slot in range(size):
            table[2 * slot] = np.uint64(0)
    counters[COUNT] = 0
    counters[FULL] = 0


@njit(cache=True, error_model="numpy", forceinline=True)
def find(total, table, mask):  # type: ignore[no-untyped-def]
    """The number of the value of this hash, or -1."""
    slot = np.int64(total & np.uint64(mask))
    while table[2 * slot] != 0:
        if table[2 * slot] == total:
            return np.int64(table[2 * slot + 1])
        slot = (slot + 1) & mask
    return np.int64(-1)


@njit(cache=True, error_model="numpy")
def lookups(hashes, low, high, table, mask, hits):  # type: ignore[no-untyped-def]
    """Which values low..high have a hash that is in a (small) table. Gives how many; `hits` gets (value, number in the table)."""
    found = 0
    for number in range(low, high):
        there = find(hashes[number], table, mask)
        if there >= 0:
            hits[found, 0] = number
            hits[found, 1] = there
            found += 1
            if found == len(hits):
                return found
    return found


@njit(cache=True, error_model="numpy")
def split_rows(goal, goal_pack, goal_part, sums, packs, low, high, table, mask, exact, hits):  # type: ignore[no-untyped-def]
    """Which values b of low..high make a goal g by zip+ or zip- with another value in the bank: g - b, g + b and b - g are asked for by hash.

    `goal` is the goal's linear sum and `goal_part` the lengths' part of it. Gives how many; `hits` gets (b, other, which of the three).
    """
    found = 0
    for b in range(low, high):
        if exact and packs[b] != goal_pack:
            continue
        for way in range(3):
            if way == 0:
                total = goal - sums[b] + goal_part
            elif way == 1:
                total = goal + sums[b] - goal_part
            else:
                total = sums[b] - goal + goal_part
            other = find(finished(total), table, mask)
            if other >= 0:
                hits[found, 0] = b
                hits[found, 1] = other
                hits[found, 2] = way
                found += 1
                if found == len(hits):
                    return found
    return found
