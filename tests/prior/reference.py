"""What the views, properties, relations and reductions mean by their names, in plain Python on whole lists: the oracle of the compiled ones."""

from collections import Counter
from collections.abc import Callable, Sequence
from itertools import accumulate, pairwise
from math import isqrt, prod

from dsl.values import Value
from search.prior.relations import AGAINST, NUM_REDUCED, PROPERTIES, REDUCED, RELATIONS
from search.prior.views import COUNTED, LARGEST, PAIRED, SLOTS, UNARY

Items = tuple[int, ...]
"""A list; an Int or Bool is one item."""


def sign(value: int) -> int:
    return (value > 0) - (value < 0)


def running(word: Callable[[int, int], int]) -> Callable[[Items], Items]:
    return lambda x: tuple(accumulate(x, word))


UNARY_MEANING: dict[str, Callable[[Items], Items]] = {
    "itself": lambda x: x,
    "reverse": lambda x: x[::-1],
    "sort": lambda x: tuple(sorted(x)),
    "map/2": lambda x: tuple(v // 2 for v in x),
    "map*-1": lambda x: tuple(-v for v in x),
    "map**2": lambda x: tuple(v**2 for v in x),
    "map/3": lambda x: tuple(v // 3 for v in x),
    "map/4": lambda x: tuple(v // 4 for v in x),
    "filter>0": lambda x: tuple(v for v in x if v > 0),
    "filter<0": lambda x: tuple(v for v in x if v < 0),
    "filter-even": lambda x: tuple(v for v in x if v % 2 == 0),
    "filter-odd": lambda x: tuple(v for v in x if v % 2 == 1),
    "scan+": running(lambda a, v: a + v),
    "scan-": running(lambda a, v: a - v),
    "scan*": running(lambda a, v: a * v),
    "scan-min": running(min),
    "scan-max": running(max),
    "unique": lambda x: tuple(dict.fromkeys(x)),
    "tail": lambda x: x[1:],
    "init": lambda x: x[:-1],
}
PAIRED_MEANING: dict[str, Callable[[Items, Items], Items]] = {
    "zip+": lambda x, y: tuple(a + b for a, b in zip(x, y, strict=False)),
    "zip-": lambda x, y: tuple(a - b for a, b in zip(x, y, strict=False)),
    "zip*": lambda x, y: tuple(a * b for a, b in zip(x, y, strict=False)),
    "zip-min": lambda x, y: tuple(map(min, x, y)),
    "zip-max": lambda x, y: tuple(map(max, x, y)),
    "second-first": lambda x, y: tuple(b - a for a, b in zip(x, y, strict=False)),
    "++": lambda x, y: x + y,
}
COUNTED_MEANING: dict[str, Callable[[Items, int], Items]] = {
    "take": lambda x, k: x[: max(k, 0)],
    "drop": lambda x, k: x[max(k, 0) :],
    "take-last": lambda x, k: x[max(len(x) - max(k, 0), 0) :],
    "drop-last": lambda x, k: x[: max(len(x) - max(k, 0), 0)],
    "plus": lambda x, k: tuple(v + k for v in x),
    "above": lambda x, k: tuple(v for v in x if v > k),
    "below": lambda x, k: tuple(v for v in x if v < k),
}
PROPERTY_MEANING: dict[str, Callable[[Items], bool]] = {
    "empty": lambda x: not x,
    "one item": lambda x: len(x) == 1,
    "rises": lambda x: list(x) == sorted(x),
    "falls": lambda x: list(x) == sorted(x, reverse=True),
    "strictly rises": lambda x: all(a < b for a, b in pairwise(x)),
    "strictly falls": lambda x: all(a > b for a, b in pairwise(x)),
    "distinct": lambda x: len(set(x)) == len(x),
    "all equal": lambda x: len(set(x)) <= 1,
    "all even": lambda x: all(v % 2 == 0 for v in x),
    "all odd": lambda x: all(v % 2 == 1 for v in x),
    "no negative": lambda x: not any(v < 0 for v in x),
    "no positive": lambda x: not any(v > 0 for v in x),
    "all positive": lambda x: all(v > 0 for v in x),
    "all negative": lambda x: all(v < 0 for v in x),
    "has zero": lambda x: 0 in x,
    "sum even": lambda x: sum(x) % 2 == 0,
    "sum positive": lambda x: sum(x) > 0,
    "head is largest": lambda x: bool(x) and x[0] == max(x),
    "head is smallest": lambda x: bool(x) and x[0] == min(x),
    "last is largest": lambda x: bool(x) and x[-1] == max(x),
    "last is smallest": lambda x: bool(x) and x[-1] == min(x),
    "even length": lambda x: len(x) % 2 == 0,
    "within 1": lambda x: all(abs(v) <= 1 for v in x),
    "within 9": lambda x: all(abs(v) <= 9 for v in x),
    "within 99": lambda x: all(abs(v) <= 99 for v in x),
    "palindrome": lambda x: x == x[::-1],
    "all by 3": lambda x: all(v % 3 == 0 for v in x),
    "all by 4": lambda x: all(v % 4 == 0 for v in x),
    "squares": lambda x: all(v >= 0 and isqrt(v) ** 2 == v for v in x),
    "length above 3": lambda x: len(x) > 3,
    "length above 8": lambda x: len(x) > 8,
    "head even": lambda x: bool(x) and x[0] % 2 == 0,
    "last even": lambda x: bool(x) and x[-1] % 2 == 0,
    "head positive": lambda x: bool(x) and x[0] > 0,
    "last positive": lambda x: bool(x) and x[-1] > 0,
    "alternates": lambda x: len(x) > 1 and all((a < 0) != (b < 0) for a, b in pairwise(x)),
}


def is_within(x: Items, y: Items) -> bool:
    """Whether x is a subsequence of y."""
    rest = iter(y)
    return all(v in rest for v in x)


def everywhere(holds: Callable[[int, int], bool]) -> Callable[[Items, Items], bool]:
    """On each place that both lists have, of which there is one at least."""
    return lambda w, y: bool(w and y) and all(holds(a, b) for a, b in zip(w, y, strict=False))


def steps(x: Items) -> list[int]:
    return [sign(b - a) for a, b in pairwise(x)]


def divides(a: int, b: int) -> bool:
    """Whether b is a multiple of a."""
    return b == 0 or (a != 0 and b % a == 0)


RELATION_MEANING: dict[str, Callable[[Items, Items], bool]] = {
    "equal": lambda w, y: w == y,
    "prefix": lambda w, y: w[: len(y)] == y,
    "extends": lambda w, y: y[: len(w)] == w,
    "suffix": lambda w, y: len(y) <= len(w) and w[len(w) - len(y) :] == y,
    "subsequence": lambda w, y: is_within(y, w),
    "supersequence": lambda w, y: is_within(w, y),
    "same items": lambda w, y: Counter(w) == Counter(y),
    "among items": lambda w, y: not Counter(y) - Counter(w),
    "same set": lambda w, y: set(w) == set(y),
    "among set": lambda w, y: set(y) <= set(w),
    "equal length": lambda w, y: len(w) == len(y),
    "shorter": lambda w, y: len(y) < len(w),
    "one shorter": lambda w, y: len(y) + 1 == len(w),
    "same difference": lambda w, y: bool(w and y) and len({b - a for a, b in zip(w, y, strict=False)}) == 1,
    "nowhere below": everywhere(lambda a, b: b >= a),
    "nowhere above": everywhere(lambda a, b: b <= a),
    "one differs": lambda w, y: len(w) == len(y) and sum(a != b for a, b in zip(w, y, strict=True)) == 1,
    "same head": lambda w, y: bool(w and y) and w[0] == y[0],
    "same last": lambda w, y: bool(w and y) and w[-1] == y[-1],
    "same sum": lambda w, y: sum(w) == sum(y),
    "same largest": lambda w, y: bool(w and y) and max(w) == max(y),
    "same smallest": lambda w, y: bool(w and y) and min(w) == min(y),
    "same order": lambda w, y: len(w) == len(y) > 1 and steps(w) == steps(y),
    "opposite order": lambda w, y: len(w) == len(y) > 1 and steps(w) == [-s for s in steps(y)],
    "same parity": everywhere(lambda a, b: (a - b) % 2 == 0),
    "divisible": everywhere(divides),
    "divides": everywhere(lambda a, b: divides(b, a)),
    "same sign": everywhere(lambda a, b: sign(a) == sign(b)),
}
REDUCED_MEANING: dict[str, Callable[[Items], int | None]] = {
    "head": lambda x: x[0] if x else None,
    "last": lambda x: x[-1] if x else None,
    "second": lambda x: x[1] if len(x) > 1 else None,
    "length": len,
    "sum": sum,
    "smallest": lambda x: min(x, default=None),
    "largest": lambda x: max(x, default=None),
    "count>0": lambda x: sum(v > 0 for v in x),
    "count<0": lambda x: sum(v < 0 for v in x),
    "count-even": lambda x: sum(v % 2 == 0 for v in x),
    "count-odd": lambda x: sum(v % 2 == 1 for v in x),
    "product": lambda x: prod(x) if x else None,
    "range": lambda x: max(x) - min(x) if x else None,
}
"""The number that a list is reduced to; None where there is none."""
NAMED = {
    UNARY: UNARY_MEANING, PAIRED: PAIRED_MEANING, COUNTED: COUNTED_MEANING, PROPERTIES: PROPERTY_MEANING, RELATIONS: RELATION_MEANING,
    REDUCED: REDUCED_MEANING,
}  # fmt: skip


def items_of(value: Value) -> Items:
    """A value as a list."""
    return value if isinstance(value, tuple) else (int(value),)  # type: ignore[arg-type]


NO_LIMIT = 1 << 200


def view(name: str, items: Items, limit: int) -> Items | None:
    """A view of one input; None for running sums and products that grow beyond the limit."""
    made = UNARY_MEANING[name](items)
    return None if name.startswith("scan") and any(abs(v) > limit for v in made) else made


def reduce(name: str, items: Items, limit: int) -> int | None:
    """The number that a list is reduced to; None where there is none, or one that reaches the limit on the way."""
    steps = accumulate(items, lambda a, v: a * v) if name == "product" else ()
    number = REDUCED_MEANING[name](items)
    return None if number is None or any(abs(v) >= limit for v in (number, *steps)) else number


def views_of(inputs: Sequence[Value], limit: int = LARGEST) -> list[Items | None]:
    """Every view of one example's inputs in order; None where there is none."""
    found: list[Items | None] = []
    for slot in range(SLOTS):
        found += [view(name, items_of(inputs[slot]), limit) if slot < len(inputs) else None for name in UNARY]
    seen = inputs[:SLOTS]
    lists = [value for value in seen if isinstance(value, tuple)]
    ints = [int(value) for value in seen if not isinstance(value, tuple)]
    pair: tuple[Items, Items] | None = None
    if len(lists) == 2:
        pair = lists[0], lists[1]
    elif lists:
        pair = lists[0], lists[0][::-1]
    elif len(ints) == 2:
        pair = (ints[0],), (ints[1],)
    found += [PAIRED_MEANING[name](*pair) if pair else None for name in PAIRED]
    found += [COUNTED_MEANING[name](lists[0], ints[0]) if lists and ints else None for name in COUNTED]
    return found


def bits_of(rows: Sequence[Sequence[Value]], outputs: Sequence[Value], number: bool, limit: int = LARGEST) -> list[int]:
    """The signature of a task: of facts that hold on an example or not, whether on all and whether on none; of numbers, what AGAINST says."""
    bits: list[int] = []

    def note(facts: Sequence[bool]) -> None:
        bits.extend((int(all(facts)), int(not any(facts))))

    for slot in range(-1, SLOTS):
        values = outputs if slot < 0 else [row[slot] for row in rows] if slot < len(rows[0]) else None
        for name in PROPERTIES:
            if values is None:
                bits += [0, 0]
            else:
                note([PROPERTY_MEANING[name](items_of(value)) for value in values])
    for made in zip(*(views_of(row, limit) for row in rows), strict=True):
        if any(items is None for items in made):
            bits += [0] * (NUM_REDUCED * AGAINST if number else 2 * len(RELATIONS))
        elif number:
            for name in REDUCED:
                bits += against([reduce(name, items, limit) for items in made], [int(output) for output in outputs])  # type: ignore[arg-type]
        else:
            for name in RELATIONS:
                note([RELATION_MEANING[name](items, output) for items, output in zip(made, outputs, strict=True)])  # type: ignore[arg-type]
    return bits


def against(numbers: Sequence[int | None], outputs: Sequence[int]) -> list[int]:
    """Equal on all, equal on none, the number below the output on all, above on all, off by a constant; nothing where a number is missing."""
    differences = [output - number for number, output in zip(numbers, outputs, strict=True) if number is not None]
    if len(differences) < len(outputs):
        return [0] * AGAINST
    return [
        int(all(d == 0 for d in differences)), int(all(d != 0 for d in differences)), int(all(d > 0 for d in differences)),
        int(all(d < 0 for d in differences)), int(len(set(differences)) == 1),
    ]  # fmt: skip
