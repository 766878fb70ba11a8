"""The prior: numpy runs the network that torch trained, costs follow what it says, a file that it cannot use is refused, training goes on."""

import json
import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from itertools import product
from pathlib import Path

import numpy as np
import pytest

from dsl.columns.available import available

if not available():
    pytest.skip("signatures are compiled by numba", allow_module_level=True)
torch = pytest.importorskip("torch", reason="needs the extra `neural` (torch)")
pytest.importorskip("safetensors", reason="needs the extra `neural` (safetensors)")

from safetensors.torch import save  # noqa: E402

from dsl.errors import ConfigError  # noqa: E402
from dsl.ops import OPS  # noqa: E402
from dsl.tasks import Example, Task  # noqa: E402
from dsl.types import LIST_INT, Type  # noqa: E402
from dsl.values import Value  # noqa: E402
from search.exact.plain import evaluate  # noqa: E402
from search.prior import batches, draw, fitting, language, policy_training, shards, strangers, train  # noqa: E402
from search.prior.items import codes  # noqa: E402
from search.prior.model import DEAREST, FORMAT_VERSION, POLICY, Belief, Prior, mixed  # noqa: E402
from search.prior.network import MAX_LENGTH, NEXT_SHAPE, Nearness, Network, Next, Second  # noqa: E402
from search.prior.pairs import NUM_FLAGS, USES  # noqa: E402
from search.prior.policy import Policy  # noqa: E402
from search.prior.precision import average_precision, calibration_error, reliability  # noqa: E402
from search.prior.shards import VOCABULARY  # noqa: E402
from search.prior.signature import LISTS, NUMBER, arrays_of, look, see, width  # noqa: E402
from search.prior.views import WIDTH  # noqa: E402
from search.prior.ways import commutes, questions, values_of, worlds_of  # noqa: E402
from search.prior.words import typings  # noqa: E402
from tests.prior.languages import LINES, NUMBERS  # noqa: E402

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


@pytest.fixture(scope="module")
def networks() -> dict[str, "torch.nn.Module"]:
    return {name: randomised(network, seed) for seed, family in enumerate(FAMILIES) for name, network in made(family).items()}


def written(
    path: Path, networks: Mapping[str, "torch.nn.Module"], told: object = None, of_policy: object = None, without: str = ""
) -> Path:
    """The two files of weights as training writes them, saying of themselves what is told."""
    for to, chosen, said in ((path, False, told or about()), (path.with_name(POLICY.name), True, of_policy or about())):
        tensors = tensors_of({name: network for name, network in networks.items() if name.startswith("next-") == chosen})
        tensors.pop(without, None)
        to.write_bytes(save(tensors, metadata={"about": said if isinstance(said, str) else json.dumps(said)}))
    return path


