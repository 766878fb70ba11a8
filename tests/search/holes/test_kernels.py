"""The compiled loops: each word is the machine's word, what is planted is found, and whatever comes out is right."""

import numpy as np
import pytest

from dsl.columns.available import available

if not available():
    pytest.skip("without numba there are no loops", allow_module_level=True)

from dsl.ops import OPS
from dsl.values import DEFAULT, PROFILES, Stuck, check
from search.holes.arithmetic import BETWEEN, SIDED, STUCK, WIDTH, WORDS, value
from search.holes.constants import ORDER, sides
from search.holes.kernels import closings, sweep
from search.holes.parts import AT_LEAST, AT_MOST, BEHIND, IN_FRONT, ONLY, REPLACED, WAYS, WITHOUT, WITHOUT_FIRST, parts

ALGEBRA = [(word, side) for word, side in SIDED if (WORDS[word], side) not in {("-", 1), ("pow", 0), ("pow", 1)}]
"""Words whose constants the two columns tell; those of the others are swept."""


def limits_of(profile):
    return np.array([profile.int_min, profile.int_max, profile.division == "truncate"], np.int64)


LIMITS = limits_of(DEFAULT)


def by_reference(word, a, b, profile=DEFAULT):
    found = OPS[word].reference(profile, int(a), int(b))
    return None if isinstance(found, Stuck) or isinstance(check(found, profile), Stuck) else found


def after(hit, column, beside):
    """What the words of a hit make of a column, by the references; None where one is stuck."""
    found = []
    for x, z in zip(column.tolist(), beside.tolist(), strict=True):
        steps = [(hit[0], hit[1], hit[2]), None, (hit[4], hit[5], hit[6]), (hit[7], hit[8], hit[9])]
        for step in steps:
            if x is None:
                break
            if step is None:
                way = int(hit[3])
                if way >= 3:
                    x = by_reference(BETWEEN[way], *((x, z) if way < 3 + len(WORDS) else (z, x)))
                elif way:
                    x = OPS[BETWEEN[way]].reference(DEFAULT, x)
            elif step[0] >= 0:
                x = by_reference(WORDS[step[0]], *((x, step[2]) if step[1] else (step[2], x)))
        found.append(x)
    return found


@pytest.mark.parametrize("profile", ["default", "deepcoder"])
@pytest.mark.parametrize("number", range(len(WORDS)), ids=WORDS)
def test_each_word_is_the_machines_word(number, profile):
    random = np.random.default_rng(number)
    for _ in range(400):
        high = int(random.choice([3, 40, 1000, 100_000]))
        a, b = (
            int(random.integers(-high, high + 1)),
            int(random.integers(-9, 10) if random.random() < 0.5 else random.integers(-high, high + 1)),
        )
        wanted = by_reference(WORDS[number], a, b, PROFILES[profile])
        limits = limits_of(PROFILES[profile])
        a_in, b_in = (min(max(v, int(limits[0])), int(limits[1])) for v in (a, b))
        if (a_in, b_in) == (a, b):
            assert value(number, np.int64(a), np.int64(b), limits) == (STUCK if wanted is None else wanted), (a, b)


def test_every_word_of_two_numbers_is_swept_on_each_side_that_matters():
    assert {(WORDS[word], side) for word, side in SIDED} >= {(word, side) for word in WORDS for side in sides(word)} - {("pow", 2)}
    assert sorted(ORDER.tolist()) == list(range(-1000, 1001)) and ORDER[:4].tolist() == [0, 1, -1, 2]


@pytest.mark.parametrize("word, side", ALGEBRA, ids=[f"{WORDS[w]}-{s}" for w, s in ALGEBRA])
def test_a_planted_constant_is_told_by_the_columns(word, side):
    random = np.random.default_rng(word)
    found = tried = 0
    for _ in range(60):
        x = random.integers(-300, 300, 6)
        c = int(random.integers(2, 90))
        if (WORDS[word], side) in {("div", 0), ("mod", 0)}:
            x, c = random.integers(-30, 30, 6), int(random.integers(200, 1000))
        y = [by_reference(WORDS[word], *((v, c) if side else (c, v))) for v in x.tolist()]
        if None in y or len(set(y)) < 4 or y == x.tolist():
            continue
        tried += 1
        hits, numbers = np.zeros((64, WIDTH), np.int64), np.zeros(64, np.int64)
        count, past = closings(x[None, :], np.array(y), LIMITS, True, numbers, hits)
        assert past == 1 and all(after(hit, x, x) == y for hit in hits[:count])
        found += count > 0
    assert tried > 5 and found == tried


