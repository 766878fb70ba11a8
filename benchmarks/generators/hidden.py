"""Tasks with one, two or three hidden constants in a random skeleton: which words, and where the constants go, is drawn as well.

A skeleton is a line program over all words on Ints and lists of Ints, `map`, `filter` and `count` with a small body among them. Its holes are
filled uniformly from LOW..HIGH. A task is thrown away where its constants do not matter: where the examples do not decide each of them
(another value that gives all shown outputs is right on the held-out inputs too), where one of two does the work of both, or where a
program without constants fits.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import permutations, product
from random import Random

from dsl.machine import answer
from dsl.program import Constant, Instruction, Program, Push, Quotation
from dsl.tasks import Example, Task
from dsl.types import BOOL, INT, LIST_INT, Type
from dsl.values import DEFAULT, Stuck, Value
from search.exact.grammar import productions
from search.exact.search import ExactSearch
from search.postfix import to_program
from search.settings import Settings
from search.term import Apply, Function, Input, Literal, Param, Term, num_unused, size, subterms
from search.verify import agrees

LOW, HIGH = -1000, 1000
"""Where constants lie."""
MAX_WORDS = 5
KINDS: tuple[tuple[str, Type, Type], ...] = (("int", INT, INT), ("list", LIST_INT, LIST_INT), ("list-to-int", LIST_INT, INT))
NUM_EXAMPLES, NUM_HELD_OUT = 8, 10
MAX_DRAWS = 60
"""Inputs tried for one program before it is thrown away as stuck too often."""
TRIES = 300
"""Skeletons tried in one attempt."""
MAX_LINES = 60
"""Lines tried for one skeleton."""
SCALES = (20, 100, 1000)
"""How far from 0 the numbers of a task's inputs lie."""
NEAR = 0.25
"""Part of the numbers that lie at a hidden constant, or next to it."""
CONSTANT_FREE = 10_000
"""Candidates of the search for a program without constants."""
SPARSE, MAX_ALIKE = 125, 4
"""Of every so many values of a constant, how many may give the shown outputs."""
EVERY, BESIDE = 7, 32
NEUTRAL = (0, 1, -1, LOW, HIGH)
"""What a constant may be where it does nothing."""


@dataclass(frozen=True, slots=True)
class Step:
    """One line that may be drawn: a word, or a higher-order word with one word as its body."""

    word: str
    args: tuple[Type, ...]
    result: Type
    body: tuple[str, tuple[Type, ...], Type] | None = None

    @property
    def words(self) -> int:
        """How many words it is."""
        return 1 if self.body is None else 2


@cache
def steps(given: Type) -> tuple[Step, ...]:
    """All of them, in table order; where an Int is given, those that stay among Ints."""
    if given == INT:
        return tuple(step for step in steps(LIST_INT) if {*step.args, step.result} == {INT})
    every = [(p.op.name, p.args, p.result) for p in productions((INT, LIST_INT), LIST_INT)]
    numbers = {INT, LIST_INT}
    plain = [Step(*each) for each in every if {*each[1], each[2]} <= numbers]
    bodies = [each for each in every if each[1] and set(each[1]) == {INT} and len(each[1]) == 2]
    maps = [Step("map", (LIST_INT,), LIST_INT, each) for each in bodies if each[2] == INT]
    tests = [each for each in bodies if each[2] == BOOL]
    return (
        *plain,
        *maps,
        *(Step(word, (LIST_INT,), kind, each) for word, kind in (("filter", LIST_INT), ("count", INT)) for each in tests),
    )


def attempt(num_constants: int, seed: int, number: int) -> Task | None:
    """The task of one attempt, or None where none of its TRIES comes to anything. Depends on nothing but the arguments; the kinds take turns."""
    random = Random(f"hidden {num_constants} {seed} {number}")
    family, given, wanted = KINDS[number % len(KINDS)]
    name = f"constants-{num_constants}-{family}-{seed}-{number}"
    tries = (_task(name, skeleton(given, wanted, num_constants, random), given, num_constants, random) for _ in range(TRIES))
    return next((task for task in tries if task is not None), None)


def _task(name: str, term: Term | None, given: Type, num_constants: int, random: Random) -> Task | None:
    """A task with random constants in the skeleton; None where they do not matter."""
    if term is None:
        return None
    hidden = tuple(random.randint(LOW, HIGH) for _ in range(num_constants))
    holes = with_holes(to_program(term, 1))
    examples = _examples(holes, hidden, given, random)
    if examples is None:
        return None
    shown, held_out = examples[:NUM_EXAMPLES], examples[NUM_EXAMPLES:]
    if not _matter(holes, hidden, shown, held_out) or _constant_free(shown):
        return None
    program = Program(tuple(_replaced(holes.body, lambda word: Push(hidden[word.index], INT) if isinstance(word, Constant) else word)))
    metadata = {"length": size(term) - num_constants, "hidden": list(hidden), "program": str(program)}
    return Task(name=name, examples=shown, held_out=held_out, metadata=metadata)