@pytest.fixture(scope="module")
def file(networks: dict[str, "torch.nn.Module"], tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(tmp_path_factory.mktemp("prior") / "prior.safetensors", networks)


def some_codes(count: int, seed: int, family: str) -> np.ndarray:
    """Codes of random values."""
    random = np.random.default_rng(seed)
    xs, ys = random.integers(-600, 600, (count, 2, 3, WIDTH)), random.integers(-600, 600, (count, 3, WIDTH))
    sizes, inputs = random.integers(0, 9, (count, 3)), random.integers(0, 9, (count, 2, 3))
    inputs[random.random((count, 2)) < 0.3] = -2
    return codes(xs, inputs, ys, sizes, number=family == NUMBER)


class TestRun:
    @pytest.mark.parametrize("family", FAMILIES)
    def test_numpy_gives_what_torch_gives(self, networks: dict[str, "torch.nn.Module"], file: Path, family: str) -> None:
        rows = np.random.default_rng(5).integers(0, 2, (7, width(family, len(VOCABULARY)))).astype(np.float32)
        rows[:, -18:] = np.random.default_rng(6).normal(size=(7, 18))
        items = some_codes(7, 8, family)
        wanted = answers(networks, family, rows, items)
        assert all((both - alone).abs().max() > 0.1 for both, alone in zip(wanted, networks[family](torch.from_numpy(rows)), strict=True))
        heads = Prior.load(file).run(family, rows, items)
        assert len(heads) == len(wanted) == 4
        for ours, theirs in zip(heads, wanted, strict=True):
            assert ours.shape == theirs.shape and theirs.abs().max() > 0.1
            np.testing.assert_allclose(ours, theirs.numpy(), rtol=1e-3, atol=1e-3)

    @pytest.mark.parametrize("family", FAMILIES)
    def test_numpy_gives_of_the_policy_what_torch_gives(self, networks: dict[str, "torch.nn.Module"], file: Path, family: str) -> None:
        rows = np.random.default_rng(7).integers(0, 2, (5, width(family, len(VOCABULARY)) + NUM_FLAGS)).astype(np.float32)
        with torch.no_grad():
            wanted = networks[f"next-{family}"](torch.from_numpy(rows))
        heads = Prior.load(file).next(family, rows)
        assert heads[0].shape == (5, USES * len(VOCABULARY) + 1) and heads[1].shape == (5, 2)
        for ours, theirs in zip(heads, wanted, strict=True):
            assert theirs.abs().max() > 0.1
            np.testing.assert_allclose(ours, theirs.numpy(), rtol=1e-3, atol=1e-3)

    def test_belief_is_what_the_network_says_of_the_words_that_are_allowed(
        self, networks: dict[str, "torch.nn.Module"], file: Path
    ) -> None:
        prior = Prior.load(file)
        for task, family in ((SORTED, LISTS), (SUM, NUMBER), (EVEN, NUMBER)):
            assert prior.knows(task)
            seen = see(task)
            allowed = np.array([[word in WORDS for word in VOCABULARY]], np.float32)
            rows = np.concatenate([seen.bits.astype(np.float32), allowed, seen.numbers], axis=1)
            heads = answers(networks, family, rows, codes(*arrays_of(task), number=family == NUMBER))
            occurs, roots, fronts, length = (head[0].double() for head in heads)
            places = {word: VOCABULARY.index(word) for word in WORDS}
            among = torch.softmax(roots[[places[word] for word in sorted(WORDS)]], 0)
            belief = prior.believe(task, WORDS)
            assert set(belief.occurs) == set(belief.root) == set(belief.front) == WORDS
            for place, word in enumerate(sorted(WORDS)):
                assert belief.occurs[word] == pytest.approx(float(torch.sigmoid(occurs[places[word]] / 1.3)), abs=1e-3)
                assert belief.root[word] == pytest.approx(float(among[place]), abs=1e-3)
                assert belief.front[word] == pytest.approx(float(torch.sigmoid(fronts[places[word]])), abs=1e-3)
            assert belief.length == pytest.approx(float(torch.softmax(length, 0) @ torch.arange(1, MAX_LENGTH + 1).double()), abs=1e-2)

    @pytest.mark.parametrize("task", [SORTED, SUM, EVEN], ids=lambda task: task.name)
    def test_nearness_of_values_is_what_torch_gives(self, networks: dict[str, "torch.nn.Module"], file: Path, task: Task) -> None:
        """Each value alone as among others, and different for different values."""
        family = NUMBER if task is not SORTED else LISTS
        random, prior = np.random.default_rng(2), Prior.load(file)
        values = random.integers(-9, 9, (5, 2, WIDTH))
        lengths = random.integers(0, 6, (5, 2))
        values[np.arange(WIDTH) >= lengths[..., None]] = 0
        scores = prior.nearness(task, values, lengths)
        beside = prior._beside(task, values, lengths)
        seen = look(*beside, task.output_type)
        rows, items = np.concatenate([seen.bits.astype(np.float32), seen.numbers], axis=1), codes(*beside, number=family == NUMBER)
        with torch.no_grad():
            wanted = networks[f"near-{family}"](torch.from_numpy(rows), torch.from_numpy(items))
        np.testing.assert_allclose(scores, wanted.numpy(), rtol=1e-3, atol=1e-3)
        assert len(set(scores.tolist())) > 1
        np.testing.assert_allclose(scores[2:3], prior.nearness(task, values[2:3], lengths[2:3]), rtol=1e-4, atol=1e-4)

    def test_a_value_that_is_found_takes_the_place_of_an_input(self, file: Path) -> None:
        """What is left to do is asked of the task with the value first and its first list second."""
        prior = Prior.load(file)
        values = [(2, 4, 6), (1,)]
        asked = Task(name="t", examples=tuple(Example((v, e.inputs[0]), e.output) for v, e in zip(values, SUM.examples, strict=True)))
        assert prior.believe_given(SUM, WORDS, values) == prior.believe(asked, WORDS)
        numbers = Task(name="t", examples=(Example((4, 1), 5), Example((7, 2), 9)))
        asked = Task(name="t", examples=(Example(((2, 4, 6), 4), 5), Example(((1,), 7), 9)))
        assert prior.believe_given(numbers, WORDS, values) == prior.believe(asked, WORDS)

    def test_words_that_it_does_not_know_are_passed_over(self, file: Path) -> None:
        """`map` takes a quotation and is no word of the network; where nothing else is allowed there is nothing to believe, and no error."""
        prior = Prior.load(file)
        assert set(prior.believe(SORTED, {"sort", "map"}).occurs) == {"sort"}
        belief = prior.believe(SORTED, {"map"})
        assert not belief.occurs and belief.costs({"map"})["map"] >= 1 and belief.unit() >= 1

    def test_words_on_text_change_nothing(self, file: Path) -> None:
        """They were in no language that the networks learned, so neither may they be believed in, nor may their being allowed be seen."""
        prior = Prior.load(file)
        everything = prior.believe(SORTED, frozenset(OPS))
        assert everything == prior.believe(SORTED, numbers_words := frozenset(language.numbers_language().words))
        assert everything.occurs.keys() <= numbers_words and "upper" not in everything.occurs

    def test_tasks_on_text_are_none_of_its(self, file: Path) -> None:
        assert not Prior.load(file).knows(Task(name="t", examples=(Example(("a",), "A"),)))

    @pytest.mark.parametrize("number", [2**31 - 1, 2**40, -(2**63), 2**70])
    def test_any_number_may_stand_in_a_task(self, file: Path, number: int) -> None:
        """Columns hold 32 bits, files anything: a belief comes out, or the task is one that it does not know; nothing breaks."""
        prior = Prior.load(file)
        for task in (
            Task(name="t", examples=(Example(((number, 1),), 1), Example(((2,),), 2))),
            Task(name="t", examples=(Example((1,), number), Example((2,), 2))),
        ):
            if prior.knows(task):
                belief = prior.believe(task, WORDS)
                assert all(0 <= p <= 1 for p in belief.occurs.values())


class TestCosts:
    def belief(self, **occurs: float) -> Belief:
        return Belief(occurs, {}, {}, 3.0)

    def test_whole_numbers_cheaper_for_what_is_more_probable(self) -> None:
        for seed in range(20):
            random = np.random.default_rng(seed)
            probabilities = random.random(30) ** random.integers(1, 12)
            belief = Belief({f"w{k}": float(p) for k, p in enumerate(probabilities)}, {}, {}, 3.0)
            costs = belief.costs(belief.occurs)
            assert set(costs) == set(belief.occurs)
            assert all(type(cost) is int and 1 <= cost <= DEAREST for cost in costs.values())
            ranked = sorted(belief.occurs, key=lambda word: -belief.occurs[word])
            assert [costs[word] for word in ranked] == sorted(costs.values())
            assert 1 <= belief.unit() <= DEAREST and type(belief.unit()) is int

    def test_a_sure_word_costs_less_than_one_that_is_out_of_the_question(self) -> None:
        costs = self.belief(sort=0.98, sum=0.3, head=0.001).costs({"sort", "sum", "head"})
        assert costs["sort"] < costs["sum"] < costs["head"]

    @pytest.mark.parametrize("p", [0.0, 1e-300, 1e-30])
    def test_no_word_is_ruled_out(self, p: float) -> None:
        """Nothing, and next to nothing, has a share too; without one, a cost that is still a number."""
        belief = self.belief(sort=1.0, head=p)
        assert belief.costs({"head"})["head"] < DEAREST
        if p:
            assert belief.costs({"head"}, floor=0.0, step=0.1)["head"] == DEAREST
        assert self.belief(sort=p, head=p).costs({"sort", "head"}).keys() == {"sort", "head"}

    def test_a_word_that_it_does_not_know_costs_as_much_as_an_average_one(self) -> None:
        belief = self.belief(sort=0.25, sum=0.25, head=0.25, last=0.25)
        costs = belief.costs({"sort", "map"})
        assert set(costs) == {"sort", "map"} and costs["map"] == costs["sort"]

    def test_larger_steps_make_smaller_costs(self) -> None:
        belief = self.belief(sort=0.9, sum=0.1, head=0.001)
        fine, coarse = belief.costs(belief.occurs, step=0.1), belief.costs(belief.occurs, step=2.0)
        assert all(coarse[word] <= fine[word] for word in fine) and coarse != fine

    def test_the_unit_is_what_expected_words_cost(self) -> None:
        """Many words that hardly occur do not make it dearer."""
        belief = Belief({"sort": 0.9, "sum": 0.9, **{f"w{k}": 1e-6 for k in range(50)}}, {}, {}, 2.0)
        costs = belief.costs(belief.occurs)
        assert belief.unit() == costs["sort"] == costs["sum"] < costs["w0"]

    @pytest.mark.parametrize("p", [0.5, 1e-9, 0.0])
    def test_where_all_words_cost_the_same_so_does_the_unit(self, p: float) -> None:
        """Also where no word is expected at all: levels are counted in units, and a unit below every word would end them too soon."""
        belief = Belief({f"w{k}": p for k in range(20)}, {}, {}, 2.0)
        assert {belief.unit()} == set(belief.costs(belief.occurs).values())

    def test_several_beliefs_have_their_mean(self) -> None:
        one, two = (
            Belief({"sort": 0.2, "sum": 1.0}, {"sort": 1.0, "sum": 0.0}, {"sort": 0.4, "sum": 0.0}, 2.0),
            Belief({"sort": 0.6, "sum": 0.0}, {"sort": 0.5, "sum": 0.5}, {"sort": 0.0, "sum": 0.0}, 5.0),
        )
        both = mixed([one, two])
        assert both.occurs == pytest.approx({"sort": 0.4, "sum": 0.5}) and both.root == pytest.approx({"sort": 0.75, "sum": 0.25})
        assert both.front == pytest.approx({"sort": 0.2, "sum": 0.0}) and both.length == pytest.approx(3.5)
        assert mixed([one]) == one


FILES = ("prior.safetensors", "policy.safetensors")


class TestLoad:
    """The prior's weights and the policy's beside them: a fault of either is said, with the name of that file."""

    def refused(self, folder: Path, at: str, saying: str) -> None:
        with pytest.raises(ConfigError, match=saying) as caught:
            Prior.load(folder / FILES[0])
        assert str(folder / at) in str(caught.value)

    @pytest.fixture
    def folder(self, file: Path, tmp_path: Path) -> Path:
        """Both files, to be spoiled."""
        for name in FILES:
            (tmp_path / name).write_bytes((file.parent / name).read_bytes())
        return tmp_path

    @pytest.mark.parametrize("at", FILES)
    def test_a_file_that_is_not_there(self, folder: Path, at: str) -> None:
        Prior.load(folder / FILES[0])
        (folder / at).unlink()
        self.refused(folder, at, "no weights .*train-prior")
        (folder / at).mkdir()
        self.refused(folder, at, "no weights")

    @pytest.mark.parametrize("at", FILES)
    @pytest.mark.parametrize("data", [b"", b"\x00" * 7, b"not weights at all " * 20, b"\xff" * 64])
    def test_anything_else(self, folder: Path, at: str, data: bytes) -> None:
        (folder / at).write_bytes(data)
        self.refused(folder, at, "not a file of weights")

    @pytest.mark.parametrize("at", FILES)
    def test_a_part_of_one(self, folder: Path, at: str) -> None:
        whole = (folder / at).read_bytes()
        for size in (4, 100, len(whole) // 2, len(whole) - 1):
            (folder / at).write_bytes(whole[:size])
            self.refused(folder, at, "not a file of weights")

    @pytest.mark.parametrize("at", FILES)
    @pytest.mark.parametrize("told", [about(format_version=FORMAT_VERSION + 1), about(format_version=None), "{}", [1], "null"])
    def test_another_version(self, folder: Path, networks: dict[str, "torch.nn.Module"], at: str, told: object) -> None:
        written(folder / FILES[0], networks, *((told, None) if at == FILES[0] else (None, told)))
        self.refused(folder, at, "not weights of the prior that this version reads")

    @pytest.mark.parametrize("at", FILES)
    def test_a_file_that_says_nothing_of_itself(self, folder: Path, networks: dict[str, "torch.nn.Module"], at: str) -> None:
        kept = {name: network for name, network in networks.items() if name.startswith("next-") == (at == FILES[1])}
        (folder / at).write_bytes(save(tensors_of(kept)))
        self.refused(folder, at, "not weights of the prior")
        written(folder / FILES[0], networks, *(("{not json", None) if at == FILES[0] else (None, "{not json")))
        self.refused(folder, at, "not a file of weights")

    @pytest.mark.parametrize("family", FAMILIES)
    @pytest.mark.parametrize("kind", ["", "near-", "next-"])
    def test_another_signature(self, folder: Path, networks: dict[str, "torch.nn.Module"], family: str, kind: str) -> None:
        name, words = f"{kind}{family}", len(VOCABULARY)
        narrower = {
            "": Network(width(family, words) - 1, words), "near-": Nearness(width(family, 0) - 1),
            "next-": Next(width(family, words), words, *NEXT_SHAPE[family]),
        }[kind]  # fmt: skip
        written(folder / FILES[0], {**networks, name: narrower})
        self.refused(folder, FILES[kind == "next-"], "other signatures")

    def test_another_vocabulary(self, folder: Path, networks: dict[str, "torch.nn.Module"]) -> None:
        """As many words as the weights were made for, or they belong to other weights; and the same ones in both files."""
        fewer, turned = list(VOCABULARY)[:-1], [*VOCABULARY[1:], VOCABULARY[0]]
        written(folder / FILES[0], networks, about(vocabulary=fewer), about(vocabulary=fewer))
        self.refused(folder, FILES[0], "other signatures")
        written(folder / FILES[0], networks, None, about(vocabulary=turned))
        self.refused(folder, FILES[1], "knows other words than prior.safetensors beside it")

    @pytest.mark.parametrize(("at", "missing"), [(FILES[0], "vocabulary"), (FILES[0], "temperature"), (FILES[1], "vocabulary")])
    def test_a_file_that_does_not_say_enough(self, folder: Path, networks: dict[str, "torch.nn.Module"], at: str, missing: str) -> None:
        told = {name: value for name, value in about().items() if name != missing}
        written(folder / FILES[0], networks, *((told, None) if at == FILES[0] else (None, told)))
        self.refused(folder, at, "train it again|train them together")

    @pytest.mark.parametrize(
        "missing",
        [
            "lists.first.weight",
            "second-lists.values.channels",
            "second-number.values.last.bias",
            "second-number.words.weight",
            "near-number.first.weight",
            "near-number.values.place.weight",
            "number.words.bias",
            "near-lists.near.weight",
            "next-lists.used.bias",
            "next-number.actions.weight",
        ],
    )
    def test_a_file_without_all_weights(self, folder: Path, networks: dict[str, "torch.nn.Module"], missing: str) -> None:
        written(folder / FILES[0], networks, without=missing)
        self.refused(folder, FILES[missing.startswith("next-")], f"missing, such as {missing}; train it again")


class TestPrecision:
    @pytest.mark.parametrize(
        ("scores", "wanted", "precision"),
        [
            ([0.9, 0.8, 0.1], [1, 1, 0], 1.0),
            ([0.1, 0.8, 0.9], [1, 0, 0], 1 / 3),
            ([0.9, 0.8, 0.7, 0.6], [1, 0, 1, 0], (1 + 2 / 3) / 2),
            ([0.2, 0.9, 0.4], [1, 0, 1], (1 / 2 + 2 / 3) / 2),
            ([0.5, 0.6], [0, 0], 0.0),
            ([0.3], [1], 1.0),
        ],
    )  # fmt: skip
    def test_average_precision(self, scores: list[float], wanted: list[float], precision: float) -> None:
        assert average_precision(np.array(scores), np.array(wanted, np.float64)) == pytest.approx(precision)

    def test_reliability(self) -> None:
        bins = reliability(np.array([0.05, 0.01, 0.55, 0.51, 1.0]), np.array([0.0, 1.0, 1.0, 1.0, 0.0]))
        assert [count for *_, count in bins] == [2, 2, 1]
        assert [part for mean, share, _ in bins for part in (mean, share)] == pytest.approx([0.03, 0.5, 0.53, 1.0, 1.0, 0.0])

    @pytest.mark.parametrize(
        ("probabilities", "wanted", "error"),
        [
            ([0.0, 1.0], [0, 1], 0.0),
            ([1.0, 0.0], [0, 1], 1.0),
            ([0.5] * 4, [1, 0, 1, 0], 0.0),
            ([0.8] * 5, [1, 1, 1, 1, 0], 0.0),
            ([0.9] * 4, [1, 0, 0, 0], 0.65),
            ([0.3] * 2 + [0.7] * 2, [0, 0, 1, 1], 0.3),
            ([0.1, 0.9, 0.9, 0.9], [1, 1, 1, 1], (0.9 + 0.3) / 4),
            ([], [], 0.0),
        ],
    )  # fmt: skip
    def test_calibration_error(self, probabilities: list[float], wanted: list[float], error: float) -> None:
        assert calibration_error(np.array(probabilities, np.float64), np.array(wanted, np.float64)) == pytest.approx(error)

    def test_bins_are_of_equal_width(self) -> None:
        """Over- and underconfidence cancel within a bin, not between two."""
        probabilities, wanted = np.array([0.2, 0.4]), np.array([0.0, 1.0])
        assert calibration_error(probabilities, wanted, bins=2) == pytest.approx(abs(0.6 - 1) / 2)
        assert calibration_error(probabilities, wanted, bins=5) == pytest.approx((0.2 + 0.6) / 2)


COUNTS = (4, 8, 12, 16, 16, 16)


def _bank(kinds: tuple[Type, ...], rows: tuple[tuple[Value, ...], ...]) -> list[tuple[Value, ...]]:
    """What up to three words of LINES make of inputs, one value an example, in plain Python."""
    columns: list[dict[tuple[Value, ...], None]] = [{tuple(row[i] for row in rows): None for i in range(len(kinds))}]
    for _ in range(3):
        grown = dict(columns[-1])
        for word in LINES.words:
            reference = OPS[word].reference
            assert reference is not None
            for given in product(*[columns[-1]] * len(typings(word)[0][0])):
                if any(tuple(map(_is_list, given)) == tuple(kind == LIST_INT for kind in args) for args, _ in typings(word)):
                    column = evaluate(reference, LINES.profile, list(given))
                    if column is not None:
                        grown[column] = None
        columns.append(grown)
    return [column for column in columns[-1] if _is_list(column)]


def _is_list(column: tuple[Value, ...]) -> bool:
    return isinstance(column[0], tuple)


@contextmanager
def small() -> Iterator[None]:
    """Drawing and training on languages of a few words."""
    with pytest.MonkeyPatch.context() as patch:
        for module in (shards, strangers):
            patch.setattr(module, "WORLDS", 3)
        for module in (train, fitting, shards, strangers, batches):
            patch.setattr(module, "languages", lambda: (LINES, NUMBERS))
        patch.setattr(shards, "world", lambda language, seed: draw.world(language, seed, COUNTS))
        for module in (train, fitting, policy_training):
            patch.setattr(module, "BATCH", 16)
        fitting.masks.cache_clear()
        yield
    fitting.masks.cache_clear()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("data")


@pytest.fixture(scope="module")
def data(folder: Path) -> Iterator[tuple[list[Path], list[Path]]]:
    """A few small files to train on, others to measure on; languages stay small to the end of the file."""
    with small():
        yield train.make_data(folder, 2), train.make_data(folder, 2, first=train.HELD_OUT)


class TestTraining:
    def test_files_are_made_once_and_hold_what_was_drawn(
        self, data: tuple[list[Path], list[Path]], folder: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        paths, held_out = data
        assert len(paths) == len(held_out) == 4 and not set(paths) & set(held_out)
        tasks = (*paths, *held_out)
        assert {path.name for path in folder.iterdir()} == {path.name for path in (*tasks, *map(strangers.path_of, tasks))}
        before = [path.stat().st_mtime_ns for path in paths]
        capsys.readouterr()
        assert train.make_data(folder, 2) == paths and "made" not in capsys.readouterr().err
        assert [path.stat().st_mtime_ns for path in paths] == before
        worlds = [draw.world(LINES, seed, COUNTS) for seed in range(3)]
        drawn = [(world.outputs[kind], world.labels[kind]) for world in worlds if world for kind in world.labels if kind == LIST_INT]
        kept = shards.read([path for path in paths if path.name == f"{LINES.name}-00000.npz"], LISTS)

        def words(flags: np.ndarray) -> list[set[str]]:
            return [{VOCABULARY[place] for place in np.flatnonzero(row)} for row in np.unpackbits(flags, axis=1)[:, : len(VOCABULARY)]]

        labels = [some for _, some in drawn]
        assert words(kept.words) == [set(each) for some in labels for each in some.words]
        assert words(kept.fronts) == [set(each) for some in labels for each in some.fronts]
        assert [VOCABULARY[root] for root in kept.roots] == [root for some in labels for root in some.roots]
        assert kept.minimal.tolist() == [minimal for some in labels for minimal in some.minimal]
        assert kept.lengths.tolist() == [length for some in labels for length in some.lengths]
        assert (kept.outputs == np.concatenate([outputs[0] for outputs, _ in drawn])).all()
        middles = [(middle, some.words[middle.owner]) for some in labels for middle in some.middles]
        assert middles and len(kept.middle_of) == len(middles)
        assert words(kept.middle_words) == [set(middle.words_left) for middle, _ in middles]
        assert [words(kept.words)[owner] for owner in kept.middle_of] == [set(of) for _, of in middles]  # they are numbered through

    def test_files_belong_to_their_numbers_in_one_piece_too(self, data: tuple[list[Path], list[Path]]) -> None:
        """The values on the way of a second file belong to that file's tasks."""
        one, two = (shards.read([path], LISTS) for path in data[0] if path.name.startswith(LINES.name))
        both = shards.read([path for path in data[0] if path.name.startswith(LINES.name)], LISTS)
        assert both.middle_of.tolist() == [*one.middle_of.tolist(), *(two.middle_of + len(one.lengths)).tolist()]
        assert len(both.lengths) == len(one.lengths) + len(two.lengths) and len(two.middle_of)

    def test_no_data_is_said_so(self) -> None:
        with pytest.raises(ConfigError, match="no tasks of the family"):
            shards.read([], LISTS)

    def test_a_run_writes_weights_that_load_and_goes_on(
        self, data: tuple[list[Path], list[Path]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        taken: list[str] = []
        for module, name in ((train, "_loss"), (train, "_near_loss"), (train, "second_loss"), (policy_training, "loss_at")):
            loss = getattr(module, name)
            monkeypatch.setattr(module, name, lambda *args, name=name, loss=loss: taken.append(name) or loss(*args))
        plan = train.Plan(files=2, steps=2)
        path = train.train(tmp_path, plan, *data)
        assert path == tmp_path / "prior.safetensors" and taken == [
            "loss_at", "loss_at", "loss_at",
            "_loss", "_loss", "_near_loss", "second_loss", "second_loss", "_loss", "_near_loss", "second_loss",
        ]  # fmt: skip
        prior = Prior.load(path)
        assert prior.vocabulary == VOCABULARY and all(0.5 < prior.temperature[family] < 3 for family in FAMILIES)
        for task in (SORTED, SUM, EVEN):
            belief = prior.believe(task, WORDS)
            assert set(belief.occurs) == WORDS and all(0 < p < 1 for p in belief.occurs.values())
        lines = [json.loads(line) for line in (tmp_path / "metrics.jsonl").read_text().splitlines()]
        assert [(line["network"], line["step"]) for line in lines if "step" in line] == [
            ("next-lists", 2), ("next-number", 1), ("lists", 2), ("near-lists", 1), ("second-lists", 2),
            ("number", 1), ("near-number", 1), ("second-number", 1),
        ]  # fmt: skip
        assert all(math.isfinite(line["loss"]) for line in lines if "loss" in line)
        assert [line["family"] for line in lines if "temperature" in line] == list(FAMILIES)
        assert all(0 <= line["calibration_error"] <= 1 and 0 <= line["near_auc"] <= 1 for line in lines if "temperature" in line)
        before = {name: tensor.copy() for name, tensor in prior.tensors.items()}

        taken.clear()
        train.train(tmp_path, plan, *data)  # nothing is left to do
        same = Prior.load(path).tensors
        assert not taken and same.keys() == before.keys() and all((same[name] == before[name]).all() for name in before)

        train.train(tmp_path, replace(plan, steps=4), *data)
        assert taken == ["loss_at", "loss_at", "_loss", "_loss", "_near_loss", "second_loss", "second_loss"]
        assert any((Prior.load(path).tensors[name] != before[name]).any() for name in before)
        assert not list(tmp_path.glob("*.part"))

    def test_a_stopped_run_gives_the_weights_of_one_that_was_not(
        self, data: tuple[list[Path], list[Path]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        plan = train.Plan(files=2, steps=3)
        parts = tmp_path / "parts"
        parts.mkdir()
        whole = Prior.load(train.train(tmp_path, plan, *data)).tensors

        def stopped(*args: object) -> None:
            raise KeyboardInterrupt

        with monkeypatch.context() as patch:
            patch.setattr(train, "second_loss", stopped)
            with pytest.raises(KeyboardInterrupt):
                train.train(parts, plan, *data)
        assert not (parts / "prior.safetensors").exists()
        again = Prior.load(train.train(parts, plan, *data)).tensors
        assert again.keys() == whole.keys() and all((again[name] == whole[name]).all() for name in whole)

    def test_what_is_trained_on_is_what_a_search_shows(self, data: tuple[list[Path], list[Path]], file: Path) -> None:
        """The rows of drawn tasks, read back from a file, are those that the prior makes of the same tasks; also with a value on the way."""
        prior = Prior.load(file)
        worlds = [draw.world(LINES, seed, COUNTS) for seed in range(3)]
        drawn = next(world for world in worlds if world and LIST_INT in world.outputs)
        outputs, lengths = drawn.outputs[LIST_INT]
        tasks = [
            Task(
                name="t", examples=tuple(Example(row, tuple(outputs[t, e, : lengths[t, e]].tolist())) for e, row in enumerate(drawn.inputs))
            ) for t in range(len(outputs))
        ]  # fmt: skip
        shard = shards.read([path for path in data[0] if path.name == f"{LINES.name}-00000.npz"], LISTS)
        lessons = batches.Batches(shard, LISTS, strangers.read_strangers(data[0]))
        every = np.arange(len(tasks))
        trained, items = lessons.facts(every), lessons.items(every)
        shown = np.concatenate([prior.inputs(see(task), LINES.words) for task in tasks])
        np.testing.assert_allclose(trained, shown, atol=2e-3, rtol=2e-3)
        assert (items == np.concatenate([codes(*arrays_of(task), number=False) for task in tasks])).all()
        middles = np.flatnonzero(shard.middle_of < len(tasks))
        again, items = lessons.facts_again(middles), lessons.items_again(middles)
        for place, middle in enumerate(middles.tolist()):
            task = tasks[shard.middle_of[middle]]
            beside = prior._beside(task, shard.middles[middle][None].astype(np.int64), shard.middle_sizes[middle][None].astype(np.int64))
            seen = look(*beside, LIST_INT)
            assert np.allclose(again[place], prior.inputs(seen, LINES.words)[0])
            assert (items[place] == codes(*beside, number=False)[0]).all()

    def test_what_the_policy_is_trained_on_is_what_a_search_shows(self, data: tuple[list[Path], list[Path]], file: Path) -> None:
        """The rows of drawn questions are those that the policy makes of the same values on a stack; answers are of words of the language, and add up."""
        prior, ways = Prior.load(file), shards.read_ways([path for path in data[0] if path.name.startswith(LINES.name)], LISTS)
        tasks = np.arange(len(ways))
        asked = questions(ways, worlds_of(ways), tasks, commutes(VOCABULARY), 1)
        batch = policy_training.batch_of(ways, asked, LISTS)
        assert np.allclose(batch.wanted.sum(axis=1), 1) and not batch.wanted[batch.mask == 0].any()
        assert ((batch.wanted[:, -1] == 1) == (asked.actions < 0).all(axis=1)).all() and 0.05 < batch.wanted[:, -1].mean() < 0.95
        xs, xns, ys, yns = values_of(ways, asked)
        for row in range(0, len(tasks), 7):
            outputs = [tuple(y[:n].tolist()) for y, n in zip(ys[row], yns[row], strict=True)]
            policy = Policy(prior, Task(name="t", examples=tuple(Example((0,), output) for output in outputs)), LINES.words)
            columns = [
                [int(x[0]) if n == -2 else tuple(x[:n].tolist()) for x, n in zip(xs[row, slot], xns[row, slot], strict=True)]
                for slot in range(2) if xns[row, slot, 0] != -1
            ]  # fmt: skip
            if len(columns) == 2 and columns[0] == columns[1]:
                continue
            seen, sizes = policy._encoded([list(zip(*columns, strict=True))])
            shown = np.concatenate([policy._seen(seen, sizes)[0], asked.flags[row]])
            np.testing.assert_allclose(batch.x[row], shown, atol=1e-4)

    def test_steps_share_questions_and_belong_to_their_numbers(self, data: tuple[list[Path], list[Path]]) -> None:
        ways = shards.read_ways(data[0], LISTS)
        one, other = (policy_training.Lessons(ways, LISTS, 4) for _ in range(2))
        first, second = one.at(0), one.at(1)
        assert len(first) == len(second) == policy_training.SHARES and (first[1].x == second[0].x).all()
        assert all((ours.x == theirs.x).all() for ours, theirs in zip(other.at(1), second, strict=True))

    def test_files_without_programs_are_refused(self, data: tuple[list[Path], list[Path]], tmp_path: Path) -> None:
        """Those that an earlier version drew."""
        with np.load(data[0][0]) as kept:
            old = {name: kept[name] for name in kept if not name.startswith("ways-")}
        path = tmp_path / "old.npz"
        np.savez(path, **old)
        with pytest.raises(ConfigError, match=r"old\.npz was drawn by a version that did not keep programs"):
            shards.read_ways([path], LISTS)
        with pytest.raises(ConfigError, match="no programs of the family"):
            shards.read_ways([], LISTS)

    @pytest.mark.parametrize("policy", [True, False])
    def test_some_networks_are_trained_alone_beside_the_others_as_they_are(
        self, data: tuple[list[Path], list[Path]], file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, policy: bool
    ) -> None:
        """The policy, or what sees the values themselves; the scoring networks go on from the shipped ones."""
        monkeypatch.setattr(train, "WEIGHTS", file)
        monkeypatch.setattr(train, "POLICY", file.with_name(POLICY.name))
        alone = train.train_policy_alone if policy else train.train_values_alone
        before, after = Prior.load(file), Prior.load(alone(tmp_path, train.Plan(files=2, steps=1, rate=1e-4), *data))
        assert policy == (before.temperature == after.temperature)
        for name, tensor in before.tensors.items():
            changed = np.abs(after.tensors[name] - tensor).max()
            if name.startswith("next-" if policy else "second-"):
                assert changed or not name.endswith("first.weight")
            elif name.startswith("near-") and not policy:
                assert changed < 5e-3  # a step changes a weight by no more than the rate
            else:
                assert not changed

    def test_what_is_remembered_is_what_a_network_sees(self, data: tuple[list[Path], list[Path]]) -> None:
        lessons = batches.Batches(shards.read(data[0], LISTS), LISTS, strangers.read_strangers(data[0]))
        network = made(LISTS)[LISTS].eval()
        assert isinstance(network, Network)
        memory = train.Memory(network, lessons, 0)
        assert len(memory.of_rows) == len(memory.rows) > 20 and len(memory.of_middles) == len(memory.middles) > 20
        with torch.no_grad():
            for facts, numbers, kept in (
                (lessons.facts, memory.rows, memory.of_rows), (lessons.facts_again, memory.middles, memory.of_middles),
            ):  # fmt: skip
                np.testing.assert_allclose(kept, network.hidden(torch.from_numpy(facts(numbers))), rtol=2e-3, atol=2e-3)

    @pytest.mark.parametrize("family", FAMILIES)
    def test_half_of_the_values_stand_beside_what_they_are_on_the_way_to(self, data: tuple[list[Path], list[Path]], family: str) -> None:
        """The others beside another output on the same inputs, or they are lists that a few words make of these."""
        shard, few = shards.read(data[0], family), strangers.read_strangers(data[0])
        x, items, wanted = batches.Batches(shard, family, few).near((0, 0), 400)
        assert len(x) == len(items) == 400 and 0.4 < float(wanted.mean()) < 0.75

    def test_strangers_are_lists_of_their_world(self, data: tuple[list[Path], list[Path]]) -> None:
        """Each is what some words of the language make of the world's inputs, so as a bank of a few words holds them; worlds rise."""
        few = strangers.read_strangers(data[0])
        assert (np.diff(few.world) >= 0).all() and set(few.world.tolist()) <= {2 * seed + k for seed in range(6) for k in (0, 1)}
        seed = int(few.world[0]) // 2
        kinds, rows = language.inputs_of(LINES, seed)
        held = set(_bank(kinds, rows))
        for values, sizes in zip(few.values[few.world == 2 * seed], few.sizes[few.world == 2 * seed], strict=True):
            assert tuple(tuple(value[:size].tolist()) for value, size in zip(values, sizes, strict=True)) in held

    def test_another_shard_has_other_worlds(self, data: tuple[list[Path], list[Path]]) -> None:
        few = strangers.read_strangers([*data[0], *data[1]])
        for paths in (data[0], data[1], data[0][:1], data[1][:2]):
            shard = shards.read(paths, LISTS)
            worlds = batches.Batches(shard, LISTS, few).worlds
            assert len(worlds) == len(shard.world) and worlds[0] == 0
            assert ((np.diff(worlds) != 0) == (np.diff(shard.world) != 0)).all()

    def test_a_known_word_is_a_value_word(self) -> None:
        assert set(VOCABULARY) == {word for word, op in OPS.items() if op.kind == "value"}
        assert set(language.numbers_language().words) <= set(VOCABULARY)


def test_the_prior_is_asked_only_where_nothing_has_to_be_compiled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a machine where its code was never compiled the search does without, and says how to get it; `make_ready` ends that."""
    from dsl.tasks import Example
    from search.portfolio import PortfolioSearch
    from search.prior import ready
    from search.settings import Settings

    monkeypatch.setenv("FLOWFORTH_CACHE", str(tmp_path))
    task = Task(name="twice", examples=(Example(((3, 1),), (6, 2)), Example(((5,),), (10,))))
    search = PortfolioSearch(task, Settings(method="prior"))
    assert not ready.is_ready() and search._members() == [] and "flowforth warm" in search.why_not["guided"]
    ready.make_ready()
    assert ready.is_ready()
