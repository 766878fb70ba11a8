"""How list kernels read indices and counts; as `dsl.ops.list_index`, with -1 for no place."""

from dsl.kernels import kernel


@kernel
def offset(p, n, i):
    """The distance of an index from the front, not yet checked or clamped."""
    return n + i if p.negative and i < 0 else i - p.base


@kernel
def place(p, n, i):
    """The place of the item that an index names, or -1."""
    at = offset(p, n, i)
    return at if 0 <= at < n else -1


@kernel
def gap(p, n, i):
    """The place before which an index inserts, or -1."""
    at = offset(p, n, i)
    return at if 0 <= at <= n else -1


@kernel
def amount(p, n, count):
    """How many of n items a count means."""
    if p.negative and count < 0:
        count += n
    return min(max(count, 0), n)


@kernel
def bounds(p, n, start, end):
    """First place and the place past the last one of a slice, clamped."""
    low = min(max(offset(p, n, start), 0), n)
    return low, min(max(offset(p, n, end) + p.base, low), n)
