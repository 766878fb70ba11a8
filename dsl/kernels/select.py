"""Kernels of `choose`, one per layout: the first value where the flag is 1, else the second."""

from dsl.kernels import OK, kernel


@kernel
def choose(p, a, b, flag):
    """Of ints or bools."""
    return (a, OK) if flag else (b, OK)


@kernel
def copy_row(x, n, out):
    """Copies a row; its length."""
    for i in range(n):
        out[i] = x[i]
    return n


@kernel
def choose_row(p, x, n, y, m, flag, out):
    """Of lists or strings."""
    return copy_row(x, n, out) if flag else copy_row(y, m, out)


@kernel
def copy_nested(x, ends, n, out, ends_out):
    """Copies a nested list; its number of items."""
    for k in range(n):
        ends_out[k] = ends[k]
    if n > 0:
        copy_row(x, ends[n - 1], out)
    return n


@kernel
def choose_nested(p, x, x_ends, n, y, y_ends, m, flag, out, ends_out):
    """Of lists of strings or lists of lists."""
    return copy_nested(x, x_ends, n, out, ends_out) if flag else copy_nested(y, y_ends, m, out, ends_out)
