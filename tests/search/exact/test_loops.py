"""The bank's compiled loops against models in plain Python: hashes and tables, linear sums, packed lengths, the checks of demands."""

import random
from dataclasses import replace

import numpy as np
import pytest

from dsl.columns.available import available
from dsl.columns.hash import keys
from dsl.columns.layout import INTS, SHORTS, encode
from dsl.types import BOOL, INT, LIST_BOOL, LIST_INT, LIST_LIST_INT, LIST_STR, STR
from search.exact import demands
from tests.search.exact.few_words import PROFILE, SHORT
from tests.search.exact.test_demands import NAMES, holds

pytestmark = pytest.mark.skipif(not available(), reason="the loops need numba")

if available():
    from search.exact import loops, meeting, sums
    from search.exact.bank import Arena, Store, fitted, layouts_for

EXAMPLES = 3


def random_value(rng, kind):
    if kind == INT:
        return rng.randint(-3, 3)
    if kind == BOOL:
        return rng.random() < 0.5
    if kind == STR:
        return "".join(rng.choice("ab") for _ in range(rng.randint(0, 3)))
    item = {LIST_INT: INT, LIST_STR: STR, LIST_BOOL: BOOL, LIST_LIST_INT: LIST_INT}[kind]
    return tuple(random_value(rng, item) for _ in range(rng.randint(0, 3)))


def store_of(kind, capacity=4000, profile=PROFILE, arena=None, examples=EXAMPLES):
    layout = layouts_for([kind], False, profile)[kind]
    return Store.allocate(layout, capacity, examples, profile, arena or Arena(np.empty(0, np.uint8)))


def add(store, kind, columns, profile=PROFILE, codes=None):
    """Adds columns, each a tuple of one value for each example."""
    flat = fitted(encode([value for column in columns for value in column], kind, profile), store.layout)
    picks = np.zeros((len(columns), 5), np.int32)
    picks[:, 0] = np.arange(len(columns))
    picks[:, 4] = 7 if codes is None else codes
    store.absorb(flat, picks)


def decoded(store):
    from dsl.columns.layout import decode

    count = store.examples
    flat = decode(store.column, np.arange(store.count * count))
    return [tuple(flat[i : i + count]) for i in range(0, len(flat), count)]


