"""Named tasks on strings."""

from __future__ import annotations

from benchmarks.named.draws import changed, dates, filled, ints, mixed, names, one_of, words
from benchmarks.named.row import Row

WORD = words()
PHRASE = words(2, 4)
MAILS = filled("{}.{}@{}.example", changed(WORD, "lower"), changed(WORD, "lower"), WORD)
FILES = mixed(
    filled("{}.{}", WORD, one_of(("txt", "csv", "jpeg", "md"))), filled("{}.{}.{}", WORD, ints(1, 9), one_of(("tar", "log", "py")))
)
ADDRESSES = filled("{}://{}.{}/{}", one_of(("http", "https", "ftp")), WORD, one_of(("org", "example", "net")), words(1, 2, "/"))
ROWS_OF_TABLE = filled("{},{},{}", WORD, ints(1, 99), words(1, 2, ","))

ROWS: tuple[Row, ...] = (
    Row("shout", "Upper case, with an exclamation mark.", lambda s: s.upper() + "!", 'upper "!" concat', (PHRASE,), (("",), ("a",), ("HEY",))),
    Row("first-letters", "The first letter of each word.", lambda s: "".join(w[0] for w in s.split()), 'words ( 1 left ) map "" join', (PHRASE,), (("",), ("a",), ("x  y",))),
    Row("last-word", "The last word.", lambda s: s.split()[-1], "words last", (PHRASE,), (("one",), ("a b ",), ("to be",))),
    Row("number-of-words", "How many words.", lambda s: len(s.split()), "words length", (words(1, 6),), (("",), ("  ",), ("a  b",))),
    Row("file-ending", "What follows the last dot.", lambda s: s.rpartition(".")[2], '"." after-last', (FILES,), (("a.b.c",), ("x.",), (".rc",))),
    Row("file-stem", "What stands before the last dot.", lambda s: s.rpartition(".")[0], '"." before-last', (FILES,), (("a.b.c",), ("x.",), (".rc",))),
    Row("mail-domain", "What follows the @.", lambda s: s.partition("@")[2], '"@" after', (MAILS,), (("a@b",), ("@x",), ("a@",))),
    Row("mail-user", "What stands before the @, with a capital.", lambda s: s.partition("@")[0].capitalize(), '"@" before capitalize', (MAILS,), (("a@b",), ("@x",), ("ANN@b",))),
    Row(
        "reads-both-ways", "Whether it reads the same from both ends.", lambda s: s == s[::-1], "dup str-reverse =",
        (mixed(WORD, one_of(("level", "rotor", "noon", "abba", "otto", "civic", "kayak", "stats"))),), (("",), ("a",), ("ab",)), num_examples=6,
    ),
    Row("words-backwards", "The words in reverse order.", lambda s: " ".join(s.split()[::-1]), 'words reverse " " join', (PHRASE,), (("",), ("one",), ("a b",))),
    Row(
        "first-name-first", "'Surname, Name' as 'Name Surname'.", lambda s: " ".join(s.split(", ")[::-1]), '", " split reverse " " join',
        (filled("{}, {}", changed(WORD, "title"), changed(WORD, "title")),), (("A, B",), ("Solo",), ("Van Os, Jo",)),
    ),
    Row("vowels", "How many vowels, in lower case text.", lambda s: sum(c in "aeiou" for c in s), 'chars ( "aeiou" swap contains? ) count', (PHRASE,), (("",), ("xyz",), ("aaa",))),
    Row("longest-word-size", "The length of the longest word.", lambda s: max(map(len, s.split())), "words ( len ) map maximum", (PHRASE,), (("a",), ("a bb",), ("same size",))),
    Row("shortest-word", "The first shortest word.", lambda s: min(s.split(), key=len), "words ( len ) sort-by head", (PHRASE,), (("a",), ("bb aa",), ("ccc a b",))),
    Row("snake-case", "Lower case, with _ for each space.", lambda s: s.lower().replace(" ", "_"), 'lower " " "_" replace-all', (changed(PHRASE, "title", "upper"),), (("",), ("A",), ("A  B",))),
    Row(
        "slug", "Lower case words with - between, whatever the spaces.", lambda s: "-".join(s.lower().split()), 'lower words "-" join',
        (mixed(changed(words(2, 4, "  "), "title"), filled(" {} {}", changed(WORD, "upper"), WORD)),), (("",), (" a ",), ("A  b C",)),
    ),
    Row("heading", "Every word with a capital.", lambda s: " ".join(w.capitalize() for w in s.split(" ")), "title", (PHRASE,), (("",), ("a",), ("THE end",))),
    Row(
        "only-digits", "The digits alone.", lambda s: "".join(c for c in s if c in "0123456789"), '"number" keep-class',
        (filled("({}) {}-{}", ints(20, 99), ints(100, 999), ints(1000, 9999)),), (("",), ("abc",), ("a1b22",)),
    ),
    Row(
        "total-in-text", "The sum of numbers between spaces.", lambda s: sum(map(int, s.split())), "words ( str>int ) map sum",
        (mixed(filled("{} {}", ints(0, 99), ints(0, 99)), filled("{} {} {}", ints(0, 99), ints(-50, 9), ints(0, 9))),), (("",), ("0",), ("10  -3",)),
    ),
    Row("echo", "The text, a dash, the text.", lambda s: f"{s}-{s}", 'dup "-" swap concat concat', (WORD,), (("",), ("-",), ("a b",))),
    Row("unwrapped", "Without the first and last character.", lambda s: s[1:-1], "1 drop-left 1 drop-right", (mixed(filled("<{}>", WORD), filled('"{}"', WORD)),), (("",), ("a",), ("ab",))),
    Row("letter-count", "How often the second text is in the first.", lambda s, t: s.count(t), "occurrences", (PHRASE, one_of(("a", "e", "n", "o"))), (("", "a"), ("aaa", "aa"), ("b", "a"))),
    Row(
        "alliteration", "Whether both words start alike.", lambda a, b: a[:1] == b[:1], "( 1 left ) bi@ =", (WORD, mixed(WORD, one_of(("oval", "lime", "eagle", "mole", "ivy", "tulip")))),
        (("", ""), ("a", "A"), ("b", "bee"), ("x", "")), lambda a, b: a[:1] == b[:1], 6,
    ),
    Row("first-line", "The first line.", lambda s: s.split("\n")[0], "lines head", (filled("{}\n{}", PHRASE, PHRASE),), (("one",), ("a\nb\nc",), ("x y\n",))),
    Row("second-field", "The second of the fields between commas.", lambda s: s.split(",")[1], '"," split second', (ROWS_OF_TABLE,), (("a,b",), (",",), ("x,,y",))),
    Row("number-of-fields", "How many fields between commas.", lambda s: len(s.split(",")), '"," split length', (words(1, 6, ","),), (("",), (",",), ("a,,b",))),
    Row("path", "Two names with a slash between.", lambda a, b: f"{a}/{b}", '"/" swap concat concat', (WORD, FILES), (("", ""), ("a", ""), ("a/b", "c"))),
    Row("year", "The year of a date, as a number.", lambda s: int(s[:4]), "4 left str>int", (dates(),), (("2000-01-01",), ("0999-12-31",), ("1999-12-31",))),
    Row("local-date", "Year-month-day as day/month/year.", lambda s: "/".join(s.split("-")[::-1]), '"-" split reverse "/" join', (dates(),), (("2000-01-01",), ("1999-12-31",), ("2024-02-29",))),
    Row(
        "card-number", "All but the last four characters as stars.", lambda s: "*" * (len(s) - 4) + s[-4:],
        'dup len 4 - "*" swap repeat swap 4 right concat', (filled("{}{}", ints(1000, 99999), ints(1000, 999999)),), (("1234",), ("12",), ("",)),
    ),
    Row("letters-in-order", "The characters in order.", lambda s: "".join(sorted(s)), 'chars sort "" join', (WORD,), (("",), ("ba",), ("Ab a",))),
    Row("alphabet-used", "How many different characters.", lambda s: len(set(s)), "chars unique length", (words(1, 2),), (("",), ("aa",), ("aA",))),
    Row(
        "anagrams", "Whether two texts have the same letters.", lambda a, b: sorted(a) == sorted(b), "( chars sort ) bi@ =",
        (one_of(("listen", "stone", "tea", "north")), one_of(("silent", "notes", "eat", "thorn", "stony", "tin"))), (("", ""), ("aab", "abb"), ("ab", "ba")), None, 6,
    ),
    Row("every-letter-twice", "Each character twice.", lambda s: "".join(c + c for c in s), 'chars ( dup concat ) map "" join', (WORD,), (("",), ("a",), ("a b",))),
    Row("next-letters", "Each character replaced by the one after it in Unicode.", lambda s: "".join(chr(ord(c) + 1) for c in s), 'chars ( ord inc chr ) map "" join', (WORD,), (("",), ("a",), ("A 9",))),
    Row("in-brackets", "What stands between ( and ).", lambda s: s.partition("(")[2].partition(")")[0], '"(" after ")" before', (filled("{} ({}) {}", WORD, words(1, 2), WORD),), (("()",), ("(a)",), ("x (y z)",))),
    Row("five-digits", "A number with leading zeros to five digits.", lambda x: f"{x:05}", 'int>str "00000" swap concat 5 right', (mixed(ints(0, 999), ints(0, 99999)),), ((0,), (7,), (99999,))),
    Row("no-spaces", "Without its spaces.", lambda s: s.replace(" ", ""), '" " remove-all', (PHRASE,), (("",), (" ",), ("a  b",))),
    Row("hashtag", "# and the words in title case, joined.", lambda s: "#" + s.title().replace(" ", ""), 'title " " remove-all "#" swap concat', (PHRASE,), (("",), ("a",), ("THE end",))),
    Row("sentence", "With a capital and a full stop, spaces at the ends gone.", lambda s: s.strip().capitalize() + ".", 'trim capitalize "." concat', (mixed(PHRASE, filled("  {} ", PHRASE)),), (("",), ("a",), (" OK ",))),
    Row("each-word-backwards", "Every word from its end.", lambda s: " ".join(w[::-1] for w in s.split()), 'words ( str-reverse ) map " " join', (PHRASE,), (("",), ("ab",), ("a bc",))),
    Row("host", "The host of an address.", lambda s: s.partition("://")[2].partition("/")[0], '"/" split third', (ADDRESSES,), (("http://a/",), ("x://b.c/d/e",), ("http://h/?q=/",))),
    Row("word-number", "The k-th word, k from 1.", lambda s, k: s.split()[k - 1], "swap words swap dec nth", (words(4, 5), ints(1, 4)), (("a", 1), ("a b", 2), ("a  b c", 2))),
    Row("badge", "Initial of the first name, a dot, the surname.", lambda s: f"{s[0]}. {s.split()[1]}", 'dup 1 left swap " " after ". " swap concat concat', (names(),), (("A B",), ("Jo Ng",))),
)  # fmt: skip
