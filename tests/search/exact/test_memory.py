"""A bank with next to no memory, and memory that is used again: the same values as ever, and nothing written outside."""

import gc
from dataclasses import replace

import numpy as np
import pytest

from dsl.columns.available import available
from dsl.machine import answer
from dsl.types import BOOL
from search.postfix import to_program
from search.verify import same
from tests.search.exact.few_words import PROFILE, TASKS, enumerator
from tests.search.exact.test_enumerate import columns_of

pytestmark = pytest.mark.skipif(not available(), reason="the columnar search needs numba")


def grown(task, most, **more):
    bank = enumerator(task, testing=False, **more)
    list(bank.prepare())
    while bank.level < most and not bank.full:
        list(bank.step())
    return bank


def everything(bank):
    return {kind: bank.decode(kind, range(bank.store(kind).count)) for kind in bank.kinds if bank.store(kind).count}


@pytest.mark.parametrize("name", TASKS)
def test_a_tiny_bank_holds_the_first_values_of_a_large_one(name):
    task = TASKS[name](1)
    tiny = grown(task, 7, memory=1 << 16)
    assert tiny.full or name == "flags", "there is room for a thousand values of each type"
    large = grown(task, tiny.level)
    few, many = everything(tiny), everything(large)
    for kind, columns in few.items():
        store = tiny.store(kind)
        assert store.count <= len(store.hashes)
        assert len(set(columns)) == len(columns)
        assert set(columns) <= set(many[kind])
        for number in range(0, len(columns), 11):
            program = to_program(tiny.term(kind, number), len(task.input_types))
            values = [answer(program, e.inputs, profile=PROFILE) for e in task.examples]
            assert all(map(same, values, columns[number])), str(program)
    tiny.close()
    large.close()


@pytest.mark.parametrize("name", ["lists", "text", "texts"])
def test_nothing_is_written_outside(name, monkeypatch):
    """Between the arrays cut from the memory lie bytes that keep their value."""
    from search.exact import bank as module

    fence, fences = 192, []
    take = module.Arena.take

    def fenced(arena, shape, dtype):
        array = take(arena, shape, dtype)
        wall = take(arena, (fence,), np.uint8)
        wall[:] = 0xC3
        fences.append(wall)
        return array

    monkeypatch.setattr(module.Arena, "take", fenced)
    task = TASKS[name](2)
    bank = grown(task, 7, memory=1 << 19)
    assert bank.full and len(fences) >= 5 * len(bank.kinds) - 2
    assert all((wall == 0xC3).all() for wall in fences)
    bank.close()


def test_memory_of_an_earlier_search_changes_nothing(monkeypatch):
    """Searches on other types, then the same one, in one and the same memory; compared with fresh memory each."""
    from search.exact import bank as module

    monkeypatch.setattr(module, "KEPT_FROM", 1 << 20)
    monkeypatch.setattr(module, "_kept", [])
    order = ("lists", "text", "ints", "texts", "flags", "lists", "text")
    buffers, reused = [], []
    for name in order:
        bank = grown(TASKS[name](4), 3)
        buffers.append(bank._arena.buffer.ctypes.data)
        reused.append((everything(bank), columns_of(bank)))
        bank.close()
    assert len(set(buffers)) == 1, "it was the same memory"
    for name, before in zip(order, reused, strict=True):
        module._kept.clear()
        bank = grown(TASKS[name](4), 3)
        assert (everything(bank), columns_of(bank)) == before
        bank.close()


def test_two_banks_at_a_time_have_memory_of_their_own(monkeypatch):
    from search.exact import bank as module

    monkeypatch.setattr(module, "KEPT_FROM", 1 << 20)
    monkeypatch.setattr(module, "_kept", [])
    grown(TASKS["lists"](1), 1).close()
    first, second = grown(TASKS["lists"](1), 2), grown(TASKS["text"](1), 2)
    assert first._arena.buffer.ctypes.data != second._arena.buffer.ctypes.data
    before = everything(first)
    list(second.step())
    assert everything(first) == before
    first.close()
    second.close()
    assert len(module._kept) == 1, "one is kept, no more"


def test_two_searches_of_half_the_memory_share_what_one_had(monkeypatch):
    """They lie side by side in it, and it is all there for the next two; nothing more is held."""
    from search.exact import bank as module

    monkeypatch.setattr(module, "KEPT_FROM", 1 << 20)
    monkeypatch.setattr(module, "_kept", [])
    module.Arena.borrow(8 << 20).give_back()
    whole = module._kept[0]
    for _ in range(2):
        first, second = module.Arena.borrow(4 << 20), module.Arena.borrow(4 << 20)
        first.take((4 << 20,), "uint8")[:] = 1
        second.take((4 << 20,), "uint8")[:] = 2
        assert (
            (first.take((1,), "uint8").base is not None)
            and not (whole[:100] == 0).any()
            and first.buffer.base is second.buffer.base is whole
        )
        assert (first.buffer[: 4 << 20] == 1).all() and not module._kept
        first.give_back()
        second.give_back()
        assert len(module._kept) == 2


def test_a_search_that_ends_gives_its_memory_back(monkeypatch):
    from search.exact import bank as module

    monkeypatch.setattr(module, "KEPT_FROM", 1 << 20)
    monkeypatch.setattr(module, "_kept", [])
    bank = enumerator(TASKS["lists"](1))
    terms = bank.run(3)
    next(terms)
    terms.close()
    gc.collect()
    assert bank._arena is None and len(module._kept) == 1
    assert bank.candidates > 0, "what was counted stays"


def test_flags_of_few_examples_need_next_to_nothing():
    bank = grown(TASKS["flags"](1), 4, memory=1 << 20)
    assert bank.store(BOOL).count <= 2**5
    assert not bank.store(BOOL).full
    bank.close()


def test_what_is_full_stays_as_it_is():
    """Words applied into a store that is full already, as a part with a small store of its own may do again and again."""
    from search.exact.bank import Arena, Store
    from search.exact.rules import Run

    bank = grown(TASKS["lists"](1), 2)
    for rule in bank.rules:
        layout, capacity = bank.store(rule.result).layout, 4
        small = Store.allocate(layout, capacity + 8, len(bank.examples), PROFILE, Arena(np.empty(0, np.uint8)))
        whole = small.hashes
        whole[:] = 0
        small = replace(small, hashes=whole[:capacity])
        runs = [Run(0, 0, bank.store(kind).count) for kind in rule.kinds]
        for _ in range(3):
            bank.apply(rule, runs, small)
        assert small.count <= capacity
        assert not whole[capacity:].any(), rule.word
    bank.close()
