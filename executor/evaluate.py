"""The proof table: what trained weights do on states that they have not seen, row by row, each beside its target."""

from collections.abc import Callable, Collection, Mapping
from typing import Any

from embed.batches import Stream, Streams
from embed.data_config import data_config
from executor.bench import Bench
from executor.checkpoint import Executor
from executor.measured_field import abstraction, basin, commuting, distances, errors, field_figures, integrators, retrieval
from executor.measured_steps import identities, longer, next_states, rollouts, soft, throughput, unseen_pairs
from executor.table import Row

MEASURES: dict[str, Callable[[Bench], list[Row]]] = {
    measure.__name__: measure
    for measure in (
        next_states, rollouts, unseen_pairs, longer, integrators, field_figures, basin, errors, abstraction, commuting, soft, distances, retrieval,
        identities, throughput,
    )
}  # fmt: skip
"""The measurements, in the order of the table; each gives one row or more."""


def evaluate(
    model: Executor,
    about: Mapping[str, Any],
    *,
    seed: int = 0,
    rows: int = 4096,
    only: Collection[str] = tuple(MEASURES),
    streams: Streams = Stream,
) -> list[Row]:
    """All rows, or those of some measurements. `about` is what the weights' file says; `rows` is how many states the main figures are taken from,
    which `streams` give."""
    bench = Bench(model, data_config(about.get("data", {})), seed, rows, streams)
    return [row for name, measure in MEASURES.items() if name in only for row in measure(bench)]
