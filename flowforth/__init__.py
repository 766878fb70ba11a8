"""flowforth: short programs from examples, in a typed stack language. The names below are the public interface; each is loaded when first used.

>>> import flowforth
>>> flowforth.run("sort reverse", [[3, 1, 2]])
((3, 2, 1),)
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dsl.effects import infer as infer
    from dsl.errors import DslError as DslError
    from dsl.parser import parse as parse
    from dsl.program import Program as Program
    from dsl.tasks import Example as Example
    from dsl.tasks import Task as Task
    from dsl.tasks import iter_tasks as iter_tasks
    from dsl.tasks import load_tasks as load_tasks
    from dsl.values import PROFILES as PROFILES
    from dsl.values import Profile as Profile
    from dsl.values import Reason as Reason
    from dsl.values import Stuck as Stuck
    from flowforth.running import TraceStep as TraceStep
    from flowforth.running import render as render
    from flowforth.running import run as run
    from flowforth.running import trace as trace
    from flowforth.solving import solve as solve
    from search.result import SearchResult as SearchResult

_HOMES = {
    "DslError": "dsl.errors",
    "Example": "dsl.tasks",
    "PROFILES": "dsl.values",
    "Profile": "dsl.values",
    "Program": "dsl.program",
    "Reason": "dsl.values",
    "SearchResult": "search.result",
    "Stuck": "dsl.values",
    "Task": "dsl.tasks",
    "TraceStep": "flowforth.running",
    "infer": "dsl.effects",
    "iter_tasks": "dsl.tasks",
    "load_tasks": "dsl.tasks",
    "parse": "dsl.parser",
    "render": "flowforth.running",
    "run": "flowforth.running",
    "solve": "flowforth.solving",
    "trace": "flowforth.running",
}

__all__ = (
    "PROFILES",
    "DslError",
    "Example",
    "Profile",
    "Program",
    "Reason",
    "SearchResult",
    "Stuck",
    "Task",
    "TraceStep",
    "infer",
    "iter_tasks",
    "load_tasks",
    "parse",
    "render",
    "run",
    "solve",
    "trace",
)


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'flowforth' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOMES])
