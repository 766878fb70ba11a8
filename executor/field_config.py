"""The shape of a field: one dial, `depth`, and which parts it has."""

from dataclasses import dataclass
from typing import Any

from dsl.errors import ConfigError
from embed.codes import NUM_FEATURES
from executor.attention import IMPLEMENTATIONS
from executor.blocks import HEAD


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldConfig:
    """The shape of a field. `depth` sets the rest."""

    depth: int = 4
    """Blocks; the width is 32 times as much, with one head for each 32."""
    code_width: int = 96
    """Width of the vector of a cell."""
    op_width: int = 64
    """Width of an op's vector."""
    style: str = "conditioned"
    """`conditioned`: every block sees the op. `sandwich`: unconditioned blocks, conditioned ones, unconditioned ones."""
    copy: bool = True
    """Whether the op's routing is built in; without it every cell is generated."""
    pointer: bool = True
    """Whether a generated cell may be pointed to among the cells of the arguments, instead of being made: for `take`, `reverse`, `nth`. It needs `source`."""
    source: bool = True
    """Whether the field knows z0; without it, it cannot be right at several steps."""
    anchored: bool = False
    """Whether the end point is the source and what the network says, z0 + h, and not the point and what is left of the way, z + (1 - t) h. On the straight way h
    is the same in both; beside it the first need not undo the point's noise. It needs `source`. Weights without may begin a field with."""
    products: bool = False
    """Whether what attention brings to a cell is multiplied by what the cell holds, see `executor/blocks.py`. Weights without it can begin a field with it."""
    phases: bool = False
    """Whether it is shown products and running sums of the arguments' phases, see `executor/phases.py`; it needs `source`. Weights without may begin a field with."""
    pure_phases: bool = False
    """Whether the phases of a generated cell may be such a product alone; without `phases` it says nothing. Weights without may begin a field with."""
    folded: bool = False
    """Whether it is shown products and differences along lists, numbers with a quotation's literal and with places, too; without `phases` it says nothing. Weights
    without may begin a field with."""
    divided: bool = False
    """Whether it is shown quotients, remainders and powers, too; it needs `folded`. Weights without may begin a field with."""
    exact: bool = False
    """Whether numbers beyond the table, whole lists' products, what texts spell and the numbers of `range` are reckoned with, too (`executor/numbers.py`); it needs `divided`.
    Weights without may begin a field with."""
    addresses: bool = False
    """Whether it is shown places as numbers and can point by them, see `executor/addresses.py`; it needs `source`. Weights without may begin a field with."""
    ordered: bool = False
    """Whether it is shown how the elements of a list compare and can point by it, see `executor/orders.py`; it needs `addresses`. Weights without may begin a field with."""
    pieces: bool = False
    """Whether it is shown how the lowest list is laid out of pieces of several cells and can point by it, see `executor/pieces.py`; it needs `ordered`. Weights without may begin a field with."""
    lend: bool = False
    """Whether an op with a quotation may take on the vectors of the ops in it (`call [f]` does what f does). Weights without may begin a field with."""
    attention: str = "sdpa"
    """Implementation, of `executor.attention.IMPLEMENTATIONS`."""
    int_range: int = 1000
    """Ints from minus to plus this have codes of their own."""

    def __post_init__(self) -> None:
        rules = {
            "depth": (1 <= self.depth <= 64, "in 1..64"),
            "code_width": (self.code_width >= NUM_FEATURES, f"at least {NUM_FEATURES}"),
            "op_width": (self.op_width >= 8, "at least 8"),
            "style": (self.style in ("conditioned", "sandwich"), "conditioned or sandwich"),
            "attention": (self.attention in IMPLEMENTATIONS, f"one of {', '.join(IMPLEMENTATIONS)}"),
            "source": (
                self.source or not (self.copy or self.phases or self.addresses),
                "true where `copy`, `phases` or `addresses` is: these read the source",
            ),
            "divided": (self.folded or not self.divided, "false where `folded` is: what is shown is counted after it"),
            "exact": (self.divided or not self.exact, "false where `divided` is: what is shown is counted after it"),
            "ordered": (self.addresses or not self.ordered, "false where `addresses` is: counts are shown as places are"),
            "pieces": (self.ordered or not self.pieces, "false where `ordered` is: both read the same numbers"),
        }
        for name, (fine, rule) in rules.items():
            if not fine:
                raise ConfigError(f"field setting {name} is {getattr(self, name)!r}; it must be {rule}")

    @property
    def width(self) -> int:
        """Width of the network."""
        return HEAD * self.depth

    @property
    def points(self) -> bool:
        """Whether there is a pointer: it looks at the source."""
        return self.pointer and self.source

    @property
    def purifies(self) -> bool:
        """Whether cells' phases may be pure."""
        return self.phases and self.pure_phases

    @property
    def folds(self) -> bool:
        """Whether more of numbers is shown than sums and products of two."""
        return self.phases and self.folded

    @property
    def divides(self) -> bool:
        """Whether quotients, remainders and powers are shown, too."""
        return self.folds and self.divided

    @property
    def reckons(self) -> bool:
        """Whether numbers beyond the table are reckoned with, too."""
        return self.divides and self.exact

    @property
    def finds(self) -> bool:
        """Whether the numbers that pieces find are shown as numbers."""
        return self.reckons and self.pieces

    @property
    def conditioned(self) -> tuple[bool, ...]:
        """Which blocks see the op."""
        third = max(1, self.depth // 3) if self.style == "sandwich" and self.depth >= 3 else 0
        return tuple(third <= block < self.depth - third for block in range(self.depth))


def config_from_json(data: dict[str, Any]) -> FieldConfig:
    """The configuration that a checkpoint keeps. Raises `ConfigError` for settings that this version lacks."""
    unknown = set(data) - {name for name in FieldConfig.__dataclass_fields__}
    if unknown:
        raise ConfigError(f"the checkpoint has a field setting {sorted(unknown)[0]!r}, which this version does not know")
    return FieldConfig(**data)
