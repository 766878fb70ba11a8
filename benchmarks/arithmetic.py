"""How well the executor reckons, and how far off it is where it is wrong: `python -m benchmarks.arithmetic [RUN|WEIGHTS]`.

Two Ints are drawn evenly from -N to N, and the answer of one call is compared with the machine's. The differences that come most often say what was learned: a
network that is right for a period of two or three and wrong for the others is 6 off.
"""

import argparse
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from random import Random

import torch

import executor
from dsl import machine
from dsl.program import Program, Word
from dsl.values import Stuck
from embed.cells import CellError, State, decode, encode
from embed.moves import pops_of
from embed.steps import rows_of
from executor.checkpoint import WEIGHTS, Executor, load_weights
from executor.condition import Condition
from executor.integrate import execute

WORDS = ("+", "-", "*", "div", "mod")
LARGEST = (9, 50, 99, 400)
CELLS = 24
MOST = 5
"""Differences that are shown."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Prints the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.arithmetic", description="How well the executor reckons.")
    parser.add_argument(
        "weights", nargs="?", type=Path, metavar="RUN|WEIGHTS", help="folder of a run, or a file (default: the shipped weights)"
    )
    parser.add_argument("--tries", type=int, default=200, metavar="N", help="pairs of numbers of each row (200)")
    parser.add_argument("--seed", type=int, default=0, metavar="N")
    args = parser.parse_args(arguments)
    torch.set_num_threads(1)
    model, _ = load_weights(args.weights or Path(executor.__file__).parent / "weights" / WEIGHTS)
    print("| word | numbers up to | right | of | most frequent differences |\n| --- | --- | --- | --- | --- |")
    for word in WORDS:
        for largest in LARGEST:
            differences = reckoned(model, word, largest, args.tries, Random(args.seed))
            wrong = [f"{off} ({count})" for off, count in differences.most_common() if off != 0][:MOST]
            print(f"| `{word}` | {largest} | {differences[0]} | {sum(differences.values())} | {', '.join(wrong)} |", flush=True)
    return 0


def reckoned(model: Executor, word: str, largest: int, tries: int, random: Random) -> Counter[int | str]:
    """How often each difference from the machine's answer came, over the tries on which the machine has one; `none` where no number came."""
    vocab, true = model.field.vocab, list[int]()
    states = list[State]()
    while len(states) < tries:
        items = random.randint(-largest, largest), random.randint(-largest, largest)
        after = machine.run(Program((Word(word),)), items)
        if not isinstance(after, Stuck):
            assert isinstance(after[-1], int)
            states.append(State(items))
            true.append(after[-1])
    rows = rows_of([encode(state, vocab) for state in states], CELLS, vocab)
    codes, numbers = (torch.as_tensor(array).long() for array in (rows.codes, rows.numbers))
    ops, pops = (torch.full((tries,), number) for number in (vocab.numbers[word], pops_of(word)))
    done = execute(model.field, codes, numbers, Condition.of(ops, pops))
    found: Counter[int | str] = Counter()
    for row, wanted in enumerate(true):
        try:
            items = decode(list(zip(done.codes[row].tolist(), done.numbers[row].tolist(), strict=True)), vocab).items
        except CellError:
            items = ()
        top = items[-1] if isinstance(items, tuple) and items else None
        found[top - wanted if isinstance(top, int) else "none"] += 1
    return found


if __name__ == "__main__":
    raise SystemExit(main())
