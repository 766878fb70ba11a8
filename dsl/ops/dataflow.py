"""Rows that run quotations on parts of the stack: the words that save `swap`, `over` and `rot`."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from dsl.ops.table import DOMAINS, STRUCTURAL, Category, Op
from dsl.values import Stuck

if TYPE_CHECKING:  # the machine imports the table
    from collections.abc import Callable
    from typing import TypeAlias

    from dsl.machine import Body

    Values: TypeAlias = "tuple[Any, ...]"
    Run: TypeAlias = "Callable[[Body, Values], Values | Stuck]"

_control = partial(
    Op, category=Category.DATAFLOW, python=STRUCTURAL, kernels=STRUCTURAL, domains={domain: STRUCTURAL for domain in DOMAINS}
)


def _call(run: Run, stack: Values, body: Body) -> Values | Stuck:
    return run(body, stack)


def _dip(run: Run, stack: Values, body: Body) -> Values | Stuck:
    after = run(body, stack[:-1])
    return after if isinstance(after, Stuck) else (*after, stack[-1])


def _keep(run: Run, stack: Values, body: Body) -> Values | Stuck:
    after = run(body, stack)
    return after if isinstance(after, Stuck) else (*after, stack[-1])


def _bi(run: Run, stack: Values, first: Body, second: Body) -> Values | Stuck:
    after = run(first, stack)
    return after if isinstance(after, Stuck) else run(second, (*after, stack[-1]))


def _bi_spread(run: Run, stack: Values, first: Body, second: Body) -> Values | Stuck:
    after = run(first, stack[:-1])
    return after if isinstance(after, Stuck) else run(second, (*after, stack[-1]))


def _bi_apply(run: Run, stack: Values, body: Body) -> Values | Stuck:
    after = run(body, stack[:-1])
    if isinstance(after, Stuck):
        return after
    # The second run finds what the first found below its argument: the first result is set aside.
    last = run(body, (*after[:-1], stack[-1]))
    return last if isinstance(last, Stuck) else (*last[:-1], *after[-1:], *last[-1:])


ROWS: tuple[Op, ...] = (
    _control(
        name="call",
        effect="( ..s ( ..s -- ..t ) -- ..t )",
        doc="What the quotation leaves.",
        examples=("5 ( 2 * inc ) call -> 11",),
        control=_call,
    ),
    _control(
        name="dip",
        effect="( ..s a ( ..s -- ..t ) -- ..t a )",
        doc="What the quotation leaves when it runs below the top value, then that value.",
        examples=("1 2 ( inc ) dip -> 2 2", "[3,4] 1 2 ( take ) dip -> [3] 2"),
        control=_dip,
    ),
    _control(
        name="keep",
        effect="( ..s a ( ..s a -- ..t ) -- ..t a )",
        doc="What the quotation leaves, then the value on which it ran.",
        examples=("5 ( inc ) keep -> 6 5",),
        control=_keep,
    ),
    _control(
        name="bi",
        effect="( ..s a ( ..s a -- ..t ) ( ..t a -- ..u ) -- ..u )",
        doc="Both quotations run on the same value, the first one first.",
        examples=("[3,1,2] ( sum ) ( length ) bi -> 6 3", "[3,1,2] ( sum ) ( length ) bi div -> 2"),
        control=_bi,
    ),
    _control(
        name="bi*",
        effect="( ..s a b ( ..s a -- ..t ) ( ..t b -- ..u ) -- ..u )",
        doc="The first quotation run on the deeper value, then the second on the top one.",
        examples=('"ab" [1,2] ( len ) ( sum ) bi* -> 2 3',),
        control=_bi_spread,
    ),
    _control(
        name="bi@",
        effect="( ..s a a ( ..s a -- ..s b ) -- ..s b b )",
        doc="The quotation run on each of the two top values.",
        examples=('"ab" "cde" ( len ) bi@ -> 2 3', "10 1 2 ( over + ) bi@ -> 10 11 12"),
        control=_bi_apply,
    ),
)
