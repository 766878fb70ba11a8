"""Relaxed programs with an executor that is never wrong: gradients flow, programs are found, words are committed, and all of it repeats."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="needs the extra `neural` (torch)")

from dsl.errors import ConfigError  # noqa: E402
from dsl.machine import answer  # noqa: E402
from dsl.tasks import Example, Task  # noqa: E402
from search.latent.choices import Choices, Uniform  # noqa: E402
from search.latent.gradient import GradientSearch  # noqa: E402
from search.latent.relaxed import Relaxed  # noqa: E402
from search.latent.settings import Descent  # noqa: E402
from search.solve import visible  # noqa: E402
from search.term import Term  # noqa: E402
from tests.latent.oracle import Oracle  # noqa: E402
from tests.latent.samples import NOTHING_FITS, SETTINGS, SORTED, TOTAL  # noqa: E402

REVERSED = Task(name="reversed", examples=(Example(((3, 1, 2),), (2, 1, 3)), Example(((9, 7),), (7, 9))))
SMALL = Descent(starts=2, steps=6, every=3, mixture=4, domains=("type",), longer=-1)
WORDS = ("sort", "reverse", "sum", "map+1")


@pytest.fixture(autouse=True)
def oracle(monkeypatch: pytest.MonkeyPatch) -> Oracle:
    made = Oracle(20)
    monkeypatch.setattr("search.prior.ready.is_ready", lambda: False)
    monkeypatch.setattr(GradientSearch, "_machine", lambda self: made)
    return made


def relaxed(oracle: Oracle, how: Descent = SMALL, task: Task = SORTED, length: int = 2) -> Relaxed:
    return Relaxed(oracle, Choices(Uniform(WORDS)), task.examples[:2], (), how, length, torch.Generator().manual_seed(0))


def searching(task: Task, how: Descent = SMALL, *, most: int = 60, method: str = "gradient", seed: int = 0) -> GradientSearch:
    settings = replace(SETTINGS, method=method, seed=seed, ops=frozenset(WORDS))
    search = GradientSearch(visible(task), settings, lambda: search.progress.candidates >= most, descent=how)
    return search


@pytest.mark.parametrize(
    ("method", "task"),
    [("gradient", SORTED), ("gradient", TOTAL), ("gradient-without-grounding", TOTAL)],
    ids=lambda each: getattr(each, "name", each),
)
def test_short_programs_are_found(method: str, task: Task) -> None:
    search = searching(task, method=method)
    term = next(search.run(), None)
    assert term is not None
    from search.postfix import to_program

    assert all(answer(to_program(term, 1), example.inputs) == example.output for example in task.examples)


@pytest.mark.parametrize(("straight", "steps"), [(False, 8), (True, 24)])
def test_the_gradient_lowers_the_loss_and_favours_the_right_words(oracle: Oracle, straight: bool, steps: int) -> None:
    program = relaxed(oracle, replace(SMALL, spread=0.1, entropy=0.0, straight=straight), task=REVERSED, length=1)
    optimizer = torch.optim.Adam([program.offsets], lr=0.3)
    before = program.roll(1.0)
    for _ in range(steps):
        optimizer.zero_grad()
        program.roll(1.0).loss.sum().backward()
        optimizer.step()
    after = program.roll(1.0)
    if not straight:  # there the loss is that of one word that was drawn
        assert bool((after.loss < before.loss).all())
    right = program.words.index("reverse")
    assert after.log_p[:, 0].argmax(-1).tolist() == [right, right]
    assert bool((after.log_p[:, 0, right] > before.log_p[:, 0, right]).all())


def test_straight_through_goes_forward_by_one_word_and_backward_through_all(oracle: Oracle, monkeypatch: pytest.MonkeyPatch) -> None:
    """Words are drawn by their shares, so different draws of equal offsets go different ways; the gradient is not that of the drawn word alone."""
    seen = []
    monkeypatch.setattr(
        oracle,
        "flow",
        lambda z, words, weights, domains: (seen.append(weights.detach()), Oracle.flow(oracle, z, words, weights, domains))[1],
    )
    program = relaxed(oracle, replace(SMALL, straight=True), task=REVERSED)
    program.roll(0.5).loss.sum().backward()
    assert all(torch.allclose(weights.sort(-1).values[:, -1], torch.ones(len(weights))) for weights in seen)
    assert all(torch.allclose(weights.sum(-1), torch.ones(len(weights)), atol=1e-5) for weights in seen)
    assert program.offsets.grad is not None
    assert int((program.offsets.grad[0, 0].abs() > 1e-6).sum()) >= 3
    first = len(seen)
    for _ in range(5):
        program.roll(0.5)
    ways = {tuple(weights.argmax(-1).tolist()) for weights in seen[first::2]}
    assert len(ways) > 1


@pytest.mark.parametrize(("word", "arrives"), [("reverse", True), ("sort", False)])
def test_what_arrives_at_the_outputs_is_known(oracle: Oracle, word: str, arrives: bool) -> None:
    program = relaxed(oracle, replace(SMALL, straight=True), task=REVERSED, length=1)
    program.commit(0, 0, program.words.index(word))
    program.fixed[:] = program.words.index(word)
    rolled = program.roll(1.0)
    assert rolled.gone is not None
    assert rolled.gone.tolist() == [[program.words.index(word)]] * SMALL.starts
    assert list(rolled.arrived) == [arrives] * SMALL.starts


def test_what_arrives_is_run_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a draw of programs nothing is run but what arrives; an executor that is never wrong lets only programs that fit arrive."""
    search = searching(SORTED, replace(SMALL, straight=True, every=100, examples=5, steps=40))
    assert next(search.run(), None) is not None
    assert search.progress.candidates == 1


