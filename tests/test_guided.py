"""Search with a prior: whatever it says, only what fits comes out, and the usual search goes on beside it."""

import threading
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from dsl.columns.available import available

if not available():
    pytest.skip("without numba there is the plain search alone", allow_module_level=True)

from dsl.errors import ConfigError
from dsl.machine import answer
from dsl.program import Word, walk
from dsl.tasks import Example, Task
from dsl.types import STR
from dsl.values import Value
from flowforth import cli
from search import guided, turns
from search.exact import search as stages
from search.portfolio import PortfolioSearch
from search.prior import model
from search.prior.model import Belief, Prior
from search.prior.signature import is_seen
from search.result import SearchResult
from search.settings import Settings
from search.solve import search_of, solve
from search.term import Term
from search.verify import Fit, same
from tests.search.exact.few_words import LIST_WORDS, TEXT_WORDS

NAME = "flowforth-search"
SORTED = Task(name="sorted", examples=(Example(((3, 1, 2),), (3, 4)), Example(((9, 7, 4),), (8, 10)), Example(((1, 0),), (2,))))
SECOND = Task(name="second", examples=(Example(((3, 1, 2),), 2), Example(((9, 7, 8, 1),), 8), Example(((4, 4),), 4)))
TOP = Task(name="top", examples=(Example(((3, 1, 2), 1), (2,)), Example(((9, 7, 4), 2), (5, 8)), Example(((5, 0, 2, 8), 2), (1, 3))))
NOTHING_FITS = Task(name="no pattern", examples=(Example(((1, 2),), 918273), Example(((5,),), -4471), Example(((8, 8),), 66613)))
NO_LIST_FITS = Task(name="no list", examples=(Example(((1, 2),), (91, 27)), Example(((5,),), (-44,)), Example(((8, 8, 3),), (6, 13, 1))))
UPPER = Task(name="upper", examples=(Example(("ab c",), "ABAB"), Example(("Daa",), "DADA"), Example(("b b",), "B B ")))
EASY = (SORTED, SECOND, TOP)
UNSOLVABLE = (NOTHING_FITS, NO_LIST_FITS)
WORDS_OF = {
    SORTED.name: {"sort", "map+1", "drop-first", "reverse"}, SECOND.name: {"sort", "reverse", "head", "drop-first"},
    TOP.name: {"sort", "take", "map+1"},
}  # fmt: skip
"""Words that easy tasks need, roughly."""


class FakePrior:
    """A prior that believes what it is told; it counts how often it is asked."""

    def __init__(self, probability: Callable[[Task, str], float], *, broken: bool = False) -> None:
        self.probability, self.broken = probability, broken
        self.asked = 0

    def knows(self, task: Task) -> bool:
        return is_seen(task)

    def believe(self, task: Task, words: Collection[str]) -> Belief:
        self.asked += 1
        occurs = {word: self.probability(task, word) for word in sorted(words)}
        return Belief(occurs, dict.fromkeys(occurs, 1 / len(occurs)), dict(occurs), 3.0)

    def believe_given(self, task: Task, words: Collection[str], values: Sequence[Value]) -> Belief:
        assert len(values) == len(task.examples)
        return self.believe(task, words)

    def nearness(self, task: Task, values: np.ndarray, lengths: np.ndarray) -> np.ndarray:
        """No help: the same for all, or no number at all."""
        assert values.shape[:2] == lengths.shape and values.shape[1] == len(task.examples)
        if self.broken:
            return np.full(len(values), np.nan, np.float32)
        return np.zeros(len(values), np.float32)


def right(task: Task, word: str) -> float:
    return 0.95 if word in WORDS_OF.get(task.name, ()) else 0.01


PRIORS: dict[str, Callable[[], FakePrior]] = {
    "knows nothing": lambda: FakePrior(lambda task, word: 0.1),
    "right": lambda: FakePrior(right),
    "perversely wrong": lambda: FakePrior(lambda task, word: 1 - right(task, word), broken=True),
}


