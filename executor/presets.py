"""The settings of a training run, and the three sizes that have names: add one by a function and a row of PRESETS."""

import dataclasses
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

from dsl.errors import ConfigError
from embed.data_config import DataConfig
from executor.field_config import FieldConfig
from executor.losses import LossConfig


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainConfig:
    """Everything that a run is made of."""

    name: str
    data: DataConfig = dataclasses.field(default_factory=DataConfig)
    losses: LossConfig = dataclasses.field(default_factory=LossConfig)
    field: FieldConfig = dataclasses.field(default_factory=FieldConfig)
    seed: int = 0
    steps: int = 20_000
    shards: int = 1
    """Parts of a batch, each of `data.rows` rows; a multiple of the number of processes."""
    learning_rate: float = 1.5e-3
    muon: float = 0.02
    """Rate of the blocks' matrices, which go by Muon; 0 trains them with AdamW like all else."""
    warm_up: int = 200
    decay: float = 0.4
    """Share of the steps over which the rate falls to nothing, at the end."""
    weight_decay: float = 0.01
    clip: float = 1.0
    average: float = 0.999
    precision: str = "float32"
    """What blocks multiply matrices in: `float32`, `bfloat16`, or `auto`, whichever is faster on this machine."""
    compiled: bool = False
    log_every: int = 50
    save_every: int = 500
    evaluate_every: int = 2000
    held_out: int = 4
    """Batches of an evaluation while training."""
    figures: bool = True
    """Whether evaluations write figures, histograms and projectors of the fields, too."""

    def __post_init__(self) -> None:
        rules = {
            "steps": (self.steps >= 1, "at least 1"), "shards": (self.shards >= 1, "at least 1"), "seed": (self.seed >= 0, "at least 0"),
            "learning_rate": (0 < self.learning_rate < 1, "above 0 and below 1"), "muon": (0 <= self.muon < 1, "at least 0 and below 1"), "decay": (0 <= self.decay <= 1, "in 0..1"),
            "precision": (self.precision in ("float32", "bfloat16", "auto"), "float32, bfloat16 or auto"), "average": (0 <= self.average < 1, "in [0, 1)"),
            "log_every": (self.log_every >= 1, "at least 1"), "save_every": (self.save_every >= 1, "at least 1"),
            "evaluate_every": (self.evaluate_every >= 1, "at least 1"), "clip": (self.clip > 0, "above 0"),
            "data": (self.data.int_range == self.field.int_range, "of the field's int_range"),
        }  # fmt: skip
        for name, (fine, rule) in rules.items():
            if not fine:
                raise ConfigError(f"training setting {name} is {getattr(self, name)!r}; it must be {rule}")


def tiny() -> TrainConfig:
    """Minutes on one CPU core: tests, and ablations with several seeds."""
    return TrainConfig(
        name="tiny",
        field=FieldConfig(depth=3, anchored=True, products=True, phases=True, pure_phases=True, folded=True, divided=True, exact=True, addresses=True, ordered=True, pieces=True, lend=True, attention="hand", int_range=200),
        data=DataConfig(rows=128, max_cells=40, max_list=8, max_str=12, input_list=5, input_str=8, int_range=200, programs=2048, singles=0.5, compiled=False),
        steps=4000, learning_rate=2e-3, evaluate_every=1000, save_every=250,
    )  # fmt: skip


def small() -> TrainConfig:
    """Hours on two CPU cores: the weights that are shipped."""
    return TrainConfig(
        name="small",
        field=FieldConfig(
            depth=4,
            anchored=True,
            products=True,
            phases=True,
            pure_phases=True,
            folded=True,
            divided=True,
            exact=True,
            addresses=True,
            ordered=True,
            pieces=True,
            lend=True,
            attention="hand",
        ),
        data=DataConfig(
            rows=128, programs=4096, chunks=8, chunk=16, balance=0.8, soft=0.06, rollouts=0.05, every=5, singles=0.5, compiled=False
        ),
        losses=LossConfig(unroll_from=0.6),
        shards=2,
        steps=20_000,
        precision="auto",
        save_every=250,
        evaluate_every=2000,
    )


def large() -> TrainConfig:
    """Ten to twenty minutes on one GPU."""
    return TrainConfig(
        name="large",
        field=FieldConfig(depth=8, code_width=128, anchored=True, products=True, phases=True, pure_phases=True, folded=True, divided=True, exact=True, addresses=True, ordered=True, pieces=True, lend=True, attention="triton"),
        data=DataConfig(rows=2048, max_cells=128, max_list=32, max_str=64, input_list=12, input_str=24, programs=32768, singles=0.5),
        steps=20_000, learning_rate=1e-3, precision="bfloat16", save_every=500, evaluate_every=1000,
    )  # fmt: skip


PRESETS = {"tiny": tiny, "small": small, "large": large}


def preset(name: str) -> TrainConfig:
    """The configuration of that name."""
    if name not in PRESETS:
        raise ConfigError(f"no preset {name!r}; there are {', '.join(PRESETS)}")
    return PRESETS[name]()


def with_settings(config: TrainConfig, settings: list[str]) -> TrainConfig:
    """The configuration with `name=value` settings, where a dot leads into a part: `steps=100`, `losses.flow=0`, `field.copy=false`. Only all of them
    together must be valid."""
    changes: dict[str, dict[str, Any]] = {}
    for setting in settings:
        name, equals, text = setting.partition("=")
        part, dot, inner = name.partition(".")
        owner = getattr(config, part, None) if dot else config
        key = inner if dot else part
        known = {f.name for f in fields(owner)} if owner is not None and hasattr(owner, "__dataclass_fields__") else set()
        if not equals or key not in known:
            raise ConfigError(f"{setting!r} is no setting; write NAME=VALUE, such as steps=1000, losses.flow=0 or field.depth=2")
        changes.setdefault(part if dot else "", {})[key] = _parsed(setting, text, getattr(owner, key))
    parts = {part: replace(getattr(config, part), **values) for part, values in changes.items() if part}
    return replace(config, **parts, **changes.get("", {}))


def _parsed(setting: str, text: str, old: Any) -> Any:
    """A setting's text as a value of the type that it has."""
    try:
        if isinstance(old, bool):
            return {"true": True, "false": False}[text]
        if isinstance(old, tuple):
            return tuple(text.split(",")) if text else ()
        return type(old)(text)
    except (KeyError, ValueError):
        raise ConfigError(f"{setting!r}: {text!r} is not a value like {old!r}") from None


def flat(config: TrainConfig) -> dict[str, Any]:
    """All settings with dotted names, as config.json has them."""
    flat: dict[str, Any] = {}
    for key, value in asdict(config).items():
        flat |= {f"{key}.{inner}": v for inner, v in value.items()} if isinstance(value, dict) else {key: value}
    return {key: list(value) if isinstance(value, tuple) else value for key, value in flat.items()}
