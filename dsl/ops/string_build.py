"""Rows that put strings together and cut pieces out of them by position. Positions count code points from 0."""

from __future__ import annotations

from functools import partial

from dsl.domains import backward, texts
from dsl.domains.transfers import narrowing, same, whole
from dsl.ops.late import KernelFile
from dsl.ops.table import Category, Op
from dsl.values import SIZE, UNDEFINED, Profile, Stuck, Value, check

kernels = KernelFile("strings")

_row = partial(Op, category=Category.STRINGS)


def _possible(value: Value, profile: Profile) -> Value | Stuck:
    """An inverse's answer, or UNDEFINED if the profile has no such value."""
    return UNDEFINED if isinstance(check(value, profile), Stuck) else value


# ---------------------------------------------------------------- references


def _concat(profile: Profile, a: str, b: str) -> str:
    return a + b


def _repeat(profile: Profile, text: str, count: int) -> str | Stuck:
    return text * count if len(text) * count <= profile.max_str else SIZE


def _reverse(profile: Profile, text: str) -> str:
    return text[::-1]


def _chars(profile: Profile, text: str) -> tuple[str, ...]:
    return tuple(text)


def _join(profile: Profile, items: tuple[str, ...], separator: str) -> str | Stuck:
    length = sum(map(len, items)) + len(separator) * max(len(items) - 1, 0)
    return separator.join(items) if length <= profile.max_str else SIZE


def _len(profile: Profile, text: str) -> int:
    return len(text)


def _at(profile: Profile, text: str, index: int) -> str:
    return text[index : index + 1] if index >= 0 else ""


def _substr(profile: Profile, text: str, start: int, length: int) -> str:
    return text[start : start + length] if start >= 0 and length > 0 else ""


def _left(profile: Profile, text: str, count: int) -> str:
    return text[: max(count, 0)]


def _drop_left(profile: Profile, text: str, count: int) -> str:
    return text[max(count, 0) :]


def _right(profile: Profile, text: str, count: int) -> str:
    return text[max(len(text) - max(count, 0), 0) :]


def _drop_right(profile: Profile, text: str, count: int) -> str:
    return text[: max(len(text) - max(count, 0), 0)]


def _overwrite(profile: Profile, text: str, start: int, count: int, new: str) -> str:
    start = max(start, 0)
    return text[:start] + new + text[start + max(count, 0) :]


# ---------------------------------------------------------------- inverses


def _concat_first(profile: Profile, result: str, second: str) -> Value | Stuck:
    return result[: len(result) - len(second)] if result.endswith(second) else UNDEFINED


def _concat_second(profile: Profile, result: str, first: str) -> Value | Stuck:
    return result[len(first) :] if result.startswith(first) else UNDEFINED


