"""Which symbols of a graph are needed for its results, how often each is written, and which must not be moved to where they are used."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from dsl.ops.table import Op
from dsl.python.flow import Applied, Block, Carried, Chosen, Fork, Loop, Looped, Returned, Symbol, resolved
from dsl.python.templates import Template, template
from dsl.values import Profile


def template_of(op: Op, profile: Profile) -> Template:
    """The Python template of a word under a profile."""
    python = op.python
    return template(python(profile) if callable(python) else str(python))


class Uses:
    """Counts for one function. What is not counted is dead: no result needs it."""

    def __init__(self, results: Sequence[Symbol], block: Block, profile: Profile) -> None:
        self.profile = profile
        self.times: Counter[Symbol] = Counter()
        self.repeated: set[Symbol] = set()
        """Symbols used where code may run more often than where they are computed."""
        self._pending: list[Symbol] = []
        self._seen: set[Any] = set()
        for result in results:
            self._use(result, block)
        while self._pending:
            self._follow(self._pending.pop())

    def needs_name(self, symbol: Symbol) -> bool:
        """Whether it is computed once and used from a local variable, unless its text is as short as a name."""
        return self.times[symbol] > 1 or symbol in self.repeated

    def __contains__(self, symbol: Symbol) -> bool:
        return symbol in self.times

    def _use(self, symbol: Symbol, where: Block, *, times: int = 1, repeated: bool = False) -> None:
        symbol = resolved(symbol)
        if not times:
            return
        if symbol not in self.times:
            self._pending.append(symbol)
        self.times[symbol] += times
        if repeated or where.repeats_below(symbol.home):
            self.repeated.add(symbol)

    def _follow(self, symbol: Symbol) -> None:
        """Counts what a symbol is computed from."""
        if isinstance(symbol, Applied):
            written = template_of(symbol.op, self.profile)
            for number, arg in enumerate(symbol.args):
                self._use(arg, symbol.home, times=written.weights.get(number, 0), repeated=number in written.repeated)
            for body in symbol.bodies:
                self._use(body.result, body.block)
        elif isinstance(symbol, Chosen):
            self._follow_fork(symbol.fork, symbol.position)
        elif isinstance(symbol, (Carried, Looped)):
            self._follow_loop(symbol.loop, symbol.position)
        elif isinstance(symbol, Returned) and self._first(symbol.call):
            for arg in symbol.call.args:
                self._use(arg, symbol.home)

    def _follow_fork(self, fork: Fork, position: int) -> None:
        for value, block in zip(fork.values[position], fork.blocks, strict=True):
            self._use(value, block)
        if self._first(fork):
            self._use(fork.condition, fork.home)

    def _follow_loop(self, loop: Loop, position: int) -> None:
        if self._first((loop, position)):
            self._use(loop.starts[position], loop.home)
            self._use(loop.nexts[position], loop.block)
            # The variable lives as long as the loop, whether or not something after it or inside it reads it.
            self.times[loop.carried[position]] += 0
        if self._first(loop):
            self._use(loop.count, loop.home)

    def _first(self, key: Any) -> bool:
        """Whether this is the first call with that key."""
        if key in self._seen:
            return False
        self._seen.add(key)
        return True
