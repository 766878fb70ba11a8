"""Costs of words in tasks on text, where nothing else is known: words that people rarely need on text cost two or three times as much.

Every word of cost 1 makes each level larger, and every rare one that fits the examples by chance (whether a length is prime) hides the one
that was meant. The neural prior takes the place of this table.
"""

from __future__ import annotations

from collections.abc import Mapping

from dsl.tasks import Task
from dsl.types import BOOL, INT, LIST_STR, STR

UNLIKELY = {
    2: """
        * div mod abs neg min max positive? negative? zero? != >= and or not bool>int
        str-reverse repeat overwrite find-from find-last replace-nth tok-start tok-end count-class lines
        sort unique cons append ++ remove-at cut-slice count-of index-of without without-first replace-value take-last drop-last str>int
    """,
    3: """
        sign square pow *2 /2 *3 /3 *4 /4 even? odd? prime? square? ord chr
        rotate swap-at replace-at splice insert replicate singleton
    """,
}
"""Words by cost."""


def text_costs(task: Task) -> Mapping[str, int]:
    """The costs of words other than 1, for a task whose inputs and output are text, or numbers and flags beside text; else nothing."""
    kinds = {*task.input_types, task.output_type}
    if not kinds & {STR, LIST_STR} or not kinds <= {STR, LIST_STR, INT, BOOL}:
        return {}
    return {word: cost for cost, words in UNLIKELY.items() for word in words.split()}
