"""The console command: what each subcommand prints, exit codes, and the public interface behind it."""

import io
import json
import os
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

import flowforth
from dsl.ops import OPS
from dsl.types import INT, LIST_INT
from flowforth import cli

ROOT = Path(__file__).parent.parent


@pytest.fixture
def call(capsys, monkeypatch):
    """Runs the command in this process; gives exit code, standard output, standard error."""

    def called(*argv, stdin=None):
        if stdin is not None:
            monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin.encode())))
        code = cli.main(argv)
        return (code, *capsys.readouterr())

    return called


class TestRun:
    def test_prints_the_stack(self, call):
        assert call("run", "sort dup reverse", "--input", "[3,1,2]") == (0, "[1,2,3] [3,2,1]\n", "")

    def test_program_from_a_file_and_from_standard_input(self, call, tmp_path):
        (tmp_path / "p.ff").write_text("# doubles\r\n: double 2 * ;\r\ndouble")
        assert call("run", str(tmp_path / "p.ff"), "--input", "-4")[1] == "-8\n"
        assert call("run", "-", "--input", "4", stdin="inc")[1] == "5\n"

    def test_inputs_from_a_file(self, call, tmp_path):
        (tmp_path / "in.json").write_text('[[1, 2], "a"]')
        assert call("run", "swap", "--input-file", str(tmp_path / "in.json"))[1] == '"a" [1,2]\n'
        assert call("run", "swap", "--input-file", "-", stdin="[1, 2]")[1] == "2 1\n"

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ("{}", "in.json:1:1: the inputs are a JSON list"),
            ("[1,\n null]", "in.json:2:2: input 2: null is not a value"),
            ('[1,\n [1, "a"]]', "in.json:2:2: input 2: a list holds items of one type"),
            ("[1", "in.json:1:3: the text ends too early"),
        ],
    )
    def test_bad_input_files(self, call, tmp_path, text, message):
        (tmp_path / "in.json").write_text(text)
        code, out, err = call("run", "swap", "--input-file", str(tmp_path / "in.json"))
        assert (code, out) == (2, "")
        assert message in err

    def test_inputs_given_twice(self, call):
        assert "not by both" in call("run", "+", "--input", "1", "--input-file", "x")[2]
        assert "not both" in call("run", "-", "--input-file", "-", stdin="1")[2]

    def test_constants_and_profiles(self, call):
        assert call("run", "c0 c1 concat", "--constants", '"a"', '"b"')[1] == '"ab"\n'
        assert call("run", "-7 2 div")[1] == "-4\n"
        assert call("run", "-7 2 div", "--profile", "deepcoder")[1] == "-3\n"

    def test_two_empty_lists_may_be_of_two_types(self, call):
        assert call("run", '"a" cons swap 1 cons', "--input", "[]", "--input", "[]")[1] == '["a"] [1]\n'

    def test_stuck_shows_the_word(self, call):
        code, out, err = call("run", "3 ( 2 -\n  10 swap div ) times", "--input", "6")
        assert (code, err) == (1, "")
        assert out == "stuck (undefined) at `div`, line 2, column 11\n    10 swap div ) times\n            ^\n"

    def test_stuck_in_a_definition(self, call):
        code, out, _ = call("run", ": first head ; [] first")
        assert code == 1
        assert "stuck (undefined) at `head`, line 1, column 9" in out

    def test_type_error_shows_the_word(self, call):
        code, out, err = call("run", "1\n2 upper")
        assert (code, out) == (2, "")
        assert err.endswith("\n  2 upper\n    ^\n")

    def test_an_empty_stack_is_no_answer(self, call):
        code, out, err = call("run", "drop", "--input", "1")
        assert (code, out) == (1, "")
        assert "no answer" in err

    def test_steps(self, call):
        assert call("run", "( inc ) map sum", "--input", "[1,2]", "--steps")[1].splitlines() == [
            "start  [1,2]",
            "  inc  2",
            "  inc  3",
            "map    [2,3]",
            "sum    5",
            "5",
        ]

    def test_many_steps_are_cut(self, call):
        out = call("run", "0 2000 ( inc ) times", "--steps")[1].splitlines()
        assert len(out) == 1 + 1000 + 2
        assert out[-2:] == ["... and 1003 steps more", "2000"]

    def test_json(self, call):
        code, out, _ = call("run", "dup sum", "--input", "[1,2]", "--json", "--steps", "--python")
        data = json.loads(out)
        assert code == 0
        assert (data["stack"], data["answer"]) == ([[1, 2], 3], 3)
        assert [step["word"] for step in data["steps"]] == ["dup", "sum"]
        assert data["python"].startswith("def program(")

    def test_json_of_a_stuck_run(self, call):
        code, out, _ = call("run", "( 0 div ) map", "--input", "[1]", "--json")
        assert code == 1
        assert json.loads(out) == {"stuck": {"reason": "undefined", "at": [0, 1], "detail": "", "word": "div", "line": 1, "column": 5}}

    def test_json_of_an_empty_stack(self, call):
        code, out, _ = call("run", "", "--json", "--input", "1")
        assert (code, json.loads(out)) == (0, {"stack": [1], "answer": 1})
        code, out, _ = call("run", "drop", "--json", "--input", "1")
        assert (code, json.loads(out)) == (1, {"stack": [], "answer": None})

    def test_false_is_an_answer(self, call):
        assert call("run", "false", "--json")[0] == 0

    def test_python(self, call):
        out = call("run", "( dup * ) map sum", "--input", "[1,2]", "--python")[1]
        assert out.startswith("def program(")
        assert out.endswith("\n5\n")


