"""What the generated drivers are made of: rows of columns without the cost of slicing, and whole words at a time.

Imports numba, so nothing but generated drivers may import this module. A numba slice carries a reference count and checks
its bounds; `row` and `words` are an address and a length, which makes short kernels about a third faster.
"""

from __future__ import annotations

import numpy as np
from numba import njit, types
from numba.core import cgutils
from numba.extending import intrinsic


def _at(context, builder, array_type, value, result_type, index, width):  # type: ignore[no-untyped-def]  # numba's own types
    """Code for a one-dimensional array that starts where row `index` of the array does."""
    array = context.make_array(array_type)(context, builder, value)
    row_length = cgutils.unpack_tuple(builder, array.shape, 2)[1]
    start = builder.gep(array.data, [builder.mul(index, row_length)], inbounds=True)
    result = context.make_array(result_type)(context, builder)
    itemsize = context.get_constant(types.intp, result_type.dtype.bitwidth // 8)
    context.populate_array(
        result,
        data=builder.bitcast(start, result.data.type),
        shape=cgutils.pack_array(builder, [width]),
        strides=cgutils.pack_array(builder, [itemsize]),
        itemsize=itemsize,
        meminfo=None,
    )
    return result._getvalue()


@intrinsic
def row(typingctx, array, index, width):  # type: ignore[no-untyped-def]
    """The first `width` entries of row `index` of a two-dimensional array. Unchecked."""
    result = types.Array(array.dtype, 1, "C")

    def codegen(context, builder, signature, args):  # type: ignore[no-untyped-def]
        return _at(context, builder, signature.args[0], args[0], result, args[1], args[2])

    return result(array, types.intp, types.intp), codegen


@intrinsic
def words(typingctx, array, index, width):  # type: ignore[no-untyped-def]
    """The first `width` 64-bit words of row `index` of a two-dimensional array. Unchecked."""
    result = types.Array(types.uint64, 1, "C")

    def codegen(context, builder, signature, args):  # type: ignore[no-untyped-def]
        return _at(context, builder, signature.args[0], args[0], result, args[1], args[2])

    return result(array, types.intp, types.intp), codegen


@njit(error_model="numpy", forceinline=True)
def clear_past(row_words, used):  # type: ignore[no-untyped-def]
    """Zeroes all bytes of a row past the first `used`. Only the word where they end is read: what was just written is slow to read back."""
    kept = (used + 7) >> 3
    for k in range(kept, len(row_words)):
        row_words[np.uint64(k)] = np.uint64(0)
    if kept > 0:
        row_words[np.uint64(kept - 1)] &= np.uint64(0xFFFFFFFFFFFFFFFF) >> np.uint64(8 * (-used & 7))


@njit(error_model="numpy", forceinline=True)
def mixed(word):  # type: ignore[no-untyped-def]
    """A word with its upper half folded into the lower, and again; see `dsl.columns.hash`."""
    word = word ^ (word >> np.uint64(32))
    return word ^ (word >> np.uint64(16))
