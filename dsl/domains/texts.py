"""What string and token ops do to abstract values: whole functions for `transfers.whole`, one per op."""

from __future__ import annotations

from math import inf

from dsl.domains import characters, ranges
from dsl.domains.base import Context
from dsl.domains.characters import BLANK, DIGIT, OTHER, SPACE
from dsl.domains.product import BOTTOM, Abstract
from dsl.domains.ranges import Range, exactly, span
from dsl.domains.transfers import (
    boolean,
    constant,
    count,
    integer,
    list_of,
    only_value,
    resized,
    size_of,
    string,
    up_to,
)  # fmt: skip

WHITE = BLANK | SPACE | OTHER
"""Classes in which white space may be: there is some beyond ASCII."""


NOTHING = exactly(0)


def less(n: Range, k: Range) -> Range:
    """n - k, not below 0."""
    return ranges.positive(ranges.subtract(n, k))


def mark_class(text: Abstract) -> int:
    """The class of which `text` is the only character; 0 where it may be anything else."""
    return text.chars if size_of(text) == exactly(1) and text.chars in characters.SINGLE else 0


def is_absent(text: Abstract, part: Abstract) -> bool:
    """Whether `part` is certainly not empty and not in `text`: too long, or of other characters."""
    n, m = size_of(text), size_of(part)
    return n.high < m.low or (m.low >= 1 and not text.chars & part.chars)


def concat(ctx: Context, a: Abstract, b: Abstract) -> Abstract:
    """a followed by b."""
    return string(ranges.add(size_of(a), size_of(b)), a.chars | b.chars)


def repeat(ctx: Context, text: Abstract, times: Abstract) -> Abstract:
    """The text so many times."""
    return string(ranges.multiply(size_of(text), ranges.positive(times.interval)), text.chars)


def chars(ctx: Context, text: Abstract) -> Abstract:
    """A list of strings of one character."""
    return list_of(string(exactly(1), text.chars), size_of(text))


def join(ctx: Context, items: Abstract, separator: Abstract) -> Abstract:
    """The items with the separator between them."""
    n, inner = size_of(items), items.length.inner
    letters = NOTHING if inner.is_empty else ranges.meet(ranges.multiply(n, inner), Range(0, ctx.profile.max_str))
    gaps = less(n, exactly(1))
    length = ranges.add(letters, ranges.multiply(gaps, size_of(separator)))
    return string(length, items.chars | (separator.chars if gaps.high > 0 else 0))


def length(ctx: Context, text: Abstract) -> Abstract:
    """The number of characters."""
    return count(size_of(text))


def at(ctx: Context, text: Abstract, index: Abstract) -> Abstract:
    """One character, or none where the index is outside."""
    n, i = size_of(text), index.interval
    if i.high < 0 or i.low >= n.high:
        return constant("")
    return string(span(1 if i.low >= 0 and i.high < n.low else 0, 1), text.chars)


def substr(ctx: Context, text: Abstract, start: Abstract, size: Abstract) -> Abstract:
    """At most `size` characters from `start` on, none where that is outside."""
    if start.interval.high < 0:
        return constant("")
    piece = ranges.least(less(size_of(text), ranges.positive(start.interval)), ranges.positive(size.interval))
    return resized(text, piece if start.interval.low >= 0 else ranges.join(piece, NOTHING))


def left(ctx: Context, text: Abstract, size: Abstract) -> Abstract:
    """The first or last `size` characters."""
    return resized(text, ranges.least(size_of(text), ranges.positive(size.interval)))


def drop_left(ctx: Context, text: Abstract, size: Abstract) -> Abstract:
    """All but the first or last `size` characters."""
    return resized(text, less(size_of(text), ranges.positive(size.interval)))


def overwrite(ctx: Context, text: Abstract, start: Abstract, size: Abstract, new: Abstract) -> Abstract:
    """The text with `size` characters from `start` on replaced."""
    n, first, removed = size_of(text), ranges.positive(start.interval), ranges.positive(size.interval)
    kept = ranges.add(ranges.least(n, first), less(n, ranges.add(first, removed)))
    kept = ranges.meet(kept, span(max(n.low - removed.high, 0), n.high))
    return string(ranges.add(kept, size_of(new)), text.chars | new.chars)


def find(ctx: Context, text: Abstract, part: Abstract) -> Abstract:
    """Where `part` begins first, or -1."""
    if size_of(part).high <= 0:
        return constant(0)
    return _place(text, part)


def find_from(ctx: Context, text: Abstract, part: Abstract, start: Abstract) -> Abstract:
    """Where `part` begins first at or after `start`, or -1."""
    return _place(text, part, start.interval.low)


def find_last(ctx: Context, text: Abstract, part: Abstract) -> Abstract:
    """Where `part` begins last, or -1."""
    return count(size_of(text)) if size_of(part).high <= 0 else _place(text, part)


def find_nth(ctx: Context, text: Abstract, part: Abstract, number: Abstract) -> Abstract:
    """Where an occurrence of `part`, not empty, begins, or -1."""
    if size_of(part).high <= 0 or number.interval == NOTHING:
        return constant(-1)
    return _place(text, part)


def _place(text: Abstract, part: Abstract, start: float = 0) -> Abstract:
    if is_absent(text, part):
        return constant(-1)
    found = span(max(start, 0), size_of(text).high - size_of(part).low)
    return integer(ranges.join(exactly(-1), found))


def occurrences(ctx: Context, text: Abstract, part: Abstract) -> Abstract:
    """How often `part` occurs."""
    return constant(0) if size_of(part).high <= 0 or is_absent(text, part) else count(_matches(text, part))


