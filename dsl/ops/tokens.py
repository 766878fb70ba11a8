"""Rows over tokens: the matches of a class of characters in a string, after RobustFill's token types.

| class | matches |
|---|---|
| `number` | maximal run of digits 0-9 |
| `word` | maximal run of letters |
| `alnum` | maximal run of letters and digits |
| `caps` | maximal run of upper-case letters |
| `proper` | one upper-case letter and the run of lower-case letters after it, at least one |
| `lower` | maximal run of lower-case letters |
| `digit` | one digit 0-9 |
| `char` | any one character |
| one character | that character (a delimiter), each time |

A letter is what `str.isalpha` says of one character, upper and lower case what `str.isupper` and `str.islower` say of a letter. Any other
class is undefined.
"""

from __future__ import annotations

import re
from functools import partial

from dsl.domains import tokens
from dsl.domains.transfers import whole
from dsl.ops.late import KernelFile
from dsl.ops.table import Category, Op
from dsl.values import SIZE, UNDEFINED, Profile, Stuck, Value

kernels = KernelFile("tokens")

_row = partial(Op, category=Category.TOKENS)

PATTERNS = {
    "number": "0+",
    "word": "[ULA]+",
    "alnum": "[ULA0]+",
    "caps": "U+",
    "proper": "UL+",
    "lower": "L+",
    "digit": "0",
    "char": ".",
}
"""Each class as a regular expression over the text's shape, in which a character is one letter: see `_kind`."""

Spans = list[tuple[int, int]]


def _kind(char: str) -> str:
    """U, L or A for a letter in upper case, lower case or neither; 0 for a digit; - for the rest."""
    if char.isalpha():
        return "U" if char.isupper() else "L" if char.islower() else "A"
    return "0" if "0" <= char <= "9" else "-"


def matches(text: str, token: str) -> Spans | None:
    """Start and end of each match of the token class, left to right; None if there is no such class."""
    if len(token) == 1:
        return [(at, at + 1) for at, char in enumerate(text) if char == token]
    if token not in PATTERNS:
        return None
    return [match.span() for match in re.finditer(PATTERNS[token], "".join(map(_kind, text)))]


def _nth(text: str, token: str, number: int) -> tuple[int, int] | None:
    """Span of that match, counted from 1, or from the end if negative."""
    spans = matches(text, token) or []
    return spans[number - (number > 0)] if number and -len(spans) <= number <= len(spans) else None


def _gaps(text: str, spans: Spans) -> list[str]:
    """What stands before, between and after the matches."""
    starts = [0, *(end for _, end in spans)]
    ends = [*(start for start, _ in spans), len(text)]
    return [text[start:end] for start, end in zip(starts, ends, strict=True)]


# ---------------------------------------------------------------- references


def _tok(profile: Profile, text: str, token: str, number: int) -> str | Stuck:
    span = _nth(text, token, number)
    return text[slice(*span)] if span else UNDEFINED


def _tok_start(profile: Profile, text: str, token: str, number: int) -> int | Stuck:
    span = _nth(text, token, number)
    return span[0] if span else UNDEFINED


def _tok_end(profile: Profile, text: str, token: str, number: int) -> int | Stuck:
    span = _nth(text, token, number)
    return span[1] if span else UNDEFINED


def _keep_class(profile: Profile, text: str, token: str) -> str | Stuck:
    spans = matches(text, token)
    return UNDEFINED if spans is None else "".join(text[start:end] for start, end in spans)


def _strip_class(profile: Profile, text: str, token: str) -> str | Stuck:
    return _subst_class(profile, text, token, "")


def _subst_class(profile: Profile, text: str, token: str, new: str) -> str | Stuck:
    spans = matches(text, token)
    if spans is None:
        return UNDEFINED
    gaps = _gaps(text, spans)
    return new.join(gaps) if sum(map(len, gaps)) + len(new) * len(spans) <= profile.max_str else SIZE


def _count_class(profile: Profile, text: str, token: str) -> int | Stuck:
    spans = matches(text, token)
    return UNDEFINED if spans is None else len(spans)


# ---------------------------------------------------------------- inverses


def _substituted(profile: Profile, result: str, text: str, token: str) -> Value | Stuck:
    spans = matches(text, token)
    if not spans:
        return UNDEFINED
    gaps = _gaps(text, spans)
    length, rest = divmod(len(result) - sum(map(len, gaps)), len(spans))
    if rest or length < 0:
        return UNDEFINED
    new = result[len(gaps[0]) : len(gaps[0]) + length]
    return new if new.join(gaps) == result else UNDEFINED


# ---------------------------------------------------------------- Python helpers

