"""Compiled property signatures: what lists of ints and what one look ahead at them have to do with an output.

A *view* of an input is the input itself or what one word makes of it (sorted, without its head, running sums, ...). A *relation* holds
between a view and an output on an example, or not; over a task's examples it holds on all, on none, or on some, and the network sees
the first two as bits. Nothing here is an approximation: every bit is a fact about the examples.

Source: property signatures as in Odena & Sutton (ICLR 2020) and BUSTLE (Odena et al., ICLR 2021), with one word of look-ahead.
Imports numba, so only what has asked `dsl.columns.available.available()` may import it.
"""

from typing import Any

import numpy as np
from numba import njit

from search.prior.relations import AGAINST, NUM_PROPERTIES, NUM_REDUCED, NUM_RELATIONS, properties, reduced, relations
from search.prior.views import BAD, LARGEST, NUM_PAIRED, NUM_UNARY, NUM_VIEWS, SLOTS, WIDTH, counted, paired, unary


@njit(cache=True, error_model="numpy")
def signature(x, xn, y, yn, number, shared, views, scratch, values):  # type: ignore[no-untyped-def]
    """One task's facts: fills `shared` and `views` with counts or bits.

    `x` is int64[SLOTS, E, WIDTH] with lengths `xn` (BAD where there is no such input), `y` int64[E, WIDTH] with `yn`. `number` says that
    the output is a number. `shared` int32[1 + SLOTS, NUM_PROPERTIES] gets how many examples have a property: of the output, of each input.
    `views` int32[NUM_VIEWS, K] gets for lists how many examples stand in a relation (K = NUM_RELATIONS), for numbers the bits of AGAINST
    (K = NUM_REDUCED * AGAINST); BAD in its first place where there is no such view. `scratch` int64[3, WIDTH], `values` int64[E, NUM_REDUCED].
    """
    examples = len(yn)
    w, back = scratch[0], scratch[1]
    shared[:] = 0
    views[:] = 0
    for e in range(examples):
        properties(y[e], yn[e], shared[0])
    lists, ints = 0, 0
    first, second, count = BAD, BAD, BAD
    for s in range(SLOTS):
        if xn[s, 0] == BAD:
            continue
        if xn[s, 0] <= -2:  # an Int, kept as one item: its length is stored as -2
            ints += 1
            count = s if count == BAD else count
        else:
            lists += 1
            if first == BAD:
                first = s
            elif second == BAD:
                second = s
        for e in range(examples):
            properties(x[s, e], 1 if xn[s, e] <= -2 else xn[s, e], shared[1 + s])
    for v in range(NUM_VIEWS):
        fine = True
        for e in range(examples):
            m = BAD
            if v < SLOTS * NUM_UNARY:
                s, kind = v // NUM_UNARY, v % NUM_UNARY
                if xn[s, 0] != BAD:
                    m = unary(kind, x[s, e], 1 if xn[s, e] <= -2 else xn[s, e], w)
            elif v < SLOTS * NUM_UNARY + NUM_PAIRED:
                kind = v - SLOTS * NUM_UNARY
                if lists >= 2:
                    m = paired(kind, x[first, e], xn[first, e], x[second, e], xn[second, e], w)
                elif lists == 1:
                    n = unary(1, x[first, e], xn[first, e], back)
                    m = paired(kind, x[first, e], xn[first, e], back, n, w)
                elif ints >= 2 and SLOTS >= 2:
                    m = paired(kind, x[0, e], 1, x[1, e], 1, w)
            elif lists >= 1 and ints >= 1:
                m = counted(v - SLOTS * NUM_UNARY - NUM_PAIRED, x[first, e], xn[first, e], x[count, e, 0], w)
            if m == BAD:
                fine = False
                break
            if number:
                reduced(w, m, values[e])
            else:
                relations(w, m, y[e], yn[e], views[v])
        if not fine:
            views[v, 0] = BAD
            continue
        if number:
            for r in range(NUM_REDUCED):
                equal, below, above, constant, known = 0, 0, 0, True, True
                for e in range(examples):
                    known = known and abs(values[e, r]) < LARGEST
                    difference = y[e, 0] - values[e, r]
                    equal += difference == 0
                    below += difference > 0
                    above += difference < 0
                    constant = constant and difference == y[0, 0] - values[0, r]
                if known:
                    at = r * AGAINST
                    views[v, at] = equal == examples
                    views[v, at + 1] = equal == 0
                    views[v, at + 2] = below == examples
                    views[v, at + 3] = above == examples
                    views[v, at + 4] = constant


@njit(cache=True, error_model="numpy")
def signatures(xs, xns, ys, yns, number, bits):  # type: ignore[no-untyped-def]
    """`signature` of many tasks as bits: uint8[T, F], see `num_bits`."""
    tasks, examples = ys.shape[0], ys.shape[1]
    width = NUM_REDUCED * AGAINST if number else NUM_RELATIONS
    shared = np.zeros((1 + SLOTS, NUM_PROPERTIES), np.int32)
    views = np.zeros((NUM_VIEWS, width), np.int32)
    scratch = np.zeros((3, WIDTH), np.int64)
    values = np.zeros((examples, NUM_REDUCED), np.int64)
    for t in range(tasks):
        signature(xs[t], xns[t], ys[t], yns[t], number, shared, views, scratch, values)
        at = 0
        for s in range(1 + SLOTS):
            there = s == 0 or xns[t, s - 1, 0] != BAD
            for p in range(NUM_PROPERTIES):
                bits[t, at] = there and shared[s, p] == examples
                bits[t, at + 1] = there and shared[s, p] == 0
                at += 2
        for v in range(NUM_VIEWS):
            there = views[v, 0] != BAD
            for r in range(width):
                if number:
                    bits[t, at] = there and views[v, r] == 1
                    at += 1
                else:
                    bits[t, at] = there and views[v, r] == examples
                    bits[t, at + 1] = there and views[v, r] == 0
                    at += 2


def num_bits(number: bool) -> int:
    """How many bits a signature has."""
    return 2 * (1 + SLOTS) * NUM_PROPERTIES + NUM_VIEWS * (NUM_REDUCED * AGAINST if number else 2 * NUM_RELATIONS)


def compute(xs: Any, xns: Any, ys: Any, yns: Any, number: bool) -> Any:
    """uint8[T, num_bits]: the signatures of tasks; see `signature` for the arrays, here with a task axis in front."""
    bits = np.zeros((len(ys), num_bits(number)), np.uint8)
    signatures(xs, xns, ys, yns, number, bits)
    return bits
