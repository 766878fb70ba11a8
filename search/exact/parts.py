"""Which parts work beside the enumerator on a task."""

from __future__ import annotations

from dsl.tasks import Task
from dsl.types import STR
from search.exact.allowed import Allowed
from search.exact.conditions import Conditions
from search.exact.finder import Finder, Source
from search.exact.grammar import HIGHER_ORDER
from search.exact.pieces import Pieces
from search.settings import Settings

CONTEXTS = 0.12
"""Part of the memory that quotations' own banks may take."""
NUMBERS = range(-1, 11)
"""Literals that quotations may use besides the constants, where constants are discovered."""


def _made_up(task: Task, settings: Settings) -> bool:
    """Whether literals may be made up from the examples: only where nobody gives them."""
    return settings.constants == "discovered" or (settings.constants == "given" and task.constants is None)


def cases(task: Task, settings: Settings) -> list[Finder]:
    """The finders of concatenations and of conditionals, which need no kernels."""
    words = frozenset(settings.words)
    allowed = Allowed(words=words, costs=settings.prices(task), literals=_made_up(task, settings))
    finders: list[Finder] = []
    pieces = None
    if task.output_type == STR and "concat" in words:
        pieces = Pieces(allowed)
        finders.append(pieces)
    if "if" in words:
        finders.append(Conditions(pieces, allowed))
    return finders


def parts(task: Task, settings: Settings) -> tuple[list[Source], list[Finder]]:
    """The sources and finders for a task: quotations, concatenations, conditionals, as far as the words allow them."""
    sources: list[Source] = []
    finders: list[Finder] = []
    if HIGHER_ORDER & frozenset(settings.words):
        from search.exact.contexts import Contexts  # which imports the enumerator
        from search.exact.scans import Scans

        prices = settings.prices(task)
        contexts = Contexts(
            prices, numbers=NUMBERS if _made_up(task, settings) else (), counted=settings.max_candidates is not None,
            memory=int(CONTEXTS * settings.memory) << 20,
        )  # fmt: skip
        sources += [contexts, Scans(prices)]
        finders.append(contexts)
    return sources, [*finders, *cases(task, settings)]
