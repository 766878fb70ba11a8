"""What each word costs where nobody says otherwise: 1 for the words of everyday programs, more for those that are seldom the answer.

The table is a guess about what people want, in three steps, checked against the bundled suites alone (`flowforth bench`); the learned
prior will set costs for each task. A language that the user restricts to certain words has a reason for each: there every word costs 1.
"""

from __future__ import annotations

from collections.abc import Mapping

from dsl.tasks import Task
from search.exact.prices import text_costs

SELDOM = (
    "pow", "sign", "*3", "/3", "*4", "/4", ">=", "<=", "!=", "prime?", "square?", "second", "third", "product", "count-of", "member?",
    "index-of", "slice", "cut-slice", "rotate", "insert", "remove-at", "replace-at", "replace-value", "without-first", "replicate",
    "range", "positions", "map*3", "map/3", "map*4", "map/4", "map**2", "scan-", "scan*", "count<0", "filter<0", "str-reverse", "repeat",
    "find-last", "find-from", "occurrences", "blank?", "digits?", "starts?", "ends?", "remove-all", "squeeze", "capitalize", "tok",
    "keep-class", "strip-class", "count-class", "overwrite", "lines", "bool>int", "bool>str", "digits", "chars",
)  # fmt: skip
"""Words of cost 2."""
RARELY = (
    "swap-at", "splice", "zip", "group", "split-on", "flatten", "find-nth", "replace-nth", "tok-start", "tok-end", "subst-class", "chr", "ord",
)  # fmt: skip
"""Words of cost 3."""
USUAL: Mapping[str, int] = {**dict.fromkeys(SELDOM, 2), **dict.fromkeys(RARELY, 3)}
"""Cost of each word that does not cost 1."""


def usual_costs(task: Task) -> Mapping[str, int]:
    """The usual costs for a task: those for text where there is some, else the table above."""
    return text_costs(task) or USUAL
