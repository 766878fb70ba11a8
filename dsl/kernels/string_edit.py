"""Kernels that change strings all over: replacing, white space, and cutting into lists of strings."""

from dsl.kernels import SIZE, UNDEFINED, kernel
from dsl.kernels.string_find import first_from, nth_of
from dsl.kernels.strings import copy, spliced


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
        return c == 32 or (9 <= c <= 13) or (28 <= c <= 31)
    return (
        c == 0x85
        or c == 0xA0
        or c == 0x1680
        or (0x2000 <= c <= 0x200A)
        or c == 0x2028
        or c == 0x2029
        or c == 0x202F
        or c == 0x205F
        or c == 0x3000
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


@kernel
def squeeze(p, x, n, out):
    """Each run of spaces made one."""
    used = 0
    for i in range(n):
        if i == 0 or x[i] != 32 or x[i - 1] != 32:
            out[used] = x[i]
            used += 1
    return used


@kernel
def split(p, x, n, y, m, out, ends):
    """The pieces between the occurrences of a separator."""
    if m == 0:
        return -UNDEFINED
    pieces, used, start = 0, 0, 0
    while start <= n:
        if pieces == p.max_list:
            return -SIZE
        hit = first_from(x, n, y, m, start)
        end = hit if hit >= 0 else n
        copy(x, start, end, out, used)
        used += end - start
        ends[pieces] = used
        pieces += 1
        start = end + m
    return pieces


@kernel
def words(p, x, n, out, ends):
    """The pieces between runs of white space."""
    pieces, used, i = 0, 0, 0
    while i < n:
        while i < n and is_space(x[i]):
            i += 1
        if i == n:
            break
        if pieces == p.max_list:
            return -SIZE
        while i < n and not is_space(x[i]):
            out[used] = x[i]
            used += 1
            i += 1
        ends[pieces] = used
        pieces += 1
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
