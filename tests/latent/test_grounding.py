"""What exact results do to distributions: the score function is unbiased, the mixture of exact results has the right gradient."""

from itertools import product

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="needs the extra `neural` (torch)")

from search.latent.beam import draw  # noqa: E402
from search.latent.grounding import effects, expectation_loss, log_probabilities, score_loss  # noqa: E402
from tests.latent.oracle import Oracle  # noqa: E402

LOGITS = torch.tensor([[0.5, 0.0, -0.5], [-1.0, 0.4, 0.2]])
LOSSES = {pair: float(loss) for pair, loss in zip(product(range(3), range(3)), np.random.default_rng(3).normal(1, 1, 9), strict=True)}


def estimate(seed: int, count: int) -> torch.Tensor:
    logits = LOGITS.clone().requires_grad_()
    log_p = torch.log_softmax(logits, -1)
    drawn = draw(log_p.detach().numpy(), count, np.random.default_rng(seed))
    losses = torch.tensor([LOSSES[tuple(row)] for row in drawn.sequences.tolist()])
    score_loss(log_probabilities(log_p, drawn), torch.as_tensor(drawn.weights).float(), losses).backward()
    assert logits.grad is not None
    return logits.grad


@pytest.mark.parametrize("count", [2, 4])
def test_the_score_function_is_unbiased(count: int) -> None:
    logits = LOGITS.clone().requires_grad_()
    p = torch.softmax(logits, -1)
    sum(p[0, a] * p[1, b] * loss for (a, b), loss in LOSSES.items()).backward()  # type: ignore[union-attr]
    found = torch.stack([estimate(seed, count) for seed in range(500)])
    error = found.std(0) / len(found) ** 0.5
    assert bool(((found.mean(0) - logits.grad).abs() < 4 * error + 1e-4).all())


def test_log_probabilities_leave_out_what_was_forbidden() -> None:
    log_p = torch.log_softmax(LOGITS, -1)
    drawn = draw(log_p.numpy(), 9, np.random.default_rng(0), lambda prefix: np.array([True, True, bool(prefix)]))
    assert torch.allclose(log_probabilities(log_p, drawn), torch.as_tensor(drawn.log_p).float(), atol=1e-5)


def test_the_mixture_of_exact_results_prefers_the_right_one() -> None:
    oracle = Oracle()
    log_p = torch.zeros(3, requires_grad=True)
    targets = oracle.targets([(1, 2), 5])
    expectation_loss(oracle, log_p, [[(1, 2), 5], [(2, 1), 7], [None, None]], targets).backward()
    assert log_p.grad is not None
    assert log_p.grad[0] < 0 < log_p.grad[1]


def test_the_word_with_the_largest_measured_effect_is_named() -> None:
    programs = [(0, 1), (0, 2), (1, 1), (1, 2), (2, 1)]
    losses = [0.1, 0.2, 1.0, 1.1, 1.0]
    assert effects(programs, losses, [-1, -1]) == (0, 0)
    assert effects(programs, losses, [0, -1]) != (0, 0)
    assert effects([(0, 1)], [0.3], [-1, -1]) is None
