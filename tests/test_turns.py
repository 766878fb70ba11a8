"""Generators in turn: who runs, in which order, and that an end or an error leaves nothing behind."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest

from search import turns
from search.turns import Ended, Part, Turns, end_all

NAME = "flowforth-search"


def live() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == NAME]


@pytest.fixture(autouse=True)
def nothing_is_left() -> Iterator[None]:
    """No thread of a test outlives it."""
    before = live()
    yield
    left = [thread for thread in live() if thread not in before]
    for thread in left:
        thread.join(timeout=5)
    assert not any(thread.is_alive() for thread in left)


def at_once() -> bool:
    return True


def never() -> bool:
    return False


def drain(part: Part[int], over: Callable[[], bool] = never) -> list[int]:
    found: list[int] = []
    for _ in range(1000):
        if part.done:
            return found
        found += part.run(over)
    raise AssertionError("it does not come to its end")


def test_a_generator_that_never_gives_way_runs_to_each_of_its_yields() -> None:
    """Whatever its slice: it hands over where it yields, nowhere else, and not one item further."""
    reached: list[int] = []

    def numbers(part: Part[int]) -> Iterator[int]:
        for number in range(4):
            reached.append(number)
            yield number

    part = Part(numbers)
    for number in range(4):
        assert part.run(at_once) == [number] and reached == list(range(number + 1)) and not part.done
    assert part.run(at_once) == [] and part.done
    assert part.run(at_once) == [] and reached == list(range(4))


def test_it_begins_at_the_first_run() -> None:
    begun: list[bool] = []

    def numbers(part: Part[int]) -> Iterator[int]:
        begun.append(True)
        yield 1

    threads = live()
    part = Part(numbers)
    assert not begun and live() == threads
    assert drain(part) == [1] and begun == [True]


def test_giving_way_hands_over_only_where_the_slice_is_over() -> None:
    reached: list[int] = []

    def work(part: Part[int]) -> Iterator[int]:
        for step in range(6):
            reached.append(step)
            part.give_way()
        yield 7

    part = Part(work)
    assert part.run(at_once) == [] and reached == [0] and not part.done
    assert part.run(lambda: len(reached) >= 4) == [] and reached == [0, 1, 2, 3]
    assert part.run(never) == [7] and reached == list(range(6))  # the slice of a run counts, not that of an earlier one
    assert drain(part) == []


def test_parts_take_turns_in_the_order_in_which_they_are_run() -> None:
    trace: list[str] = []

    def named(name: str) -> Callable[[Part[str]], Iterator[str]]:
        def work(part: Part[str]) -> Iterator[str]:
            for step in range(3):
                trace.append(f"{name}{step}")
                part.give_way()
                yield f"{name}{step}!"

        return work

    a, b = Part(named("a")), Part(named("b"))
    found: list[str] = []
    while not (a.done and b.done):
        for part in (a, b):
            found += part.run(at_once)
    assert trace == ["a0", "b0", "a1", "b1", "a2", "b2"]
    assert found == ["a0!", "b0!", "a1!", "b1!", "a2!", "b2!"]


def test_nothing_runs_at_the_same_time() -> None:
    """Neither two parts, nor a part and what runs them: each would be seen inside the other's stretch, which sleeps to invite it."""
    inside: list[int] = []
    together: list[int] = []

    def stretch() -> None:
        inside.append(1)
        together.append(len(inside))
        time.sleep(0.002)
        together.append(len(inside))
        inside.pop()

    def work(part: Part[int]) -> Iterator[int]:
        for number in range(6):
            stretch()
            part.give_way()
            stretch()
            yield number

    parts = [Part(work) for _ in range(3)]
    while not all(part.done for part in parts):
        for part in parts:
            part.run(at_once)
            stretch()
    assert len(together) > 2 * 3 * 12 and set(together) == {1}


@pytest.mark.parametrize("yields", [False, True], ids=["at a look", "at a yield"])
def test_an_end_runs_the_finally_blocks_before_it_returns(yields: bool) -> None:
    trace: list[str] = []

    def work(part: Part[int]) -> Iterator[int]:
        try:
            while True:
                trace.append("on")
                if yields:
                    yield 1
                part.give_way()
        except Exception:  # the broad handler that `Ended` must pass
            trace.append("taken for an error")
        finally:
            time.sleep(0.02)
            trace.append("over")

    part = Part(work)
    part.run(at_once)
    part.run(at_once)
    before = list(trace)
    part.end()
    assert trace == [*before, "over"] and part.done
    part.end()
    assert part.run(at_once) == [] and trace == [*before, "over"]


def test_an_end_before_the_first_run_and_after_the_last_does_nothing() -> None:
    def work(part: Part[int]) -> Iterator[int]:
        yield 1

    threads = live()
    part = Part(work)
    part.end()
    assert live() == threads
    part = Part(work)
    assert drain(part) == [1]
    part.end()
    assert part.done


