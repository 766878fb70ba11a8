"""Kernels that put items or lists into a list of ints or bools, take them out, or exchange them."""

import numpy as np

from dsl.kernels import SIZE, UNDEFINED, kernel
from dsl.kernels.list_index import gap, place
from dsl.kernels.lists import find
from dsl.kernels.strings import copy, index


@kernel
def cons(p, x, n, a, out):
    """The item, then the list."""
    if n >= p.max_list:
        return -SIZE
    copy(x, 0, n, out, 1)
    out[0] = a
    return n + 1


@kernel
def append(p, x, n, a, out):
    """The list, then the item."""
    if n >= p.max_list:
        return -SIZE
    copy(x, 0, n, out, 0)
    out[n] = a
    return n + 1


@kernel
def concatenate(p, x, n, y, m, out):
    """One list, then the other."""
    if n + m > p.max_list:
        return -SIZE
    copy(x, 0, n, out, 0)
    copy(y, 0, m, out, n)
    return n + m


@kernel
def insert(p, x, n, i, a, out):
    """The list with an item put in at an index."""
    at = gap(p, n, i)
    if at < 0:
        return -UNDEFINED
    if n >= p.max_list:
        return -SIZE
    copy(x, 0, at, out, 0)
    copy(x, at, n, out, at + 1)
    out[at] = a
    return n + 1


@kernel
def splice(p, x, n, i, y, m, out):
    """The list with another one put in at an index."""
    at = gap(p, n, i)
    if at < 0:
        return -UNDEFINED
    if n + m > p.max_list:
        return -SIZE
    copy(x, 0, at, out, 0)
    copy(y, 0, m, out, at)
    copy(x, at, n, out, at + m)
    return n + m


@kernel
def remove(x, n, at, out):
    """The list without the item at a place."""
    copy(x, 0, at, out, 0)
    copy(x, at + 1, n, out, at)
    return n - 1


@kernel
def remove_at(p, x, n, i, out):
    """The list without the item at an index."""
    at = place(p, n, i)
    return -UNDEFINED if at < 0 else remove(x, n, at, out)


@kernel
def replace_at(p, x, n, i, a, out):
    """The list with another item at an index."""
    at = place(p, n, i)
    if at < 0:
        return -UNDEFINED
    copy(x, 0, n, out, 0)
    out[at] = a
    return n


@kernel
def swap_at(p, x, n, i, j, out):
    """The list with the items at two indices exchanged."""
    first, second = place(p, n, i), place(p, n, j)
    if first < 0 or second < 0:
        return -UNDEFINED
    copy(x, 0, n, out, 0)
    out[first] = x[second]
    out[second] = x[first]
    return n


@kernel
def replace_value(p, x, n, old, new, out):
    """The list with `new` for each item that equals `old`."""
    for i in range(n):
        value = np.int64(x[index(i)])
        out[index(i)] = new if value == old else value
    return n


@kernel
def without(p, x, n, a, out):
    """The items that differ from `a`."""
    m = 0
    for i in range(n):
        value = np.int64(x[index(i)])
        out[index(m)] = value
        m += value != a
    return m


@kernel
def without_first(p, x, n, a, out):
    """The list without the first item that equals `a`."""
    at = find(x, n, a)
    if at >= 0:
        return remove(x, n, at, out)
    copy(x, 0, n, out, 0)
    return n
