"""64-bit hashes of candidates: one for the E rows of a column that belong together.

    sum of entry * key + sum of length * key  (modulo 2^64; every entry of the padded rows has an odd random key of its own)

then, unless told otherwise, mixed by two rounds of multiply and xorshift. The sum is *linear* in the entries of INT and INTS
columns: hash(a - b) = hash(a) - hash(b) for ints, and for lists of equal lengths up to the lengths' own term
(`length_term`); a search can ask whether a difference is in a bank without computing it.

Text and Bools are read as 64-bit words. A difference in the last byte of a word alone would leave eight bits of its key in
the sum, so the upper bytes of a word are first folded into the lower ones, which loses nothing. The ends of nested lists
are read likewise. Two given columns collide with a probability of at most about 2^-50 over the keys; a collision can only
make a search lose a candidate, as every hit is run again on the examples.
"""

from __future__ import annotations

from functools import cache

import numpy as np

from dsl.columns.compile import available, hash_driver
from dsl.columns.layout import INTS, LISTS, Array, Column

_GOLDEN, _MIX_A, _MIX_B = 0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB
FINAL = 0xD6E8FEB86659FD93
"""Multiplier of the last mixing (by degski); the generated driver has it too."""
SHIFT = np.uint64(32)


def hash_column(column: Column, *, examples: int = 1, final: bool = True, out: Array | None = None) -> Array:
    """uint64[num_rows / examples]: the hash of each candidate. `final=False` gives the bare linear sums."""
    parts = parts_of(column, examples)
    num = len(parts[0])
    result = np.empty(num, np.uint64) if out is None else out
    key = keys(sum(part.shape[1] for part in parts))
    if available():
        hash_driver(tuple(part.dtype.name for part in parts), final)(*parts, key, num, result)
        return result
    start, total = 0, np.zeros(num, np.uint64)
    for part in map(_mixed, parts):
        total += (part.astype(np.uint64) * key[start : start + part.shape[1]]).sum(axis=1, dtype=np.uint64)
        start += part.shape[1]
    result[:num] = finalise(total) if final else total
    return result


def finalise(sums: Array) -> Array:
    """Hashes from linear sums."""
    for _ in range(2):
        sums = (sums ^ (sums >> SHIFT)) * np.uint64(FINAL)
    return sums ^ (sums >> SHIFT)


def length_term(column: Column, *, examples: int = 1) -> Array:
    """The part of each candidate's linear sum that comes from the lengths of its lists."""
    assert column.lengths is not None and column.layout.letter == "l"
    lengths = column.lengths.reshape(-1, examples)
    parts = parts_of(column, examples)
    first = parts[0].shape[1]
    return (lengths.astype(np.uint64) * keys(first + examples)[first:]).sum(axis=1, dtype=np.uint64)


def keys(count: int) -> Array:
    """The first keys: odd, random, the same in every process (splitmix64 of their index)."""
    return _keys(1 << max(count - 1, 1023).bit_length())[:count]


@cache
def _keys(count: int) -> Array:
    x = np.arange(1, count + 1, dtype=np.uint64) * np.uint64(_GOLDEN)
    for multiplier, shift in ((_MIX_A, 30), (_MIX_B, 27)):
        x = (x ^ (x >> np.uint64(shift))) * np.uint64(multiplier)
    x = (x ^ (x >> np.uint64(31))) | np.uint64(1)
    # On a cache line of its own each vector of keys is one access: a sixth of the time.
    room = np.empty(x.nbytes + 64, np.uint8)
    start = -room.ctypes.data % 64
    aligned = room[start : start + x.nbytes].view(np.uint64)
    aligned[:] = x
    return aligned


def _mixed(part: Array) -> Array:
    """Words with their upper bytes folded into the lower ones; entries as they are."""
    if part.dtype != np.uint64:
        return part
    part = part ^ (part >> SHIFT)
    return part ^ (part >> np.uint64(16))


def parts_of(column: Column, examples: int) -> list[Array]:
    """What is summed, as arrays of one row for each candidate: entries or words of data, words of ends, lengths."""
    num = column.num_rows // examples
    data = column.data if column.lengths is None or column.layout in (INTS, LISTS) else column.data.view(np.uint64)
    parts = [data] if column.ends is None else [data, column.ends.view(np.uint64)]
    if column.lengths is not None:
        parts.append(column.lengths)
    return [part.reshape(num, -1) for part in parts]