def test_a_finally_block_may_look_at_the_clock_at_the_end() -> None:
    """What gives way while it cleans up is not held there: nobody runs it any more."""
    trace: list[str] = []

    def work(part: Part[int]) -> Iterator[int]:
        try:
            part.give_way()
            yield 1
        finally:
            with suppress(Ended):
                part.give_way()
            trace.append("cleaned")

    part = Part(work)
    part.run(at_once)
    part.end()
    assert trace == ["cleaned"] and part.done


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, MemoryError])
@pytest.mark.parametrize("when", ["at once", "after a turn", "after an item"])
def test_errors_come_out_where_the_part_is_run(error: type[BaseException], when: str) -> None:
    """Once; then the part is done. Its `finally` blocks have run."""
    trace: list[str] = []

    def work(part: Part[int]) -> Iterator[int]:
        try:
            if when == "after a turn":
                part.give_way()
            elif when == "after an item":
                yield 5
            raise error("broken")
        finally:
            trace.append("over")

    part = Part(work)
    if when != "at once":
        assert part.run(at_once) == ([5] if when == "after an item" else [])
    with pytest.raises(error, match="broken"):
        part.run(at_once)
    assert part.done and trace == ["over"]
    assert part.run(at_once) == []


def test_errors_of_the_maker_come_out_too() -> None:
    """Not every maker is a generator function: one that fails before there is a generator must not leave the caller waiting."""

    def work(part: Part[int]) -> Iterator[int]:
        raise ValueError("no generator")

    failed: list[BaseException] = []
    part = Part(work)

    def run() -> None:
        try:
            part.run(at_once)
        except BaseException as error:  # whatever a thread raises is the test's to look at
            failed.append(error)

    caller = threading.Thread(target=run, daemon=True)
    hook, threading.excepthook = threading.excepthook, lambda args: None
    try:
        caller.start()
        caller.join(timeout=5)
    finally:
        threading.excepthook = hook
    assert not caller.is_alive() and isinstance(failed[0], ValueError)


def test_giving_way_outside_of_the_part_does_nothing() -> None:
    """A look at the clock from the caller's own thread is no turn."""

    def work(part: Part[int]) -> Iterator[int]:
        yield 1

    part = Part(work)
    part.give_way()
    assert part.run(at_once) == [1]
    part.give_way()
    assert drain(part, at_once) == []


def test_an_end_is_no_exception() -> None:
    """So that no broad handler on the way goes on as if nothing were."""
    assert not issubclass(Ended, Exception)


def counting(names: str, counted: list[int], trace: list[str], until: int = 40) -> dict[str, Part[str]]:
    """Parts that count a candidate at a step, look whether to give way, and end after `until` steps each."""

    def work(name: str) -> Callable[[Part[str]], Iterator[str]]:
        def steps(part: Part[str]) -> Iterator[str]:
            for _ in range(until):
                counted[0] += 1
                trace.append(name)
                part.give_way()
            yield name

        return steps

    return {name: Part(work(name)) for name in names}


def in_turn(
    parts: dict[str, Part[str]], counted: list[int], shares: dict[str, float], at: Callable[[str], bool] = lambda name: True
) -> list[str]:
    found = list(Turns(parts, shares, counted=True, count=lambda: counted[0], stop=never).run(at))
    end_all(parts.values())
    return found


def runs(trace: list[str]) -> list[tuple[str, int]]:
    """Stretches of equal names, with their lengths."""
    found: list[tuple[str, int]] = []
    for name in trace:
        found = [*found[:-1], (name, found[-1][1] + 1)] if found and found[-1][0] == name else [*found, (name, 1)]
    return found


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "HEAD_START_CANDIDATES", 5)
    monkeypatch.setattr(turns, "SLICE_CANDIDATES", 4)
    monkeypatch.setattr(turns, "PART", 0.0)


def test_slices_are_as_long_as_the_shares_say(short: None) -> None:
    """The first part has its head start; a part that is done leaves its time to the others."""
    counted, trace = [0], list[str]()
    assert sorted(in_turn(counting("abc", counted, trace), counted, {"b": 2.0, "c": 0.5})) == ["a", "b", "c"]
    assert runs(trace)[:7] == [("a", 5), ("b", 8), ("c", 2), ("a", 4), ("b", 8), ("c", 2), ("a", 4)]
    assert trace.count("a") == trace.count("b") == trace.count("c") == 40 and set(trace[-20:]) == {"c"}


def test_a_part_that_is_of_no_use_any_more_is_ended(short: None) -> None:
    counted, trace = [0], list[str]()
    parts = counting("ab", counted, trace)
    found = in_turn(parts, counted, {}, at=lambda name: not (name == "b" and len(trace) > 12))
    assert found == ["a"] and trace.count("b") == 4 and parts["b"].done


def test_one_part_alone_has_no_head_start(short: None) -> None:
    counted, trace = [0], list[str]()
    assert in_turn(counting("a", counted, trace), counted, {}) == ["a"] and len(trace) == 40


def test_nothing_runs_after_the_stop(short: None) -> None:
    counted, trace = [0], list[str]()
    parts = counting("ab", counted, trace)
    assert not list(Turns(parts, {}, counted=True, count=lambda: counted[0], stop=lambda: len(trace) >= 9).run(lambda name: True))
    end_all(parts.values())
    assert runs(trace) == [("a", 5), ("b", 4)]
