"""Kernels on lists of strings and lists of lists: putting items in, taking them out, exchanging and building them.

How many entries the items may have together is the width of the output's row.
"""

from dsl.kernels import RANGE, SIZE, UNDEFINED, kernel
from dsl.kernels.list_index import gap, place
from dsl.kernels.nested import equals, find, put_items, start_of
from dsl.kernels.strings import copy


@kernel
def put(y, m, out, ends_out, count):
    """Writes `y[:m]` as an item behind the `count` items that are there; the new count."""
    at = start_of(ends_out, count)
    copy(y, 0, m, out, at)
    ends_out[count] = at + m
    return count + 1


@kernel
def singleton(p, x, n, out, ends_out):
    """The list of one item."""
    return put(x, n, out, ends_out, 0)


@kernel
def replicate(p, x, n, count, out, ends_out):
    """One item so many times."""
    if count > p.max_list or n * count > len(out):
        return -SIZE
    for k in range(count):
        put(x, n, out, ends_out, k)
    return max(count, 0)


@kernel
def cons(p, x, ends, n, y, m, out, ends_out):
    """The item, then the list."""
    return insert_at(p, x, ends, n, 0, y, m, out, ends_out)


@kernel
def append(p, x, ends, n, y, m, out, ends_out):
    """The list, then the item."""
    return insert_at(p, x, ends, n, n, y, m, out, ends_out)


@kernel
def insert_at(p, x, ends, n, at, y, m, out, ends_out):
    """The list with an item put in at a place."""
    if n >= p.max_list or start_of(ends, n) + m > len(out):
        return -SIZE
    count = put_items(x, ends, 0, at, out, ends_out, 0)
    return put_items(x, ends, at, n, out, ends_out, put(y, m, out, ends_out, count))


@kernel
def insert(p, x, ends, n, i, y, m, out, ends_out):
    """The list with an item put in at an index."""
    at = gap(p, n, i)
    return -UNDEFINED if at < 0 else insert_at(p, x, ends, n, at, y, m, out, ends_out)


@kernel
def splice_at(p, x, ends, n, at, y, y_ends, m, out, ends_out):
    """The list with another one put in at a place."""
    if n + m > p.max_list or start_of(ends, n) + start_of(y_ends, m) > len(out):
        return -SIZE
    count = put_items(x, ends, 0, at, out, ends_out, 0)
    count = put_items(y, y_ends, 0, m, out, ends_out, count)
    return put_items(x, ends, at, n, out, ends_out, count)


@kernel
def splice(p, x, ends, n, i, y, y_ends, m, out, ends_out):
    """The list with another one put in at an index."""
    at = gap(p, n, i)
    return -UNDEFINED if at < 0 else splice_at(p, x, ends, n, at, y, y_ends, m, out, ends_out)


@kernel
def concatenate(p, x, ends, n, y, y_ends, m, out, ends_out):
    """One list, then the other."""
    return splice_at(p, x, ends, n, n, y, y_ends, m, out, ends_out)


@kernel
def remove(x, ends, n, at, out, ends_out):
    """The list without the item at a place."""
    return put_items(x, ends, at + 1, n, out, ends_out, put_items(x, ends, 0, at, out, ends_out, 0))


@kernel
def remove_at(p, x, ends, n, i, out, ends_out):
    """The list without the item at an index."""
    at = place(p, n, i)
    return -UNDEFINED if at < 0 else remove(x, ends, n, at, out, ends_out)


@kernel
def replace_at(p, x, ends, n, i, y, m, out, ends_out):
    """The list with another item at an index."""
    at = place(p, n, i)
    if at < 0:
        return -UNDEFINED
    if start_of(ends, n) - (ends[at] - start_of(ends, at)) + m > len(out):
        return -SIZE
    count = put_items(x, ends, 0, at, out, ends_out, 0)
    return put_items(x, ends, at + 1, n, out, ends_out, put(y, m, out, ends_out, count))


@kernel
def swap_at(p, x, ends, n, i, j, out, ends_out):
    """The list with the items at two indices exchanged."""
    first, second = place(p, n, i), place(p, n, j)
    if first < 0 or second < 0:
        return -UNDEFINED
    for k in range(n):
        source = second if k == first else first if k == second else k
        put_items(x, ends, source, source + 1, out, ends_out, k)
    return n


@kernel
def replace_value(p, x, ends, n, old, m, new, k, out, ends_out):
    """The list with `new[:k]` for each item that equals `old[:m]`."""
    size = 0
    for i in range(n):
        size += k if equals(x, ends, i, old, m) else ends[i] - start_of(ends, i)
    if size > len(out):
        return -SIZE
    for i in range(n):
        if equals(x, ends, i, old, m):
            put(new, k, out, ends_out, i)
        else:
            put_items(x, ends, i, i + 1, out, ends_out, i)
    return n


@kernel
def without(p, x, ends, n, y, m, out, ends_out):
    """The items that differ from the given one."""
    count = 0
    for k in range(n):
        if not equals(x, ends, k, y, m):
            count = put_items(x, ends, k, k + 1, out, ends_out, count)
    return count


@kernel
def without_first(p, x, ends, n, y, m, out, ends_out):
    """The list without the first item that equals the given one."""
    at = find(x, ends, n, y, m)
    return remove(x, ends, n, at, out, ends_out) if at >= 0 else put_items(x, ends, 0, n, out, ends_out, 0)


@kernel
def positions(p, x, ends, n, y, m, out):
    """The indices of the items that equal the given one."""
    count = 0
    for k in range(n):
        if equals(x, ends, k, y, m):
            if not p.lo <= k + p.base <= p.hi:
                return -RANGE
            out[count] = k + p.base
            count += 1
    return count
