"""Kernels for upper and lower case, and what kind of character a code point is.

ASCII is arithmetic; the rest is looked up in sorted tables made from what this Python's `str` says, so that kernels and
references follow the same version of Unicode. Case maps one code point to one code point, as in `dsl.ops.string_edit`.
"""

from collections.abc import Callable

import numpy as np

from dsl.kernels import kernel
from dsl.kernels.strings import index, whole_lanes

OTHER, DIGIT, LETTER, UPPER, LOWER = 1, 2, 4, 8, 16
"""Kinds of characters, as bits. A LETTER is a letter without case."""

# Planes from 4 on hold no letters and nothing that has a case (unassigned, tags, private use).
_CHARS = np.arange(4 << 16, dtype=np.uint32).view("<U1")
_LETTERS = np.char.isalpha(_CHARS)
_UPPERS = np.char.isupper(_CHARS)
_LOWERS = np.char.islower(_CHARS)
_CASED = np.flatnonzero(_LOWERS | np.char.istitle(_CHARS))


def _edges(member: np.ndarray) -> np.ndarray:
    """Where membership changes: a code point is a member if an odd number of edges lie at or below it."""
    return np.flatnonzero(np.diff(member, prepend=False, append=False)).astype(np.int64)


def _mapping(method: Callable[[str], str]) -> tuple[np.ndarray, np.ndarray]:
    """The non-ASCII characters that `method` maps to one other character, ascending, and those others."""
    pairs = [(code, method(chr(code))) for code in _CASED.tolist() if code >= 128]
    kept = [(code, ord(mapped)) for code, mapped in pairs if len(mapped) == 1 and ord(mapped) != code]
    return np.array([code for code, _ in kept]), np.array([mapped for _, mapped in kept])


LETTER_EDGES = _edges(_LETTERS)
UPPER_EDGES = _edges(_LETTERS & _UPPERS)
LOWER_EDGES = _edges(_LETTERS & _LOWERS)
UPPER_FROM, UPPER_TO = _mapping(str.upper)
LOWER_FROM, LOWER_TO = _mapping(str.lower)


@kernel
def rank(table, c):
    """How many entries of an ascending table are at most `c`."""
    low, high = 0, len(table)
    while low < high:
        middle = (low + high) // 2
        if table[middle] <= c:
            low = middle + 1
        else:
            high = middle
    return low


ASCII_KINDS = np.array(
    [LOWER if c.islower() else UPPER if c.isupper() else DIGIT if c.isdigit() else OTHER for c in map(chr, range(128))], dtype=np.uint8
)


@kernel
def kind_of(c):
    """The kind of a character."""
    if c < 128:
        return np.int64(ASCII_KINDS[index(c)])
    if rank(LETTER_EDGES, c) % 2 == 0:
        return OTHER
    if rank(UPPER_EDGES, c) % 2:
        return UPPER
    return LOWER if rank(LOWER_EDGES, c) % 2 else LETTER


@kernel
def upper_of(c):
    """The character in upper case."""
    if c < 128:
        return c - 32 if 97 <= c <= 122 else c
    k = rank(UPPER_FROM, c) - 1
    return UPPER_TO[k] if k >= 0 and UPPER_FROM[k] == c else c


@kernel
def lower_of(c):
    """The character in lower case."""
    if c < 128:
        return c + 32 if 65 <= c <= 90 else c
    k = rank(LOWER_FROM, c) - 1
    return LOWER_TO[k] if k >= 0 and LOWER_FROM[k] == c else c


@kernel
def is_ascii(x):
    """Whether the row can hold ASCII only, by its type: the compiler drops the branch that is not taken."""
    return np.iinfo(x.dtype).max < 256


@kernel
def kind_at(x, i):
    """The kind of the character at that index."""
    return np.int64(ASCII_KINDS[index(x[index(i)] & 127)]) if is_ascii(x) else kind_of(np.int64(x[index(i)]))


@kernel
def is_letter(x, i):
    """What `str.isalpha` says of the character at that index."""
    return kind_at(x, i) >= LETTER


@kernel
def upper(p, x, n, out):
    """The string in upper case."""
    if is_ascii(x):
        for i in range(whole_lanes(n, x, 0, out, 0)):
            c = x[index(i)]
            out[index(i)] = c - 32 if (c >= 97) & (c <= 122) else c
    else:
        for i in range(n):
            out[i] = upper_of(np.int64(x[i]))
    return n


@kernel
def lower(p, x, n, out):
    """The string in lower case."""
    if is_ascii(x):
        for i in range(whole_lanes(n, x, 0, out, 0)):
            c = x[index(i)]
            out[index(i)] = c + 32 if (c >= 65) & (c <= 90) else c
    else:
        for i in range(n):
            out[i] = lower_of(np.int64(x[i]))
    return n


@kernel
def title(p, x, n, out):
    """Letters after a letter in lower case, other letters in upper case."""
    if n > 0:
        out[0] = upper_of(np.int64(x[0])) if is_letter(x, 0) else x[0]
    if is_ascii(x):
        # Each character depends on itself and the one before it in the input: no state is carried, so this runs in lanes.
        for i in range(whole_lanes(n - 1, x, 1, out, 1)):
            c, last = x[index(i + 1)], x[index(i)] | 32
            small = c | 32
            shift = 0 if (last >= 97) & (last <= 122) else 32
            out[index(i + 1)] = small - shift if (small >= 97) & (small <= 122) else c
        return n
    for i in range(1, n):
        c = np.int64(x[i])
        if is_letter(x, i):
            c = lower_of(c) if is_letter(x, i - 1) else upper_of(c)
        out[i] = c
    return n


@kernel
def capitalize(p, x, n, out):
    """The first character in upper case, the rest in lower case."""
    lower(p, x, n, out)
    if n > 0:
        out[0] = upper_of(np.int64(x[0]))
    return n
