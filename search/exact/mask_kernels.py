"""Kernels that compare bank values with the wanted outputs: of which examples a value is the output, and in which it is a piece of it.

Value v over E examples is rows v*E .. v*E+E-1. A mask has bit e set for example e. Loaded like the files of `dsl.kernels`, as plain Python
and compiled.
"""

from __future__ import annotations

from dsl.kernels import kernel


@kernel
def occurring(x, lengths, first, past, examples, texts, text_lengths, useful, numbers, masks):
    """How many values occur in the texts of a useful set of examples; writes their numbers and masks. `useful[mask]` says whether a mask is worth going on with."""
    found = 0
    for v in range(first, past):
        possible, characters = len(useful) - 1, 0
        for e in range(examples):
            r = v * examples + e
            n, at = lengths[r], 0
            fine = n == 0
            while not fine and at + n <= text_lengths[e]:
                k = 0
                while k < n and x[r, k] == texts[e, at + k]:
                    k += 1
                fine = k == n
                at += 1
            characters += n
            if not fine:
                possible ^= 1 << e
                if useful[possible] == 0:
                    break
        if useful[possible] != 0 and characters > 0:
            numbers[found] = v
            masks[found] = possible
            found += 1
    return found


@kernel
def equal_numbers(x, first, past, examples, want, kept, counts):
    """Puts each Int or Bool value among the first few of its mask of equality with `want`."""
    for v in range(first, past):
        mask = 0
        for e in range(examples):
            mask |= (x[v * examples + e] == want[e]) << e
        if counts[mask] < kept.shape[1]:
            kept[mask, counts[mask]] = v
            counts[mask] += 1
    return 0


@kernel
def equal_rows(x, lengths, first, past, examples, want, want_lengths, kept, counts):
    """Puts each string or flat list among the first few of its mask of equality with `want`."""
    for v in range(first, past):
        mask = 0
        for e in range(examples):
            r = v * examples + e
            if lengths[r] == want_lengths[e]:
                n, k = lengths[r], 0
                while k < n and x[r, k] == want[e, k]:
                    k += 1
                mask |= (k == n) << e
        if counts[mask] < kept.shape[1]:
            kept[mask, counts[mask]] = v
            counts[mask] += 1
    return 0


@kernel
def equal_nested(x, ends, lengths, first, past, examples, want, want_ends, want_lengths, kept, counts):
    """Puts each nested list among the first few of its mask of equality with `want`."""
    for v in range(first, past):
        mask = 0
        for e in range(examples):
            r = v * examples + e
            if lengths[r] == want_lengths[e]:
                n, k = lengths[r], 0
                while k < n and ends[r, k] == want_ends[e, k]:
                    k += 1
                used, j = (ends[r, n - 1] if n > 0 else 0), 0
                while k == n and j < used and x[r, j] == want[e, j]:
                    j += 1
                mask |= (k == n and j == used) << e
        if counts[mask] < kept.shape[1]:
            kept[mask, counts[mask]] = v
            counts[mask] += 1
    return 0