class TestTrace:
    def test_concrete_beside_abstract(self, call):
        code, out, _ = call("trace", "( dup * ) map sum", "--input", "[3,1]", "--domain", "interval")
        lines = [line.split() for line in out.splitlines()]
        assert code == 0
        assert lines[0] == ["word", "stack", "interval"]
        assert lines[1] == ["start", "[3,1]", "1..3"]
        assert [line[0] for line in lines[2:]] == ["dup", "*", "dup", "*", "map", "sum"]
        assert lines[-1] == ["sum", "10", "2..18"]

    def test_failure_is_marked(self, call):
        code, out, _ = call("trace", "dup 0 div inc", "--input", "5")
        assert code == 1
        assert "div  <-- here" in out
        assert out.count("<-- here") == 1
        assert out.endswith("  dup 0 div inc\n        ^\n")

    def test_any_starts_from_the_types(self, call):
        out = call("trace", "abs", "--input", "-3", "--domain", "interval,sign", "--any")[1].splitlines()
        assert out[1].split() == ["start", "-3", "-2147483647..2147483647"]
        assert out[2].split()[:3] == ["abs", "3", "0..2147483647"]

    def test_json(self, call):
        code, out, _ = call("trace", "inc", "--input", "1", "--json", "--domain", "all")
        data = json.loads(out)
        assert code == 0
        assert data["steps"][0]["before"] == [1]
        assert data["steps"][0]["stack"] == [2]
        assert data["steps"][0]["abstract"][0]["interval"] == "2"
        assert data["outcome"] == {"stack": [2], "answer": 2}


class TestOps:
    def test_lists_every_word(self, call):
        code, out, _ = call("ops")
        assert code == 0
        words = {line.split()[0] for line in out.splitlines() if line.startswith("  ")}
        assert words == set(OPS)

    @pytest.mark.parametrize("word", ["sort", "map", "dup", "if", "+", "tok"])
    def test_one_word(self, call, word):
        code, out, _ = call("ops", word)
        assert code == 0
        assert out.startswith(f"{word}  {OPS[word].effect}\n{OPS[word].doc}\n")
        assert all(example in out for example in OPS[word].examples)

    def test_json(self, call):
        assert {row["name"] for row in json.loads(call("ops", "--json")[1])} == set(OPS)
        assert json.loads(call("ops", "sort", "--json")[1])["effect"] == OPS["sort"].effect

    def test_category(self, call):
        rows = json.loads(call("ops", "--category", "tokens", "--json")[1])
        assert {row["name"] for row in rows} == {op.name for op in OPS.values() if op.category == "tokens"}

    def test_coverage_counts_every_row_once(self, call):
        data = json.loads(call("ops", "--coverage", "--json")[1])
        assert data["ops"] == sum(data["kernels"].values()) == len(OPS)
        for counts in data["domains"].values():
            assert counts["sharp"] + counts["generic"] + counts["structural"] == len(OPS)
        text = call("ops", "--coverage")[1]
        assert all(suite in text for suite in data["suites"])

    def test_one_question_at_a_time(self, call):
        assert call("ops", "sort", "--coverage")[0] == 2

    def test_the_page_in_docs_is_current(self, call):
        page = (ROOT / "docs" / "ops.md").read_text(encoding="utf-8")
        assert page == call("ops", "--markdown")[1], "run: flowforth ops --markdown > docs/ops.md"

    def test_every_table_row_of_the_page_has_five_cells(self, call):
        rows = [line for line in call("ops", "--markdown")[1].splitlines() if line.startswith("| `")]
        assert len(rows) == len(OPS)
        assert {row.replace("\\|", "").count("|") for row in rows} == {6}


