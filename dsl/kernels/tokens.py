"""Kernels over tokens: the matches of a class of characters in a string. The classes are those of `dsl.ops.tokens`."""

import numpy as np

from dsl.kernels import SIZE, UNDEFINED, kernel
from dsl.kernels.strings import copy, number
from dsl.kernels.text_case import DIGIT, LETTER, LOWER, UPPER, kind_of

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
    while end < n and kind_of(np.int64(x[end])) & kinds:
        end += 1
    return end


@kernel
def next_token(x, n, token, start):
    """Start and end of the first token of that class at or after `start`, or (-1, n) if there is none."""
    for i in range(start, n):
        c = np.int64(x[i])
        if token < PROPER:
            end = run_end(x, n, KINDS[token], i)
        elif token == PROPER:
            end = run_end(x, n, LOWER, i + 1) if kind_of(c) == UPPER else i
            end = end if end > i + 1 else i
        else:
            hit = c == token - DELIMITER if token >= DELIMITER else token == CHAR or kind_of(c) == DIGIT
            end = i + 1 if hit else i
        if end > i:
            return i, end
    return -1, n


@kernel
def tokens_in(x, n, token):
    """How many tokens of that class there are."""
    count = 0
    start, end = next_token(x, n, token, 0)
    while start >= 0:
        count += 1
        start, end = next_token(x, n, token, end)
    return count


@kernel
def nth_token(x, n, y, m, which):
    """Start and end of that token of the class named by `y`, from 1, or from the end if negative; (-1, n) where there is none."""
    token = class_of(y, m)
    if token < 0:
        return -1, n
    if which < 0:
        which += tokens_in(x, n, token) + 1
    if which < 1:
        return -1, n
    start, end = next_token(x, n, token, 0)
    while start >= 0 and which > 1:
        start, end = next_token(x, n, token, end)
        which -= 1
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
    used = 0
    start, end = next_token(x, n, token, 0)
    while start >= 0:
        copy(x, start, end, out, used)
        used += end - start
        start, end = next_token(x, n, token, end)
    return used


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
    start, end = next_token(x, n, token, 0)
    while start >= 0:
        if used + start - done + k > p.max_str:
            return -SIZE
        copy(x, done, start, out, used)
        used += start - done
        copy(z, 0, k, out, used)
        used += k
        done = end
        start, end = next_token(x, n, token, end)
    if used + n - done > p.max_str:
        return -SIZE
    copy(x, done, n, out, used)
    return used + n - done


@kernel
def count_class(p, x, n, y, m):
    """How many tokens there are."""
    token = class_of(y, m)
    return (0, UNDEFINED) if token < 0 else number(p, tokens_in(x, n, token))