_PIECES = '''\
def _token_pieces(text: str, token: str) -> list[str]:
    """The text cut at its tokens: gap, token, gap, token, ..., gap."""
    import re

    def kind(char: str) -> str:
        if char.isalpha():
            return "U" if char.isupper() else "L" if char.islower() else "A"
        return "0" if "0" <= char <= "9" else "-"

    if len(token) == 1:
        return re.split("(" + re.escape(token) + ")", text)
    patterns = dict(number="0+", word="[ULA]+", alnum="[ULA0]+", caps="U+")
    patterns |= dict(proper="UL+", lower="L+", digit="0", char=".")
    found = re.finditer(patterns[token], "".join(map(kind, text)))
    cuts = [0, *(at for match in found for at in match.span()), len(text)]
    return [text[start:end] for start, end in zip(cuts, cuts[1:])]
'''

ROWS: tuple[Op, ...] = (
    _row(
        name="tok",
        effect="( Str Str Int -- Str )",
        doc=(
            "The n-th token in the string, n from 1, negative from the end; undefined where there is none. "
            'Classes: "number", "word", "alnum", "caps", "proper", "lower", "digit", "char", or any one character.'
        ),
        examples=(
            '"tel 555-0199" "number" 2 tok -> "0199"',
            '"John Smith" "proper" -1 tok -> "Smith"',
            '"abc" "number" 1 tok -> stuck undefined',
            '"abc" "vowel" 1 tok -> stuck undefined',
        ),
        python="_token_pieces({0}, {1})[2 * {2} - ({2} > 0)]",
        python_helper=_PIECES,
        reference=_tok,
        kernels={"ssi->s": kernels.tok},
        domains=whole(tokens.token),
        suites={"robustfill": "GetToken"},
    ),
    _row(
        name="tok-start",
        effect="( Str Str Int -- Int )",
        doc="The index at which the n-th token of the class starts, n from 1, negative from the end; undefined where there is none.",
        examples=('"tel 555-0199" "number" 2 tok-start -> 8', '"abc" "number" 1 tok-start -> stuck undefined'),
        python='len("".join(_token_pieces({0}, {1})[: 2 * {2} - ({2} > 0)]))',
        python_helper=_PIECES,
        reference=_tok_start,
        kernels={"ssi->i": kernels.tok_start},
        domains=whole(tokens.token_start),
        suites={"robustfill": "GetSpan (Start)"},
    ),
    _row(
        name="tok-end",
        effect="( Str Str Int -- Int )",
        doc="The index just past the n-th token of the class, n from 1, negative from the end; undefined where there is none.",
        examples=('"tel 555-0199" "number" 1 tok-end -> 7', '"a,b" "," 1 tok-end -> 2'),
        python='len("".join(_token_pieces({0}, {1})[: 2 * {2} - ({2} > 0) + 1]))',
        python_helper=_PIECES,
        reference=_tok_end,
        kernels={"ssi->i": kernels.tok_end},
        domains=whole(tokens.token_end),
        suites={"robustfill": "GetSpan (End)"},
    ),
    _row(
        name="keep-class",
        effect="( Str Str -- Str )",
        doc="All the tokens of the class in the string, one after the other.",
        examples=('"(555) 01-99" "number" keep-class -> "5550199"', '"John Fitzgerald" "caps" keep-class -> "JF"'),
        python='"".join(_token_pieces({0}, {1})[1::2])',
        python_helper=_PIECES,
        reference=_keep_class,
        kernels={"ss->s": kernels.keep_class},
        domains=whole(tokens.keep_class),
        suites={"robustfill": "GetAll (with spaces between)"},
    ),
    _row(
        name="strip-class",
        effect="( Str Str -- Str )",
        doc="The string without its tokens of the class.",
        examples=('"a1b22c" "number" strip-class -> "abc"', '"1,234,567" "," strip-class -> "1234567"'),
        python='"".join(_token_pieces({0}, {1})[::2])',
        python_helper=_PIECES,
        reference=_strip_class,
        kernels={"ss->s": kernels.strip_class},
        domains=whole(tokens.strip_class),
        suites={"robustfill": "RemoveAll"},
    ),
    _row(
        name="subst-class",
        effect="( Str Str Str -- Str )",
        doc="The string with each token of the class replaced by the third string.",
        examples=('"a1b22c" "number" "#" subst-class -> "a#b#c"', '"a1b22c" "digit" "#" subst-class -> "a#b##c"'),
        python="{2}.join(_token_pieces({0}, {1})[::2])",
        python_helper=_PIECES,
        reference=_subst_class,
        kernels={"sss->s": kernels.subst_class},
        domains=whole(tokens.subst_class),
        inverse={2: _substituted},
        suites={"robustfill": "SubstituteAll"},
    ),
    _row(
        name="count-class",
        effect="( Str Str -- Int )",
        doc="How many tokens of the class the string has.",
        examples=('"to be or not" "word" count-class -> 4', '"a1b22" "digit" count-class -> 3'),
        python="len(_token_pieces({0}, {1})) // 2",
        python_helper=_PIECES,
        reference=_count_class,
        kernels={"ss->i": kernels.count_class},
        domains=whole(tokens.count_class),
    ),
)