class TestStore:
    @pytest.mark.parametrize("kind", [INT, BOOL, STR, LIST_INT, LIST_STR, LIST_BOOL, LIST_LIST_INT], ids=str)
    @pytest.mark.parametrize("profile", [PROFILE, SHORT], ids=["default", "short"])
    def test_it_is_a_dict_in_order_of_arrival(self, kind, profile):
        if profile is SHORT and kind != LIST_INT:
            pytest.skip("only lists of ints lie in another way")
        rng, store, model = random.Random(1), store_of(kind, profile=profile), {}
        given = 0
        for _ in range(30):
            batch = [tuple(random_value(rng, kind) for _ in range(EXAMPLES)) for _ in range(rng.randint(0, 150))]
            for k, column in enumerate(batch):
                model.setdefault(column, k)
            add(store, kind, batch, profile)
            given += len(batch)
            assert decoded(store) == list(model)
        assert (store.count, store.tried) == (len(model), given)
        assert store.origins[: store.count, 1].tolist() == list(model.values())
        assert set(store.origins[: store.count, 0].tolist()) == {7}
        assert len(set(store.hashes[: store.count].tolist())) == store.count
        for number in range(store.count):
            assert store.lookup(int(store.hashes[number])) == number
            assert loops.find(store.hashes[number], store.table, store.counters[loops.MASK]) == number
        assert store.lookup(12345) is None

    def test_cleared_and_filled_again(self):
        rng, store = random.Random(2), store_of(INT)
        for most in (5, 3000, 40, 0, 3000, 1):
            columns = list({tuple(rng.randint(-50, 50) for _ in range(EXAMPLES)) for _ in range(most)})
            add(store, INT, columns)
            assert decoded(store) == columns
            store.clear()
            assert store.count == 0 and not store.full
            used = store.counters[loops.MASK] + 1
            assert not store.table[: 2 * used : 2].any()

    def test_no_value_beyond_the_capacity(self):
        """What lies behind the arrays is not written, and what is in them is right."""
        capacity = 1000
        store = store_of(LIST_INT, capacity)
        arrays = {name: getattr(store, name) for name in ("hashes", "sums", "packs", "origins")}
        roomy = {}
        for name, array in arrays.items():
            whole = np.full((len(array) + 64, *array.shape[1:]), 77, array.dtype)
            roomy[name] = whole
        data = np.full((len(store.column.data) + 64, store.column.data.shape[1]), 77, store.column.data.dtype)
        column = replace(store.column, data=data[: len(store.column.data)])
        store = replace(store, column=column, **{name: whole[: len(arrays[name])] for name, whole in roomy.items()})
        columns = [((i,), (i + 1,), (i, i)) for i in range(2 * capacity)]
        add(store, LIST_INT, columns)
        assert store.full and store.count == capacity
        assert decoded(store) == columns[:capacity]
        for name, whole in roomy.items():
            assert (whole[len(arrays[name]) :] == 77).all(), name
        assert (data[len(store.column.data) :] == 77).all()
        add(store, LIST_INT, [((9, 9, 9), (9,), (9,))])
        assert store.count == capacity

    def test_old_contents_of_the_memory_change_nothing(self):
        rng = random.Random(3)
        columns = [tuple(random_value(rng, LIST_INT) for _ in range(EXAMPLES)) for _ in range(2000)]
        dirty, clean = Arena(np.full(1 << 24, 0xAB, np.uint8)), Arena(np.zeros(1 << 24, np.uint8))
        stores = [store_of(LIST_INT, arena=arena) for arena in (dirty, clean)]
        for store in stores:
            add(store, LIST_INT, columns)
        assert decoded(stores[0]) == decoded(stores[1])
        count = stores[0].count
        for name in ("hashes", "sums", "packs"):
            assert (getattr(stores[0], name)[:count] == getattr(stores[1], name)[:count]).all()

    def test_arrays_cut_from_an_arena_do_not_overlap(self):
        arena = Arena(np.zeros(1 << 20, np.uint8))
        arrays = [
            arena.take((n,), dtype)
            for n, dtype in ((7, np.uint8), (13, np.int32), (5, np.uint64), (300_000, np.uint8), (1 << 20, np.uint64))
        ]
        for number, array in enumerate(arrays, 1):
            array[:] = number
        assert all((array == number).all() for number, array in enumerate(arrays, 1))
        assert all(array.ctypes.data % array.itemsize == 0 for array in arrays)


class TestTable:
    def test_widening_keeps_every_number(self):
        """Hashes that crowd in few slots, at the table's end too."""
        rng, size = random.Random(4), 1 << 12
        hashes = np.zeros(1500, np.uint64)
        table, counters = np.full(2 * size, 99, np.uint64), np.array([0, 0, 0, 1023], np.int64)
        table[: 2 * 1024] = 0
        model = {}
        for number in range(1500):
            total = rng.choice([1023, 1022, 0, 5]) + 1024 * rng.randint(1, 2**40)
            if 2 * number > counters[loops.MASK] + 1:
                loops.widen_table(table, hashes, counters)
            got = loops.claim(np.uint64(total), table, hashes, counters)
            assert got == (-1 if total in model else len(model))
            model.setdefault(total, len(model))
        assert counters[loops.COUNT] == len(model)
        for total, number in model.items():
            assert loops.find(np.uint64(total), table, counters[loops.MASK]) == number
            assert loops.find(np.uint64(total + 2**60), table, counters[loops.MASK]) == -1

    @pytest.mark.parametrize("count", [1, 60, 127, 129, 700])
    def test_clearing(self, count):
        rng = random.Random(count)
        hashes, table, counters = np.zeros(1000, np.uint64), np.zeros(2 * 1024, np.uint64), np.array([0, 0, 1, 1023], np.int64)
        for _ in range(count):
            loops.claim(np.uint64(rng.choice([1020, 1023, rng.randint(1, 1023)]) + 1024 * rng.randint(0, 2**30)), table, hashes, counters)
        loops.clear_table(table, hashes, counters)
        assert counters.tolist() == [0, 0, 0, 1023]
        assert not table[::2].any()

    def test_a_hash_is_never_nothing(self):
        assert sums.finished(np.uint64(0)) == 1
        assert len({int(sums.finished(np.uint64(i))) for i in range(5000)}) >= 4999

    def test_lookups_go_on_where_they_ended(self):
        small, bank = store_of(INT, 64), store_of(INT)
        add(small, INT, [(i, i, i) for i in range(0, 30, 3)])
        add(bank, INT, [(i, i, i) for i in range(100)])
        hits, low, found = np.zeros((4, 2), np.int32), 0, []
        while True:
            num = loops.lookups(bank.hashes, low, bank.count, small.table, small.counters[loops.MASK], hits)
            found += hits[:num].tolist()
            if num < len(hits):
                break
            low = int(hits[num - 1, 0]) + 1
        assert found == [[3 * i, i] for i in range(10)]