def skeleton(given: Type, wanted: Type, num_constants: int, random: Random) -> Term | None:
    """A random term of at most MAX_WORDS words with that many holes, each a `Literal` of its number; None where the draw came to nothing."""
    words = random.randint(max(num_constants, 2), MAX_WORDS)
    values: list[tuple[Term, Type]] = [(Input(0), given)]
    holes = left = 0
    for _ in range(MAX_LINES):
        left = words - sum(size_of for size_of in _words_of(values))
        step = random.choice(steps(given))
        if step.words > left or (step.words == left and step.result != wanted):
            continue
        args: list[Term] = []
        for kind in step.args:
            choices = [term for term, other in values if other == kind]
            if kind == INT and holes < num_constants and (not choices or random.random() < 0.5):
                args.append(Literal(Push(holes, INT)))
                holes += 1
            elif choices:
                args.append(choices[-1] if random.random() < 0.7 else random.choice(choices))
            else:
                return None
        if step.result == INT and step.body is None and all(isinstance(arg, Literal) for arg in args):
            return None  # a constant by itself
        body: tuple[Function, ...] = ()
        if step.body is not None:
            if holes == num_constants:
                continue
            inner: list[Term] = [Param(0), Literal(Push(holes, INT))]
            holes += 1
            body = (Function(1, Apply(step.body[0], tuple(inner if random.random() < 0.7 else inner[::-1]))),)
        values.append((Apply(step.word, tuple(args), body), step.result))
        if step.words == left:
            break
    term, kind = values[-1]
    used = set(subterms(term))
    whole = kind == wanted and holes == num_constants and num_unused(term, 1) == 0 and all(each in used for each, _ in values)
    return term if whole and size(term) - num_constants <= MAX_WORDS else None


def _words_of(values: Sequence[tuple[Term, Type]]) -> Iterator[int]:
    """The words that each line adds."""
    for term, _ in values:
        if isinstance(term, Apply):
            yield 2 if term.quotations else 1


def with_holes(program: Program) -> Program:
    """The program with a constant of the run in place of each literal, which says the constant's number."""
    return Program(tuple(_replaced(program.body, lambda word: Constant(int(word.value)) if isinstance(word, Push) else word)))  # type: ignore[arg-type]


def _replaced(body: Sequence[Instruction], change: Callable[[Instruction], Instruction]) -> Iterator[Instruction]:
    for word in body:
        yield Quotation(tuple(_replaced(word.body, change))) if isinstance(word, Quotation) else change(word)


def _examples(holes: Program, hidden: tuple[int, ...], kind: Type, random: Random) -> tuple[Example, ...] | None:
    """Examples, the shown ones first; None where the program is stuck too often, or its outputs are too much alike."""
    scale, low = random.choice(SCALES), random.choice((0, -1))

    def number() -> int:
        if random.random() < NEAR:
            return random.choice(hidden) + random.randint(-1, 1)
        return random.randint(low * scale, scale)

    found: dict[tuple[Value, ...], Value] = {}
    for _ in range(MAX_DRAWS):
        inputs: tuple[Value, ...] = (number() if kind == INT else tuple(number() for _ in range(random.randint(2, 9))),)
        output = answer(holes, inputs, constants=hidden)
        if not isinstance(output, Stuck):
            found[inputs] = output
        if len(found) == NUM_EXAMPLES + NUM_HELD_OUT:
            break
    else:
        return None
    examples = tuple(Example(inputs, output) for inputs, output in found.items())
    shown = examples[:NUM_EXAMPLES]
    return None if len({e.output for e in shown}) < NUM_EXAMPLES // 2 else examples


def _matter(holes: Program, hidden: tuple[int, ...], shown: Sequence[Example], held_out: Sequence[Example]) -> bool:
    """Whether the examples decide every constant, as far as one value in EVERY and all near the right one tell, and no constant does the work of another."""

    def gives(constants: Sequence[int], examples: Sequence[Example]) -> bool:
        return all(answer(holes, e.inputs, constants=constants) == e.output for e in examples)

    def changed(place: int, value: int) -> tuple[int, ...]:
        return (*hidden[:place], value, *hidden[place + 1 :])

    for place, right in enumerate(hidden):
        if sum(gives(changed(place, value), shown) for value in range(LOW, HIGH + 1, SPARSE)) > MAX_ALIKE:
            return False  # it hardly matters
        others = {*range(LOW, HIGH + 1, EVERY), *range(right - BESIDE, right + BESIDE + 1)}
        if any(gives(changed(place, value), shown) and not gives(changed(place, value), held_out) for value in sorted(others)):
            return False
    for place, other in permutations(range(len(hidden)), 2):
        a, b = hidden[place], hidden[other]
        for neutral, value in product(NEUTRAL, (b, a + b, a - b, b - a, a * b)):
            constants = list(hidden)
            constants[place], constants[other] = neutral, value
            if gives(constants, shown):
                return False
    return True


def _constant_free(shown: tuple[Example, ...]) -> bool:
    """Whether a program without constants fits."""
    task = Task(name="", examples=shown)
    settings = Settings(method="plain", constants="none", max_candidates=CONSTANT_FREE)
    search = ExactSearch(task, settings, lambda: search.progress.candidates >= CONSTANT_FREE)
    return any(agrees(to_program(term, 1), shown, DEFAULT) for term in search.run())
