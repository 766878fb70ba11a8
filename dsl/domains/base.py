"""The interface of a domain, and the context of a transfer function."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

from dsl.types import Type
from dsl.values import DEFAULT, Profile, Value


@dataclass(frozen=True, slots=True)
class Context:
    """What a transfer function may know besides its arguments."""

    profile: Profile = DEFAULT


class Domain(Protocol):
    """A lattice over sets of values. Elements are immutable, hashable and compared with `==`."""

    name: str

    def top(self, kind: Type) -> Any:
        """All that a value's type says: the generic transfer function of every op."""
        ...

    def bottom(self) -> Any:
        """The element that contains no value."""
        ...

    def is_bottom(self, element: Any) -> bool:
        """Whether it contains no value."""
        ...

    def of(self, value: Value) -> Any:
        """The least element that contains `value`."""
        ...

    def contains(self, element: Any, value: Value) -> bool:
        """Whether `value` is one of the values described."""
        ...

    def join(self, a: Any, b: Any) -> Any:
        """The least element above both."""
        ...

    def meet(self, a: Any, b: Any) -> Any:
        """The greatest element below both."""
        ...

    def leq(self, a: Any, b: Any) -> bool:
        """Whether everything that `a` describes is described by `b`."""
        ...

    def widen(self, a: Any, b: Any) -> Any:
        """An element above both, such that repeated widening ends."""
        ...

    def show(self, element: Any) -> str:
        """The element for people, e.g. `0..9`, `even`, `-|0`."""
        ...
