"""What a search may use and do: budget, memory, words, constants, costs."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from dsl.errors import ConfigError
from dsl.ops import OPS
from dsl.tasks import Task
from dsl.values import DEFAULT, Profile
from search.constants import SOURCES, Source
from search.costs import usual_costs

LATENT = {
    "latent": "search.latent.search:LatentSearch",
    "gradient": "search.latent.gradient:GradientSearch",
    "gradient-without-grounding": "search.latent.gradient:GradientSearch",
    "compile": "search.latent.compiling:CompileSearch",
}
"""Methods through the learned executor; docs/search.md."""
SEARCHES = {
    "exact": "search.exact.search:ExactSearch",
    "plain": "search.exact.search:ExactSearch",
    "prior": "search.portfolio:PortfolioSearch",
    "portfolio": "search.portfolio:PortfolioSearch",
    "beam": "search.beam.search:BeamSearch",
    "random": "search.beam.chance:RandomSearch",
    "constants": "search.portfolio:PortfolioSearch",
    **LATENT,
}
"""Methods, as `--method` takes them, with where their searches are."""
METHODS = tuple(SEARCHES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The settings of one search."""

    method: str = "portfolio"
    """`exact` (everything that needs no learning), `prior` (enumeration under the costs that the learned prior gives), `constants` (the exact search
    and that for hidden constants in turn), `portfolio` (all three in turn), `beam` (best-first over executed states), `random` (words and
    arguments by chance), `plain` (the usual plain-Python enumerator), both for comparison. Through the learned executor, which the extra `neural` brings:
    `latent`, `gradient`, `gradient-without-grounding`, `compile`; see docs/search.md. Where a method cannot run, the search is the exact one."""
    budget: float = 10.0
    """Seconds, start-up of the search included."""
    memory: int = 2_000
    """Megabytes that the process may take; Python, numba and the drivers are about 200 of them. What a larger process held before is not counted."""
    max_size: int = 16
    """Most words, literals included, under unit costs; with other costs, the highest cost."""
    ops: frozenset[str] | None = None
    """Words that may be used; all if None."""
    without: frozenset[str] = frozenset()
    """Words that may not."""
    constants: Source = "given"
    """Where constants come from; `given` falls back to `discovered` for tasks whose file gives none."""
    costs: Mapping[str, int] | None = None
    """Cost of each word, a small positive int; 1 unless named here. None: the usual costs, or 1 each where `ops` restricts the words."""
    profile: Profile = DEFAULT
    grace: float = 0.3
    """Seconds for which further fits are collected after the first one (never beyond the budget)."""
    max_fits: int = 256
    """Fits after which collecting ends."""
    max_candidates: int | None = None
    """Candidates after which the search ends: the reproducible limit, where the clock is not."""
    seed: int = 0
    log_dir: str | None = None
    """Folder of TensorBoard events, for searches by gradient: losses and distributions, step by step."""
    device: str = "auto"
    """Where the learned executor computes, for the methods of LATENT: `auto` (CUDA where there is one, else the CPU), or what torch calls a device,
    such as `cpu`, `cuda`, `cuda:1`. A device that is not there is refused when the search begins."""

    def __post_init__(self) -> None:
        rules = {
            "method": self.method in METHODS,
            "budget": 0 < self.budget < math.inf,
            "memory": self.memory >= 64,
            "max_size": 1 <= self.max_size <= 60,
            "constants": self.constants in SOURCES,
            "grace": self.grace >= 0,
            "max_fits": self.max_fits >= 1,
            "costs": all(isinstance(cost, int) and 1 <= cost <= 60 for cost in (self.costs or {}).values()),
        }
        for name, fine in rules.items():
            if not fine:
                raise ConfigError(f"search setting {name} is {getattr(self, name)!r}: {_RULES[name]}")
        for name in (*(self.ops or ()), *self.without, *(self.costs or ())):
            if name not in OPS:
                raise ConfigError(f"unknown word {name!r} in the search settings; `flowforth ops` lists the words")

    def prices(self, task: Task) -> Mapping[str, int]:
        """The cost of each word that does not cost 1, for a task."""
        if self.costs is not None:
            return self.costs
        return usual_costs(task) if self.ops is None else {}

    @property
    def words(self) -> Collection[str]:
        """The words that may be used."""
        return frozenset(OPS if self.ops is None else self.ops) - self.without


_RULES = {
    "method": f"it must be one of {', '.join(METHODS)}",
    "budget": "it must be a positive number of seconds",
    "memory": "it must be at least 64 megabytes",
    "max_size": "it must lie in 1..60",
    "constants": f"it must be one of {', '.join(SOURCES)}",
    "grace": "it must not be negative",
    "max_fits": "it must be at least 1",
    "costs": "costs must be ints in 1..60",
}


STANDARD = Settings()
"""The settings where nothing else is said."""
