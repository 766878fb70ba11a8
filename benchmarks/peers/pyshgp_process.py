"""The process that pyshgp runs in: examples in, an evolved Push program out; then inputs in, what the program gives for them out.

Started by `benchmarks.peers.pyshgp`. It sees held-out inputs only after its search has ended. pyshgp 0.1.8 needs two repairs on a
current Python: `collections.Sequence`, which moved in Python 3.10, and an error function that takes lists of different lengths (its
own compares item by item and fails where the program's list is shorter or longer).
"""

# The package is an optional extra, and says nothing of its types.
# pyright: reportMissingImports=false, reportAttributeAccessIssue=false

from __future__ import annotations

import collections
import collections.abc
import contextlib
import io
import json
import sys
import time
from collections.abc import Sequence
from typing import Any

from benchmarks.worker import die_with

POPULATION = 300
GENERATIONS = 100
GENOME = (20, 100)
"""Individuals, generations before a fresh start, and genes of a first individual: the package's own defaults."""
STEPS = 2000
SIMPLIFY = 1.0
"""Removals tried to make the answer simpler (the package's default), and the seconds after which that ends."""
COUNTED_STEPS = 200
"""Removals tried where candidates are the limit: then no clock may decide."""
PENALTY = 1e6
REPORT_EVERY = 0.2
"""Seconds between two messages of how far it is."""


class Spent(Exception):
    """The candidates that were allowed have been tried."""


class Evolution:
    """PushGP on one task: lexicase selection (with epsilon for ints) and uniform mutation by addition and deletion, as the package sets them."""

    def __init__(self, request: dict[str, Any]) -> None:
        from pyshgp.gp.evaluation import FunctionEvaluator
        from pyshgp.gp.genome import GeneSpawner
        from pyshgp.push.config import PushConfig
        from pyshgp.push.instruction_set import InstructionSet
        from pyshgp.push.interpreter import PushInterpreter
        from pyshgp.push.program import ProgramSignature

        self.kinds: list[str] = request["kinds"]
        """Stacks of the inputs, then of the output."""
        instructions = InstructionSet().register_core_by_stack(stacks_of(self.kinds))
        self.interpreter = PushInterpreter(instructions)
        self.inputs = [[pushed(value, kind) for value, kind in zip(row, self.kinds, strict=False)] for row in request["inputs"]]
        self.outputs: list[Any] = request["outputs"]
        self.max_candidates: int | None = request["max_candidates"]
        self.num_candidates = 0
        self.end: float = request["since"] + request["seconds"]
        """Of the budget, on the clock that all processes of a machine share."""
        self.reported = time.monotonic()
        self.signature = ProgramSignature(
            arity=len(self.kinds) - 1, output_stacks=[self.kinds[-1]], push_config=PushConfig(runtime_limit=1)
        )  # fmt: skip
        self.evaluator = FunctionEvaluator(self.errors)
        literals = [literal(value, instructions.type_library) for value in request["constants"]]
        self.spawner = GeneSpawner(len(self.kinds) - 1, instructions, literals, [])

    def answer(self) -> Any:
        """The first individual that is right on every example, made simpler; None once the candidates are spent."""
        from pyshgp.gp.genome import GenomeSimplifier
        from pyshgp.gp.search import GeneticAlgorithm, SearchConfiguration

        selection = {"selection": "lexicase", "epsilon": self.kinds[-1] == "int"}
        while True:
            search = GeneticAlgorithm(SearchConfiguration(
                signature=self.signature, evaluator=self.evaluator, spawner=self.spawner, population_size=POPULATION,
                max_generations=GENERATIONS, initial_genome_size=GENOME, parallelism=False, **selection,
            ))  # fmt: skip
            for _ in range(GENERATIONS):
                try:
                    going = search._full_step()
                except Spent:
                    return None
                if not going:
                    return self._simplified(search.best_seen, GenomeSimplifier(self.evaluator, self.signature))

    def _simplified(self, best: Any, simplifier: Any) -> Any:
        """The best individual without genes that it does not need."""
        from pyshgp.gp.individual import Individual

        say({"found": best.program.code.pretty_str(), "candidates": self.num_candidates})
        counted, self.max_candidates = self.max_candidates is not None, None
        end = self.end if counted else min(time.monotonic() + SIMPLIFY, self.end)
        genome, errors = best.genome, best.error_vector
        for _ in range(COUNTED_STEPS if counted else STEPS):
            if len(genome) == 1 or time.monotonic() > end:
                break
            genome, errors = simplifier._step(genome, errors)
        return Individual(genome, self.signature).program

    def errors(self, program: Any) -> Any:
        """How far the program is from each output; a program that pyshgp itself fails on is as far as can be."""
        import numpy as np

        if self.max_candidates is not None and self.num_candidates >= self.max_candidates:
            raise Spent
        self.num_candidates += 1
        if time.monotonic() - self.reported > REPORT_EVERY:
            self.reported = time.monotonic()
            say({"candidates": self.num_candidates})
        return np.array(
            [distance(self.run(program, row), output) for row, output in zip(self.inputs, self.outputs, strict=True)], float
        )  # fmt: skip

    def run(self, program: Any, row: list[Any]) -> Any:
        """What the program leaves on top of the output's stack, as JSON has it; None for nothing, or if it failed."""
        from pyshgp.utils import Token
        from pyshgp.validation import PushError

        with contextlib.redirect_stderr(io.StringIO()):  # it prints the trace of whatever an instruction raised
            try:
                value = self.interpreter.run(program, list(row))[0]
            except (PushError, RecursionError):
                return None
        return None if value is Token.no_stack_item else plain(value, self.kinds[-1])


