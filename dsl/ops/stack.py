"""Rows that move values about on the stack and compute nothing."""

from __future__ import annotations

from functools import partial

from dsl.ops.table import DOMAINS, STRUCTURAL, Category, Op

_route = partial(Op, category=Category.STACK, python=STRUCTURAL, kernels=STRUCTURAL, domains={domain: STRUCTURAL for domain in DOMAINS})

ROWS: tuple[Op, ...] = (
    _route(
        name="dup",
        effect="( a -- a a )",
        doc="The top value twice.",
        examples=("7 dup -> 7 7", "7 dup * -> 49"),
        routing=(0, 0),
    ),
    _route(
        name="drop",
        effect="( a -- )",
        doc="The stack without its top value.",
        examples=("1 2 drop -> 1",),
        routing=(),
    ),
    _route(
        name="swap",
        effect="( a b -- b a )",
        doc="The two top values exchanged.",
        examples=("1 2 swap -> 2 1", "3 10 swap - -> 7"),
        routing=(1, 0),
    ),
    _route(
        name="over",
        effect="( a b -- a b a )",
        doc="A copy of the second value on top.",
        examples=("1 2 over -> 1 2 1",),
        routing=(0, 1, 0),
    ),
    _route(
        name="nip",
        effect="( a b -- b )",
        doc="The top value without the one below it.",
        examples=("1 2 nip -> 2",),
        routing=(1,),
    ),
    _route(
        name="rot",
        effect="( a b c -- b c a )",
        doc="The third value brought to the top.",
        examples=("1 2 3 rot -> 2 3 1",),
        routing=(1, 2, 0),
    ),
)
