"""Rows between types: Ints, Bools and strings as each other, code points and digits."""

from __future__ import annotations

from functools import partial

from dsl.domains import conversions, preimages
from dsl.domains.transfers import narrowing, whole
from dsl.ops.late import KernelFile
from dsl.ops.table import Category, Op
from dsl.values import RANGE, UNDEFINED, Profile, Stuck, Value, check

kernels = KernelFile("conversions")

MOST_DIGITS = 10
"""A number of more digits lies outside every profile."""
LAST_CODE, SURROGATES = 0x10FFFF, range(0xD800, 0xE000)
"""Code points end there; the surrogates are no characters."""

_row = partial(Op, category=Category.CONVERSIONS)


# ---------------------------------------------------------------- references


def _int_to_str(profile: Profile, a: int) -> str:
    return str(a)


def _str_to_int(profile: Profile, text: str) -> int | Stuck:
    digits = text.removeprefix("-")
    if not (digits.isascii() and digits.isdigit()):
        return -1
    digits = digits.lstrip("0") or "0"
    if len(digits) > MOST_DIGITS:
        return RANGE
    return -int(digits) if text.startswith("-") else int(digits)


def _bool_to_str(profile: Profile, a: bool) -> str:
    return "true" if a else "false"


def _bool_to_int(profile: Profile, a: bool) -> int:
    return int(a)


def _chr(profile: Profile, a: int) -> str | Stuck:
    return chr(a) if 0 <= a <= LAST_CODE and a not in SURROGATES else UNDEFINED


def _ord(profile: Profile, text: str) -> int | Stuck:
    return ord(text[0]) if text else UNDEFINED


def _digits(profile: Profile, a: int) -> tuple[int, ...]:
    return tuple(map(int, str(abs(a))))


# ---------------------------------------------------------------- inverses


def _written(profile: Profile, result: str) -> Value | Stuck:
    """The Int that `int>str` writes like this: no leading zeros, no "-0"."""
    value = _str_to_int(profile, result)
    return value if not isinstance(value, Stuck) and str(value) == result and check(value, profile) == value else UNDEFINED


def _named(profile: Profile, result: str) -> Value | Stuck:
    return {"true": True, "false": False}.get(result, UNDEFINED)


def _flag(profile: Profile, result: int) -> Value | Stuck:
    return bool(result) if result in (0, 1) else UNDEFINED


def _code(profile: Profile, result: str) -> Value | Stuck:
    if len(result) != 1 or ord(result) in SURROGATES or isinstance(check(ord(result), profile), Stuck):
        return UNDEFINED
    return ord(result)


# ---------------------------------------------------------------- rows

_TO_INT_HELPER = '''
def _to_int(text):
    """The integer that a text writes, -1 for any other text."""
    digits = text.removeprefix("-")
    return int(text) if digits.isascii() and digits.isdigit() else -1
'''

ROWS: tuple[Op, ...] = (
    _row(
        name="int>str",
        effect="( Int -- Str )",
        doc="The Int in decimal digits.",
        examples=('42 int>str -> "42"', '-7 int>str -> "-7"'),
        python="str({0})",
        domains=whole(conversions.int_to_str),
        backward=narrowing(preimages.int_to_str),
        reference=_int_to_str,
        kernels={"i->s": kernels.int_to_str},
        inverse={0: _written},
        suites={"sygus": 'int.to.str, str.from_int (which give "" for a negative Int)', "bustle": "TO_TEXT"},
    ),
    _row(
        name="str>int",
        effect="( Str -- Int )",
        doc="The Int that the text writes: digits 0-9, perhaps a minus before them; -1 for any other text.",
        examples=('"042" str>int -> 42', '"-7" str>int -> -7', '"4 2" str>int -> -1', '"99999999999" str>int -> stuck range'),
        python="_to_int({0})",
        python_helper=_TO_INT_HELPER,
        domains=whole(conversions.str_to_int),
        backward=narrowing(preimages.str_to_int),
        reference=_str_to_int,
        kernels={"s->i": kernels.str_to_int},
        suites={"sygus": "str.to.int, str.to_int (which give -1 for a negative number)", "bustle": "VALUE"},
    ),
    _row(
        name="bool>str",
        effect="( Bool -- Str )",
        doc="The text true or false.",
        examples=('true bool>str -> "true"',),
        python='"true" if {0} else "false"',
        domains=whole(conversions.bool_to_str),
        backward=narrowing(preimages.bool_to_str),
        reference=_bool_to_str,
        kernels={"b->s": kernels.bool_to_str},
        inverse={0: _named},
    ),
    _row(
        name="bool>int",
        effect="( Bool -- Int )",
        doc="1 for true, 0 for false.",
        examples=("true bool>int -> 1", "false bool>int -> 0"),
        python="int({0})",
        domains=whole(conversions.bool_to_int),
        backward=narrowing(preimages.bool_to_int),
        reference=_bool_to_int,
        kernels={"b->i": kernels.bool_to_int},
        inverse={0: _flag},
    ),
    _row(
        name="chr",
        effect="( Int -- Str )",
        doc="The one character with that Unicode code point.",
        examples=('65 chr -> "A"', '233 chr -> "\\u00e9"', "-1 chr -> stuck undefined", "55296 chr -> stuck undefined"),
        python="chr({0})",
        domains=whole(conversions.character),
        backward=narrowing(preimages.character),
        reference=_chr,
        kernels={"i->s": kernels.character},
        inverse={0: _code},
    ),
    _row(
        name="ord",
        effect="( Str -- Int )",
        doc="Code point of the first character.",
        examples=('"Ab" ord -> 65', '"" ord -> stuck undefined'),
        python="ord({0}[0])",
        domains=whole(conversions.code_point),
        backward=narrowing(preimages.code_point),
        reference=_ord,
        kernels={"s->i": kernels.code_point},
    ),
    _row(
        name="digits",
        effect="( Int -- List[Int] )",
        doc="The decimal digits, the most significant first; the sign is dropped.",
        examples=("105 digits -> [1,0,5]", "-42 digits -> [4,2]", "0 digits -> [0]"),
        python="[int(digit) for digit in str(abs({0}))]",
        domains=whole(conversions.digits),
        backward=narrowing(preimages.digits),
        reference=_digits,
        kernels={"i->l": kernels.digits},
    ),
)
