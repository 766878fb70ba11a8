"""Prints how fast traces are made: `python -m benchmarks.traces [--seconds 5] [--programs 32768] [--json FILE]`.

Rates are per CPU second of the one process, since other jobs share the machine; those by the clock stand beside them.
A step is one transition (stack before, word, stack after or error) of one example. Only programs that came to a good end
or ended in a wanted failure are counted; those thrown away cost time and count nothing. One core, warm kernel cache, the first
batch (which compiles and allocates) left out. Medians over batches.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from pathlib import Path
from typing import Any

from dsl.generate import DISCARDING, INPUT_SHAPES, Generator
from dsl.ops import OPS
from dsl.traces import TraceConfig, traces
from dsl.types import BOOL, INT, LIST_BOOL, LIST_INT, LIST_LIST_INT, Effect, ListOf, Type, Var
from dsl.values import DEFAULT

LIST_SHAPES = ((LIST_INT,), (LIST_INT, INT), (LIST_INT, LIST_INT))


def list_words(*, quotations: bool) -> frozenset[str]:
    """Words about ints, bools and lists of them; with or without those that take quotations."""

    def fits(kind: Type) -> bool:
        if isinstance(kind, Effect):
            return quotations and all(map(fits, (*kind.before.types, *kind.after.types)))
        return (
            kind in (INT, BOOL, LIST_INT, LIST_BOOL, LIST_LIST_INT)
            or isinstance(kind, Var)
            or (isinstance(kind, ListOf) and isinstance(kind.item, Var))
        )

    return frozenset(
        name
        for name, op in OPS.items()
        if name not in DISCARDING and op.kind != "control" and all(map(fits, (*op.type.before.types, *op.type.after.types)))
    )


SETTINGS: dict[str, tuple[frozenset[str], tuple[tuple[Type, ...], ...]]] = {
    "list words": (list_words(quotations=False), LIST_SHAPES),
    "list words and quotations": (list_words(quotations=True), LIST_SHAPES),
    "all words": (frozenset(OPS) - DISCARDING, INPUT_SHAPES),
}


def measure(name: str, seconds: float, programs: int) -> dict[str, Any]:
    """Median rate of one setting, in steps per second, over the batches that fit into the time."""
    ops, shapes = SETTINGS[name]
    generator = Generator(ops=ops, profile=DEFAULT.with_limits(max_list=20, max_str=64))
    source = traces(TraceConfig(programs=programs, generator=generator, shapes=shapes))
    next(source)
    rates, wall, share = [], [], []
    begin = time.perf_counter()
    while time.perf_counter() - begin < seconds or len(rates) < 3:
        start, cpu = time.perf_counter(), time.process_time()
        batch = next(source)
        rates.append(batch.num_steps / (time.process_time() - cpu))
        wall.append(batch.num_steps / (time.perf_counter() - start))
        share.append(len(batch) / programs)
    return {
        "setting": name, "words": len(ops), "batches": len(rates), "programs_per_batch": programs, "kept_share": round(statistics.median(share), 3),
        "steps_per_cpu_second": round(statistics.median(rates)), "slowest": round(min(rates)), "fastest": round(max(rates)),
        "steps_per_wall_second": round(statistics.median(wall)),
    }  # fmt: skip


def main() -> None:
    """Measures every setting and prints a table."""
    parser = argparse.ArgumentParser(description="Times the making of traces, on one core.")
    parser.add_argument("--seconds", type=float, default=5.0, help="time for each setting, after its first batch")
    parser.add_argument("--programs", type=int, default=32768, help="programs begun in a batch")
    parser.add_argument("--json", type=Path, help="also write the figures to this file")
    args = parser.parse_args()
    rows = []
    for name in SETTINGS:
        rows.append(measure(name, args.seconds, args.programs))
        row = rows[-1]
        rate, slowest, fastest, wall = (row[key] / 1e6 for key in ("steps_per_cpu_second", "slowest", "fastest", "steps_per_wall_second"))
        kept = f"kept {row['kept_share']:.0%} of the programs begun"
        print(
            f"{row['setting']:28} {rate:5.2f} M steps per CPU second (batches {slowest:.2f}..{fastest:.2f}; {wall:.2f} by the clock), {kept}",
            flush=True,
        )
    if args.json:
        args.json.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