def stacks_of(kinds: Sequence[str]) -> set[str]:
    """The stacks whose instructions take part: those of the task's types and what is needed to work on them."""
    found = {"int", "bool", "exec", *kinds}
    for kind in kinds:
        if kind.startswith("vector_"):
            found.add(kind.removeprefix("vector_"))
    return found | ({"char"} if "str" in found else set())


def pushed(value: Any, kind: str) -> Any:
    """A value as pyshgp keeps it."""
    from pyshgp.push import types

    vectors = {"vector_int": types.IntVector, "vector_str": types.StrVector, "vector_bool": types.BoolVector}
    return vectors[kind](value) if kind in vectors else value


def plain(value: Any, kind: str) -> Any:
    """A value as JSON has it; an int that pyshgp made a float of stays one, and is then no int's equal."""
    if kind.startswith("vector_"):
        return [plain(item, kind.removeprefix("vector_")) for item in value]
    if kind == "bool":
        return bool(value)
    if kind == "str":
        return str(value)
    return value if isinstance(value, float) else int(value)


def literal(value: Any, library: Any) -> Any:
    """A constant as a gene."""
    from pyshgp.push.atoms import Literal

    kind = {bool: "bool", int: "int", str: "str"}[type(value)]
    return Literal(value=value, push_type=library[kind])


def distance(found: Any, wanted: Any) -> float:
    """0 for what is wanted: difference of ints, edit distance of texts and lists, 1 for the wrong truth value."""
    from pyshgp.gp.evaluation import damerau_levenshtein_distance

    if found is None:
        return PENALTY
    if isinstance(wanted, bool):
        return float(found is not wanted)
    if isinstance(wanted, int):
        return min(float(abs(found - wanted)), PENALTY) if isinstance(found, int) else PENALTY
    return float(damerau_levenshtein_distance(found, wanted))


def say(message: dict[str, Any]) -> None:
    """A message to the process that started this one. pyshgp's own prints go elsewhere."""
    print(json.dumps(message), file=sys.__stdout__, flush=True)


def main(parent: int) -> None:
    """One task: evolve, then run."""
    die_with(parent)
    collections.Sequence = collections.abc.Sequence  # type: ignore[attr-defined]  # gone since Python 3.10; pyshgp 0.1.8 imports it
    import numpy as np

    request: dict[str, Any] = json.loads(sys.stdin.readline())
    np.random.seed(request["seed"])  # pyshgp draws from numpy's global state; this process is there for it alone
    evolution = Evolution(request)
    program = evolution.answer()
    if program is None:
        say({"spent": True, "candidates": evolution.num_candidates})
        return
    say({"program": program.code.pretty_str(), "size": program.code.size(), "candidates": evolution.num_candidates})
    rows = json.loads(sys.stdin.readline())["inputs"]
    fresh = [[pushed(value, kind) for value, kind in zip(row, evolution.kinds, strict=False)] for row in rows]
    say({"outputs": [evolution.run(program, row) for row in fresh]})


if __name__ == "__main__":
    main(int(sys.argv[1]))
