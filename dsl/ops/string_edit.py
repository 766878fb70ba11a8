"""Rows that change strings all over: replacing, white space, upper and lower case, and cutting into lists of strings.

Case maps one code point to one code point: a character whose upper or lower case takes several stays as it is.
"""

from __future__ import annotations

import re
from functools import partial

from dsl.domains import backward, characters, texts
from dsl.domains.transfers import narrowing, whole
from dsl.ops.late import KernelFile
from dsl.ops.string_find import nth_occurrence
from dsl.ops.table import Category, Op
from dsl.values import SIZE, UNDEFINED, Profile, Stuck, Value, check

string_edit = KernelFile("string_edit")
text_case = KernelFile("text_case")

_row = partial(Op, category=Category.STRINGS)


# ---------------------------------------------------------------- references


def _replace_first(profile: Profile, text: str, old: str, new: str) -> str:
    return text.replace(old, new, 1)


def _replace_all(profile: Profile, text: str, old: str, new: str) -> str | Stuck:
    if not old:
        return text
    if len(text) + text.count(old) * (len(new) - len(old)) > profile.max_str:
        return SIZE
    return text.replace(old, new)


def _replace_nth(profile: Profile, text: str, old: str, new: str, number: int) -> str:
    at = nth_occurrence(text, old, number)
    return text if at < 0 else text[:at] + new + text[at + len(old) :]


def _remove_all(profile: Profile, text: str, old: str) -> str:
    return text.replace(old, "") if old else text


def _trim(profile: Profile, text: str) -> str:
    return text.strip()


def _squeeze(profile: Profile, text: str) -> str:
    return re.sub(" +", " ", text)


def upper_of(char: str) -> str:
    """The character in upper case, or itself if that is not one character."""
    return mapped if len(mapped := char.upper()) == 1 else char


def lower_of(char: str) -> str:
    """The character in lower case, or itself if that is not one character."""
    return mapped if len(mapped := char.lower()) == 1 else char


def _upper(profile: Profile, text: str) -> str:
    return "".join(map(upper_of, text))


def _lower(profile: Profile, text: str) -> str:
    return "".join(map(lower_of, text))


def _title(profile: Profile, text: str) -> str:
    before = " " + text
    return "".join(
        char if not char.isalpha() else lower_of(char) if last.isalpha() else upper_of(char)
        for last, char in zip(before, text, strict=False)
    )


def _capitalize(profile: Profile, text: str) -> str:
    return _upper(profile, text[:1]) + _lower(profile, text[1:])


def _split(profile: Profile, text: str, separator: str) -> tuple[str, ...] | Stuck:
    return tuple(text.split(separator)) if separator else UNDEFINED


def _words(profile: Profile, text: str) -> tuple[str, ...]:
    return tuple(text.split())


def _lines(profile: Profile, text: str) -> tuple[str, ...]:
    lines = text.replace("\r\n", "\n").split("\n")
    return tuple(lines if lines[-1] else lines[:-1])


# ---------------------------------------------------------------- inverses


def _replacement_first(profile: Profile, result: str, text: str, old: str) -> Value | Stuck:
    return _between(result, text, text.find(old), old)


def _replacement_nth(profile: Profile, result: str, text: str, old: str, number: int) -> Value | Stuck:
    return _between(result, text, nth_occurrence(text, old, number), old)


def _between(result: str, text: str, at: int, old: str) -> Value | Stuck:
    """What stands in `result` in place of the `old` at that index of `text`. Where `old` is absent (-1) any replacement would do."""
    if at < 0:
        return UNDEFINED
    before, after = text[:at], text[at + len(old) :]
    if len(result) < len(before) + len(after) or not result.startswith(before) or not result.endswith(after):
        return UNDEFINED
    return result[len(before) : len(result) - len(after)]


def _replacement_all(profile: Profile, result: str, text: str, old: str) -> Value | Stuck:
    count = text.count(old) if old else 0
    if not count:
        return UNDEFINED
    length, rest = divmod(len(result) - len(text) + count * len(old), count)
    if rest or length < 0:
        return UNDEFINED
    at = text.find(old)
    new = result[at : at + length]
    return new if text.replace(old, new) == result else UNDEFINED


def _of_split(profile: Profile, result: tuple[str, ...], separator: str) -> Value | Stuck:
    text = separator.join(result)
    if not separator or tuple(text.split(separator)) != result or isinstance(check(text, profile), Stuck):
        return UNDEFINED
    return text


