"""Rows that decide: conditionals with quotations, the choice between two values, bounded loops."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from dsl.domains import numbers, preimages
from dsl.domains.transfers import narrowing, whole
from dsl.ops.late import KernelFile
from dsl.ops.table import DOMAINS, STRUCTURAL, Category, Op
from dsl.values import Profile, Stuck, Value

if TYPE_CHECKING:  # the machine imports the table
    from dsl.machine import Body
    from dsl.ops.dataflow import Run, Values

kernels = KernelFile("select")

_control = partial(Op, category=Category.CONTROL, python=STRUCTURAL, kernels=STRUCTURAL, domains={domain: STRUCTURAL for domain in DOMAINS})


def _if(run: Run, stack: Values, then: Body, otherwise: Body) -> Values | Stuck:
    return run(then if stack[-1] else otherwise, stack[:-1])


def _when(run: Run, stack: Values, body: Body) -> Values | Stuck:
    return run(body, stack[:-1]) if stack[-1] else stack[:-1]


def _times(run: Run, stack: Values, body: Body) -> Values | Stuck:
    values, count = stack[:-1], stack[-1]
    # Fuel ends every loop but that of an empty body, which costs none.
    for _ in range(count if body.words else 0):
        after = run(body, values)
        if isinstance(after, Stuck):
            return after
        values = after
    return values


def _choose(profile: Profile, first: Value, second: Value, condition: bool) -> Value:
    return first if condition else second


ROWS: tuple[Op, ...] = (
    _control(
        name="if",
        effect="( ..s Bool ( ..s -- ..t ) ( ..s -- ..t ) -- ..t )",
        doc="What the first quotation leaves if the flag is true, else what the second leaves.",
        examples=("5 dup even? ( 2 div ) ( 3 * inc ) if -> 16", "8 dup even? ( 2 div ) ( 3 * inc ) if -> 4"),
        control=_if,
        suites={"lambdabeam": "If", "dreamcoder": "if", "rule": "if", "sygus": "ite", "bustle": "IF"},
    ),
    _control(
        name="when",
        effect="( ..s Bool ( ..s -- ..s ) -- ..s )",
        doc="What the quotation leaves if the flag is true, else the stack as it is.",
        examples=("-3 dup negative? ( neg ) when -> 3", "4 dup negative? ( neg ) when -> 4"),
        control=_when,
    ),
    _control(
        name="times",
        effect="( ..s Int ( ..s -- ..s ) -- ..s )",
        doc="What the quotation leaves after that many runs; none for a negative count.",
        examples=("1 5 ( 2 * ) times -> 32", "7 -1 ( inc ) times -> 7", "1 100000 ( inc ) times -> stuck fuel"),
        control=_times,
    ),
    Op(
        name="choose",
        category=Category.CONTROL,
        effect="( a a Bool -- a )",
        doc="The deeper of two values if the flag is true, else the upper one.",
        examples=("1 2 true choose -> 1", '"yes" "no" 3 5 > choose -> "no"'),
        python="{0} if {2} else {1}",
        domains=whole(numbers.choose),
        backward=narrowing(preimages.choose),
        reference=_choose,
        kernels={
            "iib->i": kernels.choose,
            "bbb->b": kernels.choose,
            "ssb->s": kernels.choose_row,
            "llb->l": kernels.choose_row,
            "nnb->n": kernels.choose_nested,
        },
        suites={"lambdabeam": "If", "dreamcoder": "if", "rule": "if", "sygus": "ite", "bustle": "IF"},
    ),
)
