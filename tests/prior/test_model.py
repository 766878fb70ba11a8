"""The prior: numpy runs the network that torch trained, costs follow what it says, a file that it cannot use is refused, training goes on."""

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
from search.prior import language  # noqa: E402
from search.prior.items import codes  # noqa: E402
from search.prior.model import DEAREST, FORMAT_VERSION, Belief, Prior, mixed  # noqa: E402
from search.prior.network import MAX_LENGTH, NEXT_SHAPE, Nearness, Network, Next  # noqa: E402
from search.prior.pairs import NUM_FLAGS, USES  # noqa: E402
from search.prior.shards import VOCABULARY  # noqa: E402
from search.prior.signature import LISTS, NUMBER, arrays_of, look, see, width  # noqa: E402
from search.prior.views import WIDTH  # noqa: E402
from tests.prior.networks import EVEN, FAMILIES, SORTED, SUM, WORDS, about, answers, randomised_all, some_codes, tensors_of, written  # noqa: E402


@pytest.fixture(scope="module")
def networks() -> dict[str, "torch.nn.Module"]:
    return randomised_all()


@pytest.fixture(scope="module")
def file(networks: dict[str, "torch.nn.Module"], tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(tmp_path_factory.mktemp("prior") / "prior.safetensors", networks)


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
