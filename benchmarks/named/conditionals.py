"""Named tasks whose result depends on a condition. The examples show both sides."""

from __future__ import annotations

from benchmarks.named.draws import around, changed, filled, ints, lists, mixed, one_of, words
from benchmarks.named.row import Row

NUMBERS = ints(-30, 60)
WORD = words()
PHRASE = words(2, 3)
ITEMS = lists(-9, 20, 1, 7)
FLAGS = one_of((True, False))


def _leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def _sign_word(x: int) -> str:
    return "zero" if x == 0 else "minus" if x < 0 else "plus"


ROWS: tuple[Row, ...] = (
    Row("halve-or-grow", "Half of an even number; three times an odd one, plus 1.", lambda x: x // 2 if x % 2 == 0 else 3 * x + 1, "dup even? ( /2 ) ( *3 inc ) if", (ints(1, 60),), ((0,), (-3,), (1,)), lambda x: x % 2, 6),
    Row("postage", "5 below 50, free from 50 on.", lambda x: 0 if x >= 50 else 5, "50 >= ( 0 ) ( 5 ) if", (around(50, 51, 49),), ((50,), (49,), (0,)), num_examples=6),
    Row("balance-word", "loss for a negative number, else gain.", lambda x: "loss" if x < 0 else "gain", 'negative? ( "loss" ) ( "gain" ) if', (around(0, -8, 8),), ((0,), (-1,), (1000,)), num_examples=6),
    Row("street-side", "left for even house numbers, right for odd ones.", lambda x: "left" if x % 2 == 0 else "right", 'even? ( "left" ) ( "right" ) if', (ints(1, 90),), ((0,), (-1,), (100,)), num_examples=6),
    Row("clap-on-sevens", "clap for a multiple of 7, else the number as text.", lambda x: "clap" if x % 7 == 0 else str(x), 'dup 7 mod zero? ( drop "clap" ) ( int>str ) if', (mixed(ints(1, 60), one_of((7, 14, 21, 35, 49))),), ((0,), (70,), (-7,)), lambda x: x % 7 == 0, 6),
    Row("shortened", "A text of more than 8 characters cut to 8 and three dots.", lambda s: s[:8] + "..." if len(s) > 8 else s, 'dup len 8 > ( 8 left "..." concat ) when', (words(1, 2),), (("12345678",), ("123456789",), ("",)), lambda s: len(s) > 8, 6),
    Row("rounded-to-even", "An odd number plus one, an even one as it is.", lambda x: x + x % 2, "inc /2 *2", (NUMBERS,), ((0,), (-1,), (1,)), lambda x: x % 2, 6),
    Row("downhill-turned", "The list turned round if it starts higher than it ends.", lambda x: x[::-1] if x[0] > x[-1] else x, "dup head over last > ( reverse ) when", (lists(-9, 20, 2, 6),), (([1],), ([2, 2],), ([3, 9, 3],)), lambda x: x[0] > x[-1], 6),
    Row("either-order", "Ascending if the flag is true, else descending.", lambda x, up: sorted(x, reverse=not up), "( sort ) ( sort reverse ) if", (ITEMS, FLAGS), (([], True), ([1, 1], False), ([2, 1], True)), lambda x, up: up, 6),
    Row("longer-text", "The longer of two texts; the first if they are as long.", lambda a, b: a if len(a) >= len(b) else b, "over len over len >= ( drop ) ( nip ) if", (WORD, WORD), (("", ""), ("ab", "cd"), ("", "x")), lambda a, b: len(a) >= len(b), 6),
    Row("cheapest-or-zero", "The smallest item, or 0 for an empty list.", lambda x: min(x, default=0), "dup empty? ( drop 0 ) ( minimum ) if", (mixed(lists(3, 30, 2, 6), lists(-5, 30, 0, 1)),), (([5],), ([-2, 4],), ([-5, -3],), ([0],)), lambda x: x == [], 6),
    Row("first-or-spare", "The first item, or the number given where there is none.", lambda x, k: x[0] if x else k, "append head", (mixed(ITEMS, lists(0, 9, 0, 0)), ints(30, 60)), (([7], 8), ([0, 1], 2)), lambda x, k: x == [], 6),
    Row("exam", "pass from 60 points on, else fail.", lambda x: "pass" if x >= 60 else "fail", '60 >= ( "pass" ) ( "fail" ) if', (around(60, 59, 61),), ((60,), (59,), (0,)), num_examples=6),
    Row("sign-word", "minus, zero or plus.", _sign_word, 'dup zero? ( drop "zero" ) ( negative? ( "minus" ) ( "plus" ) if ) if', (mixed(one_of((0, -1, 1)), NUMBERS),), ((-500,), (500,)), num_examples=6),
    Row("leap-year", "Whether the year has a 29th of February.", _leap, "dup 100 mod zero? ( 400 mod zero? ) ( 4 mod zero? ) if", (mixed(ints(1895, 2050), one_of((1600, 1700, 1800, 1900, 2000, 2100, 2400))),), ((1200,), (1300,), (2028,)), lambda y: (_leap(y), y % 100 == 0), 8),
    Row("with-article", "The word with 'an ' before a vowel, else 'a '.", lambda s: ("an " if s[:1] in "aeiou" else "a ") + s, 'dup 1 left "aeiou" swap contains? ( "an " ) ( "a " ) if swap concat', (mixed(WORD, one_of(("apple", "egg", "island"))),), (("e",), ("b",), ("Apple",)), lambda s: s[0] in "aeiou", 6),
    Row("item-or-items", "item for 1, else items.", lambda n: "item" if n == 1 else "items", '1 = ( "item" ) ( "items" ) if', (mixed(one_of((1,)), ints(0, 40)),), ((-1,), (2,), (100,)), num_examples=5),
    Row("louder", "Upper case if it has no capital, else as it is.", lambda s: s.upper() if s == s.lower() else s, "dup dup lower = ( upper ) when", (changed(PHRASE, "lower", "title", "upper"),), (("",), ("a",), ("aB",)), lambda s: s == s.lower(), 6),
    Row("richer-list", "The list with the larger sum; the first if they are equal.", lambda a, b: a if sum(a) >= sum(b) else b, "over sum over sum >= ( drop ) ( nip ) if", (ITEMS, ITEMS), (([], []), ([1], [1]), ([-1], [])), lambda a, b: sum(a) >= sum(b), 6),
    Row("product-unless-equal", "0 for equal numbers, else their product.", lambda a, b: 0 if a == b else a * b, "over over = ( drop drop 0 ) ( * ) if", (ints(2, 5), ints(2, 5)), ((0, 3), (-2, -2), (9, 8)), lambda a, b: a == b, 6),
    Row("drop-a-zero", "A tenth of a number that ends in 0; other numbers as they are.", lambda x: x // 10 if x % 10 == 0 else x, "dup 10 mod zero? ( 10 div ) when", (mixed(ints(1, 300), one_of((10, 50, 120, 200, 700))),), ((0,), (100,), (-20,)), lambda x: x % 10 == 0, 6),
    Row("even-items-halved", "Half of each even item, the odd ones as they are.", lambda x: [v // 2 if v % 2 == 0 else v for v in x], "( dup even? ( /2 ) when ) map", (ITEMS,), (([],), ([-2, -1],), ([0],))),
    Row("odd-items-negated", "Each odd item with the other sign.", lambda x: [-v if v % 2 else v for v in x], "( dup odd? ( neg ) when ) map", (ITEMS,), (([],), ([-1, 0],), ([2],))),
    Row("marks", "1 for each item above 5, else 0.", lambda x: [int(v > 5) for v in x], "( 5 > bool>int ) map", (lists(0, 10, 3, 7),), (([],), ([5],), ([6, -6],))),
    Row("bulk-price", "10 less from 100 on.", lambda x: x - 10 if x >= 100 else x, "dup 100 >= ( 10 - ) when", (around(100, 100, 150, 40),), ((100,), (99,), (0,)), lambda x: x >= 100, 6),
    Row("best-or-worst", "The largest item if the sum is positive, else the smallest.", lambda x: max(x) if sum(x) > 0 else min(x), "dup sum positive? ( maximum ) ( minimum ) if", (lists(-15, 15, 2, 6),), (([0],), ([-1, 1],), ([4, -9],)), lambda x: sum(x) > 0, 6),
    Row("mail-or-name", "mail if there is an @, else name.", lambda s: "mail" if "@" in s else "name", '"@" contains? ( "mail" ) ( "name" ) if', (mixed(PHRASE, filled("{}@{}", WORD, WORD)),), (("",), ("@",), ("a@b",)), num_examples=6),
    Row("reply-removed", "Without a leading 're: '.", lambda s: s.removeprefix("re: "), 'dup "re: " starts? ( 4 drop-left ) when', (mixed(PHRASE, filled("re: {}", PHRASE)),), (("re: ",), ("re:",), ("a re: b",)), lambda s: s.startswith("re: "), 6),
    Row("folder", "With a slash at the end, one at most.", lambda s: s if s.endswith("/") else s + "/", 'dup "/" ends? ( ) ( "/" concat ) if', (mixed(words(1, 3, "/"), filled("{}/", words(1, 2, "/"))),), (("",), ("/",), ("a//",)), lambda s: s.endswith("/"), 6),
    Row("shares", "How many each gets; 0 where nobody is there.", lambda a, b: a // b if b else 0, "dup zero? ( drop drop 0 ) ( div ) if", (ints(5, 90), ints(0, 4)), ((0, 0), (7, 7), (3, 5)), lambda a, b: b == 0, 6),
    Row("sorted-or-turned", "Ascending if the number of items is even, else turned round.", lambda x: x[::-1] if len(x) % 2 else sorted(x), "dup length even? ( sort ) ( reverse ) if", (lists(0, 20, 2, 6),), (([],), ([1],), ([2, 1],)), lambda x: len(x) % 2, 6),
    Row("next-ticket", "The number in the text plus one; 0 where the text is no number.", lambda s: int(s) + 1 if s.isdigit() else 0, "dup digits? ( str>int inc ) ( drop 0 ) if", (mixed(WORD, filled("{}", ints(0, 900))),), (("",), ("007",), ("12a",), ("-7",)), lambda s: s.isdigit(), 6),
    Row("income-tax", "A fifth of what lies above 1000, rounded down.", lambda x: max(x - 1000, 0) // 5, "1000 - 0 max 5 div", (around(1000, 1500, 4000, 400, reach=300),), ((1000,), (1004,), (1005,)), lambda x: x > 1000, 6),
    Row("first-in-dictionary", "The one of two texts that comes first in order of code points.", lambda a, b: min(a, b), "singleton swap append sort head", (WORD, WORD), (("", "a"), ("b", "b"), ("a", "B")), lambda a, b: a < b, 6),
)  # fmt: skip
