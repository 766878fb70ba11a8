"""A term as a stack program: postfix order, equal subterms computed once, inputs moved or copied to where they are wanted.

The inputs lie on the stack when the program starts, and the answer is the value on top at the end; what lies below does
not matter. A function or a branch becomes a quotation that is a scope of its own: it sees the stack outside as it is when its
word runs, copies from it what it wants, and leaves it as it was with one result on top. Several ways of fetching values
are tried in each scope (consume a value at its last use, or always copy it; the arguments of a word computed in both orders; for a
branch, which of the values on top it takes over), and the shortest program is kept. All are right by construction, and
`search.verify` runs whatever comes out anyway.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

from dsl.program import Instruction, Program, Quotation, Word, walk
from search.term import Apply, Branch, Function, Input, Literal, Param, Term

WAYS = ((True, False), (True, True), (False, False))
"""(consume, last argument first)."""
MAX_TAKEN = 3
"""Most values on top of the stack that a branch may take over."""


def to_program(term: Term, num_inputs: int) -> Program:
    """The shortest program found for a term over `num_inputs` inputs."""
    stack = [Input(i) for i in range(num_inputs)]
    candidates = [simplified(Program(tuple(_Scope(stack, 0, *way).run(term)))) for way in WAYS]
    return min(candidates, key=len)


_SHORTER = {
    ("swap", "swap"): (),
    ("dup", "swap"): ("dup",),
    ("rot", "rot", "rot"): (),
    ("swap", "nip"): ("drop",),
    ("swap", "drop"): ("nip",),
    ("dup", "nip"): (),
    ("dup", "drop"): (),
}
"""Shuffles with a shorter spelling of the same meaning."""
_COMMUTES = frozenset({"+", "*", "min", "max", "and", "or", "=", "!=", "zip+", "zip*", "zip-min", "zip-max"})


def simplified(program: Program) -> Program:
    """The program without shuffles that undo each other, or that exchange the arguments of a word to which their order is all one."""
    return Program(_simplified(program.body), program.definitions)


def _simplified(body: Sequence[Instruction]) -> tuple[Instruction, ...]:
    words = [Quotation(_simplified(word.body)) if isinstance(word, Quotation) else word for word in body]
    index = 0
    while index < len(words):
        names = [word.name if isinstance(word, Word) else "" for word in words[index : index + 3]]
        for count in (3, 2):
            short = _SHORTER.get(tuple(names[:count]))
            if short is not None:
                words[index : index + count] = [Word(name) for name in short]
                index = max(index - 3, -1)
                break
        else:
            if names[0] == "swap" and len(names) > 1 and names[1] in _COMMUTES:
                del words[index]
                index = max(index - 3, -1)
        index += 1
    return tuple(words)


class _Scope:
    """A symbolic stack on which a term is computed; entries are the terms whose values lie there, None for values of no further use.

    Entries below `floor` belong to the scope outside: they are copied, never moved.
    """

    def __init__(self, stack: Sequence[Term | None], floor: int, consume: bool, last_first: bool) -> None:
        self.stack = list(stack)
        self.floor, self.consume, self.last_first = floor, consume, last_first
        self.words: list[Instruction] = []
        self.uses: Counter[Term] = Counter()
        self.shared: set[Term] = set()
        """Terms that are values to fetch: those on the stack at the start, and those computed once for several uses."""

    def run(self, term: Term, *, clean: bool = False) -> list[Instruction]:
        """The words that leave the term's value on top; with `clean`, in place of all that lay above the floor."""
        direct = list(_direct(term))
        counts = Counter(direct) + Counter(node for part in direct for node in _inside(part))
        shared = [node for node in dict.fromkeys(direct) if isinstance(node, Apply | Branch) and counts[node] > 1 and node != term]
        here = {entry for entry in self.stack if entry is not None}
        self.shared = here.union(shared)
        self.uses = _uses(term, self.shared, here)
        if clean:
            self.drop_unused()
        for node in shared:
            if self.uses[node] > 1 and node not in self.stack:
                self.compute(node)
        if term in self.stack:
            self.fetch(term)
        else:
            self.compute(term)
        if clean:
            self.words.extend(Word("nip") for _ in range(len(self.stack) - self.floor - 1))
        return self.words

    def drop_unused(self) -> None:
        """Takes away what lies on top and is of no use here, also from below a used value."""
        while len(self.stack) > self.floor and self.uses[self.stack[-1]] == 0:  # type: ignore[index]  # own values are terms
            self.words.append(Word("drop"))
            self.stack.pop()
        while len(self.stack) > self.floor + 1 and self.uses[self.stack[-2]] == 0:  # type: ignore[index]
            self.words.append(Word("nip"))
            del self.stack[-2]

    def compute(self, term: Term) -> None:
        """Puts a term's value on top."""
        if isinstance(term, Literal):
            self.words.append(term.push)
            self.stack.append(None)
        elif isinstance(term, Branch):
            self.branch(term)
        else:
            assert isinstance(term, Apply), f"{term} is not on the stack"
            self.apply(term)

    def apply(self, term: Apply) -> None:
        """Puts the result of a word on top."""
        ready = self.in_place(term.args)
        swapped = self.last_first and ready == 0 and len(term.args) == 2
        for arg in reversed(term.args) if swapped else term.args[ready:]:
            self.argument(arg)
        if swapped:
            self.words.append(Word("swap"))
        del self.stack[len(self.stack) - len(term.args) :]
        for quotation in term.quotations:
            body = self.function(quotation) if isinstance(quotation, Function) else quotation
            self.words.append(Quotation(body))
        self.words.append(Word(term.word))
        self.uses.subtract(_reads(term, self.shared))
        self.stack.append(term if self.uses[term] > 1 else None)

    def argument(self, arg: Term) -> None:
        """Puts an argument's value on top: from then on it is on its way into the word, not a value to fetch."""
        if arg in self.stack:
            self.fetch(arg)
        else:
            self.compute(arg)
        self.stack[-1] = None

    def function(self, function: Function) -> tuple[Instruction, ...]:
        """The words of a function. It sees the stack outside, except the arguments of a function around it, which have the names of its own."""
        outside = [None if entry is None or _has_params(entry) else entry for entry in self.stack]
        return _body(function.body, [*outside, *map(Param, range(function.arity))], len(outside))

    def branch(self, term: Branch) -> None:
        """Puts the value of one of two terms on top. Both take over the same values from the top of the stack, so that they leave equal stacks."""
        self.argument(term.condition)
        self.stack.pop()
        reads = _reads(term, self.shared)
        choices = []
        for taken in range(MAX_TAKEN + 1 if self.consume else 1):
            if taken and not self.last_read(taken, reads):
                break
            floor = len(self.stack) - taken
            choices.append((taken, [_body(part, self.stack, floor) for part in (term.then, term.other)]))
        taken, bodies = min(choices, key=lambda choice: (sum(map(_length, choice[1])), -choice[0]))
        self.words.extend([*map(Quotation, bodies), Word("if")])
        self.uses.subtract(reads)
        del self.stack[len(self.stack) - taken :]
        self.stack.append(term if self.uses[term] > 1 else None)

    def last_read(self, depth: int, reads: Counter[Term]) -> bool:
        """Whether the value `depth` places from the top is this scope's own and of no use except for these reads."""
        entry = self.stack[-depth] if len(self.stack) - depth >= self.floor else None
        return entry is not None and self.uses[entry] <= reads[entry] and self.stack.count(entry) == 1

    def in_place(self, args: Sequence[Term]) -> int:
        """How many of the first arguments lie on top in the right order, at their last use: these need not be fetched."""
        own = len(self.stack) - self.floor
        for count in range(min(len(args), own) if self.consume else 0, 0, -1):
            wanted = list(args[:count])
            if self.stack[-count:] == wanted and all(self.uses[arg] == wanted.count(arg) for arg in wanted):
                for arg in wanted:
                    self.uses[arg] -= 1
                self.stack[-count:] = [None] * count
                return count
        return 0

    def fetch(self, term: Term) -> None:
        """Brings a value that lies on the stack to the top: by moving it if this is its last use, else by copying it."""
        depth = self.stack[::-1].index(term)
        self.uses[term] -= 1
        if self.consume and self.uses[term] <= 0 and depth <= 2 and len(self.stack) - 1 - depth >= self.floor:
            self.words.extend(([], [Word("swap")], [Word("rot")])[depth])
            self.stack.append(self.stack.pop(len(self.stack) - 1 - depth))
            return
        self.words.extend(copy(depth))
        self.stack.append(term)