@pytest.mark.parametrize(
    "make",
    [
        lambda x: x * 17 // 23,
        lambda x: x * -37 // 5,
        lambda x: 13 * x - 77,
        lambda x: max(min(x, 120), -50),
        lambda x: (x + 33) % 71,
        lambda x: x % 71 - 9,
    ],
)
def test_two_constants_are_told_together(make):
    x = np.random.default_rng(5).integers(-300, 300, 8)
    y = [make(v) for v in x.tolist()]
    hits, numbers = np.zeros((64, WIDTH), np.int64), np.zeros(64, np.int64)
    count, _ = closings(x[None, :], np.array(y), LIMITS, True, numbers, hits)
    assert count and all(after(hit, x, x) == y for hit in hits[:count])


@pytest.mark.parametrize("way", range(len(BETWEEN)))
def test_what_a_sweep_finds_is_right_and_what_is_planted_is_found(way):
    random = np.random.default_rng(way)
    found = tried = 0
    for _ in range(12):
        x, z = random.integers(-40, 40, 6), random.integers(1, 12, 6)
        word, side = SIDED[int(random.integers(len(SIDED)))]
        planted = [word, side, int(random.integers(2, 60)), way, -1, 0, 0, 2, 1, 7]
        y = after(planted, x, z)
        if None in y or len(set(y)) < 3:
            continue
        tried += 1
        hits = np.zeros((256, WIDTH), np.int64)
        count = sweep(x, z, np.array(y), word, side, np.array([way]), ORDER, LIMITS, False, hits)
        assert all(after(hit, x, z) == y for hit in hits[:count])
        found += count > 0
    assert found == tried


def test_three_constants_are_found_by_a_sweep_and_two_told():
    x = np.random.default_rng(1).integers(-100, 100, 8)
    y = [(v // 7) * 31 + 404 for v in x.tolist()]
    hits = np.zeros((256, WIDTH), np.int64)
    count = sweep(x, x, np.array(y), WORDS.index("div"), 1, np.array([0]), ORDER, LIMITS, True, hits)
    assert count and all(after(hit, x, x) == y for hit in hits[:count])
    assert [3, 1, 7] in hits[:count, :3].tolist()


MADE = {
    AT_LEAST: lambda v, a, b: [x for x in v if x >= a],
    AT_MOST: lambda v, a, b: [x for x in v if x <= a],
    WITHOUT: lambda v, a, b: [x for x in v if x != a],
    WITHOUT_FIRST: lambda v, a, b: v[: v.index(a)] + v[v.index(a) + 1 :] if a in v else v,
    ONLY: lambda v, a, b: [x for x in v if x == a],
    REPLACED: lambda v, a, b: [b if x == a else x for x in v],
    IN_FRONT: lambda v, a, b: [a, *v],
    BEHIND: lambda v, a, b: [*v, a],
}


@pytest.mark.parametrize("way", range(len(WAYS)), ids=WAYS)
def test_lists_tell_what_was_put_in_or_taken_out(way):
    random = np.random.default_rng(way)
    for _ in range(40):
        lists = [random.integers(0, 6, int(random.integers(1, 8))).tolist() for _ in range(5)]
        a, b = int(lists[0][0]), 99
        wanted = [MADE[way](v, a, b) for v in lists]
        if wanted == lists or not any(wanted):
            continue
        data, lengths = np.zeros((5, 10), np.int32), np.array([len(v) for v in lists], np.int32)
        goals, sizes = np.zeros((5, 10), np.int64), np.array([len(v) for v in wanted], np.int64)
        for e in range(5):
            data[e, : lengths[e]], goals[e, : sizes[e]] = lists[e], wanted[e]
        hits, numbers = np.zeros((64, 10), np.int64), np.zeros(64, np.int64)
        count, past = parts(data, lengths, 5, 0, 1, goals, sizes, numbers, hits)
        assert past == 1 and way in hits[:count, 0].tolist()
        for hit in hits[:count, :3].tolist():
            assert [MADE[hit[0]](v, hit[1], hit[2]) for v in lists] == wanted
