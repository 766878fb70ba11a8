"""A term as a stack program: postfix order, equal subterms computed once, inputs moved or copied to where they are wanted.

The inputs lie on the stack when the program starts, and the answer is the value on top at the end; what lies below does
not matter. Two ways of fetching a value are tried (consume it at its last use, or always copy it), each with the arguments
of a word computed in both orders, and the shortest program is kept. All are right by construction, and `search.verify`
runs whatever comes out anyway.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from dsl.program import Instruction, Program, Quotation, Word
from search.term import Apply, Input, Literal, Term, quotations, subterms


def to_program(term: Term, num_inputs: int) -> Program:
    """The shortest program found for a term over `num_inputs` inputs."""
    ways = ((True, False), (True, True), (False, False))
    candidates = [simplified(_Schedule(num_inputs, consume, last_first).program(term)) for consume, last_first in ways]
    return min(candidates, key=len)


_SHORTER = {
    ("swap", "swap"): (),
    ("dup", "swap"): ("dup",),
    ("rot", "rot", "rot"): (),
}
"""Shuffles with a shorter spelling of the same meaning."""
_COMMUTES = frozenset({"+", "*", "min", "max", "and", "or", "=", "!=", "zip+", "zip*", "zip-min", "zip-max"})


def simplified(program: Program) -> Program:
    """The program without shuffles that undo each other, or that exchange the arguments of a word to which their order is all one."""
    words = list(program.body)
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
    return Program(tuple(words), program.definitions)


class _Schedule:
    """A symbolic stack on which a term is computed; entries are the terms whose values lie there."""

    def __init__(self, num_inputs: int, consume: bool, last_first: bool) -> None:
        self.stack: list[Term | None] = [Input(i) for i in range(num_inputs)]
        self.words: list[Instruction] = []
        self.consume, self.last_first = consume, last_first
        self.uses: Counter[Term] = Counter()

    def program(self, term: Term) -> Program:
        """The whole program."""
        counts = Counter(subterms(term))
        shared = [t for t in dict.fromkeys(subterms(term)) if isinstance(t, Apply) and counts[t] > 1 and t != term]
        # Only maximal sharing counts as a use: a subterm of a shared term is used once, by that term.
        self.uses = _uses(term, set(shared))
        for node in shared:
            if self.uses[node] > 1:
                self.compute(node)
        if isinstance(term, Input):
            self.fetch(term)
        else:
            self.compute(term)
        return Program(tuple(self.words))

    def compute(self, term: Term) -> None:
        """Puts a term's value on top."""
        if isinstance(term, Literal):
            self.words.append(term.push)
            self.stack.append(None)
            return
        assert isinstance(term, Apply)
        ready = self.in_place(term.args)
        swapped = self.last_first and ready == 0 and len(term.args) == 2
        for arg in reversed(term.args) if swapped else term.args[ready:]:
            if arg in self.stack:
                self.fetch(arg)
            else:
                self.compute(arg)
            self.stack[-1] = None  # an argument on its way into the word, not a value to fetch
        if swapped:
            self.words.append(Word("swap"))
        self.words.extend((*quotations(term), Word(term.word)))
        del self.stack[len(self.stack) - len(term.args) :]
        self.stack.append(term if self.uses[term] > 1 else None)

    def in_place(self, args: Sequence[Term]) -> int:
        """How many of the first arguments lie on top in the right order, at their last use: these need not be fetched."""
        for count in range(min(len(args), len(self.stack)) if self.consume else 0, 0, -1):
            wanted = list(args[:count])
            if self.stack[-count:] == wanted and all(self.uses[arg] == wanted.count(arg) for arg in wanted):
                for arg in wanted:
                    self.uses[arg] -= 1
                self.stack[-count:] = [None] * count
                return count
        return 0

    def fetch(self, term: Term) -> None:
        """Brings a value that lies on the stack to the top: by moving it if this is its last use, else by copying it."""
        depth = len(self.stack) - 1 - self.stack.index(term)
        self.uses[term] -= 1
        if self.consume and self.uses[term] <= 0 and depth <= 2:
            self.words.extend(([], [Word("swap")], [Word("rot")])[depth])
            self.stack.append(self.stack.pop(len(self.stack) - 1 - depth))
            return
        self.words.extend(copy(depth))
        self.stack.append(term)


def _uses(term: Term, shared: set[Term]) -> Counter[Term]:
    """How often each input and shared subterm is fetched when shared ones are computed once."""
    uses: Counter[Term] = Counter()
    pending: list[Term] = [term]
    seen: set[Term] = set()
    while pending:
        node = pending.pop()
        for arg in node.args if isinstance(node, Apply) else ():
            uses[arg] += 1
            if arg in shared:
                if arg in seen:
                    continue
                seen.add(arg)
            pending.append(arg)
    uses[term] += isinstance(term, Input)
    return uses


def copy(depth: int) -> Sequence[Instruction]:
    """Words that push a copy of the value `depth` below the top (0 is the top itself)."""
    if depth == 0:
        return (Word("dup"),)
    if depth == 1:
        return (Word("over"),)
    return (Quotation(tuple(copy(depth - 1))), Word("dip"), Word("swap"))
