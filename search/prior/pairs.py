"""Pairs of values, which the policy is asked about: what is known of one besides the values, and what a line takes of it."""

from __future__ import annotations

USES = 4
"""What a line takes of a pair: the lower value alone, the upper alone, both with the lower first, both with the upper first. A value that has
no other beside it is the lower one; both of a word whose arguments may change places are always taken with the lower first."""
LOWER, UPPER, BOTH, TURNED = range(USES)
NUM_FLAGS = 4
"""Whether the lower and the upper were used before, and whether one other value, or several, wait to be used."""