def _body(term: Term, stack: Sequence[Term | None], floor: int) -> tuple[Instruction, ...]:
    """The shortest words found that put a term's value in place of what lies above the floor."""
    return _remembered_body(term, tuple(stack), floor)


@lru_cache(maxsize=4096)
def _remembered_body(term: Term, stack: tuple[Term | None, ...], floor: int) -> tuple[Instruction, ...]:
    """Branches within branches ask for the same bodies again and again."""
    bodies = [_simplified(_Scope(stack, floor, *way).run(term, clean=True)) for way in WAYS]
    return min(bodies, key=_length)


def _length(body: tuple[Instruction, ...]) -> int:
    return sum(1 for _ in walk(body))


def _parts(term: Term) -> tuple[Term, ...]:
    """The terms that are computed for a term whenever it is."""
    if isinstance(term, Apply):
        return term.args
    return (term.condition,) if isinstance(term, Branch) else ()


def _direct(term: Term) -> Iterator[Term]:
    """The subterms that are computed for certain, and once for each run: none in functions, none in branches. Arguments come first."""
    for part in _parts(term):
        yield from _direct(part)
    yield term


def _inner(term: Term) -> Iterable[Term]:
    """The terms that are computed in scopes of their own."""
    if isinstance(term, Apply):
        return [quotation.body for quotation in term.quotations if isinstance(quotation, Function)]
    return (term.then, term.other) if isinstance(term, Branch) else ()