def linear_sums(columns, layout, profile=PROFILE):
    """The linear sums of columns of lists."""
    flat = fitted(encode([value for column in columns for value in column], LIST_INT, profile), layout)
    totals = np.zeros(len(columns), np.uint64)
    lanes = EXAMPLES * (layout.padded(profile) + 1)
    sums.sums_rows(len(columns), EXAMPLES, flat.data, flat.lengths, keys(lanes), totals)
    return [int(total) for total in totals]


def length_part(lengths, layout, profile=PROFILE):
    width = EXAMPLES * layout.padded(profile)
    every = keys(width + EXAMPLES)
    return sum(n * int(key) for n, key in zip(lengths, every[width:], strict=True))


class TestSums:
    @pytest.mark.parametrize("layout", [INTS, SHORTS], ids=lambda layout: layout.name)
    def test_they_are_linear(self, layout):
        rng, profile = random.Random(5), PROFILE if layout is INTS else SHORT
        for _ in range(200):
            lengths = [rng.randint(0, 6) for _ in range(EXAMPLES)]
            x, y = (tuple(tuple(rng.randint(-100, 100) for _ in range(n)) for n in lengths) for _ in range(2))
            plus = tuple(tuple(a + b for a, b in zip(p, q, strict=True)) for p, q in zip(x, y, strict=True))
            minus = tuple(tuple(a - b for a, b in zip(p, q, strict=True)) for p, q in zip(x, y, strict=True))
            sx, sy, splus, sminus = linear_sums([x, y, plus, minus], layout, profile)
            part = length_part(lengths, layout, profile)
            assert splus == (sx + sy - part) % 2**64
            assert sminus == (sx - sy + part) % 2**64

    def test_those_of_numbers(self):
        rng, every = random.Random(6), keys(EXAMPLES)
        for _ in range(100):
            x, y = ([rng.randint(-(2**30), 2**30) for _ in range(EXAMPLES)] for _ in range(2))
            flat, totals = np.array([*x, *y, *(a + b for a, b in zip(x, y, strict=True))], np.int32), np.zeros(3, np.uint64)
            sums.sums_flat(3, EXAMPLES, flat, every, totals)
            assert (int(totals[0]) + int(totals[1])) % 2**64 == int(totals[2])

    def test_split_finds_every_pair_that_there_is(self):
        rng, store = random.Random(7), store_of(LIST_INT)
        columns = [tuple(tuple(rng.randint(-1, 1) for _ in range(n)) for n in (2, 1, 2)) for _ in range(90)]
        columns += [tuple(random_value(rng, LIST_INT) for _ in range(EXAMPLES)) for _ in range(60)]
        add(store, LIST_INT, columns)
        values = decoded(store)
        goal = ((1, 0), (0,), (-1, 1))
        (total,) = linear_sums([goal], INTS)
        part = length_part((2, 1, 2), INTS)
        pack = np.uint64(sum(n << (8 * e) for e, n in enumerate((2, 1, 2))))
        hits = np.zeros((10_000, 3), np.int32)
        num = loops.split_rows(
            np.uint64(total), pack, np.uint64(part % 2**64), store.sums, store.packs, 0, store.count, store.table, store.counters[loops.MASK],
            True, hits,
        )  # fmt: skip
        found = {tuple(hit) for hit in hits[:num].tolist()}
        wanted = set()
        ways = (lambda o, b: o + b, lambda o, b: o - b, lambda o, b: b - o)
        for b, x in enumerate(values):
            for o, y in enumerate(values):
                if [*map(len, x)] == [*map(len, y)] == [2, 1, 2]:
                    for way, give in enumerate(ways):
                        if tuple(tuple(map(give, q, p)) for p, q in zip(x, y, strict=True)) == goal:
                            wanted.add((b, o, way))
        assert wanted and found == wanted


