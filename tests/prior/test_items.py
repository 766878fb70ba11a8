"""Codes of items are what their channels' names say, each number far and near has one, and sums of rows are products with what codes stand for."""

from itertools import pairwise

import numpy as np
import pytest

from dsl.columns.available import available

if not available():
    pytest.skip("codes are compiled by numba", allow_module_level=True)

from search.prior.items import (
    AMISS,
    CHANNELS,
    EXACT,
    LARGE,
    NONE,
    NUM_CHANNELS,
    NUM_CODES,
    NUM_VALUES,
    NUM_WAVES,
    add_rows,
    add_to_rows,
    code,
    codes,
    waves,
)  # fmt: skip
from search.prior.views import WIDTH

Value = list[int] | int | None


def at(value: Value, place: int) -> int | None:
    """The item at a place, a number everywhere; None where there is nothing."""
    if isinstance(value, list):
        return value[place] if 0 <= place < len(value) else None
    return value


def less(one: int | None, *others: int | None) -> int | None:
    if one is None or None in others:
        return None
    return one - sum(other for other in others if other is not None)


def place_in(item: int | None, values: Value, place: int) -> int | None:
    """How far on an item stands in a list."""
    if item is None or not isinstance(values, list):
        return None
    return values.index(item) - place if item in values else AMISS


def meaning(first: Value, second: Value, output: Value, place: int) -> dict[str, int | None]:
    """What the channels hold at a place."""
    a, b, c = at(first, place), at(second, place), at(output, place)
    lists = isinstance(output, list)
    from_end = at(first, place + len(first) - len(output)) if isinstance(first, list) and isinstance(output, list) else None
    return {
        "first": a, "second": b, "output": c, "output-first": less(c, a), "output-second": less(c, b),
        "output-first from the end": less(c, from_end), "output-first-second": less(c, a, b),
        "step of the output": less(c, at(output, place - 1)) if lists else None,
        "step of the first": less(a, at(first, place - 1)) if isinstance(first, list) else None,
        "place in the first": place_in(c, first, place) if lists else None, "place in the second": place_in(c, second, place) if lists else None,
        "place of the first in the output": place_in(a, output, place) if isinstance(first, list) else None,
    }  # fmt: skip


def encoded(value: Value) -> tuple[np.ndarray, int]:
    row = np.zeros(WIDTH, np.int64)
    items = value if isinstance(value, list) else [] if value is None else [value]
    row[: len(items)] = items
    return row, len(items) if isinstance(value, list) else -1 if value is None else -2


def drawn(random: np.random.Generator, *, number: bool = False, missing: bool = False) -> Value:
    high = int(random.choice([3, 20, 400, 100_000]))
    if missing and random.random() < 0.3:
        return None
    if number:
        return int(random.integers(-high, high))
    return random.integers(-high, high, random.integers(0, 9)).tolist()


@pytest.mark.parametrize("number", [False, True])
@pytest.mark.parametrize("seed", range(40))
def test_channels_hold_what_they_are_called(number: bool, seed: int) -> None:
    random = np.random.default_rng(seed)
    first = drawn(random, number=random.random() < 0.2)
    second, output = drawn(random, number=random.random() < 0.4, missing=True), drawn(random, number=number)
    if isinstance(first, list) and isinstance(output, list) and first and random.random() < 0.5:
        output = random.permutation(first).tolist()
    (x1, n1), (x2, n2), (y, n) = map(encoded, (first, second, output))
    found = codes(np.array([[[x1], [x2]]]), np.array([[[n1], [n2]]]), np.array([[y]]), np.array([[1 if number else n]]), number=number)[
        0, 0
    ]
    most = max(*(len(value) for value in (first, second, output) if isinstance(value, list)), 0, 0) or 1
    assert found.shape == (WIDTH, NUM_CHANNELS) and (found[most:] == NONE).all()
    for place in range(most):
        wanted = meaning(first, second, output, place)
        assert tuple(wanted) == CHANNELS
        assert found[place].tolist() == [NONE if value is None else code(value) for value in wanted.values()]
        assert (found[place] >= 0).any() <= (found[place, :NUM_VALUES] >= 0).any()


def test_every_number_has_a_code_and_larger_ones_share_theirs() -> None:
    exact = [code(number) for number in range(-EXACT, EXACT + 1)]
    assert exact == list(range(2 * EXACT + 1))
    for sign in (1, -1):
        powers = [code(sign * (EXACT << shift)) for shift in range(1, LARGE)]
        assert len(set(powers)) == len(powers) and not set(powers) & set(exact)
        assert all(abs(after - before) == 1 for before, after in pairwise(powers))
        assert code(sign * 2**62) in range(2 * EXACT + 1, NUM_CODES) and code(sign * (EXACT + 1)) in range(2 * EXACT + 1, NUM_CODES)
    assert code(2**62) != code(-(2**62))


def test_waves_tell_codes_apart() -> None:
    assert waves().shape == (NUM_CODES, NUM_WAVES) and np.isfinite(waves()).all() and np.abs(waves()).max() < 10
    assert len(np.unique(waves().round(4), axis=0)) == NUM_CODES


def test_sums_of_rows_are_products_with_what_codes_stand_for() -> None:
    random = np.random.default_rng(3)
    seen = random.integers(-1, NUM_CODES, (50, NUM_CHANNELS)).astype(np.int16)
    table, given = (random.normal(size=(count, 5)).astype(np.float32) for count in (NUM_CHANNELS * NUM_CODES, 50))
    hot = np.zeros((50, NUM_CHANNELS * NUM_CODES), np.float32)
    for row, channel in zip(*np.nonzero(seen >= 0), strict=True):
        hot[row, channel * NUM_CODES + seen[row, channel]] = 1
    out, back = np.zeros_like(given), np.zeros_like(table)
    add_rows(seen, table, out)
    add_to_rows(seen, given, back)
    np.testing.assert_allclose(out, hot @ table, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(back, hot.T @ given, rtol=1e-4, atol=1e-5)


def test_training_follows_the_gradient_of_the_sums() -> None:
    """What `search.prior.network` says of the values, differentiated against small differences."""
    torch = pytest.importorskip("torch", reason="needs the extra `neural` (torch)")
    from search.prior.network import Values

    torch.manual_seed(0)
    network, random = Values(4), np.random.default_rng(1)
    assert not network(torch.zeros(2, 3, WIDTH, NUM_CHANNELS, dtype=torch.int16)).any()  # it adds nothing at first
    torch.nn.init.normal_(network.last.weight)
    items = torch.from_numpy(random.integers(-1, NUM_CODES, (3, 2, WIDTH, NUM_CHANNELS)).astype(np.int16))
    weights = torch.randn(3, 4)

    def loss() -> "torch.Tensor":
        return (network(items) * weights).sum()

    loss().backward()
    assert network.channels.grad is not None
    way = torch.sign(network.channels.grad)
    with torch.no_grad():
        slope = float((network.channels.grad * way).sum())
        network.channels += 1e-5 * way
        up = float(loss())
        network.channels -= 2e-5 * way
        down = float(loss())
    assert slope > 0.1 and (up - down) / 2e-5 == pytest.approx(slope, rel=0.1)