def _inside(term: Term) -> Iterator[Term]:
    """All that lies in a term's inner scopes, at any depth, and means the same outside."""
    for inner in _inner(term):
        for node in _everything(inner):
            if not (isinstance(term, Apply) and _has_params(node)):
                yield node


def _everything(term: Term) -> Iterator[Term]:
    yield term
    for part in (*_parts(term), *_inner(term)):
        yield from _everything(part)


def _has_params(term: Term) -> bool:
    """Whether a term depends on the arguments of a function around it."""
    if isinstance(term, Branch):
        return any(map(_has_params, (term.condition, term.then, term.other)))
    return isinstance(term, Param) or any(map(_has_params, _parts(term)))


def _reads(term: Term, shared: set[Term]) -> Counter[Term]:
    """The values outside that a term's inner scopes copy, each once."""
    found: set[Term] = set()
    pending = [(inner, isinstance(term, Apply)) for inner in _inner(term)]
    while pending:
        node, hidden = pending.pop()
        if node in shared and not (hidden and _has_params(node)):
            found.add(node)
            continue
        pending += [(part, hidden) for part in _parts(node)]
        pending += [(inner, hidden or isinstance(node, Apply)) for inner in _inner(node)]
    return Counter(found)


def _uses(term: Term, shared: set[Term], here: set[Term]) -> Counter[Term]:
    """How often each shared value is fetched or read when those that are not here yet are computed once."""
    uses: Counter[Term] = Counter()
    pending: list[Term] = [] if term in here else [term]
    seen: set[Term] = set()
    while pending:
        node = pending.pop()
        reads = _reads(node, shared)
        uses.update([*_parts(node), *reads])
        for part in (*_parts(node), *reads):
            if part in shared:
                if part in seen or part in here:
                    continue
                seen.add(part)
            pending.append(part)
    uses[term] += term in here
    return uses


def copy(depth: int) -> Sequence[Instruction]:
    """Words that push a copy of the value `depth` below the top (0 is the top itself)."""
    if depth == 0:
        return (Word("dup"),)
    if depth == 1:
        return (Word("over"),)
    return (Quotation(tuple(copy(depth - 1))), Word("dip"), Word("swap"))