class TestLengths:
    def test_packs(self):
        rng = random.Random(8)
        for examples in (1, 3, 8, 11):
            lengths = np.array([rng.choice([0, 1, 5, 126, 127, 128, 500]) for _ in range(2 * examples)], np.int32)
            pack = int(sums.packed(lengths, examples, examples))
            assert [pack >> (8 * e) & 255 for e in range(8)] == [min(n, 127) for n in [*lengths[examples:].tolist(), *[0] * 8][:8]]

    @pytest.mark.parametrize("mode", [0, 1, 2])
    def test_with_lengths(self, mode):
        rng = random.Random(9)
        rows = [[rng.choice([0, 1, 2, 3, 126, 127]) if rng.random() < 0.4 else 2 for _ in range(8)] for _ in range(3000)]
        packs = np.array([sum(n << (8 * e) for e, n in enumerate(row)) for row in rows], np.uint64)
        for want in ([2] * 8, rows[5], [0] * 8, [127] * 8):
            out = np.zeros(len(rows) + 1, np.int32)
            pack = np.uint64(sum(n << (8 * e) for e, n in enumerate(want)))
            num = meeting.with_lengths(packs, 100, 2900, pack, mode, out)
            fine = [
                i for i in range(100, 2900)
                if all({0: a == b, 1: a >= b, 2: a <= b}[mode] for a, b in zip(rows[i], want, strict=True))
            ]  # fmt: skip
            assert out[:num].tolist() == fine


ROW_MODES = {name: getattr(demands, name) for name in NAMES[:-1]}


class TestDemands:
    @pytest.mark.parametrize("name", ROW_MODES)
    @pytest.mark.parametrize("kind", [LIST_INT, STR], ids=str)
    def test_rows(self, name, kind):
        mode = ROW_MODES[name]
        if kind == STR and mode >= demands.AT_LEAST:
            pytest.skip("of numbers only")
        rng, store = random.Random(10), store_of(kind)
        draw = (
            (lambda: tuple(rng.randint(-2, 3) for _ in range(rng.randint(0, 4)))) if kind == LIST_INT else (lambda: random_value(rng, STR))
        )
        for _ in range(12):
            store.clear()
            add(store, kind, [tuple(draw() for _ in range(EXAMPLES)) for _ in range(700)])
            want = tuple(draw() for _ in range(EXAMPLES))
            target = fitted(encode(list(want), kind, PROFILE), store.layout)
            numbers = np.array(sorted(rng.sample(range(store.count), store.count // 2)), np.int32)
            out = np.zeros(len(numbers) + 1, np.int32)
            num = meeting.meeting_rows(mode, store.column.data, store.column.lengths, EXAMPLES, numbers, target.data, target.lengths, out)
            values = decoded(store)
            assert out[:num].tolist() == [
                n for n in numbers.tolist() if all(holds(mode, a, t) for a, t in zip(values[n], want, strict=True))
            ]

    @pytest.mark.parametrize("profile", [PROFILE, SHORT], ids=["default", "short"])
    def test_members(self, profile):
        rng, store = random.Random(11), store_of(LIST_INT, profile=profile)
        add(store, LIST_INT, [tuple(random_value(rng, LIST_INT) for _ in range(EXAMPLES)) for _ in range(900)], profile)
        want, numbers = np.array([1, -2, 0], np.int32), np.arange(store.count, dtype=np.int32)
        out = np.zeros(len(numbers) + 1, np.int32)
        num = meeting.having_member(store.column.data, store.column.lengths, EXAMPLES, numbers, want, out)
        fine = [n for n, column in enumerate(decoded(store)) if all(t in a for a, t in zip(column, want.tolist(), strict=True))]
        assert fine and out[:num].tolist() == fine

    @pytest.mark.parametrize("name", ["AT_LEAST", "AT_MOST", "FACTOR"])
    def test_numbers(self, name):
        mode, rng, store = ROW_MODES[name], random.Random(12), store_of(INT)
        add(store, INT, [tuple(rng.randint(-4, 4) for _ in range(EXAMPLES)) for _ in range(900)])
        for want in ((2, -2, 4), (0, 0, 0), (-4, 3, 1)):
            numbers = np.arange(store.count, dtype=np.int32)
            out = np.zeros(len(numbers) + 1, np.int32)
            num = meeting.meeting_numbers(mode, store.column.data, EXAMPLES, numbers, np.array(want, np.int32), out)
            assert out[:num].tolist() == [
                n for n, column in enumerate(decoded(store)) if all(holds(mode, a, t) for a, t in zip(column, want, strict=True))
            ]  # fmt: skip