@pytest.fixture(params=PRIORS)
def prior(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> FakePrior:
    return given(PRIORS[request.param](), monkeypatch)


def given(fake: FakePrior, monkeypatch: pytest.MonkeyPatch) -> FakePrior:
    monkeypatch.setattr(Prior, "shipped", classmethod(lambda cls: fake))
    return fake


def refuse(error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    def shipped(cls: type[Prior]) -> Prior:
        raise error

    monkeypatch.setattr(Prior, "shipped", classmethod(shipped))


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The columnar stage begins at once, and turns are short. No thread of a search outlives its test."""
    monkeypatch.setattr(stages, "FLASH_CANDIDATES", 0)
    monkeypatch.setattr(turns, "HEAD_START_CANDIDATES", 500)
    monkeypatch.setattr(turns, "SLICE_CANDIDATES", 1_000)
    monkeypatch.setattr("search.prior.ready.is_ready", lambda: True)
    monkeypatch.setattr(guided, "SCORED_CHEAP", 100)
    monkeypatch.setattr(guided, "SCORED_OTHERS", 100)
    yield
    nothing_left()


def nothing_left() -> None:
    left = [thread for thread in threading.enumerate() if thread.name == NAME]
    for thread in left:
        thread.join(timeout=3)
    assert not any(thread.is_alive() for thread in left)


def settings(method: str, **more: object) -> Settings:
    base = Settings(method=method, budget=60, grace=60, max_candidates=10_000, max_size=9, memory=300, ops=LIST_WORDS, constants="none")
    return replace(base, **more)  # type: ignore[arg-type]


def check(task: Task, using: Settings) -> SearchResult:
    """A search whose every answer is run again here."""
    shown: list[Fit] = []
    result = solve(task, using, on_fit=shown.append)
    for fit in (*shown, *result.ranking.fits):
        assert all(same(answer(fit.program, e.inputs, profile=using.profile), e.output) for e in task.examples), str(fit.program)
    assert bool(shown) == result.solved
    assert not (result.solved and task in UNSOLVABLE)
    return result


METHODS = pytest.mark.parametrize("method", ["portfolio", "prior"])
by_name = pytest.mark.parametrize("task", [*EASY, *UNSOLVABLE], ids=lambda task: task.name)


@METHODS
@by_name
def test_only_what_fits_comes_out_whatever_the_prior_says(task: Task, method: str, prior: FakePrior) -> None:
    result = check(task, settings(method))
    assert result.solved == (task in EASY)


@METHODS
def test_the_prior_is_asked(method: str, prior: FakePrior) -> None:
    """Else the tests above say nothing of it."""
    result = check(NO_LIST_FITS, settings(method))
    assert prior.asked >= 1 and result.candidates > 1_000


@METHODS
def test_two_runs_give_equal_programs_where_candidates_are_the_limit(method: str, prior: FakePrior) -> None:
    for task in (TOP, NO_LIST_FITS):
        one, two = (check(task, settings(method)) for _ in range(2))
        assert [fit.program for fit in one.ranking.fits] == [fit.program for fit in two.ranking.fits]
        assert one.candidates == two.candidates and one.executions == two.executions and one.status == two.status


def test_a_right_prior_finds_with_fewer_candidates_than_a_wrong_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that beliefs turn into costs the right way round."""
    counts = {}
    for name in ("right", "perversely wrong"):
        given(PRIORS[name](), monkeypatch)
        counts[name] = solve(TOP, settings("prior", grace=0, max_candidates=60_000)).candidates
    assert counts["right"] < counts["perversely wrong"]


def test_the_portfolio_finds_what_the_exact_search_finds(prior: FakePrior) -> None:
    """Given twice the candidates and the memory: a wrong prior costs half of the time, not the answer."""
    for task in EASY:
        exact = solve(task, settings("exact"))
        assert exact.solved
        found = check(task, settings("portfolio", max_candidates=2 * 10_000 + 3_000))
        assert found.program is not None and exact.program is not None
        assert len(found.program) <= len(exact.program)


@METHODS
def test_words_and_sizes_are_the_settings(method: str, prior: FakePrior) -> None:
    """No word that may not be used, no more words than may be used."""
    few = frozenset({"reverse", "head", "sort", "map+1"})
    four = Task(name="four", examples=(Example(((3, 1, 2),), 4), Example(((9, 7, 12, 1),), 13), Example(((5, 6, 8, 7),), 9)))
    result = check(four, settings(method, ops=few, max_candidates=2_000))
    assert result.solved
    assert all({word.name for word in walk(fit.program.body) if isinstance(word, Word)} <= few for fit in result.ranking.fits)
    result = check(four, settings(method, ops=few, max_size=3, max_candidates=2_000))
    assert all(fit.size <= 3 for fit in result.ranking.fits), [str(fit.program) for fit in result.ranking.fits]


def test_a_search_that_tried_everything_says_so(prior: FakePrior) -> None:
    few = settings("portfolio", ops=frozenset({"reverse", "head"}), max_size=3, max_candidates=None)
    assert check(NOTHING_FITS, few).status == "exhausted"


@METHODS
@pytest.mark.parametrize("error", [ConfigError("no weights here"), ImportError("no safetensors here")])
def test_without_weights_the_search_is_the_exact_one(method: str, error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    refuse(error, monkeypatch)
    for task in (TOP, NO_LIST_FITS):
        ours, exact = check(task, settings(method, max_size=4)), check(task, settings("exact", max_size=4))
        assert [fit.program for fit in ours.ranking.fits] == [fit.program for fit in exact.ranking.fits]
        assert ours.candidates == exact.candidates and ours.status == exact.status
    search = PortfolioSearch(TOP, settings(method, max_size=4))
    assert list(search.run())
    assert search.why_not["guided"] == str(error) and search.guided is None
    assert any(str(error) in line for line in search.explain())


@METHODS
@pytest.mark.parametrize("damage", ["missing", "cut off"])
def test_damaged_weights_are_warned_of(method: str, damage: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever did not ask for an explanation is told, too; and the search is done all the same."""
    file = tmp_path / "model.safetensors"
    if damage == "cut off":
        file.write_bytes(model.WEIGHTS.read_bytes()[:5000])
    monkeypatch.setattr(model, "WEIGHTS", file)
    search = PortfolioSearch(TOP, settings(method, max_size=4))
    assert list(search.run())
    warning = search.progress.warning
    assert warning is not None and "the learned prior cannot be used" in warning and str(file) in warning


def test_the_command_prints_warnings(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def run(search: PortfolioSearch) -> Iterator[Term]:
        search.progress.warning = "the weights are broken"
        search.stop()
        yield from ()

    monkeypatch.setattr(PortfolioSearch, "run", run)
    for more in ([], ["--json"], ["--quiet"]):
        assert cli.main(["solve", "[1,2] -> [91,27]", *more]) == 1
        assert "flowforth: warning: the weights are broken; the search was done without it" in capsys.readouterr().err


@METHODS
def test_text_is_left_to_the_exact_search(method: str, prior: FakePrior) -> None:
    """The prior is not asked, and the reason is said."""
    assert UPPER.output_type == STR
    using = settings(method, ops=TEXT_WORDS, max_size=4)
    ours, exact = check(UPPER, using), check(UPPER, replace(using, method="exact"))
    assert [fit.program for fit in ours.ranking.fits] == [fit.program for fit in exact.ranking.fits]
    search = PortfolioSearch(UPPER, replace(using, max_size=2))
    list(search.run())
    assert prior.asked == 0 and search.guided is None and "numbers" in search.why_not["guided"]


@METHODS
def test_what_was_found_before_an_interrupt_is_kept(method: str, prior: FakePrior) -> None:
    """Ctrl-C comes after the first fit, within a part's own thread; no thread is left."""
    found: list[Fit] = []

    def progress(*_: object) -> None:
        if found:
            raise KeyboardInterrupt

    result = solve(SORTED, settings(method), on_fit=found.append, on_progress=progress)
    assert result.solved and result.num_fits >= 1 and result.program in {fit.program for fit in found}
    nothing_left()


@METHODS
def test_an_interrupt_before_anything_is_found(method: str, prior: FakePrior) -> None:
    looks: list[int] = []
    threads: set[str] = set()

    def progress(*_: object) -> None:
        looks.append(1)
        threads.add(threading.current_thread().name)
        if threading.current_thread().name == NAME and len(looks) > 20:
            raise KeyboardInterrupt

    result = solve(NO_LIST_FITS, settings(method), on_progress=progress)
    assert result.status == "interrupted" and not result.solved and NAME in threads
    nothing_left()


@METHODS
def test_an_error_within_a_part_is_not_swallowed(method: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """It comes out of `solve`, and ends the other part too."""

    class Broken(FakePrior):
        def believe(self, task: Task, words: Collection[str]) -> Belief:
            raise RuntimeError("the prior is broken")

    given(Broken(right), monkeypatch)
    with pytest.raises(RuntimeError, match="the prior is broken"):
        solve(NO_LIST_FITS, settings(method))
    nothing_left()


@METHODS
def test_the_fit_handler_may_break_off(method: str, prior: FakePrior) -> None:
    """An error where a fit is shown leaves no thread."""

    def show(fit: Fit) -> None:
        raise RuntimeError("cannot be shown")

    with pytest.raises(RuntimeError, match="cannot be shown"):
        solve(SORTED, settings(method), on_fit=show)
    nothing_left()


@METHODS
def test_the_budget_ends_both(method: str, prior: FakePrior) -> None:
    """By far: the factor is for busy machines."""
    result = check(NO_LIST_FITS, settings(method, budget=0.5, max_candidates=None, max_size=16))
    assert result.seconds < 20 * 0.5 and result.status in ("budget", "exhausted", "memory")
    nothing_left()


def test_a_round_ends_only_where_it_is_full(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two words on one list fill nothing; with all words a round of few values does end, and the next begins with some of them."""
    given(PRIORS["right"](), monkeypatch)
    result = check(NOTHING_FITS, settings("prior", ops=frozenset({"reverse", "head"}), max_candidates=1_000))
    assert not any("ended without an answer" in line for line in result.explanation), result.explanation
    monkeypatch.setattr(guided, "FIRST_ROUND", 50)
    result = check(NO_LIST_FITS, settings("prior", max_candidates=3_000))
    assert any("round(s) ended without an answer" in line for line in result.explanation), result.explanation


def test_an_answer_is_spoken_of_only_if_there_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """The limit may come before the prior's first turn."""
    fake = given(PRIORS["right"](), monkeypatch)
    monkeypatch.setattr(turns, "HEAD_START_CANDIDATES", 100_000)
    result = check(NO_LIST_FITS, settings("portfolio", max_candidates=2_000))
    assert fake.asked == 0 and not any("answer came before" in line for line in result.explanation), result.explanation


def test_a_guided_search_that_tried_everything_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two words on one list give a handful of values: rounds over them end, and do not go on to the end of the budget."""
    fake = given(PRIORS["knows nothing"](), monkeypatch)
    result = solve(NOTHING_FITS, settings("prior", ops=frozenset({"reverse", "head"}), max_size=3, max_candidates=None))
    assert not result.solved and result.seconds < 30 and fake.asked < 30


def test_methods_by_name() -> None:
    assert search_of("portfolio") is search_of("prior") is search_of("constants") is PortfolioSearch
    assert not issubclass(search_of("exact"), PortfolioSearch) and not issubclass(search_of("plain"), PortfolioSearch)


@METHODS
def test_a_task_without_words_that_the_prior_knows(method: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """No belief about anything is no error."""

    class Silent(FakePrior):
        def believe(self, task: Task, words: Collection[str]) -> Belief:
            self.asked += 1
            return Belief({}, {}, {}, 1.0)

    given(Silent(right), monkeypatch)
    assert check(SORTED, settings(method)).solved


def test_the_portfolio_has_three_parts_where_nobody_says_which_constants_there_are(
    prior: FakePrior, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("search.holes.hidden.is_ready", lambda: True)
    usual, told = PortfolioSearch(TOP, settings("portfolio", constants="given")), replace(TOP, constants=(1, 2))
    assert usual._members() == ["enumerate", "guided", "constants"] and not usual.why_not
    for search in (PortfolioSearch(told, settings("portfolio", constants="given")), PortfolioSearch(TOP, settings("portfolio"))):
        assert search._members() == ["enumerate", "guided"] and "which constants" in search.why_not["constants"]
    assert PortfolioSearch(UPPER, settings("portfolio", constants="given"))._members() == ["enumerate"]


def test_the_portfolio_finds_hidden_constants(prior: FakePrior) -> None:
    """(37 x + 505) mod 101: no part but the one for hidden constants makes such numbers."""
    line = Task(name="line", examples=tuple(Example((x,), (37 * x + 505) % 101) for x in (3, 10, 4, 25, 71, 50, 13, 88)))
    using = settings("portfolio", constants="given", ops=frozenset({"+", "*", "-", "neg", "mod"}), max_candidates=2_000_000)
    result = check(line, using)
    assert result.solved and "constants" in result.explanation[0], result.explanation
    assert not check(line, replace(using, method="exact", max_candidates=20_000)).solved
