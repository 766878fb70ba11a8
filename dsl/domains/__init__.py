"""Abstract domains: what is known about values without running on them.

An `Abstract` (see `product`) describes the set of concrete values that may lie in one stack slot: one element per domain. An
element speaks of what lies *inside* a value, at any depth: the interval of a list is that of its Ints.

| domain | element | says |
|---|---|---|
| `type` | a `Type`; a `Var` is top; `List[Never]` holds only `[]` | the type of the value |
| `length` | `Lengths(outer, inner)`, two `Range`s | items of a list / characters of a string; and of each item of a List[Str] or List[List[Int]]; empty ranges for what has no length |
| `interval` | `Range` | every Int inside the value; a Bool counts as 0 or 1 |
| `parity` | bit mask EVEN, ODD | parities that they may have |
| `sign` | bit mask NEGATIVE, ZERO, POSITIVE | signs likewise |
| `chars` | bit mask of character classes | classes that the characters inside the value may have |

`Range(lo, hi)` has `None` for no bound. The empty range and the mask 0 hold the values with nothing of the kind inside: a
string has no Ints, `[]` has neither Ints nor characters. `None` is the element without values, in every domain.

Transfer functions. A row gives for each domain one function, called with the whole product of every argument, so that a domain may
use what the others know (the length of `take` uses the interval of its count):

    transfer(ctx, *args: Abstract) -> element of that domain for the one result

`ctx.profile` is the profile. For higher-order rows, quotations arrive after the values as callables `body(*args: Abstract) -> Abstract`
(one abstract run of the quotation; its result is a bottom Abstract where the body certainly gets stuck). Nearly all rows say
`whole(function)` instead: one function from whole abstract arguments to the whole abstract result (`transfers`); those
functions stand in `numbers`, `items`, `lists`, `fused`, `higher_order`, `texts`, `tokens` and `conversions`. `preimages` and
`backward` have the functions of `backward`.

Soundness, the one law: if the op, run on concrete values that the args contain, gives a value (not `Stuck`), the element
contains it, for every profile. Partiality helps: a result outside the profile's range cannot be, so ranges may be
clipped to it.
"""
