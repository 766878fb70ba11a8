"""Kernels that change strings all over: replacing, white space, and cutting into lists of strings."""

import numpy as np

from dsl.kernels import SIZE, UNDEFINED, kernel
from dsl.kernels.string_find import first_from, nth_of
from dsl.kernels.strings import copy, index, spliced


@kernel
def replace_first(p, x, n, y, m, z, k, out):
    """As SMT-LIB's str.replace: an empty pattern stands at the start."""
    hit = first_from(x, n, y, m, 0)
    if hit < 0:
        copy(x, 0, n, out, 0)
        return n
    return spliced(p, x, n, hit, hit + m, z, k, out)


@kernel
def replace_all(p, x, n, y, m, z, k, out):
    """As SMT-LIB's str.replace_all: an empty pattern changes nothing."""
    done, used = 0, 0
    while True:
        hit = first_from(x, n, y, m, done) if m > 0 else -1
        stop = hit if hit >= 0 else n
        room = k if hit >= 0 else 0
        if used + stop - done + room > p.max_str:
            return -SIZE
        copy(x, done, stop, out, used)
        used += stop - done
        if hit < 0:
            return used
        copy(z, 0, k, out, used)
        used += k
        done = hit + m


@kernel
def replace_nth(p, x, n, y, m, z, k, which, out):
    """That occurrence replaced, or the string as it is."""
    hit = nth_of(x, n, y, m, which)
    if hit < 0:
        copy(x, 0, n, out, 0)
        return n
    return spliced(p, x, n, hit, hit + m, z, k, out)


@kernel
def remove_all(p, x, n, y, m, out):
    """The string without the occurrences of the other."""
    return replace_all(p, x, n, y, m, y, 0, out)


@kernel
def is_space(c):
    """What `str.isspace` says of the character."""
    if c < 128:
        return (c == 32) | ((c >= 9) & (c <= 13)) | ((c >= 28) & (c <= 31))
    return (
        (c == 0x85)
        | (c == 0xA0)
        | (c == 0x1680)
        | ((c >= 0x2000) & (c <= 0x200A))
        | (c == 0x2028)
        | (c == 0x2029)
        | (c == 0x202F)
        | (c == 0x205F)
        | (c == 0x3000)
    )


@kernel
def trim(p, x, n, out):
    """The string without white space at either end."""
    start, end = 0, n
    while start < end and is_space(x[start]):
        start += 1
    while start < end and is_space(x[end - 1]):
        end -= 1
    copy(x, start, end, out, 0)
    return end - start


# The next three write every character and step on only where it stays: in text, a branch on each would mostly be mispredicted.


@kernel
def squeeze(p, x, n, out):
    """Each run of spaces made one."""
    used, last = 0, 0
    for i in range(n):
        c = np.int64(x[index(i)])
        out[index(used)] = c
        used += int((c != 32) | (last != 32))
        last = c
    return used


@kernel
def words(p, x, n, out, ends):
    """The pieces between runs of white space."""
    pieces, used, inside = 0, 0, False
    for i in range(n):
        c = x[index(i)]
        gap = is_space(c)
        out[index(used)] = c
        used += int(not gap)
        ends[index(min(pieces, p.max_list - 1))] = used
        pieces += int(gap & inside)
        inside = not gap
    pieces += int(inside)
    return pieces if pieces <= p.max_list else -SIZE


@kernel
def split_at(p, x, n, first, out, ends):
    """The pieces between the occurrences of the character at `first`, which occurs there first."""
    separator = x[first]
    copy(x, 0, first, out, 0)
    pieces, used = 0, first
    for i in range(first, n):
        c = x[index(i)]
        out[index(used)] = c
        used += int(c != separator)
        ends[index(min(pieces, p.max_list - 1))] = used
        pieces += int(c == separator)
    ends[index(min(pieces, p.max_list - 1))] = used
    return pieces + 1 if pieces < p.max_list else -SIZE


@kernel
def split(p, x, n, y, m, out, ends):
    """The pieces between the occurrences of a separator."""
    if m == 0:
        return -UNDEFINED
    hit = first_from(x, n, y, m, 0)
    if m == 1 and hit >= 0:
        return split_at(p, x, n, hit, out, ends)
    pieces, used, start = 0, 0, 0
    while start <= n:
        if pieces == p.max_list:
            return -SIZE
        end = hit if hit >= 0 else n
        copy(x, start, end, out, used)
        used += end - start
        ends[pieces] = used
        pieces += 1
        start = end + m
        hit = first_from(x, n, y, m, start) if start < n else -1
    return pieces


@kernel
def lines(p, x, n, out, ends):
    """The lines, each ended by 10 or by 13 10."""
    pieces, used, start = 0, 0, 0
    while start < n:
        if pieces == p.max_list:
            return -SIZE
        end = start
        while end < n and x[end] != 10:
            end += 1
        kept = end - 1 if start < end < n and x[end - 1] == 13 else end
        copy(x, start, kept, out, used)
        used += kept - start
        ends[pieces] = used
        pieces += 1
        start = end + 1
    return pieces
