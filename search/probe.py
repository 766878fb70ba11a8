"""Fresh inputs like a task's own: on these, fits that agree on the examples may differ."""

from __future__ import annotations

import random
from collections.abc import Sequence

from dsl.tasks import Task
from dsl.types import BOOL, INT, STR, ListOf, Type
from dsl.values import Value

NUM_PROBES = 48


def probes(task: Task, *, seed: int = 0, count: int = NUM_PROBES) -> list[tuple[Value, ...]]:
    """Inputs made from the examples' inputs: an argument of one example beside another's, items changed, dropped, repeated. Never held-out ones."""
    rng = random.Random(seed)
    rows = [example.inputs for example in task.examples]
    found: dict[tuple[Value, ...], None] = {}
    for _ in range(8 * count):
        row = list(rng.choice(rows))
        for index, kind in enumerate(task.input_types):
            pool = [other[index] for other in rows]
            row[index] = _vary(rng, rng.choice(pool), kind, pool)
        if tuple(row) not in rows:
            found[tuple(row)] = None
        if len(found) == count:
            break
    return list(found)


def _vary(rng: random.Random, value: Value, kind: Type, pool: Sequence[Value]) -> Value:
    """A value like `value`, which is one of `pool`."""
    if kind == BOOL:
        return rng.random() < 0.5
    if kind == INT:
        assert isinstance(value, int)
        numbers = [n for n in pool if isinstance(n, int)]
        return rng.choice((value, value + rng.randint(-3, 3), rng.randint(min(numbers), max(numbers) + 1)))
    if kind == STR:
        assert isinstance(value, str)
        return _vary_text(rng, value, "".join(text for text in pool if isinstance(text, str)))
    assert isinstance(kind, ListOf) and isinstance(value, tuple)
    items = [item for other in pool if isinstance(other, tuple) for item in other]
    changed = [_vary(rng, item, kind.item, items) if rng.random() < 0.3 else item for item in value]
    move = rng.randrange(5)
    if move == 0 and len(changed) > 1:
        del changed[rng.randrange(len(changed))]
    elif move == 1 and items:
        changed.insert(rng.randint(0, len(changed)), rng.choice(items))
    elif move == 2:
        rng.shuffle(changed)
    return tuple(changed)


def _vary_text(rng: random.Random, text: str, alphabet: str) -> str:
    """A string of the same build: letters and digits replaced by others of their kind, words doubled or left out."""

    def other(character: str) -> str:
        if character.isdigit() and rng.random() < 0.5:
            return rng.choice("0123456789")
        if character.isalpha() and rng.random() < 0.25:
            letter = rng.choice("abcdefghijklmnopqrstuvwxyz")
            return letter.upper() if character.isupper() else letter
        return character

    text = "".join(map(other, text))
    words = text.split(" ")
    move = rng.randrange(6)
    if move == 0 and len(words) > 1:
        del words[rng.randrange(len(words))]
    elif move == 1 and words:
        words.insert(rng.randrange(len(words)), rng.choice(words))
    elif move == 2 and alphabet:
        cut = rng.randint(0, len(text))
        return text[:cut] + rng.choice(alphabet) + text[cut:]
    return " ".join(words)
