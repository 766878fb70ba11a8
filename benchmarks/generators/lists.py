"""List tasks of a known minimal length: random line programs with examples, thrown away where fewer words do."""

from __future__ import annotations

from random import Random

from benchmarks.generators.lines import LISTS, LineProgram, draw
from benchmarks.generators.shorter import shorter
from dsl.tasks import Example, Task
from dsl.types import LIST_INT, Type
from dsl.values import Stuck, Value
from search.postfix import to_program

NUM_EXAMPLES = 5
NUM_HELD_OUT = 10
MAX_DRAWS = 80
"""Inputs tried for one program before it is thrown away as undefined too often."""
HIGHS = (4, 9, 20, 50, 100, 255)
"""Largest items of a list input; a task draws one for each of its lists."""
LONG = 9
"""Words from which on programs are drawn ahead; shorter ones are not, so that the bundled tasks stay what they are."""


def attempt(num_lines: int, seed: int, number: int, *, ahead: bool | None = None) -> Task | None:
    """The task of one attempt, or None where its program is unusable or longer than need be. Depends on nothing but the arguments.
    `ahead` says how programs are drawn (`lines.draw`), if not by their length."""
    random = Random(f"lists {num_lines} {seed} {number}")
    program = draw(num_lines, random, ahead=num_lines >= LONG if ahead is None else ahead)
    examples = _examples(program, random)
    if examples is None:
        return None
    shown, held_out = examples[:NUM_EXAMPLES], examples[NUM_EXAMPLES:]
    checked = shorter(Task(name="", examples=shown), num_lines)
    if checked is None:
        return None
    proven = min(checked.expressions, checked.sharing) >= num_lines - 1
    return Task(
        name=f"lists-n{num_lines}-{seed}-{number}",
        examples=shown,
        held_out=held_out,
        metadata={
            "length": num_lines,
            "minimal": "proven" if proven else "partial",
            "checked": {"expressions": checked.expressions, "sharing": checked.sharing},
            "profile": LISTS.name,
            "program": str(to_program(program.term(), len(program.inputs))),
        },
    )


def _examples(program: LineProgram, random: Random) -> tuple[Example, ...] | None:
    """Examples, the shown ones first; None where the program is undefined too often, or too dull: see docs/suites.md."""
    bounds = [_bounds(kind, random) for kind in program.inputs]
    found: dict[tuple[Value, ...], Value] = {}
    for _ in range(MAX_DRAWS):
        inputs = tuple(_draw_input(kind, *bound, random) for kind, bound in zip(program.inputs, bounds, strict=True))
        output = program.answer(inputs)
        if not isinstance(output, Stuck):
            found[inputs] = output
        if len(found) == NUM_EXAMPLES + NUM_HELD_OUT:
            break
    else:
        return None
    examples = tuple(Example(inputs, output) for inputs, output in found.items())
    shown = examples[:NUM_EXAMPLES]
    if len({e.output for e in shown}) < NUM_EXAMPLES - 1 or any(
        all(e.output == e.inputs[i] for e in shown) for i in range(len(program.inputs))
    ):
        return None
    return examples


def _bounds(kind: Type, random: Random) -> tuple[int, int]:
    """The range of a list's items; an Int input is an index or a count."""
    if kind != LIST_INT:
        return 0, random.choice((3, 6))
    high = random.choice(HIGHS)
    return random.choice((0, 1, -high)), high


def _draw_input(kind: Type, low: int, high: int, random: Random) -> Value:
    if kind != LIST_INT:
        return random.randint(low, high)
    return tuple(random.randint(low, high) for _ in range(random.randint(3, 12)))
