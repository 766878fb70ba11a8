"""`flowforth traces`: JSONL that parses and is reproducible, array files, and bad arguments."""

import json
from pathlib import Path

import pytest

from dsl.machine import run
from dsl.parser import parse
from dsl.traces import TraceBatch
from dsl.values import DEFAULT, PROFILES, Stuck, from_json
from flowforth import cli


@pytest.fixture
def call(capsys):
    """Runs the command in this process; gives exit code, standard output, standard error."""

    def called(*argv: str) -> tuple[int, str, str]:
        code = cli.main(["traces", *argv])
        return (code, *capsys.readouterr())

    return called


def lines(text: str) -> list[dict]:
    """The records of some JSONL."""
    return [json.loads(line) for line in text.splitlines()]


def test_every_line_is_a_program_with_its_stacks(call) -> None:
    code, out, err = call("--count", "30", "--examples", "2")
    records = lines(out)
    assert (code, err, len(records)) == (0, "", 30)
    for record in records:
        program = parse(record["program"])
        for example, inputs in enumerate(record["inputs"]):
            result = run(program, tuple(map(from_json, inputs)), profile=DEFAULT.with_limits(max_list=20, max_str=64))
            after = record["steps"][-1]["after"][example]
            if isinstance(result, Stuck):
                assert after == {"stuck": result.reason.value}
            else:
                assert tuple(map(from_json, after)) == result


def test_the_default_is_ten(call) -> None:
    assert len(lines(call()[1])) == 10


def test_equal_arguments_give_equal_lines_and_a_longer_run_begins_with_the_shorter(call) -> None:
    first = call("--count", "5", "--seed", "3")[1]
    assert call("--count", "5", "--seed", "3")[1] == first
    assert call("--count", "5", "--seed", "4")[1] != first
    assert call("--count", "200", "--seed", "3")[1].startswith(first)


def test_shards_differ(call) -> None:
    parts = [call("--count", "20", "--shard", f"{i}/2")[1] for i in range(2)]
    assert parts[0] == call("--count", "20")[1]
    assert not set(parts[0].splitlines()) & set(parts[1].splitlines())


def test_lengths_types_and_failures_are_as_asked(call) -> None:
    records = lines(call("--count", "60", "--length", "2-3", "--types", "List[Int] Int", "--types", "Str", "--failing", "0")[1])
    assert {len(record["steps"]) for record in records} == {2, 3}
    assert {tuple(record["types"]) for record in records} == {("List[Int]", "Int"), ("Str",)}
    assert not any("stuck" in json.dumps(record) for record in records)
    failing = lines(call("--count", "60", "--failing", "0.5")[1])
    assert 15 <= sum("stuck" in json.dumps(record["steps"][-1]["after"]) for record in failing) <= 45


def test_profile(call) -> None:
    for record in lines(call("--count", "40", "--profile", "exedec")[1]):
        for inputs in record["inputs"]:
            result = run(
                parse(record["program"]), tuple(map(from_json, inputs)), profile=PROFILES["exedec"].with_limits(max_list=20, max_str=64)
            )
            assert isinstance(result, Stuck) or result


def test_arrays(call, tmp_path: Path) -> None:
    code, out, err = call("--npz", str(tmp_path / "t.npz"), "--programs", "200", "--seed", "2", "--examples", "4")
    batch = TraceBatch.load(tmp_path / "t.npz")
    assert (code, out) == (0, "")
    assert err == f"{len(batch)} programs, {batch.num_steps} steps, written to {tmp_path / 't.npz'}\n"
    assert batch.num_examples == 4
    records = lines(call("--count", str(len(batch)), "--programs", "200", "--seed", "2", "--examples", "4")[1])
    assert [record["program"] for record in records] == [str(batch.program(p)) for p in range(len(batch))]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("--count 0", "--count 0 must be at least 1"),
        ("--count x", "invalid int value"),
        ("--seed -1", "seed is -1; it must be at least 0"),
        ("--length 3", "--length '3' must be two numbers such as 1-6"),
        ("--length 0-3", "min_length is 0"),
        ("--length 5-2", "min_length is 5"),
        ("--length 1-99999999999999999999", "max_length is"),
        ("--failing 1", "failing is 1.0"),
        ("--failing nan", "failing is nan"),
        ("--shard 2/2", "shard 2 of 2"),
        ("--shard 0/0", "shard 0 of 0"),
        ("--shard 1", "--shard '1' must be two numbers such as 0/2"),
        ("--examples 0", "examples is 0"),
        ("--programs 0", "programs is 0"),
        ("--types Foo", "'Foo' is not a type"),
        ("--types ,", "shapes must be shapes of 1..4 values"),
        ("--types Int,Int,Int,Int,Int", "shapes must be shapes of 1..4 values"),
        ("--types Int,Int,Int,Int --length 1-1", "batches without a program"),
        ("--profile exedek", "did you mean 'exedec'"),
        ("--npz /nonexistent/t.npz", "/nonexistent/t.npz: cannot be written: No such file or directory"),
        ("extra", "unrecognized arguments"),
    ],
)
def test_bad_arguments(call, arguments: str, message: str) -> None:
    code, out, err = call(*arguments.split(" "))
    assert (code, out) == (2, "")
    assert message in err
    assert err.count("\n") == 1