def _matches(text: Abstract, part: Abstract) -> Range:
    """How many matches without overlap there can be."""
    if is_absent(text, part):
        return NOTHING
    most = size_of(text).high
    return span(0, most if most == inf else most // max(size_of(part).low, 1))


def before(ctx: Context, text: Abstract, mark: Abstract) -> Abstract:
    """What stands before the first mark; all where there is none."""
    if size_of(mark).high <= 0:
        return BOTTOM
    return text if is_absent(text, mark) else string(up_to(size_of(text)), text.chars & ~mark_class(mark))


def before_last(ctx: Context, text: Abstract, mark: Abstract) -> Abstract:
    """What stands before the last mark; all where there is none."""
    if size_of(mark).high <= 0:
        return BOTTOM
    return text if is_absent(text, mark) else string(up_to(size_of(text)), text.chars)


def after(ctx: Context, text: Abstract, mark: Abstract) -> Abstract:
    """What stands after the first mark; nothing where there is none."""
    if size_of(mark).high <= 0:
        return BOTTOM
    rest = span(0, max(size_of(text).high - max(size_of(mark).low, 1), 0))
    return constant("") if is_absent(text, mark) else string(rest, text.chars)


def after_last(ctx: Context, text: Abstract, mark: Abstract) -> Abstract:
    """What stands after the last mark; nothing where there is none."""
    rest = after(ctx, text, mark)
    return rest if rest.is_bottom else string(size_of(rest), rest.chars & ~mark_class(mark))


def contains(ctx: Context, text: Abstract, part: Abstract) -> Abstract:
    """Whether `part` stands in the text (at its start, at its end)."""
    if is_absent(text, part):
        return boolean(False)
    value = only_value(part)
    return boolean(True if value == "" or (value is not None and value == only_value(text)) else None)


def is_blank(ctx: Context, text: Abstract) -> Abstract:
    """Whether the text is empty."""
    n = size_of(text)
    return boolean(True if n.high <= 0 or not text.chars else False if n.low >= 1 else None)


def has_only_digits(ctx: Context, text: Abstract) -> Abstract:
    """Whether the text is digits and not empty."""
    if size_of(text).high <= 0 or not text.chars & DIGIT:
        return boolean(False)
    return boolean(True if size_of(text).low >= 1 and text.chars == DIGIT else None)


def replace_first(ctx: Context, text: Abstract, old: Abstract, new: Abstract, *number: Abstract) -> Abstract:
    """One `old` replaced by `new`, where there is one."""
    if is_absent(text, old):
        return text
    n = size_of(text)
    return string(ranges.join(n, ranges.add(less(n, size_of(old)), size_of(new))), text.chars | new.chars)


def replace_all(ctx: Context, text: Abstract, old: Abstract, new: Abstract) -> Abstract:
    """Every `old` replaced by `new`."""
    if is_absent(text, old) or size_of(old).high <= 0:
        return text
    growth = ranges.multiply(_matches(text, old), ranges.subtract(size_of(new), size_of(old)))
    return string(ranges.positive(ranges.add(size_of(text), growth)), text.chars & ~mark_class(old) | new.chars)


def remove_all(ctx: Context, text: Abstract, old: Abstract) -> Abstract:
    """Every `old` taken out."""
    return replace_all(ctx, text, old, constant(""))


def trim(ctx: Context, text: Abstract) -> Abstract:
    """The text without white space at its ends."""
    return resized(text, up_to(size_of(text))) if text.chars & WHITE else text


def squeeze(ctx: Context, text: Abstract) -> Abstract:
    """Every run of blanks made one."""
    n = size_of(text)
    return resized(text, span(min(n.low, 1), n.high)) if text.chars & BLANK else text


def upper(ctx: Context, text: Abstract) -> Abstract:
    """The text in capitals."""
    return string(size_of(text), characters.upper(text.chars))


def lower(ctx: Context, text: Abstract) -> Abstract:
    """The text in small letters."""
    return string(size_of(text), characters.lower(text.chars))


def capitalize(ctx: Context, text: Abstract) -> Abstract:
    """The first letter, or that of every word, in upper case, the others in lower case."""
    several = size_of(text).high > 1
    return string(size_of(text), characters.upper(text.chars) | (characters.lower(text.chars) if several else 0))


def split(ctx: Context, text: Abstract, separator: Abstract) -> Abstract:
    """The pieces between the separators, which is not empty."""
    if size_of(separator).high <= 0:
        return BOTTOM
    if is_absent(text, separator):
        return list_of(text, exactly(1))
    piece = string(up_to(size_of(text)), text.chars & ~mark_class(separator))
    return list_of(piece, ranges.add(_matches(text, separator), exactly(1)))


def words(ctx: Context, text: Abstract) -> Abstract:
    """The pieces between white space, none of them empty."""
    n = size_of(text)
    one = not text.chars & WHITE
    fewest = 1 if one and n.low >= 1 else 0
    most = min(n.high, 1) if one else n.high if n.high == inf else (n.high + 1) // 2
    piece = span(max(n.low, 1) if one else 1, n.high)
    return list_of(string(piece, text.chars & ~(BLANK | SPACE)), span(fewest, most)) if not piece.is_empty else constant(())


def lines(ctx: Context, text: Abstract) -> Abstract:
    """The pieces between line ends; one at the very end ends the last line."""
    n = size_of(text)
    if text.chars & SPACE:
        return list_of(string(up_to(n), text.chars), span(min(n.low, 1), n.high))
    piece = span(max(n.low, 1), n.high)
    return list_of(string(piece, text.chars), span(min(n.low, 1), min(n.high, 1))) if not piece.is_empty else constant(())
