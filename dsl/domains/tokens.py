"""What token ops do to abstract values: whole functions for `transfers.whole`, one per op."""

from __future__ import annotations

from dsl.domains import characters, ranges
from dsl.domains.base import Context
from dsl.domains.characters import DIGIT, LETTER, LOWER, OTHER, UPPER
from dsl.domains.product import BOTTOM, Abstract
from dsl.domains.ranges import exactly, span
from dsl.domains.texts import NOTHING, mark_class
from dsl.domains.transfers import constant, count, integer, size_of, string, up_to

TOKEN_CLASSES = {
    "number": DIGIT, "word": LETTER | OTHER, "alnum": LETTER | DIGIT | OTHER, "caps": UPPER | OTHER,
    "proper": LETTER | OTHER, "lower": LOWER | OTHER, "digit": DIGIT, "char": characters.FULL,
}  # fmt: skip
"""Characters in the matches of each token class with a name."""


def _token_chars(token: Abstract) -> int | None:
    """The classes that a match of the token class may have, as far as the class's length and characters tell; None if there is no such class."""
    n = size_of(token)
    named = [mask for name, mask in TOKEN_CLASSES.items() if len(name) in n and token.chars & LOWER]
    found = None
    for mask in [*named, *([token.chars] if 1 in n and token.chars else [])]:
        found = mask if found is None else found | mask
    return found


def token(ctx: Context, text: Abstract, kind: Abstract, number: Abstract) -> Abstract:
    """One match of a token class."""
    classes = _token_chars(kind)
    if classes is None or number.interval == NOTHING:
        return BOTTOM
    longest = 1 if size_of(kind).high <= 1 else size_of(text).high
    return string(span(1, longest), text.chars & classes)


def token_start(ctx: Context, text: Abstract, kind: Abstract, number: Abstract) -> Abstract:
    """Where a match begins."""
    match = token(ctx, text, kind, number)
    return BOTTOM if match.is_bottom or not match.chars else integer(span(0, size_of(text).high - 1))


def token_end(ctx: Context, text: Abstract, kind: Abstract, number: Abstract) -> Abstract:
    """Where a match ends."""
    match = token(ctx, text, kind, number)
    return BOTTOM if match.is_bottom or not match.chars else integer(span(1, size_of(text).high))


def keep_class(ctx: Context, text: Abstract, kind: Abstract) -> Abstract:
    """The matches of a token class, put together."""
    classes = _token_chars(kind)
    return BOTTOM if classes is None else string(up_to(size_of(text)), text.chars & classes)


def strip_class(ctx: Context, text: Abstract, kind: Abstract) -> Abstract:
    """What lies between the matches of a token class."""
    return subst_class(ctx, text, kind, constant(""))


def subst_class(ctx: Context, text: Abstract, kind: Abstract, new: Abstract) -> Abstract:
    """Every match of a token class replaced by `new`."""
    classes = _token_chars(kind)
    if classes is None:
        return BOTTOM
    n, k = size_of(text), size_of(new)
    if not text.chars & classes:
        return text
    longest = ranges.multiply(n, ranges.greatest(k, exactly(1))).high
    return string(span(min(n.low, k.low, 1), longest), text.chars & ~mark_class(kind) | new.chars)


def count_class(ctx: Context, text: Abstract, kind: Abstract) -> Abstract:
    """How many matches of a token class there are."""
    classes = _token_chars(kind)
    return BOTTOM if classes is None else count(up_to(size_of(text)) if text.chars & classes else NOTHING)
