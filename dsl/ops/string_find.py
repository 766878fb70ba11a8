"""Rows that look for one string in another: positions, counts, yes or no, and the parts on either side. Positions count code points from 0.

Occurrences do not overlap: they are counted from the left, each search starting where the last match ended, as in Python's `str.count`.
An empty pattern occurs nowhere in the counting words, and at every position in `find`, `find-from` and `find-last`, as in SMT-LIB.
"""

from __future__ import annotations

from functools import partial

from dsl.domains import backward, texts
from dsl.domains.transfers import narrowing, whole
from dsl.ops.late import KernelFile
from dsl.ops.table import Category, Op
from dsl.values import UNDEFINED, Profile, Stuck

kernels = KernelFile("string_find")

_row = partial(Op, category=Category.STRINGS)


def nth_occurrence(text: str, pattern: str, number: int) -> int:
    """Index of that occurrence, counted from 1, or from the end if negative; -1 where there is none."""
    pieces = text.split(pattern) if pattern else [text]
    number = number if number >= 0 else len(pieces) + number
    return len(pattern.join(pieces[:number])) if 1 <= number < len(pieces) else -1


# ---------------------------------------------------------------- references


def _find(profile: Profile, text: str, pattern: str) -> int:
    return text.find(pattern)


def _find_from(profile: Profile, text: str, pattern: str, start: int) -> int:
    return text.find(pattern, start) if start >= 0 else -1


def _find_last(profile: Profile, text: str, pattern: str) -> int:
    return text.rfind(pattern)


def _find_nth(profile: Profile, text: str, pattern: str, number: int) -> int:
    return nth_occurrence(text, pattern, number)


def _occurrences(profile: Profile, text: str, pattern: str) -> int:
    return text.count(pattern) if pattern else 0


def _before(profile: Profile, text: str, mark: str) -> str | Stuck:
    return text.partition(mark)[0] if mark else UNDEFINED


def _after(profile: Profile, text: str, mark: str) -> str | Stuck:
    return text.partition(mark)[2] if mark else UNDEFINED


def _before_last(profile: Profile, text: str, mark: str) -> str | Stuck:
    return text.rsplit(mark, 1)[0] if mark else UNDEFINED


def _after_last(profile: Profile, text: str, mark: str) -> str | Stuck:
    if not mark:
        return UNDEFINED
    return text.rsplit(mark, 1)[1] if mark in text else ""


def _contains(profile: Profile, text: str, pattern: str) -> bool:
    return pattern in text


def _starts(profile: Profile, text: str, pattern: str) -> bool:
    return text.startswith(pattern)


def _ends(profile: Profile, text: str, pattern: str) -> bool:
    return text.endswith(pattern)


def _blank(profile: Profile, text: str) -> bool:
    return not text


def _digits(profile: Profile, text: str) -> bool:
    return text.isascii() and text.isdigit()


_FIND_NTH = """\
def _find_nth(text: str, pattern: str, number: int) -> int:
    pieces = text.split(pattern) if pattern else [text]
    number = number if number >= 0 else len(pieces) + number
    return len(pattern.join(pieces[:number])) if 1 <= number < len(pieces) else -1
"""