# ---------------------------------------------------------------- Python helpers

_REPLACE_ALL = "def _replace_all(text: str, old: str, new: str) -> str:\n    return text.replace(old, new) if old else text\n"
_REPLACE_NTH = """\
def _replace_nth(text: str, old: str, new: str, number: int) -> str:
    pieces = text.split(old) if old else [text]
    number = number if number >= 0 else len(pieces) + number
    if not 1 <= number < len(pieces):
        return text
    return old.join(pieces[:number]) + new + old.join(pieces[number:])
"""
_MAPPED = """\
def _{name}(text: str) -> str:
    return "".join(char.{name}() if len(char.{name}()) == 1 else char for char in text)
"""
_TITLE = """\
def _title(text: str) -> str:
    result, inside = "", False
    for char in text:
        mapped = char.lower() if inside else char.upper()
        result += mapped if char.isalpha() and len(mapped) == 1 else char
        inside = char.isalpha()
    return result
"""
_CAPITALIZE = """\
def _capitalize(text: str) -> str:
    mapped = [char.lower() if at else char.upper() for at, char in enumerate(text)]
    return "".join(new if len(new) == 1 else old for old, new in zip(text, mapped))
"""
_LINES = """\
def _lines(text: str) -> list[str]:
    lines = text.replace("\\r\\n", "\\n").split("\\n")
    return lines if lines[-1] else lines[:-1]
"""

