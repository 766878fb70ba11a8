"""Networks of the prior with random weights, the files they make, and small tasks. Needs torch, numba and safetensors."""

import json
import math
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="needs the extra `neural` (torch)")
pytest.importorskip("safetensors", reason="needs the extra `neural` (safetensors)")

from safetensors.torch import save  # noqa: E402

from dsl.tasks import Example, Task  # noqa: E402
from search.prior.items import codes  # noqa: E402
from search.prior.model import FORMAT_VERSION, POLICY  # noqa: E402
from search.prior.network import NEXT_SHAPE, Nearness, Network, Next, Second  # noqa: E402
from search.prior.pairs import NUM_FLAGS  # noqa: E402
from search.prior.shards import VOCABULARY  # noqa: E402
from search.prior.signature import LISTS, NUMBER, width  # noqa: E402
from search.prior.views import WIDTH  # noqa: E402

FAMILIES = (LISTS, NUMBER)
WORDS = frozenset({"sort", "reverse", "head", "take", "sum", "zip+"})
SORTED = Task(name="sorted", examples=(Example(((3, 1, 2),), (1, 2, 3)), Example(((9, 7),), (7, 9))))
SUM = Task(name="sum", examples=(Example(((3, 1, 2), 4), 10), Example(((9, 7), 0), 16)))
EVEN = Task(name="even", examples=(Example((3,), False), Example((4,), True)))


def randomised(network: "torch.nn.Module", seed: int) -> "torch.nn.Module":
    """No weight is zero, so that every part counts; as in a file, in half precision."""
    torch.manual_seed(seed)
    with torch.no_grad():
        for name, parameter in network.named_parameters():
            spread = 0.3 if parameter.ndim == 1 else 1 / math.sqrt(parameter.shape[-1])
            centre = 1.0 if "norm.weight" in name or ".0.weight" in name else 0.0
            parameter.copy_((centre + spread * torch.randn(parameter.shape)).half().float())
    return network.eval()


def made(family: str) -> dict[str, "torch.nn.Module"]:
    """The networks of a family by their names in a file."""
    words = len(VOCABULARY)
    return {
        family: Network(width(family, words), words), f"second-{family}": Second(words), f"near-{family}": Nearness(width(family, 0)),
        f"next-{family}": Next(width(family, words) + NUM_FLAGS, words, *NEXT_SHAPE[family]),
    }  # fmt: skip


def randomised_all() -> dict[str, "torch.nn.Module"]:
    """All networks of a file."""
    return {name: randomised(network, seed) for seed, family in enumerate(FAMILIES) for name, network in made(family).items()}


def tensors_of(networks: Mapping[str, "torch.nn.Module"]) -> dict[str, "torch.Tensor"]:
    """As they stand in a file: without what serves training alone."""
    kept = {f"{family}.{name}": tensor for family, network in networks.items() for name, tensor in network.state_dict().items()}
    return {name: tensor.half() for name, tensor in kept.items() if ".alone." not in name}


def answers(networks: Mapping[str, "torch.nn.Module"], family: str, rows: np.ndarray, items: np.ndarray) -> list["torch.Tensor"]:
    """Logits of the four heads, with what the values themselves add."""
    first, second = networks[family], networks[f"second-{family}"]
    assert isinstance(first, Network) and isinstance(second, Second)
    with torch.no_grad():
        hidden = first.hidden(torch.from_numpy(rows))
        return [one + more for one, more in zip(first.heads(hidden), second(hidden, torch.from_numpy(items)), strict=True)]


def about(**changes: object) -> dict[str, object]:
    return {"format_version": FORMAT_VERSION, "vocabulary": list(VOCABULARY), "temperature": dict.fromkeys(FAMILIES, 1.3), **changes}


def written(
    path: Path, networks: Mapping[str, "torch.nn.Module"], told: object = None, of_policy: object = None, without: str = ""
) -> Path:
    """The two files of weights as training writes them, saying of themselves what is told."""
    for to, chosen, said in ((path, False, told or about()), (path.with_name(POLICY.name), True, of_policy or about())):
        tensors = tensors_of({name: network for name, network in networks.items() if name.startswith("next-") == chosen})
        tensors.pop(without, None)
        to.write_bytes(save(tensors, metadata={"about": said if isinstance(said, str) else json.dumps(said)}))
    return path


def some_codes(count: int, seed: int, family: str) -> np.ndarray:
    """Codes of random values."""
    random = np.random.default_rng(seed)
    xs, ys = random.integers(-600, 600, (count, 2, 3, WIDTH)), random.integers(-600, 600, (count, 3, WIDTH))
    sizes, inputs = random.integers(0, 9, (count, 3)), random.integers(0, 9, (count, 2, 3))
    inputs[random.random((count, 2)) < 0.3] = -2
    return codes(xs, inputs, ys, sizes, number=family == NUMBER)