def _repeated_text(profile: Profile, result: str, count: int) -> Value | Stuck:
    if count < 1 or len(result) % count:
        return UNDEFINED
    text = result[: len(result) // count]
    return text if text * count == result else UNDEFINED


def _repeat_count(profile: Profile, result: str, text: str) -> Value | Stuck:
    # "" comes from 0 and from every negative count.
    if not result or not text or len(result) % len(text):
        return UNDEFINED
    count = len(result) // len(text)
    return _possible(count, profile) if text * count == result else UNDEFINED


def _of_chars(profile: Profile, result: tuple[str, ...]) -> Value | Stuck:
    return "".join(result) if all(len(item) == 1 for item in result) else UNDEFINED


def _join_separator(profile: Profile, result: str, items: tuple[str, ...]) -> Value | Stuck:
    if len(items) < 2:
        return UNDEFINED
    length, rest = divmod(len(result) - sum(map(len, items)), len(items) - 1)
    if rest or length < 0:
        return UNDEFINED
    separator = result[len(items[0]) : len(items[0]) + length]
    return separator if separator.join(items) == result else UNDEFINED


def _overwriting(profile: Profile, result: str, text: str, start: int, count: int) -> Value | Stuck:
    start = max(start, 0)
    before, after = text[:start], text[start + max(count, 0) :]
    if len(result) < len(before) + len(after) or not result.startswith(before) or not result.endswith(after):
        return UNDEFINED
    return result[len(before) : len(result) - len(after)]


ROWS: tuple[Op, ...] = (
    _row(
        name="concat",
        effect="( Str Str -- Str )",
        doc="The first string followed by the second.",
        examples=('"ab" "cd" concat -> "abcd"', '"" "x" concat -> "x"'),
        python="{0} + {1}",
        reference=_concat,
        kernels={"ss->s": kernels.concat},
        domains=whole(texts.concat),
        backward=narrowing(backward.concatenate),
        inverse={0: _concat_first, 1: _concat_second},
        suites={"sygus": "str.++", "bustle": "CONCATENATE", "robustfill": "Concat"},
    ),
    _row(
        name="repeat",
        effect="( Str Int -- Str )",
        doc="The string so many times in a row; a negative count is 0.",
        examples=('"ab" 3 repeat -> "ababab"', '"ab" -1 repeat -> ""', '"ab" 1000 repeat -> stuck size'),
        python="{0} * {1}",
        reference=_repeat,
        kernels={"si->s": kernels.repeat},
        domains=whole(texts.repeat),
        inverse={0: _repeated_text, 1: _repeat_count},
        suites={"bustle": "REPT"},
    ),
    _row(
        name="str-reverse",
        effect="( Str -- Str )",
        doc="The string backwards.",
        examples=('"abc" str-reverse -> "cba"',),
        python="{0}[::-1]",
        reference=_reverse,
        kernels={"s->s": kernels.str_reverse},
        domains=whole(same(0)),
        backward=narrowing(backward.same),
        inverse={0: _reverse},
        suites={"sygus": "str.rev"},
    ),
    _row(
        name="chars",
        effect="( Str -- List[Str] )",
        doc="The characters of the string, each a string of its own.",
        examples=('"abc" chars -> ["a","b","c"]', '"" chars -> []'),
        python="list({0})",
        reference=_chars,
        kernels={"s->n": kernels.chars},
        domains=whole(texts.chars),
        inverse={0: _of_chars},
    ),
    _row(
        name="join",
        effect="( List[Str] Str -- Str )",
        doc="The strings of the list one after the other, with the separator between them.",
        examples=('["a","b","c"] "-" join -> "a-b-c"', '[] "-" join -> ""'),
        python="{1}.join({0})",
        reference=_join,
        kernels={"ns->s": kernels.join},
        domains=whole(texts.join),
        backward=narrowing(backward.join),
        inverse={1: _join_separator},
    ),
    _row(
        name="len",
        effect="( Str -- Int )",
        doc="The number of characters (code points) of the string.",
        examples=('"abc" len -> 3', '"" len -> 0'),
        python="len({0})",
        reference=_len,
        kernels={"s->i": kernels.length},
        domains=whole(texts.length),
        backward=narrowing(backward.length),
        suites={"sygus": "str.len", "bustle": "LEN"},
    ),
    _row(
        name="at",
        effect="( Str Int -- Str )",
        doc="The character at that index, 0 being the first; the empty string where there is none.",
        examples=('"abc" 1 at -> "b"', '"abc" 3 at -> ""', '"abc" -1 at -> ""'),
        python="_at({0}, {1})",
        python_helper='def _at(text: str, index: int) -> str:\n    return text[index : index + 1] if index >= 0 else ""\n',
        reference=_at,
        kernels={"si->s": kernels.at},
        domains=whole(texts.at),
        suites={"sygus": "str.at"},
    ),
    _row(
        name="substr",
        effect="( Str Int Int -- Str )",
        doc="The piece of that start index and length, as much as there is; empty for a start outside the string or a length below 1.",
        examples=('"abcdef" 1 3 substr -> "bcd"', '"abc" 1 99 substr -> "bc"', '"abc" -1 2 substr -> ""', '"abc" 3 1 substr -> ""'),
        python="_substr({0}, {1}, {2})",
        python_helper=(
            "def _substr(text: str, start: int, length: int) -> str:\n"
            '    return text[start : start + length] if start >= 0 and length > 0 else ""\n'
        ),
        reference=_substr,
        kernels={"sii->s": kernels.substr},
        domains=whole(texts.substr),
        backward=narrowing(backward.no_shorter),
        suites={"sygus": "str.substr", "bustle": "MID (its start is 1-based)", "robustfill": "SubStr (by start and end)"},
    ),
    _row(
        name="left",
        effect="( Str Int -- Str )",
        doc="The first so many characters, all if there are fewer; a negative count is 0.",
        examples=('"abcd" 2 left -> "ab"', '"ab" 9 left -> "ab"', '"ab" -1 left -> ""'),
        python="{0}[:max({1}, 0)]",
        reference=_left,
        kernels={"si->s": kernels.left},
        domains=whole(texts.left),
        backward=narrowing(backward.no_shorter),
        suites={"bustle": "LEFT"},
    ),
    _row(
        name="drop-left",
        effect="( Str Int -- Str )",
        doc="The string without its first so many characters; a negative count is 0.",
        examples=('"abcd" 1 drop-left -> "bcd"', '"ab" 9 drop-left -> ""', '"ab" -1 drop-left -> "ab"'),
        python="{0}[max({1}, 0):]",
        reference=_drop_left,
        kernels={"si->s": kernels.drop_left},
        domains=whole(texts.drop_left),
        backward=narrowing(backward.no_shorter),
    ),
    _row(
        name="right",
        effect="( Str Int -- Str )",
        doc="The last so many characters, all if there are fewer; a negative count is 0.",
        examples=('"abcd" 2 right -> "cd"', '"ab" 9 right -> "ab"', '"ab" 0 right -> ""'),
        python="_right({0}, {1})",
        python_helper="def _right(text: str, count: int) -> str:\n    return text[max(len(text) - max(count, 0), 0) :]\n",
        reference=_right,
        kernels={"si->s": kernels.right},
        domains=whole(texts.left),
        backward=narrowing(backward.no_shorter),
        suites={"bustle": "RIGHT"},
    ),
    _row(
        name="drop-right",
        effect="( Str Int -- Str )",
        doc="The string without its last so many characters; a negative count is 0.",
        examples=('"abcd" 1 drop-right -> "abc"', '"ab" 9 drop-right -> ""', '"ab" -1 drop-right -> "ab"'),
        python="_drop_right({0}, {1})",
        python_helper="def _drop_right(text: str, count: int) -> str:\n    return text[: max(len(text) - max(count, 0), 0)]\n",
        reference=_drop_right,
        kernels={"si->s": kernels.drop_right},
        domains=whole(texts.drop_left),
        backward=narrowing(backward.no_shorter),
    ),
    _row(
        name="overwrite",
        effect="( Str Int Int Str -- Str )",
        doc="The string with so many characters from that index on replaced by the new text; index and count are clamped to the string.",
        examples=('"abcdef" 1 2 "XYZ" overwrite -> "aXYZdef"', '"abc" 1 0 "-" overwrite -> "a-bc"', '"abc" 9 9 "!" overwrite -> "abc!"'),
        python="_overwrite({0}, {1}, {2}, {3})",
        python_helper=(
            "def _overwrite(text: str, start: int, count: int, new: str) -> str:\n"
            "    start = max(start, 0)\n"
            "    return text[:start] + new + text[start + max(count, 0) :]\n"
        ),
        reference=_overwrite,
        kernels={"siis->s": kernels.overwrite},
        domains=whole(texts.overwrite),
        inverse={3: _overwriting},
        suites={"bustle": "REPLACE (its start is 1-based)"},
    ),
)