class TestGraph:
    def test_plans(self, call):
        code, out, _ = call("graph", "--from", "Str", "--to", "Int", "--k", "2")
        assert code == 0
        assert out.startswith("1. Str -> Int ")
        assert "len" in out

    def test_json_and_svg(self, call, tmp_path):
        code, out, _ = call("graph", "--from", "Str", "--to", "Int", "--k", "3", "--json", "--svg", str(tmp_path / "g.svg"))
        assert code == 0
        assert len(json.loads(out)) == 3
        assert ElementTree.parse(tmp_path / "g.svg").getroot().tag.endswith("svg")
        assert sorted(path.name for path in tmp_path.iterdir()) == ["g.svg"]

    def test_unwritable_file(self, call, tmp_path):
        code, _, err = call("graph", "--from", "Str", "--to", "Int", "--svg", str(tmp_path / "none" / "g.svg"))
        assert code == 2
        assert err.startswith("flowforth: error: ")


class TestPython:
    def test_prints_a_function(self, call):
        code, out, _ = call("python", "( dup * ) map sum", "--name", "squares")
        assert code == 0
        assert out.startswith("def squares(")
        compile(out, "squares", "exec")

    def test_types(self, call):
        assert ": list[str]" in call("python", "dup length", "--types", "List[Str]")[1]
        assert ": list[str]" in call("python", "length", "--types", "Int List[Str]")[1]

    def test_type_error_shows_the_word(self, call):
        assert call("python", "1 upper")[2].endswith("\n  1 upper\n    ^\n")


class TestTasks:
    def test_lists_tasks(self, call, tmp_path):
        path = tmp_path / "names.csv"
        path.write_text("first,last,initials\nAda,Lovelace,AL\nAlan,Turing,\n")
        assert call("tasks", str(path)) == (0, "names  ( Str Str -- Str )  1 example  1 row to fill\n", "")

    def test_json_reads_back(self, call, tmp_path):
        path = tmp_path / "names.csv"
        path.write_text("x,y\n[1],1\n[],\n")
        code, out, _ = call("tasks", str(path), "--json")
        (data,) = json.loads(out)
        assert code == 0
        assert data.pop("types") == {"inputs": ["List[Int]"], "output": "Int"}
        (tmp_path / "again.json").write_text(json.dumps(data))
        assert flowforth.load_tasks(tmp_path / "again.json") == flowforth.load_tasks(path)

    def test_contradictions_are_pointed_out(self, call):
        code, out, err = call("tasks", "-", "--format", "json", stdin='[{"inputs": [1], "output": 1}, {"inputs": [1], "output": 2}]')
        assert code == 0
        assert out.startswith("task  ( Int -- Int )")
        assert "examples 1 and 2 have equal inputs and different outputs" in err

    def test_names_cannot_write_to_the_terminal(self, call):
        out = call("tasks", "-", "--format", "json", stdin='{"name": "\\u001b[2J", "examples": [{"inputs": [1], "output": 1}]}')[1]
        assert "\x1b" not in out


