"""Small tasks and words."""

from dsl.tasks import Example, Task
from search.settings import Settings

WORDS = frozenset({"sort", "reverse", "map+1", "sum", "head", "take", "zip+", "drop-first"})
SORTED = Task(name="sorted", examples=(Example(((3, 1, 2),), (3, 2, 1)), Example(((9, 7, 8),), (9, 8, 7)), Example(((1, 0),), (1, 0))))
ADDED = Task(name="added", examples=(Example(((3, 1, 2),), (6, 2, 4)), Example(((9, 7),), (18, 14)), Example(((1, 0),), (2, 0))))
TOTAL = Task(name="total", examples=(Example(((3, 1, 2),), 9), Example(((9, 7),), 18), Example(((1,),), 2)))
NOTHING_FITS = Task(name="no pattern", examples=(Example(((1, 2),), 91), Example(((5,),), -44), Example(((8, 8),), 13)))
SETTINGS = Settings(method="latent", ops=WORDS, constants="none", max_candidates=64, budget=600)
