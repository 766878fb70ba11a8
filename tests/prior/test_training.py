"""Training the prior: what is drawn and asked is right, a run goes on where it was, and what it writes can be used."""

import json
import math
from collections.abc import Iterator
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

from dsl.errors import ConfigError  # noqa: E402
from dsl.ops import OPS  # noqa: E402
from dsl.tasks import Example, Task  # noqa: E402
from dsl.types import LIST_INT, Type  # noqa: E402
from dsl.values import Value  # noqa: E402
from search.exact.plain import evaluate  # noqa: E402
from search.prior import batches, draw, fitting, language, policy_training, shards, strangers, train  # noqa: E402
from search.prior.items import codes  # noqa: E402
from search.prior.model import POLICY, Prior  # noqa: E402
from search.prior.network import Network  # noqa: E402
from search.prior.policy import Policy  # noqa: E402
from search.prior.shards import VOCABULARY  # noqa: E402
from search.prior.signature import LISTS, arrays_of, look, see  # noqa: E402
from search.prior.ways import commutes, questions, values_of, worlds_of  # noqa: E402
from search.prior.words import typings  # noqa: E402
from tests.prior.languages import LINES, NUMBERS  # noqa: E402
from tests.prior.networks import EVEN, FAMILIES, SORTED, SUM, WORDS, made, randomised_all, written  # noqa: E402

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


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(tmp_path_factory.mktemp("prior") / "prior.safetensors", randomised_all())


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
