"""Languages of a few words, on which everything can be tried in plain Python, and drivers compile soon."""

from dsl.types import INT, LIST_INT
from dsl.values import DEFAULT, PROFILES
from search.prior.language import Language

LINES = Language(
    "tiny lines", ("head", "sum", "take", "reverse", "sort", "map+1", "filter-even", "zip+", "maximum"), PROFILES["lists"],
    ((LIST_INT,), (LIST_INT, INT), (LIST_INT, LIST_INT)), depth=3,
)  # fmt: skip
NUMBERS = Language(
    "tiny numbers", ("+", "*", "length", "even?", "head", "filter>0", "sort"), DEFAULT, ((INT, INT), (LIST_INT, INT)), (1, 3), depth=3
)  # fmt: skip