class TestCommand:
    def test_version(self, capsys):
        with pytest.raises(SystemExit) as stop:
            cli.main(["--version"])
        assert stop.value.code == 0
        assert capsys.readouterr().out.startswith("flowforth ")

    @pytest.mark.parametrize("command", cli.COMMANDS)
    def test_help_of_every_subcommand(self, command, capsys):
        with pytest.raises(SystemExit) as stop:
            cli.main([command, "--help"])
        assert stop.value.code == 0
        assert f"flowforth {command}" in capsys.readouterr().out

    def test_our_own_mistakes_take_one_line(self, call, monkeypatch):
        monkeypatch.setattr("flowforth.arguments.read_job", lambda args: 1 // 0)
        monkeypatch.setattr("flowforth.commands.run.read_job", lambda args: 1 // 0)
        monkeypatch.delenv("FLOWFORTH_DEBUG", raising=False)
        code, out, err = call("run", "1")
        assert (code, out) == (70, "")
        assert err.startswith("flowforth: error: internal error: ZeroDivisionError")
        assert "report" in err
        assert err.count("\n") == 1
        monkeypatch.setenv("FLOWFORTH_DEBUG", "1")
        with pytest.raises(ZeroDivisionError):
            cli.main(["run", "1"])

    @pytest.mark.parametrize(("raised", "code"), [(KeyboardInterrupt(), 130), (MemoryError(), 2)])
    def test_interrupted_and_out_of_memory(self, call, monkeypatch, raised, code):
        def fail(args):
            raise raised

        monkeypatch.setattr("flowforth.commands.run.read_job", fail)
        done, out, err = call("run", "1")
        assert (done, out) == (code, "")
        assert err == "" if code == 130 else "out of memory" in err

    def test_a_reader_that_goes_away_is_no_error(self):
        command = f"{sys.executable} -m flowforth ops --json | head -c 10; exit ${{PIPESTATUS[0]}}"
        done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, cwd=ROOT)
        assert (done.returncode, done.stderr) == (0, "")
        assert len(done.stdout) == 10

    def test_characters_that_the_stream_cannot_write_are_escaped(self):
        environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
        command = [sys.executable, "-m", "flowforth", "run", '"\u00e9"']
        done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env=environment)
        assert (done.returncode, done.stdout) == (0, '"\\xe9"\n')


class TestPublicInterface:
    @pytest.mark.parametrize("name", flowforth.__all__)
    def test_every_name_is_there(self, name):
        assert getattr(flowforth, name) is not None
        assert name in dir(flowforth)

    def test_each_name_has_one_home(self):
        assert set(flowforth.__all__) == set(flowforth._HOMES)

    def test_unknown_name(self):
        with pytest.raises(AttributeError, match="no attribute 'solve_everything'"):
            _ = flowforth.solve_everything

    def test_run(self):
        assert flowforth.run("sort reverse", [[3, 1, 2]]) == ((3, 2, 1),)
        assert flowforth.run(flowforth.parse("c0 +"), [1], constants=[2]) == (3,)
        stuck = flowforth.run("0 div", [1])
        assert isinstance(stuck, flowforth.Stuck)
        assert stuck.reason == flowforth.Reason.UNDEFINED
        assert flowforth.run("-7 2 div", profile=flowforth.PROFILES["deepcoder"]) == (-3,)

    def test_mistakes_are_dsl_errors(self):
        for program, inputs in (("srot", []), ("1 +", []), ("dup", [None]), ("dup", [[1, "a"]])):
            with pytest.raises(ValueError):
                flowforth.run(program, inputs)

    def test_trace(self):
        steps = flowforth.trace("dup +", [3])
        assert [step.instruction.name for step in steps] == ["dup", "+"]
        assert steps[-1].after == (6,)
        assert steps[-1].abstract is not None
        assert all(known.contains(value) for known, value in zip(steps[-1].abstract, (6,), strict=True))

    def test_trace_of_chosen_domains(self):
        (step,) = flowforth.trace("inc", [3], domains=["parity"])
        assert step.abstract is not None
        assert step.abstract[0].contains(100), "nothing but the parity is known"
        assert not step.abstract[0].contains(101)

    def test_render_and_infer(self):
        assert flowforth.render("sum", [LIST_INT]).startswith("def program(")
        assert flowforth.infer(flowforth.parse("sum"), [LIST_INT]).after.types == (INT,)
