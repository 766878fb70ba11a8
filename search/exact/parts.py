"""Which parts work beside the enumerator on a task."""

from __future__ import annotations

from dsl.columns.compile import available
from dsl.tasks import Task
from dsl.types import STR
from search.exact.finder import Finder, Source
from search.settings import Settings


def parts(task: Task, settings: Settings) -> tuple[list[Source], list[Finder]]:
    """The sources and finders for a task: quotations, concatenations, conditionals, as far as the words allow them."""
    if not available():
        return [], []
    from search.exact.allowed import Allowed
    from search.exact.conditions import Conditions
    from search.exact.contexts import Contexts
    from search.exact.pieces import Pieces

    sources: list[Source] = []
    finders: list[Finder] = []
    words = settings.words
    if {"map", "filter", "count", "zip-with", "scan", "fold", "map-index"} & set(words):
        contexts = Contexts(settings.prices)
        sources.append(contexts)
        finders.append(contexts)
    allowed = Allowed(words=frozenset(words))
    pieces = None
    if task.output_type == STR and "concat" in words:
        pieces = Pieces(allowed)
        finders.append(pieces)
    if "if" in words:
        finders.append(Conditions(pieces, allowed))
    return sources, finders


