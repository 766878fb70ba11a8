"""Named tasks on lists of ints."""

from __future__ import annotations

from itertools import accumulate, groupby, pairwise

from benchmarks.named.draws import ints, lists, mixed, one_of, ordered
from benchmarks.named.row import Row

SMALL = lists(0, 9)
SIGNED = lists(-20, 20)
ANY = lists(-9, 30)
REPEATING = lists(0, 3, 4, 9)


def _above_average(x: list[int]) -> list[int]:
    return [v for v in x if v > sum(x) // len(x)]


def _runs(x: list[int]) -> list[list[int]]:
    return [list(run) for _, run in groupby(x)]


def _number(x: list[int]) -> int:
    return int("".join(map(str, x)) or "0")


def _before_zero(x: list[int]) -> list[int]:
    return x[: x.index(0)] if 0 in x else x


def _ends_swapped(x: list[int]) -> list[int]:
    return x if len(x) == 1 else [x[-1], *x[1:-1], x[0]]


ROWS: tuple[Row, ...] = (
    Row("next-to-last", "The item before the last one.", lambda x: x[-2], "reverse second", (ANY,), (([1, 2],), ([5, 5, 5],), ([-1, 0, 0],))),
    Row("spread", "The largest item minus the smallest.", lambda x: max(x) - min(x), "dup maximum swap minimum -", (SIGNED,), (([7],), ([3, 3],), ([-5, -9],))),
    Row("even-total", "The sum of the even items.", lambda x: sum(v for v in x if v % 2 == 0), "filter-even sum", (ANY,), (([],), ([1, 3],), ([0, -2],))),
    Row("best-two", "The sum of the two largest items.", lambda x: sum(sorted(x)[-2:]), "sort 2 take-last sum", (SIGNED,), (([4],), ([],), ([9, 9, 9],))),
    Row("peeled", "The list without its two ends.", lambda x: x[1:-1], "1 drop-first 1 drop-last", (ANY,), (([],), ([1],), ([1, 2],))),
    Row(
        "steps", "How much each item differs from the one before it.", lambda x: [b - a for a, b in pairwise(x)],
        "dup 1 drop-first swap zip-", (ANY,), (([],), ([4],), ([2, 2, 2],)),
    ),
    Row("there-and-back", "The list, then the list from its end.", lambda x: x + x[::-1], "dup reverse ++", (lists(0, 20, 1, 6),), (([],), ([1],), ([0, 0],))),
    Row("first-half", "The first half, without the middle item.", lambda x: x[: len(x) // 2], "dup length /2 take", (ANY,), (([],), ([1],), ([1, 2],))),
    Row("kinds", "How many different items.", lambda x: len(set(x)), "unique length", (REPEATING,), (([],), ([5],), ([1, 1, 1, 1],))),
    Row(
        "ranking", "The different items, largest first.", lambda x: sorted(set(x), reverse=True), "unique sort reverse",
        (REPEATING,), (([],), ([5],), ([1, 1],)),
    ),
    Row(
        "peaks", "Where the largest item stands, each place.", lambda x: [i for i, v in enumerate(x) if v == max(x)],
        "dup maximum positions", (REPEATING,), (([3],), ([0, 0],), ([-2, -1, -1],)),
    ),
    Row("first-to-end", "The first item moved to the end.", lambda x: x[1:] + x[:1], "1 rotate", (ANY,), (([1],), ([1, 2],), ([0, 0, 1],))),
    Row("each-twice", "Every item twice.", lambda x: [v for v in x for _ in range(2)], "( 2 replicate ) map flatten", (lists(0, 20, 1, 6),), (([],), ([0],), ([1, 1],))),
    Row("last-balances", "The last three running totals.", lambda x: list(accumulate(x))[-3:], "scan+ 3 take-last", (SIGNED,), (([],), ([1],), ([0, 0, 0, 0],))),
    Row(
        "shuffled", "Two lists in turn, as far as both go.", lambda a, b: [v for pair in zip(a, b, strict=False) for v in pair], "zip flatten",
        (ANY, ANY), (([], [1]), ([1], [2, 3]), ([1, 1], [0, 0])),
    ),
    Row(
        "bill", "Prices times amounts, summed.", lambda a, b: sum(p * q for p, q in zip(a, b, strict=False)), "zip* sum",
        (lists(1, 30, 3, 5), lists(0, 6, 3, 5)), (([], []), ([4], [0]), ([1, 2], [3, 4, 5])),
    ),
    Row(
        "largest-step", "The largest distance between neighbours.", lambda x: max(abs(a - b) for a, b in pairwise(x)),
        "dup 1 drop-first zip- ( abs ) map maximum", (SIGNED,), (([1, 1],), ([9, 0],), ([-3, 4, 4],)),
    ),
    Row("where-smallest", "The place of the first smallest item.", lambda x: x.index(min(x)), "dup minimum index-of", (SIGNED,), (([3],), ([1, 1],), ([2, 1, 0],))),
    Row(
        "above-average", "The items above the average, rounded down.", _above_average, "dup sum over length div swap ( over > ) filter",
        (SMALL,), (([1],), ([3, 3],), ([0, 10],)),
    ),
    Row(
        "median-odd", "The middle one in order, of an odd number of items.", lambda x: sorted(x)[len(x) // 2], "sort dup length /2 nth",
        (mixed(lists(-20, 30, 5, 5), lists(-20, 30, 7, 7)),), (([4],), ([2, 1, 1],), ([-1, 0, -2],)),
    ),
    Row(
        "what-remains", "For each place, the sum of the items from there on.", lambda x: list(accumulate(x[::-1]))[::-1], "reverse scan+ reverse",
        (ANY,), (([],), ([1],), ([0, -1],)),
    ),
    Row(
        "in-order", "Whether the items ascend.", lambda x: x == sorted(x), "dup sort =", (mixed(SMALL, ordered(SMALL)),),
        (([],), ([1],), ([2, 2],), ([2, 1],)), num_examples=6,
    ),
    Row(
        "no-debts", "Whether every item is positive.", lambda x: all(v > 0 for v in x), "( positive? ) all", (mixed(lists(1, 9, 1, 5), SIGNED),),
        (([],), ([0],), ([1, -1],)), num_examples=6,
    ),
    Row(
        "shared", "The items of the first list that the second has too.", lambda a, b: [v for v in a if v in b], "swap ( over swap member? ) filter",
        (SMALL, SMALL), (([], [1]), ([1, 1], [1]), ([2], [])),
    ),
    Row(
        "missing", "The items of the first list that the second lacks.", lambda a, b: [v for v in a if v not in b],
        "swap ( over swap member? not ) filter", (SMALL, SMALL), (([], [1]), ([1, 1], [1]), ([2, 2], [])),
    ),
    Row("no-stutter", "Each run of equal items as one item.", lambda x: [r[0] for r in _runs(x)], "group ( head ) map", (REPEATING,), (([],), ([1, 1],), ([1, 2, 1],))),
    Row("run-sizes", "How long each run of equal items is.", lambda x: [len(r) for r in _runs(x)], "group ( length ) map", (lists(0, 1, 4, 9),), (([],), ([1],), ([1, 2, 1],))),
    Row(
        "longest-streak", "The length of the longest run of equal items.", lambda x: max(map(len, _runs(x))), "group ( length ) map maximum",
        (lists(0, 1, 4, 10),), (([1],), ([1, 2, 1],), ([0, 0, 0],)),
    ),
    Row(
        "zeros-last", "The zeros moved behind all other items.", lambda x: sorted(x, key=lambda v: v == 0), "( zero? bool>int ) sort-by",
        (mixed(lists(0, 3, 4, 8), lists(-1, 2, 4, 8)),), (([],), ([0],), ([0, 0, -1],)),
    ),
    Row("by-size", "In order of distance from zero.", lambda x: sorted(x, key=abs), "( abs ) sort-by", (SIGNED,), (([],), ([-1, 1],), ([0, -5, 5, 2],))),
    Row("evens-first", "The even items, then the odd ones.", lambda x: sorted(x, key=lambda v: v % 2), "( 2 mod ) sort-by", (ANY,), (([],), ([1],), ([-1, -2, 0],))),
    Row(
        "places-times-items", "Each item times its place (from 0), summed.", lambda x: sum(i * v for i, v in enumerate(x)), "( * ) map-index sum",
        (lists(0, 12),), (([],), ([7],), ([0, -1, 1],)),
    ),
    Row("every-other", "The items at places 0, 2, 4 ...", lambda x: x[::2], "( drop even? ) filter-index", (ANY,), (([],), ([1],), ([1, 2],))),
    Row("no-negatives", "Negative items become zero.", lambda x: [max(v, 0) for v in x], "( 0 max ) map", (SIGNED,), (([],), ([-1],), ([0, 1],))),
    Row(
        "right-answers", "At how many places two lists agree.", lambda a, b: sum(p == q for p, q in zip(a, b, strict=False)), "zip- 0 count-of",
        (lists(0, 2, 5, 8), lists(0, 2, 5, 8)), (([], []), ([1], [1]), ([1, 2], [2, 1])),
    ),
    Row("all-but-largest", "The sum without the largest item.", lambda x: sum(x) - max(x), "dup sum swap maximum -", (SIGNED,), (([4],), ([2, 2],), ([-1, -5],))),
    Row("ends-swapped", "First and last item exchanged.", _ends_swapped, "0 over length dec swap-at", (ANY,), (([1],), ([1, 2],), ([3, 3, 4],))),
    Row("product-of-others", "The product of all items that are not zero.", lambda x: _product(x), "0 without product", (lists(-3, 5, 2, 6),), (([],), ([0],), ([-1, 0, 7],))),
    Row(
        "kth-largest", "The k-th largest item, k from 1.", lambda x, k: sorted(x, reverse=True)[k - 1], "swap sort reverse swap dec nth",
        (lists(-9, 40, 4, 8), ints(1, 4)), (([5], 1), ([1, 2], 2), ([3, 3, 1], 2)),
    ),
    Row("merged", "Both lists in one, ascending.", lambda a, b: sorted(a + b), "++ sort", (SIGNED, SIGNED), (([], []), ([1], []), ([2, 1], [1]))),
    Row("first-k-total", "The sum of the first k items.", lambda x, k: sum(x[:k]), "take sum", (ANY, ints(1, 6)), (([], 3), ([1, 2], 0), ([4], 1))),
    Row(
        "how-often", "Each item's number of occurrences.", lambda x: [x.count(v) for v in x], "dup ( over swap count-of ) map",
        (REPEATING,), (([],), ([4],), ([1, 1, 2],)),
    ),
    Row("digits-to-number", "The number with these digits.", _number, "0 ( swap 10 * + ) fold", (lists(0, 9, 1, 6),), (([],), ([0, 7],), ([1, 0, 0],))),
    Row("runner-up", "The second largest different item.", lambda x: sorted(set(x))[-2], "unique sort reverse second", (lists(0, 9, 5, 9),), (([1, 2],), ([2, 2, 1],), ([-1, -1, -3],))),
    Row("until-zero", "The items before the first zero.", _before_zero, "0 split-on head", (mixed(lists(0, 2, 4, 8), lists(0, 6, 3, 8)),), (([],), ([0],), ([1, 2],))),
    Row("captain-first", "The first item, then the items that differ from it, ascending.", lambda x: [x[0], *sorted(v for v in x if v != x[0])], "dup head swap over without sort swap cons", (one_of([(3, 1, 3, 2), (5, 0, 5, 9, 1), (2, 2, 7, 0), (8, 6, 8, 8, 1, 0), (4, 9, 0), (1, 1, 0, 5), (6, 2, 6), (7, 3, 9, 7, 7, 5), (0, 4, 0, 2), (9, 8, 1, 9), (3, 7, 5, 1), (2, 6, 2, 4, 4)]),), (([1],), ([1, 1],))),
)  # fmt: skip


def _product(x: list[int]) -> int:
    result = 1
    for v in x:
        result *= v or 1
    return result