def test_words_that_are_calls_of_their_own_are_mixed_in_the_same_shares(oracle: Oracle) -> None:
    """An executor that mixes rightly says the same either way; one call for each word of each state."""
    together, apart = (relaxed(oracle, replace(SMALL, apart=apart), task=REVERSED) for apart in (False, True))
    one, other = together.roll(0.5), apart.roll(0.5)
    assert torch.allclose(one.loss, other.loss, atol=1e-4)
    one.loss.sum().backward()
    other.loss.sum().backward()
    assert torch.allclose(together.offsets.grad, apart.offsets.grad, atol=1e-4)
    before = oracle.evaluations
    together.roll(0.5)
    between = oracle.evaluations
    apart.roll(0.5)
    assert oracle.evaluations - between == SMALL.mixture * (between - before)


def test_the_nearest_mixture_keeps_a_mixture_and_passes_its_gradient(oracle: Oracle) -> None:
    table = oracle.table
    z = (0.7 * table[40] + 0.3 * table[50]).repeat(2, 3, 1).requires_grad_()
    there = oracle.nearest_mixture(z)
    assert torch.allclose(there, z, atol=0.05)
    assert not torch.allclose(oracle.regrounded(z.detach(), 0.3), z, atol=0.3), "a softmax leaves one of them"
    there.sum().backward()
    assert torch.equal(z.grad, torch.ones_like(z))


@pytest.mark.parametrize("feedback", ["score", "expectation", "none"])
def test_every_feedback_runs_and_equal_seeds_run_equal_programs(feedback: str) -> None:
    def ran(seed: int) -> list[Term]:
        search = searching(NOTHING_FITS, replace(SMALL, feedback=feedback), most=8, seed=seed)
        assert list(search.run()) == []
        return list(search.tried)

    assert ran(1) == ran(1)


@pytest.mark.parametrize(
    "change",
    [
        {"policy": False},
        {"reread": False},
        {"domains": ()},
        {"guidance": 1.5},
        {"commit": False},
        {"control": False},
        {"spread": 0.0},
        {"hull": True},
        {"straight": True},
        {"apart": True},
    ],
    ids=lambda change: next(iter(change)),
)
def test_every_part_can_be_left_out(change: dict[str, object]) -> None:
    search = searching(NOTHING_FITS, replace(SMALL, **change), most=4)  # type: ignore[arg-type]
    assert list(search.run()) == []
    assert search.progress.candidates == 4


def test_a_committed_word_stays_and_the_others_begin_anew(oracle: Oracle) -> None:
    program = relaxed(oracle)
    kept = program.offsets.detach().clone()
    program.commit(0, 1, program.words.index("reverse"))
    p = program.roll(0.0).log_p.exp()
    assert p[0, 1, program.words.index("reverse")] > 0.999
    assert not torch.equal(program.offsets[0, 0], kept[0, 0]) and torch.equal(program.offsets[1], kept[1])
    program.commit(0, 0, 0)
    assert bool((program.fixed[0] == -1).all())


def test_without_a_policy_all_words_that_fit_are_alike(oracle: Oracle) -> None:
    program = relaxed(oracle, replace(SMALL, policy=False))
    prior = program.prior(0, program.start)
    assert len({float(value) for value in prior[0] if value > -1}) == 1
    assert float(prior[0, program.words.index("rot")]) == -8


def test_abstract_targets_fade_while_the_concrete_one_grows(oracle: Oracle) -> None:
    program = relaxed(oracle)
    early, late = program.roll(0.0), program.roll(1.0)
    assert early.parts["concrete"] < late.parts["concrete"]
    assert np.isclose(SMALL.coarse * 0.1 * early.parts["type"], 0.1 * early.parts["type"])


def test_the_explanation_says_how_the_distributions_moved() -> None:
    search = searching(NOTHING_FITS, most=6)
    list(search.run())
    assert sum(line.startswith("Step ") for line in search.explain()) >= 1


def test_unknown_feedback_is_refused() -> None:
    with pytest.raises(ConfigError, match="score, expectation, none"):
        Descent(feedback="magic")
