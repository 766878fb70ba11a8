"""Kernels: one op on one example, on arrays, in the part of Python that numba compiles.

The files of this package are loaded twice: as plain Python, so that rows can name the functions and tests can call them
without numba; and, by `dsl.columns.compile`, with every function that carries `@kernel` compiled. A kernel may call other
`@kernel` functions of its own file or of files it imports with `from dsl.kernels.NAME import function`. No closures, no
objects, no strings, no exceptions.

Layouts (the letters of a signature such as `"li->l"`; the arguments from the deepest to the top of the stack):

| letter | type | as a parameter | as an output |
|---|---|---|---|
| `i` | Int | one int64 | part of the returned pair |
| `b` | Bool | one int64, 0 or 1 | part of the returned pair |
| `l` | List[Int], List[Bool] | `x, n`: row (1-D array, only `x[:n]` means anything) and length | `out` |
| `s` | Str | `x, n`: row of code points (uint8 where all text is ASCII, else uint32) and length | `out` |
| `n` | List[Str], List[List[Int]] | `x, ends, n`: flat row, end of each item in it, number of items; item k is `x[(ends[k-1] if k else 0):ends[k]]` | `out, ends_out` |

A kernel is called `kernel(p, *parameters, *outputs)`. `p` is a `Limits` tuple. It returns

* for an `i` or `b` output the pair `(value, status)`;
* for every other output the new length (number of items), or `-status`.

`status` is 0 or a code of this module. Outputs are arrays as wide as the profile's limit (`l`: max_list; `s`: max_str; `n` of
ints: max_flat and max_list ends; `n` of strings: max_str and max_list ends): a kernel checks *before* it writes past that width. Entries past the returned
length may hold anything (the driver clears them). Inputs are never written; outputs never alias inputs. All arithmetic on
elements must first widen: `np.int64(x[i])`. Element results outside `p.lo..p.hi` are `-RANGE` (or the pair's status). Where
both could apply, SIZE is reported before RANGE, as `values.check` does.
"""

from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar

from dsl.values import CODES, Profile, Reason

OK = 0
UNDERFLOW = CODES[Reason.UNDERFLOW]
TYPE = CODES[Reason.TYPE]
RANGE = CODES[Reason.RANGE]
UNDEFINED = CODES[Reason.UNDEFINED]
SIZE = CODES[Reason.SIZE]
FUEL = CODES[Reason.FUEL]
WIDEN = 100
"""Status of a text kernel whose result does not fit in uint8: the machine runs the program again with uint32 columns."""


class Limits(NamedTuple):
    """A profile as the kernels see it: plain ints, so that no profile needs code of its own."""

    lo: int
    hi: int
    max_list: int
    max_str: int
    max_flat: int
    truncate: int
    base: int
    zero: int
    negative: int

    @classmethod
    def of(cls, profile: Profile) -> "Limits":
        """The limits of a profile."""
        return cls(
            lo=profile.int_min,
            hi=profile.int_max,
            max_list=profile.max_list,
            max_str=profile.max_str,
            max_flat=profile.max_flat,
            truncate=int(profile.division == "truncate"),
            base=profile.index_base,
            zero=int(profile.undefined == "zero"),
            negative=int(profile.negative_index),
        )


F = TypeVar("F", bound=Callable[..., Any])

_wrap: Callable[[Any], Any] | None = None


def kernel(function: F) -> F:
    """Marks a function as a kernel; `dsl.columns.compile` sets `_wrap` while it loads a kernel file for compilation."""
    return function if _wrap is None else _wrap(function)
