"""Abstract domains: what is known about values without running on them.

An `Abstract` (see `product`) describes the set of concrete values that may lie in one stack slot: one element per domain.

| domain | element | says |
|---|---|---|
| `type` | a `Type`; `Var` is top; `None` is bottom | the type of the value |
| `length` | `Lengths(outer, inner)`, two `Range`s | items of a list / code points of a string; and of each item of a List[Str] or List[List[Int]] |
| `interval` | `Range` | an Int, every Int in a list (or list of lists); Bools are 0..1 |
| `parity` | bit mask EVEN, ODD | parities that the Int, or the Ints in the list, may have |
| `sign` | bit mask NEGATIVE, ZERO, POSITIVE | signs likewise |
| `chars` | bit mask of character classes | classes that the characters of the string(s) may have |

`Range(lo, hi)` has `None` for no bound; the empty range is bottom. An element of the domain says nothing (is top) where it does not
apply: the parity of a string, the chars of an Int. A mask describes *may*: the empty list satisfies every parity mask, 0 too.

Transfer functions. A row gives for each domain one function, called with the whole product of every argument, so that a domain may
use what the others know (the length of `take` uses the interval of its count):

    transfer(ctx, *args: Abstract) -> element of that domain for the one result

`ctx.profile` is the profile. For higher-order rows, quotations arrive after the values as callables `body(*args: Abstract) -> Abstract`
(one abstract run of the quotation; its result is a bottom Abstract where the body certainly gets stuck).

Soundness, the one law: if the op, run on concrete values that the args contain, gives a value (not `Stuck`), the element
contains it, for every profile. Partiality helps: a result outside the profile's range cannot be, so ranges may be
clipped to it.
"""
