"""Tasks with a hidden condition: one of two results, chosen by a property of the input. Both sides are seen at least twice."""

from __future__ import annotations

from random import Random

from benchmarks.generators.examples import EVERYDAY, make_task
from dsl.machine import answer
from dsl.parser import parse
from dsl.tasks import Example, Task
from dsl.values import Value

INTS = (
    ("even?", "odd?", "negative?", "3 mod zero?", "5 mod zero?", "square 50 >", "{k} >", "{k} <"),
    ("2 div", "3 *", "{k} +", "{k} -", "neg", "square", "inc", "10 *", "{k} swap -", "{k} min"),
)
LISTS = (
    ("length 4 >", "head even?", "last 7 >", "sum {k} >", "maximum {k} >", "dup reverse =", "dup sort =", "0 member?", "minimum 0 <"),
    (
        "reverse",
        "sort",
        "unique",
        "1 drop-first",
        "1 drop-last",
        "3 take",
        "map+1",
        "map*2",
        "map*-1",
        "filter-even",
        "scan+",
        "( {k} > ) filter",
        "{k} append",
        "{k} cons",
    ),
)
SCALARS = (
    LISTS[0],
    ("sum", "maximum", "minimum", "head", "last", "length", "( even? ) count", "product 100 min"),
)
STRINGS = (
    ("len 6 >", '" " contains?', '"o" contains?', '"e" ends?', "dup lower =", '"r" occurrences 1 >', "len even?", "1 left dup upper ="),
    (
        "upper",
        "str-reverse",
        '"!" concat',
        "1 left",
        '" " before',
        '" " after-last',
        "3 left upper",
        '"e" "-" replace-all',
        '"<" swap concat ">" concat',
        "2 repeat",
        "capitalize",
        "1 drop-left",
    ),
)
KINDS = (("int", INTS), ("list", LISTS), ("list-to-int", SCALARS), ("string", STRINGS))


def attempt(seed: int, number: int) -> Task | None:
    """The task of one attempt; the kinds of input take turns. None where one side is seen too rarely or the two agree."""
    random = Random(f"conditionals {seed} {number}")
    kind, (conditions, results) = KINDS[number % len(KINDS)]
    first, second = random.sample(results, 2)
    condition, first, second = (part.format(k=random.randint(3, 20)) for part in (random.choice(conditions), first, second))
    text = f"dup {condition} ( {first} ) ( {second} ) if"
    flag, sides = parse(f"dup {condition}"), (parse(first), parse(second))

    def told_apart(shown: tuple[Example, ...]) -> bool:
        flags = [answer(flag, e.inputs) for e in shown]
        alone = [sum(answer(side, e.inputs) != e.output for e in shown) for side in sides]
        return 2 <= sum(f is True for f in flags) <= len(shown) - 2 and min(alone) >= 2

    return make_task(
        f"conditionals-{kind}-{seed}-{number}", text, lambda: _inputs(kind, random), metadata={"family": kind}, accept=told_apart,
    )  # fmt: skip


def _inputs(kind: str, random: Random) -> tuple[Value, ...]:
    if kind == "int":
        return (random.randint(-30, 40),)
    if kind == "string":
        return (random.choice(EVERYDAY),)
    items = [random.randint(-9, 20) for _ in range(random.randint(1, 8))]
    # Some lists are sorted, or the same in both directions, so that conditions on order are true now and then.
    form = random.randrange(4)
    return (tuple(sorted(items) if form == 0 else [*items[:4], *reversed(items[:4])] if form == 1 else items),)
