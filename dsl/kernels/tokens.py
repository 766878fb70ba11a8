"""Kernels over tokens: the matches of a class of characters in a string. The classes are those of `dsl.ops.tokens`."""

import numpy as np

from dsl.kernels import SIZE, UNDEFINED, kernel
from dsl.kernels.strings import copy, index, number
from dsl.kernels.text_case import DIGIT, LETTER, LOWER, UPPER, kind_at

NAMES = np.array([[ord(c) for c in name.ljust(6)] for name in ("number", "word", "alnum", "caps", "lower", "proper", "digit", "char")])
LENGTHS = np.array([6, 4, 5, 4, 5, 6, 5, 4])
KINDS = np.array([DIGIT, LETTER | UPPER | LOWER, LETTER | UPPER | LOWER | DIGIT, UPPER, LOWER])
"""Kinds of characters in a token of each of the first five classes, which are maximal runs."""

PROPER, DIGITS, CHAR, DELIMITER = 5, 6, 7, 8


@kernel
def class_of(y, m):
    """Number of the class that `y[:m]` names: its index in NAMES, DELIMITER + c for the one character c, or -1."""
    if m == 1:
        return DELIMITER + np.int64(y[0])
    for k in range(len(LENGTHS)):
        if LENGTHS[k] == m:
            j = 0
            while j < m and NAMES[k, j] == y[j]:
                j += 1
            if j == m:
                return k
    return -1


@kernel
def run_end(x, n, kinds, start):
    """Where the run of characters of these kinds that begins at `start` ends; `start` itself if it is empty."""
    end = start
    while end < n and kind_at(x, end) & kinds:
        end += 1
    return end


@kernel
def next_run(x, n, kinds, start):
    """Start and end of the first run of characters of these kinds at or after `start`, or (-1, n)."""
    start = run_end(x, n, ~kinds, start)
    return (start, run_end(x, n, kinds, start)) if start < n else (-1, n)


@kernel
def next_token(x, n, token, start):
    """Start and end of the first token of that class at or after `start`, or (-1, n) if there is none."""
    if token < PROPER:
        return next_run(x, n, KINDS[token], start)
    for i in range(start, n):
        if token == PROPER:
            end = run_end(x, n, LOWER, i + 1) if kind_at(x, i) == UPPER else 0
            if end > i + 1:
                return i, end
        elif token >= DELIMITER:
            if x[index(i)] == token - DELIMITER:
                return i, i + 1
        elif token == CHAR or kind_at(x, i) == DIGIT:
            return i, i + 1
    return -1, n


@kernel
def tokens_in(x, n, token):
    """How many tokens of that class there are."""
    count, start, end = -1, 0, 0
    while start >= 0:
        start, end = next_token(x, n, token, end)
        count += 1
    return count


@kernel
def nth_token(x, n, y, m, which):
    """Start and end of that token of the class named by `y`, from 1, or from the end if negative; (-1, n) where there is none."""
    token = class_of(y, m)
    if token < 0:
        return -1, n
    if which < 0:
        which += tokens_in(x, n, token) + 1
    start, end = -1, 0
    while which > 0:
        start, end = next_token(x, n, token, end)
        which = which - 1 if start >= 0 else 0
    return start, end


@kernel
def tok(p, x, n, y, m, which, out):
    """That token."""
    start, end = nth_token(x, n, y, m, which)
    if start < 0:
        return -UNDEFINED
    copy(x, start, end, out, 0)
    return end - start


@kernel
def tok_start(p, x, n, y, m, which):
    """Where that token starts."""
    start, _ = nth_token(x, n, y, m, which)
    return number(p, start) if start >= 0 else (0, UNDEFINED)


@kernel
def tok_end(p, x, n, y, m, which):
    """Where that token ends."""
    start, end = nth_token(x, n, y, m, which)
    return number(p, end) if start >= 0 else (0, UNDEFINED)


@kernel
def keep_class(p, x, n, y, m, out):
    """The tokens, one after the other."""
    token = class_of(y, m)
    if token < 0:
        return -UNDEFINED
    used, end = 0, 0
    while True:
        start, end = next_token(x, n, token, end)
        if start < 0:
            return used
        copy(x, start, end, out, used)
        used += end - start


@kernel
def strip_class(p, x, n, y, m, out):
    """The string without the tokens."""
    return subst_class(p, x, n, y, m, y, 0, out)


@kernel
def subst_class(p, x, n, y, m, z, k, out):
    """The string with each token replaced."""
    token = class_of(y, m)
    if token < 0:
        return -UNDEFINED
    done, used = 0, 0
    while True:
        start, end = next_token(x, n, token, done)
        stop = start if start >= 0 else n
        room = k if start >= 0 else 0
        if used + stop - done + room > p.max_str:
            return -SIZE
        copy(x, done, stop, out, used)
        used += stop - done
        if start < 0:
            return used
        copy(z, 0, k, out, used)
        used += k
        done = end


@kernel
def count_class(p, x, n, y, m):
    """How many tokens there are."""
    token = class_of(y, m)
    return (0, UNDEFINED) if token < 0 else number(p, tokens_in(x, n, token))
