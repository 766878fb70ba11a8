"""How list words read their indices and counts: from the profile's base, from the end where the profile says so, clamped or refused."""

from __future__ import annotations

from typing import Any, TypeAlias

from dsl.values import UNDEFINED, Profile, Stuck, Value, check

Items: TypeAlias = "tuple[Any, ...]"


def offset(profile: Profile, length: int, index: int) -> int:
    """The distance of an index from the front, not yet checked or clamped."""
    if profile.negative_index and index < 0:
        return length + index
    return index - profile.index_base


def place(profile: Profile, length: int, index: int) -> int | None:
    """The place, from 0, of the item that an index names; None where there is none."""
    at = offset(profile, length, index)
    return at if 0 <= at < length else None


def gap(profile: Profile, length: int, index: int) -> int | None:
    """The place before which an index inserts: that of an item, or the end; None for any other index."""
    at = offset(profile, length, index)
    return at if 0 <= at <= length else None


def amount(profile: Profile, length: int, count: int) -> int:
    """How many of `length` items a count means. A negative one is 0, or what that many items leave where the profile counts from the end."""
    return min(max(length + count if profile.negative_index and count < 0 else count, 0), length)


def bounds(profile: Profile, length: int, start: int, end: int) -> tuple[int, int]:
    """First place and the place past the last one of a slice, clamped. Where indices count from 1 the slice holds its end."""
    low = min(max(offset(profile, length, start), 0), length)
    high = offset(profile, length, end) + profile.index_base
    return low, min(max(high, low), length)


def possible(profile: Profile, value: Value) -> Value | Stuck:
    """What an inverse gives: the value, or UNDEFINED where it lies outside the profile, so that no argument can be it."""
    return UNDEFINED if isinstance(check(value, profile), Stuck) else value
