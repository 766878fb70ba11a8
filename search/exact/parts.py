"""Which parts work beside the enumerator on a task."""

from __future__ import annotations

from dsl.tasks import Task
from dsl.types import STR
from search.exact.allowed import Allowed
from search.exact.conditions import Conditions
from search.exact.finder import Finder, Source
from search.exact.pieces import Pieces
from search.settings import Settings

HIGHER_ORDER = frozenset({"map", "filter", "count", "any", "all", "zip-with", "scan", "map-index", "filter-index", "positions-where"})


def cases(task: Task, settings: Settings) -> list[Finder]:
    """The finders of concatenations and of conditionals, which need no kernels."""
    words = frozenset(settings.words)
    made_up = settings.constants == "discovered" or (settings.constants == "given" and task.constants is None)
    allowed = Allowed(words=words, costs=settings.prices(task), literals=made_up)
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

        contexts = Contexts(settings.prices(task), counted=settings.max_candidates is not None)
        sources.append(contexts)
        finders.append(contexts)
    return sources, [*finders, *cases(task, settings)]
