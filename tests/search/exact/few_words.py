"""A few words at a few types, the same in all tests of the columnar search: on a new machine every other driver costs half a second of compiling."""

import random

from dsl.tasks import Example, Task
from dsl.types import INT, LIST_INT, LIST_STR, STR
from dsl.values import DEFAULT, PROFILES
from search.exact.grammar import productions
from search.exact.plain import literals

LIST_WORDS = frozenset(
    ["+", "-", "head", "sum", "sort", "reverse", "take", "drop-first", "zip+", "zip-", "map+1", "filter-even", "even?", "minimum"]
)
TEXT_WORDS = frozenset(["concat", "left", "upper", "split", "head", "take", "len", "+", "contains?"])
PROFILE = DEFAULT.with_limits(max_list=16, max_str=24)
SHORT = PROFILES["lists"]
"""Its ints take 16 bits in lists."""
MEMORY = 64 << 20
COSTS = {"+": 2, "sort": 3, "zip+": 2, "concat": 2, "take": 2, "even?": 3}
"""For tests of costs that are not all 1."""


def task_of(meaning, rows):
    """The task of a Python function on some rows of inputs."""
    return Task(name="t", examples=tuple(Example(tuple(row), meaning(*row)) for row in rows))


def lists(seed, count=3, low=-9, high=30):
    """Lists of 3 to 7 ints."""
    rng = random.Random(seed)
    return [tuple(rng.randint(low, high) for _ in range(rng.randint(3, 7))) for _ in range(count)]


def texts(seed, count=3):
    """Strings of a few characters with blanks."""
    rng = random.Random(seed)
    return ["".join(rng.choice("abC d") for _ in range(rng.randint(2, 7))) for _ in range(count)]


def words_for(kinds):
    """The words of the tests for a task of these types."""
    return TEXT_WORDS if {STR, LIST_STR} & set(kinds) else LIST_WORDS


def parts_of(task, *, words=None, costs=None, numbers=(1, 2), strings=(" ",), literal_cost=1):
    """Productions and priced constants of a task."""
    kinds = {*task.input_types, task.output_type}
    words = words_for(kinds) if words is None else words
    constants = literals(numbers, literal_cost) + (literals(strings, literal_cost) if {STR, LIST_STR} & kinds else ())
    rules = productions(
        task.input_types, task.output_type, costs=costs or {}, ops=words, constants=[push.type for push, _ in constants]
    )  # fmt: skip
    return rules, constants


def enumerator(task, profile=PROFILE, *, words=None, costs=None, memory=MEMORY, literal_cost=1, **more):
    """The columnar enumerator of a task on these words."""
    from search.exact.enumerate import Enumerator

    kinds = {*task.input_types, task.output_type}
    words = words_for(kinds) if words is None else words
    rules, constants = parts_of(task, words=words, costs=costs, literal_cost=literal_cost)
    return Enumerator(task, task.examples, rules, constants, profile, memory, words=frozenset(words), **more)


TASKS = {
    "lists": lambda seed: task_of(lambda x, k: tuple(sorted(x))[:k], [(x, k) for x, k in zip(lists(seed), (2, 1, 3), strict=True)]),
    "ints": lambda seed: task_of(lambda x: sum(x) + x[0], [(x,) for x in lists(seed)]),
    "flags": lambda seed: task_of(lambda x: x[0] % 2 == 0, [(x,) for x in lists(seed, 5)]),
    "text": lambda seed: task_of(lambda s: s.upper()[:2] + " ", [(s,) for s in texts(seed)]),
    "texts": lambda seed: task_of(lambda s: tuple(s.upper().split(" ")), [(s,) for s in texts(seed)]),
}
"""Tasks by what they give."""
KINDS = {"lists": LIST_INT, "ints": INT, "text": STR, "texts": LIST_STR}
