"""The sort kernel on ints and bools. Branches that depend on the items would be mispredicted, so there are none.

Up to 20 items go through Batcher's odd-even merge sort (Knuth, TAOCP 3, 5.2.2 M), held in registers; places past the last item hold
`TOP`, and where that is known while compiling the comparison disappears. Longer lists are sorted by counting for each item
the ones before it, in lanes. On the lists of `python -m benchmarks.kernels` insertion took three times as long.
"""

import numpy as np

from dsl.kernels import kernel
from dsl.kernels.strings import index

TOP = 2**63 - 1
"""Above every item."""
NONE = (TOP, TOP, TOP, TOP)
STRIDE = 1024
"""No profile's list has more places."""


@kernel
def pair(a, b):
    """Two ints in order."""
    return min(a, b), max(a, b)


@kernel
def merge2(a, b):
    """Two sorted pairs as one sorted four."""
    return min(a[0], b[0]), *pair(max(a[0], b[0]), min(a[1], b[1])), max(a[1], b[1])


@kernel
def merge4(a, b):
    """Two sorted fours as one sorted eight: the even places, the odd ones, then neighbours."""
    e, o = merge2(a[::2], b[::2]), merge2(a[1::2], b[1::2])
    return e[0], *pair(e[1], o[0]), *pair(e[2], o[1]), *pair(e[3], o[2]), o[3]


@kernel
def weave4(e, o):
    """Four neighbours from the even places and the odd ones put in order."""
    return *pair(e[0], o[0]), *pair(e[1], o[1]), *pair(e[2], o[2]), *pair(e[3], o[3])


@kernel
def merge8(a, b):
    """Two sorted eights as one sorted sixteen."""
    e, o = merge4(a[::2], b[::2]), merge4(a[1::2], b[1::2])
    return e[0], *weave4(e[1:5], o[0:4]), *pair(e[5], o[4]), *pair(e[6], o[5]), *pair(e[7], o[6]), o[7]


@kernel
def merge16(a, b):
    """The first twenty of two sorted sixteens."""
    e, o = merge8(a[::2], b[::2]), merge8(a[1::2], b[1::2])
    return e[0], *weave4(e[1:5], o[0:4]), *weave4(e[5:9], o[4:8]), *pair(e[9], o[8]), min(e[10], o[9])


@kernel
def entry(x, n, i):
    """Item i, or `TOP` where there is none."""
    value = np.int64(x[index(min(i, n - 1))])
    return value if i < n else TOP


@kernel
def four(x, n, i):
    """The four items from i on, sorted."""
    return merge2(pair(entry(x, n, i), entry(x, n, i + 1)), pair(entry(x, n, i + 2), entry(x, n, i + 3)))


@kernel
def eight(x, n, i):
    """The eight items from i on, sorted."""
    return merge4(four(x, n, i), four(x, n, i + 4))


@kernel
def twelve(x, n):
    """The first twelve items, sorted, and four places more."""
    return merge8(eight(x, n, 0), four(x, n, 8) + NONE)


@kernel
def twenty(x, n):
    """The first twenty items, sorted."""
    return merge16(merge8(eight(x, n, 0), eight(x, n, 8)), four(x, n, 16) + NONE + NONE + NONE)


@kernel
def write(items, n, out):
    """Writes n items; how many they are."""
    for i in range(n):
        out[i] = items[i]
    return n


@kernel
def sort(p, x, n, out):
    """The items in ascending order. The fewer there are, the smaller the network."""
    if n > 20:
        return sort_many(x, n, out)
    if n > 16:
        return write(twenty(x, n), n, out)
    if n > 12:
        return write(merge8(eight(x, n, 0), eight(x, n, 8)), n, out)
    if n > 8:
        return write(twelve(x, n), n, out)
    if n > 4:
        return write(eight(x, n, 0), n, out)
    return write(four(x, n, 0), n, out) if n > 0 else 0


@kernel
def sort_many(x, n, out):
    """Any number of items, each written where the number of those before it says; equal ones differ by their place."""
    for i in range(n):
        value = np.int64(x[index(i)])
        key, before = value * STRIDE + i, 0
        for j in range(n):
            before += np.int64(x[index(j)]) * STRIDE + j < key
        out[index(before)] = value
    return n
