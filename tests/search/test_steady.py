"""Limited by candidates, a search gives the same programs every time: in fresh processes, in warm ones, on any number of jobs."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks import journal, runner
from dsl.columns.available import available
from dsl.tasks import Example, Task, task_to_json
from search.settings import Settings
from search.solve import solve
from tests.search.exact.few_words import LIST_WORDS, TEXT_WORDS, task_of

ROOT = Path(__file__).parents[2]
LISTS = [(3, 1, 2, 8), (9, 7, 4), (5, 6, 6, 0, 2)]
TASKS = {
    "lists": task_of(lambda x: tuple(v + 1 for v in sorted(x)[1:]), [(x,) for x in LISTS]),
    "many answers": task_of(lambda x: x[0], [(x,) for x in LISTS]),
    "nothing fits": Task(name="t", examples=tuple(Example((x,), n) for x, n in zip(LISTS, (918273, -4471, 66613), strict=True))),
    "text": task_of(lambda s: f"{s[:1].upper()}. ab", [("bac",), ("c d",), ("aba a",)]),
    "by cases": task_of(lambda x: x if x % 2 == 0 else 100 - x, [(n,) for n in (3, 4, 10, 17, 22, 5, 90, 41)]),
    "closures": task_of(lambda x: tuple(v * v + x[0] for v in x), [(x,) for x in LISTS]),
}
EACH = frozenset({"map", "filter", "if", "*", "="})
CANDIDATES = 60_000


def settings_for(name):
    words = (TEXT_WORDS if name == "text" else LIST_WORDS) | (EACH if name in ("by cases", "closures") else frozenset())
    return Settings(budget=200, grace=200, max_candidates=CANDIDATES, memory=400, max_size=12, ops=words)


def found(name):
    result = solve(TASKS[name], settings_for(name))
    return [[str(fit.program), round(fit.cost, 6)] for fit in result.ranking.fits], result.candidates, result.executions


def fresh(name, **environment):
    """What a process of its own finds."""
    code = f"import json; from tests.search.test_steady import found; print(json.dumps(found({name!r})))"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, env={**os.environ, **environment}, timeout=300
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    programs, candidates, executions = json.loads(done.stdout)
    return programs, candidates, executions


@pytest.mark.parametrize("name", TASKS)
def test_a_warm_process_does_as_before(name):
    first = found(name)
    for other in TASKS:
        if other != name:
            solve(TASKS[other], Settings(budget=1, max_candidates=2_000, memory=400, ops=settings_for(other).words))
            break
    assert found(name) == first
    if name not in ("nothing fits", "by cases"):
        assert first[0]


@pytest.mark.parametrize("name", TASKS)
def test_so_do_fresh_processes(name):
    one, two = fresh(name, PYTHONHASHSEED="1"), fresh(name, PYTHONHASHSEED="2")
    assert one == two
    assert found(name) == one, "nor does what this process did before matter"


@pytest.mark.skipif(not available(), reason="the columnar search needs numba")
def test_memory_in_use_does_not_matter():
    """A process that holds hundreds of megabytes of other things searches the same."""
    before = found("lists")
    ballast = bytearray(300 << 20)
    ballast[:: 1 << 12] = b"x" * len(ballast[:: 1 << 12])
    assert found("lists") == before
    assert len(ballast)


@pytest.mark.slow
def test_any_number_of_jobs(tmp_path):
    lines = []
    for name, task in TASKS.items():
        data = task_to_json(task)
        data["name"] = name
        lines.append(json.dumps(data))
    path = tmp_path / "steady.jsonl"
    path.write_text("\n".join(lines) + "\n")

    def programs(jobs):
        plan = runner.Plan(
            suites=(str(path),), methods=("exact",), budget=300.0, max_candidates=CANDIDATES, memory=400, num_jobs=jobs, seeds=(0, 1)
        )  # fmt: skip
        out = tmp_path / str(jobs)
        runner.run(plan, out)
        records = journal.read_records(out)
        return sorted((r["task"], r["seed"], r["program"], r["candidates"], r["executions"], r["status"]) for r in records)

    one, two = programs(1), programs(2)
    assert len(one) == 2 * len(TASKS)
    assert one == two