ROWS: tuple[Op, ...] = (
    _row(
        name="find",
        effect="( Str Str -- Int )",
        doc="Index of the first occurrence of the second string in the first, or -1; 0 for the empty string.",
        examples=('"banana" "an" find -> 1', '"banana" "x" find -> -1', '"banana" "" find -> 0'),
        python="{0}.find({1})",
        reference=_find,
        kernels={"ss->i": kernels.find},
        domains=whole(texts.find),
        suites={"sygus": "str.indexof from 0", "bustle": "FIND (1-based, pattern first, an error if absent)"},
    ),
    _row(
        name="find-from",
        effect="( Str Str Int -- Int )",
        doc="Index of the first occurrence at or after the start, or -1; a start outside 0..length gives -1, the empty string its start.",
        examples=(
            '"banana" "an" 2 find-from -> 3',
            '"banana" "an" -1 find-from -> -1',
            '"abc" "" 3 find-from -> 3',
            '"abc" "" 4 find-from -> -1',
        ),
        python="_find_from({0}, {1}, {2})",
        python_helper=(
            "def _find_from(text: str, pattern: str, start: int) -> int:\n    return text.find(pattern, start) if start >= 0 else -1\n"
        ),
        reference=_find_from,
        kernels={"ssi->i": kernels.find_from},
        domains=whole(texts.find_from),
        suites={"sygus": "str.indexof", "bustle": "FIND with a start (1-based, pattern first, an error if absent)"},
    ),
    _row(
        name="find-last",
        effect="( Str Str -- Int )",
        doc="Index of the last occurrence of the second string in the first, or -1; the length for the empty string.",
        examples=('"banana" "an" find-last -> 3', '"banana" "x" find-last -> -1'),
        python="{0}.rfind({1})",
        reference=_find_last,
        kernels={"ss->i": kernels.find_last},
        domains=whole(texts.find_last),
    ),
    _row(
        name="find-nth",
        effect="( Str Str Int -- Int )",
        doc="Index of the n-th occurrence (from 1, negative from the end; occurrences do not overlap), or -1.",
        examples=(
            '"banana" "an" 2 find-nth -> 3',
            '"banana" "a" -1 find-nth -> 5',
            '"banana" "a" 4 find-nth -> -1',
            '"aaa" "aa" 2 find-nth -> -1',
        ),
        python="_find_nth({0}, {1}, {2})",
        python_helper=_FIND_NTH,
        reference=_find_nth,
        kernels={"ssi->i": kernels.find_nth},
        domains=whole(texts.find_nth),
    ),
    _row(
        name="occurrences",
        effect="( Str Str -- Int )",
        doc="How often the second string occurs in the first without overlaps; 0 for the empty string.",
        examples=('"banana" "an" occurrences -> 2', '"aaaa" "aa" occurrences -> 2', '"abc" "" occurrences -> 0'),
        python="_occurrences({0}, {1})",
        python_helper="def _occurrences(text: str, pattern: str) -> int:\n    return text.count(pattern) if pattern else 0\n",
        reference=_occurrences,
        kernels={"ss->i": kernels.occurrences},
        domains=whole(texts.occurrences),
    ),
    _row(
        name="before",
        effect="( Str Str -- Str )",
        doc="The part before the first occurrence of the mark; the whole string if the mark is absent.",
        examples=('"a-b-c" "-" before -> "a"', '"abc" "-" before -> "abc"', '"abc" "" before -> stuck undefined'),
        python="{0}.partition({1})[0]",
        reference=_before,
        kernels={"ss->s": kernels.before},
        domains=whole(texts.before),
        backward=narrowing(backward.no_shorter),
    ),
    _row(
        name="after",
        effect="( Str Str -- Str )",
        doc="The part after the first occurrence of the mark; the empty string if the mark is absent.",
        examples=('"a-b-c" "-" after -> "b-c"', '"abc" "-" after -> ""', '"abc" "" after -> stuck undefined'),
        python="{0}.partition({1})[2]",
        reference=_after,
        kernels={"ss->s": kernels.after},
        domains=whole(texts.after),
        backward=narrowing(backward.no_shorter),
    ),
    _row(
        name="before-last",
        effect="( Str Str -- Str )",
        doc="The part before the last occurrence of the mark; the whole string if the mark is absent.",
        examples=('"a.b.txt" "." before-last -> "a.b"', '"abc" "." before-last -> "abc"', '"abc" "" before-last -> stuck undefined'),
        python="{0}.rsplit({1}, 1)[0]",
        reference=_before_last,
        kernels={"ss->s": kernels.before_last},
        domains=whole(texts.before_last),
        backward=narrowing(backward.no_shorter),
    ),
    _row(
        name="after-last",
        effect="( Str Str -- Str )",
        doc="The part after the last occurrence of the mark; the empty string if the mark is absent (`split last`: the whole).",
        examples=('"a.b.txt" "." after-last -> "txt"', '"abc" "." after-last -> ""', '"abc" "" after-last -> stuck undefined'),
        python='[*{0}.rsplit({1}, 1), ""][1]',
        reference=_after_last,
        kernels={"ss->s": kernels.after_last},
        domains=whole(texts.after_last),
        backward=narrowing(backward.no_shorter),
    ),
    _row(
        name="contains?",
        effect="( Str Str -- Bool )",
        doc="Whether the second string occurs in the first.",
        examples=('"banana" "nan" contains? -> true', '"banana" "x" contains? -> false', '"" "" contains? -> true'),
        python="{1} in {0}",
        reference=_contains,
        kernels={"ss->b": kernels.contains},
        domains=whole(texts.contains),
        backward=narrowing(backward.contains),
        suites={"sygus": "str.contains", "bustle": "ISNUMBER(FIND) (pattern first)"},
    ),
    _row(
        name="starts?",
        effect="( Str Str -- Bool )",
        doc="Whether the first string starts with the second.",
        examples=('"banana" "ba" starts? -> true', '"ba" "banana" starts? -> false'),
        python="{0}.startswith({1})",
        reference=_starts,
        kernels={"ss->b": kernels.starts},
        domains=whole(texts.contains),
        backward=narrowing(backward.contains),
        suites={"sygus": "str.prefixof (pattern first, so `swap starts?`)"},
    ),
    _row(
        name="ends?",
        effect="( Str Str -- Bool )",
        doc="Whether the first string ends with the second.",
        examples=('"banana" "na" ends? -> true', '"na" "banana" ends? -> false'),
        python="{0}.endswith({1})",
        reference=_ends,
        kernels={"ss->b": kernels.ends},
        domains=whole(texts.contains),
        backward=narrowing(backward.contains),
        suites={"sygus": "str.suffixof (pattern first, so `swap ends?`)"},
    ),
    _row(
        name="blank?",
        effect="( Str -- Bool )",
        doc="Whether the string is empty.",
        examples=('"" blank? -> true', '" " blank? -> false'),
        python='{0} == ""',
        reference=_blank,
        kernels={"s->b": kernels.blank},
        domains=whole(texts.is_blank),
        backward=narrowing(backward.is_empty),
    ),
    _row(
        name="digits?",
        effect="( Str -- Bool )",
        doc="Whether the string is not empty and all its characters are digits 0 to 9.",
        examples=('"042" digits? -> true', '"-1" digits? -> false', '"" digits? -> false'),
        python="_is_digits({0})",
        python_helper="def _is_digits(text: str) -> bool:\n    return text.isascii() and text.isdigit()\n",
        reference=_digits,
        kernels={"s->b": kernels.digits_only},
        domains=whole(texts.has_only_digits),
        backward=narrowing(backward.has_only_digits),
    ),
)
