"""Named tasks with a constant that the examples do not show by itself."""

from __future__ import annotations

from benchmarks.named.draws import around, dates, filled, ints, lists, mixed, names, one_of, words
from benchmarks.named.row import Row

NUMBERS = ints(-40, 90)
WORD = words()
PHRASE = words(2, 3)
ITEMS = lists(-9, 40, 2, 7)
FULL_NAMES = names()


def _parts(x: list[int], mark: int) -> int:
    return x.count(mark) + 1


ROWS: tuple[Row, ...] = (
    Row("plus-17", "17 more.", lambda x: x + 17, "17 +", (NUMBERS,), ((0,), (-17,), (1000,))),
    Row("sevenfold-less-4", "Seven times the number, minus 4.", lambda x: 7 * x - 4, "7 * 4 -", (NUMBERS,), ((0,), (-1,), (500,))),
    Row("hour-hand", "Where the hour hand stands after x hours.", lambda x: x % 12, "12 mod", (ints(0, 200),), ((0,), (12,), (-1,))),
    Row("quarter-prices", "Rounded down to a multiple of 25.", lambda x: x // 25 * 25, "25 div 25 *", (ints(0, 500),), ((0,), (24,), (-1,))),
    Row("too-tall", "Whether the number is above 37.", lambda x: x > 37, "37 >", (around(37, 38, reach=30),), ((37,), (38,), (-37,)), num_examples=6),
    Row("dial", "The number, not below 10 and not above 90.", lambda x: min(max(x, 10), 90), "10 max 90 min", (around(10, 90, 50, reach=40),), ((10,), (91,), (-90,)), lambda x: (x > 10) + (x > 90), 6),
    Row("working-age", "Whether the number lies in 18 to 65.", lambda x: 18 <= x <= 65, "dup 18 >= swap 65 <= and", (around(18, 65),), ((18,), (66,), (0,)), lambda x: (x >= 18) + (x > 65), 6),
    Row("sales-tax", "19 per cent of a price, rounded down.", lambda x: x * 19 // 100, "19 * 100 div", (ints(10, 5000),), ((0,), (100,), (5,))),
    Row("miles-to-metres", "Miles in metres, 1609 each.", lambda x: x * 1609, "1609 *", (ints(1, 60),), ((0,), (1,), (1000,))),
    Row("doctor", "With Dr. in front.", lambda s: "Dr. " + s, '"Dr. " swap concat', (FULL_NAMES,), (("",), ("X",), ("Dr. Y",))),
    Row("company", "With Ltd at the end.", lambda s: s + " Ltd", '" Ltd" concat', (words(1, 2),), (("",), ("A",), ("B Ltd",))),
    Row("bracketed", "In square brackets.", lambda s: f"[{s}]", '"[" swap concat "]" concat', (WORD,), (("",), ("[a]",), ("a b",))),
    Row("bold", "As bold text of a web page.", lambda s: f"<b>{s}</b>", '"<b>" swap concat "</b>" concat', (PHRASE,), (("",), ("x",), ("<i>",))),
    Row("salutation", "The beginning of a letter.", lambda s: f"Dear {s},", '"Dear " swap concat "," concat', (FULL_NAMES,), (("",), ("Jo",), ("All",))),
    Row("mailbox", "The address of a user.", lambda s: s.lower() + "@post.example", 'lower "@post.example" concat', (one_of(("Ada", "BO", "Carla", "dimitri", "EunJi", "Farida", "goran", "HILDE", "Ivo", "Juno", "Kofi", "LENE")),), (("",), ("A.B",), ("z9",))),
    Row("abroad", "A telephone number with +44 for its leading 0.", lambda s: "+44 " + s[1:], '1 drop-left "+44 " swap concat', (filled("0{}", ints(1000, 99999)),), (("0",), ("00",), ("0100",))),
    Row("parabola", "3 times the square, minus twice the number, plus 5.", lambda x: 3 * x * x - 2 * x + 5, "dup 3 * 2 - * 5 +", (ints(-12, 15),), ((0,), (1,), (-100,))),
    Row("prime-maker", "The square plus the number plus 41.", lambda x: x * x + x + 41, "dup square + 41 +", (ints(0, 30),), ((0,), (-1,), (40,))),
    Row("all-plus-13", "Every item plus 13.", lambda x: [v + 13 for v in x], "( 13 + ) map", (ITEMS,), (([],), ([-13],), ([0, 0],))),
    Row("above-21", "The items above 21.", lambda x: [v for v in x if v > 21], "( 21 > ) filter", (lists(10, 32, 3, 8),), (([],), ([21],), ([22, -22],))),
    Row("no-99", "Without the items 99.", lambda x: [v for v in x if v != 99], "99 without", (mixed(lists(97, 101, 3, 7), lists(98, 99, 2, 5)),), (([],), ([99],), ([9, 99, -99],))),
    Row("ends-in-minus-1", "With -1 at the end.", lambda x: [*x, -1], "-1 append", (ITEMS,), (([],), ([-1],), ([0],))),
    Row("fenced", "0 before and 100 after the items.", lambda x: [0, *x, 100], "0 cons 100 append", (ITEMS,), (([],), ([0, 100],), ([5],))),
    Row("fifth", "The fifth item.", lambda x: x[4], "4 nth", (lists(-20, 60, 6, 9),), (([1, 2, 3, 4, 5],), ([0, 0, 0, 0, -1, 1],))),
    Row("corrected", "70 in place of every 7.", lambda x: [70 if v == 7 else v for v in x], "7 70 replace-value", (mixed(lists(5, 9, 3, 7), lists(6, 7, 2, 5)),), (([],), ([7],), ([70, -7, 77],))),
    Row("weeks", "How many items are multiples of 7.", lambda x: sum(v % 7 == 0 for v in x), "( 7 mod zero? ) count", (mixed(lists(0, 40, 4, 8), one_of([(7, 14, 3), (21, 28, 35, 1), (0, 7, 7, 49, 50)])),), (([],), ([0],), ([-7, 8],))),
    Row("parts-at-13", "Into how many parts the items 13 cut the list.", lambda x: _parts(x, 13), "13 split-on length", (lists(12, 14, 3, 8),), (([],), ([13],), ([1, 13, 13],))),
    Row("spelled-out", "and for each &.", lambda s: s.replace("&", "and"), '"&" "and" replace-all', (filled("{} & {}", WORD, WORD),), (("",), ("&&",), ("and",))),
    Row("dotted-date", "A date with dots.", lambda s: s.replace("-", "."), '"-" "." replace-all', (dates(),), (("",), ("-",), ("1-2",))),
    Row("price-tag", "A price in text.", lambda x: f"EUR {x}.00", 'int>str "EUR " swap concat ".00" concat', (ints(1, 900),), ((0,), (-5,), (10000,))),
    Row("thermometer", "Degrees in text.", lambda x: f"{x} deg", 'int>str " deg" concat', (ints(-30, 60),), ((0,), (-1,), (100,))),
    Row("fever", "fever above 38, else normal.", lambda x: "fever" if x > 38 else "normal", '38 > ( "fever" ) ( "normal" ) if', (around(38, 39, reach=12),), ((38,), (39,), (0,)), num_examples=6),
    Row("identifier", "What follows ID-.", lambda s: s.partition("ID-")[2], '"ID-" after', (filled("{} ID-{}", WORD, ints(10, 9999)),), (("ID-",), ("ID-ID-1",), ("x",))),
    Row("seven-characters", "The first seven characters.", lambda s: s[:7], "7 left", (PHRASE,), (("",), ("1234567",), ("12345678",))),
    Row("off-target", "How far from 500.", lambda x: abs(x - 500), "500 - abs", (ints(380, 640),), ((500,), (0,), (-500,))),
    Row("half-turn", "The letter's number (0 to 25) 13 further on, in a circle.", lambda x: (x + 13) % 26, "13 + 26 mod", (ints(0, 25),), ((0,), (13,), (12,))),
    Row("scaled", "Every item times 5, divided by 2, rounded down.", lambda x: [v * 5 // 2 for v in x], "( 5 * 2 div ) map", (ITEMS,), (([],), ([-1],), ([0, 1],))),
    Row("weekday", "The number of the weekday x days after a Thursday (3).", lambda x: (x + 3) % 7, "3 + 7 mod", (ints(0, 365),), ((0,), (4,), (-3,))),
)  # fmt: skip
