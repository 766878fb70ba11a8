"""Trains the executor's design with parts left out or exchanged, and prints how each does: `python -m benchmarks.ablation --out DIR`.

Every variant is trained with every seed for the same number of steps, then measured on the same unseen states. Runs that are there are gone on
with, and finished ones are not made again, so the command can be stopped and repeated; seeds go round, so that a table of one seed is there first.
Batches are made once for all variants of a seed, which differ in the network and the losses alone (but for one).
The order of the rows is that of VARIANTS; a figure is the mean over the seeds that are finished, with their range.
"""

import argparse
import json
import re
import sys
from functools import cache
from pathlib import Path
from typing import Any

import torch

from embed.batches import Stream, Streams
from embed.data_config import DataConfig
from embed.steps import Batch
from embed.vocab import Vocabulary
from executor.checkpoint import load_weights
from executor.evaluate import evaluate
from executor.presets import preset, with_settings
from executor.table import as_json
from executor.train import effective_rank, train

VARIANTS: dict[str, tuple[str, ...]] = {
    "as shipped": (),
    "plain one-call classifier": ("losses.flow=0", "losses.at_source=1", "losses.noisy=0"),
    "unconditioned first and last blocks": ("field.style=sandwich",),
    "from the point, not the source": ("field.anchored=false",),
    "traces alone, no single ops": ("data.singles=0",),
    "no places as numbers": ("field.addresses=false", "field.ordered=false", "field.pieces=false"),
    "nothing compared": ("field.ordered=false", "field.pieces=false"),
    "no layouts of pieces": ("field.pieces=false",),
    "no vectors lent": ("field.lend=false",),
    "phases never pure": ("field.pure_phases=false",),
    "nothing along lists, no literals": ("field.folded=false", "field.divided=false", "field.exact=false"),
    "no quotients and powers": ("field.divided=false", "field.exact=false"),
    "numbers of the table alone": ("field.exact=false",),
    "no loss of digits": ("losses.digits=0",),
    "no phases of sums and products": ("field.phases=false",),
    "no products in attention": ("field.products=false",),
    "no built-in routing": ("field.copy=false",),
    "no built-in routing, no source": (
        "field.copy=false",
        "field.source=false",
        "field.phases=false",
        "field.addresses=false",
        "field.ordered=false",
        "field.pieces=false",
    ),
    "AdamW instead of Muon": ("muon=0",),
    "linear path": ("losses.noise=0",),
    "flow without decoding": ("losses.decode=0", "losses.digits=0", "losses.flow=1"),
    "flow without decoding, InfoNCE": ("losses.decode=0", "losses.digits=0", "losses.flow=1", "losses.contrast=0.5"),
    "flow without decoding, variance floor": ("losses.decode=0", "losses.digits=0", "losses.flow=1", "losses.variance=1"),
    "flow without decoding, averaged target": ("losses.decode=0", "losses.digits=0", "losses.flow=1", "losses.slow_target=1"),
    "with InfoNCE": ("losses.contrast=0.5",),
    "flow weighs 1": ("losses.flow=1",),
    "flow weighs 1, with InfoNCE": ("losses.flow=1", "losses.contrast=0.5"),
}
MEASURED = ("next_states", "rollouts", "integrators", "field_figures")
COLUMNS = {
    "scalar ops": ("exact next state, scalar ops", 0),
    "lists, strings": ("exact next state, list and string ops", 0),
    "roll-out of 4": ("roll-out with hard", 0),
    "raw, 4": ("roll-out of raw vectors", 0),
    "4 Euler steps agree": ("one call against 4 steps of euler", 0),
    "endpoint error": ("endpoint error", 0),
    "rank": ("effective rank", 0),
}
"""Column to the beginning of a row's name in the table of `flowforth eval`, and which of its figures."""


class Kept(Stream):
    """A stream whose batches are made once, however often they are asked for."""

    def __init__(self, config: DataConfig, vocab: Vocabulary, shard: int = 0) -> None:
        super().__init__(config, vocab, shard)
        self._made: dict[int, Batch] = {}

    def batch(self, number: int) -> Batch:
        """Batch number `number`, counted from 0."""
        if number not in self._made:
            self._made[number] = super().batch(number)
        return self._made[number]


def run(name: str, seed: int, args: argparse.Namespace, trained: Streams, measured: Streams) -> dict[str, Any]:
    """Trains and measures one variant on the batches of two makers of streams, unless that was done; gives its record."""
    folder = args.out / f"{re.sub('[^a-z]+', '-', name.lower())}-{seed}"
    done = folder / "measured.json"
    if done.exists():
        return json.loads(done.read_text(encoding="utf-8"))
    settings = [f"steps={args.steps}", f"seed={seed}", "figures=false", f"evaluate_every={args.steps}", "losses.unroll=0", *VARIANTS[name]]
    config = with_settings(preset(args.preset), settings)
    train(config, folder, streams=trained)
    model, about = load_weights(folder)
    rows = as_json(evaluate(model, about, rows=args.rows, only=MEASURED, streams=measured))["rows"]
    rows.append({"name": "effective rank", "value": f"{effective_rank(model.field):.1f}"})
    record = {"variant": name, "seed": seed, "steps": args.steps, "preset": args.preset, "rows": rows}
    done.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    return record


def figure(record: dict[str, Any], column: str) -> float:
    """The figure of a column."""
    begins, which = COLUMNS[column]
    row = next(row for row in record["rows"] if row["name"].startswith(begins))
    return float(re.findall(r"-?\d+\.?\d*|nan", row["value"])[which])


def table(records: list[dict[str, Any]]) -> str:
    """The records as Markdown, a row for each variant."""
    lines = ["| variant | " + " | ".join(COLUMNS) + " | seeds |", "|---" * (len(COLUMNS) + 2) + "|"]
    for name in VARIANTS:
        mine = [record for record in records if record["variant"] == name]
        cells = []
        for column in COLUMNS:
            values = [figure(record, column) for record in mine]
            cells.append(
                f"{sum(values) / len(values):.3g}" + (f" ({min(values):.3g}..{max(values):.3g})" if len(values) > 1 else "")
                if values
                else "-"
            )
        if mine:
            lines.append(f"| {name} | " + " | ".join(cells) + f" | {len(mine)} |")
    return "\n".join(lines) + "\n"


def main() -> None:
    """Trains what is missing and prints the table after every run."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--out", type=Path, required=True, help="folder of the runs")
    parser.add_argument("--preset", default="tiny")
    parser.add_argument("--steps", type=int, default=1000)
    parser.add_argument("--rows", type=int, default=2048)
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--variants", nargs="+", default=list(VARIANTS), choices=list(VARIANTS), metavar="NAME")
    parser.add_argument("--threads", type=int, default=1)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    records, measured = [], cache(Kept)
    for seed in args.seeds:
        trained = cache(Kept)  # the batches of one seed are no use to another
        for name in args.variants:
            print(f"{name}, seed {seed}", file=sys.stderr, flush=True)
            records.append(run(name, seed, args, trained, measured))
            (args.out / "table.md").write_text(table(records), encoding="utf-8")
    print(table(records))


if __name__ == "__main__":
    main()