ROWS: tuple[Op, ...] = (
    _row(
        name="replace-first",
        effect="( Str Str Str -- Str )",
        doc="The first string with the first occurrence of the second made the third; an empty second string puts the third in front.",
        examples=(
            '"banana" "an" "-" replace-first -> "b-ana"',
            '"abc" "x" "-" replace-first -> "abc"',
            '"abc" "" "-" replace-first -> "-abc"',
        ),
        python="{0}.replace({1}, {2}, 1)",
        reference=_replace_first,
        kernels={"sss->s": string_edit.replace_first},
        domains=whole(texts.replace_first),
        inverse={2: _replacement_first},
        suites={"sygus": "str.replace"},
    ),
    _row(
        name="replace-all",
        effect="( Str Str Str -- Str )",
        doc="The first string with all occurrences of the second (no overlaps) made the third; unchanged if the second is empty.",
        examples=('"banana" "an" "-" replace-all -> "b--a"', '"aaa" "aa" "b" replace-all -> "ba"', '"abc" "" "-" replace-all -> "abc"'),
        python="_replace_all({0}, {1}, {2})",
        python_helper=_REPLACE_ALL,
        reference=_replace_all,
        kernels={"sss->s": string_edit.replace_all},
        domains=whole(texts.replace_all),
        inverse={2: _replacement_all},
        suites={"sygus": "str.replace_all", "bustle": "SUBSTITUTE", "robustfill": "Replace"},
    ),
    _row(
        name="replace-nth",
        effect="( Str Str Str Int -- Str )",
        doc="The first string with the n-th occurrence of the second made the third, n as for `find-nth`; unchanged if there is none.",
        examples=(
            '"banana" "a" "-" 2 replace-nth -> "ban-na"',
            '"banana" "a" "-" -1 replace-nth -> "banan-"',
            '"banana" "a" "-" 4 replace-nth -> "banana"',
        ),
        python="_replace_nth({0}, {1}, {2}, {3})",
        python_helper=_REPLACE_NTH,
        reference=_replace_nth,
        kernels={"sssi->s": string_edit.replace_nth},
        domains=whole(texts.replace_first),
        inverse={2: _replacement_nth},
        suites={"bustle": "SUBSTITUTE with an instance number"},
    ),
    _row(
        name="remove-all",
        effect="( Str Str -- Str )",
        doc="The first string without the occurrences of the second, found left to right; unchanged if the second is empty.",
        examples=('"banana" "an" remove-all -> "ba"', '"abc" "" remove-all -> "abc"'),
        python='{0}.replace({1}, "")',
        reference=_remove_all,
        kernels={"ss->s": string_edit.remove_all},
        domains=whole(texts.remove_all),
    ),
    _row(
        name="trim",
        effect="( Str -- Str )",
        doc="The string without white space at either end.",
        examples=('"  a b \\n" trim -> "a b"', '"   " trim -> ""'),
        python="{0}.strip()",
        reference=_trim,
        kernels={"s->s": string_edit.trim},
        domains=whole(texts.trim),
        backward=narrowing(backward.trim),
        suites={"bustle": "TRIM (`trim squeeze`)", "robustfill": "Trim"},
    ),
    _row(
        name="squeeze",
        effect="( Str -- Str )",
        doc="The string with each run of spaces (no other white space) made one space.",
        examples=('"a   b  c" squeeze -> "a b c"', '"  a" squeeze -> " a"'),
        python="_squeeze({0})",
        python_helper='def _squeeze(text: str) -> str:\n    while "  " in text:\n        text = text.replace("  ", " ")\n    return text\n',
        reference=_squeeze,
        kernels={"s->s": string_edit.squeeze},
        domains=whole(texts.squeeze),
        backward=narrowing(backward.squeeze),
        suites={"bustle": "TRIM (`trim squeeze`)"},
    ),
    _row(
        name="upper",
        effect="( Str -- Str )",
        doc="The string in upper case, character by character.",
        examples=('"abc Def 1" upper -> "ABC DEF 1"', '"stra\\u00dfe" upper -> "STRA\\u00dfE"'),
        python="_upper({0})",
        python_helper=_MAPPED.format(name="upper"),
        reference=_upper,
        kernels={"s->s": text_case.upper},
        domains=whole(texts.upper),
        backward=narrowing(backward.case_mapped(characters.upper)),
        suites={"sygus": "str.to_upper", "bustle": "UPPER", "robustfill": "ToCase AllCaps"},
    ),
    _row(
        name="lower",
        effect="( Str -- Str )",
        doc="The string in lower case, character by character.",
        examples=('"ABC Def 1" lower -> "abc def 1"',),
        python="_lower({0})",
        python_helper=_MAPPED.format(name="lower"),
        reference=_lower,
        kernels={"s->s": text_case.lower},
        domains=whole(texts.lower),
        backward=narrowing(backward.case_mapped(characters.lower)),
        suites={"sygus": "str.to_lower", "bustle": "LOWER", "robustfill": "ToCase Lower"},
    ),
    _row(
        name="title",
        effect="( Str -- Str )",
        doc="The string with every letter that does not follow a letter in upper case, and all other letters in lower case.",
        examples=('"john o\'neil-SMITH" title -> "John O\'Neil-Smith"', '"2nd place" title -> "2Nd Place"'),
        python="_title({0})",
        python_helper=_TITLE,
        reference=_title,
        kernels={"s->s": text_case.title},
        domains=whole(texts.capitalize),
        suites={"bustle": "PROPER", "robustfill": "ToCase Proper"},
    ),
    _row(
        name="capitalize",
        effect="( Str -- Str )",
        doc="The string with its first character in upper case and the rest in lower case.",
        examples=('"hELLO World" capitalize -> "Hello world"', '"" capitalize -> ""'),
        python="_capitalize({0})",
        python_helper=_CAPITALIZE,
        reference=_capitalize,
        kernels={"s->s": text_case.capitalize},
        domains=whole(texts.capitalize),
    ),
    _row(
        name="split",
        effect="( Str Str -- List[Str] )",
        doc="The pieces of the first string between the occurrences of the second, empty pieces too; undefined for an empty separator.",
        examples=('"a,b,,c" "," split -> ["a","b","","c"]', '"" "," split -> [""]', '"abc" "" split -> stuck undefined'),
        python="{0}.split({1})",
        reference=_split,
        kernels={"ss->n": string_edit.split},
        domains=whole(texts.split),
        inverse={0: _of_split},
    ),
    _row(
        name="words",
        effect="( Str -- List[Str] )",
        doc="The pieces of the string between runs of white space; never an empty piece.",
        examples=('"  to be\\tor not " words -> ["to","be","or","not"]', '" " words -> []'),
        python="{0}.split()",
        reference=_words,
        kernels={"s->n": string_edit.words},
        domains=whole(texts.words),
    ),
    _row(
        name="lines",
        effect="( Str -- List[Str] )",
        doc='The lines of the string; "\\n" or "\\r\\n" ends a line, and what follows the last one is a line if it is not empty.',
        examples=('"a\\n\\nb\\r\\nc" lines -> ["a","","b","c"]', '"a\\n" lines -> ["a"]', '"" lines -> []'),
        python="_lines({0})",
        python_helper=_LINES,
        reference=_lines,
        kernels={"s->n": string_edit.lines},
        domains=whole(texts.lines),
    ),
)
