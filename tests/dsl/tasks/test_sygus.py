"""Tasks from SyGuS files, versions 1 and 2."""

import pytest

from dsl.errors import TaskError
from dsl.tasks import Example, load_tasks
from dsl.types import BOOL, INT, STR

V1 = r'''; our own example
(set-logic SLIA)
(synth-fun f ((name String) (k Int)) String
  ((Start String (ntString))
   (ntString String (name "" " " "." " " (str.++ ntString ntString) (str.replace ntString "-" ntString)))
   (ntInt Int (k 1 0 -1 2 (- ntInt 3)))
   (ntBool Bool (true false))))
(declare-var name String)
(constraint (= (f "say ""hi""" -1) ""))
(constraint (= "b" (f "tab\x09 \u{1F600}\u0041 C:\new" (- 12))))
(check-synth)
'''
V2 = """
(set-info :format "2.1.0")
(set-logic PBE_SLIA)
(synth-fun |f| ((s String)) Bool
  ((Start Bool) (I Int))
  ((Start Bool (true (= I I) (str.prefixof s "x"))) (I Int (0 (- 1) (Constant Int)))))
(constraint (= (|f| "x") true))
(constraint (= (|f| "y") false))
(check-synth)
"""


@pytest.fixture
def sygus(tmp_path):
    def read(content):
        path = tmp_path / "t.sl"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        (task,) = load_tasks(path)
        return task

    return read


def test_version_1(sygus):
    task = sygus(V1)
    assert task.examples == (Example(('say "hi"', -1), ""), Example(("tab\t \U0001f600A C:\\new", -12), "b"))
    assert task.constants == ("", " ", ".", "-", 1, 0, -1, 2, 3)
    assert task.arguments == ("name", "k")
    assert (task.input_types, task.output_type) == ((STR, INT), STR)


def test_version_2(sygus):
    task = sygus(V2)
    assert task.examples == (Example(("x",), True), Example(("y",), False))
    assert task.constants == ("x", 0, -1)
    assert task.output_type == BOOL


def test_no_grammar_gives_no_constants(sygus):
    task = sygus('(set-logic SLIA)(synth-fun f ((s String)) Int)(constraint (= (f "a") 1))(check-synth)')
    assert task.constants is None


HEAD = "(set-logic SLIA)\n(synth-fun f ((s String)) String ((Start String (s))))\n"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("(set-logic LIA)", r"t.sl:1:1: logic LIA is not read; only SLIA and PBE_SLIA"),
        ("(set-logic)", r"t.sl:1:1: logic \(set-logic\) is not read"),
        ("(synth-fun f () Int)", r"expected \(set-logic SLIA\) before"),
        (HEAD + "(constraint (>= (f 1) 2))", r"t.sl:3:13: this constraint is no example: \(>= \(f 1\) 2\); only examples"),
        (HEAD + "(constraint (forall ((x Int)) true))", r"t.sl:3:13: this constraint is no example: \(forall"),
        (HEAD + '(constraint (= (f "a") (f "b")))', r"this constraint is no example"),
        (HEAD + '(constraint (= (f s) "b"))', r"t.sl:3:19: s is no string, integer, true or false"),
        (HEAD + '(constraint (= (f (str.++ "a" "b")) "b"))', r"t.sl:3:19: \(str.\+\+ \"a\" \"b\"\) is no literal"),
        (HEAD + '(constraint (= (f "a" "b") "b"))', r"t.sl:3:16: f takes 1 arguments; here it has 2"),
        (HEAD + '(constraint (= (f 3) "b"))', r"t.sl:3:19: 3 is Int, but f is declared with Str here"),
        (HEAD + '(constraint (= (f "a") 1.5))', r"1.5 is no string, integer"),
        (HEAD + '(constraint (= (f "a") "b") "c")', r"expected \(constraint TERM\)"),
        (HEAD + "(synth-fun g () Int)", r"t.sl:3:1: a second synth-fun"),
        (HEAD + "(define-fun g () Int 3)", r"t.sl:3:1: the command define-fun is not read"),
        (HEAD + "(inv-constraint a b c d)", r"the command inv-constraint is not read"),
        (HEAD + "(declare-var x (BitVec 8))", r"expected \(declare-var NAME SORT\)"),
        (HEAD + "(check-synth)", r"no constraints"),
        (HEAD + '(constraint (= (f "a") "b"))', r"no \(check-synth\) at the end; is the file truncated\?"),
        (HEAD + '(constraint (= (f "a") "b"))(check-synth)(check-synth)', r"a command after \(check-synth\)"),
        (HEAD + '(constraint (= (f "a") "b"', r"t.sl:3:1: the parenthesis that opens here is never closed"),
        (HEAD + '(constraint (= (f "a) "b"))', r"t.sl:3:25: the string that starts here has no closing"),
        (HEAD + "(constraint |a)", r"t.sl:3:13: the symbol that starts here has no closing"),
        (HEAD + ")", r"t.sl:3:1: a closing parenthesis too many"),
        (HEAD + "check-synth", r"t.sl:3:1: expected a command in parentheses, found check-synth"),
        (HEAD + "(" * 100_000, r"t.sl:3:101: nested more than 100 deep"),
        (HEAD + "(constraint " + "(- " * 50 + "1" + ")" * 51, r"this constraint is no example"),
        ("(set-logic SLIA)(synth-fun f ((s Real)) Int)", r"sort Real is not read"),
        ("(set-logic SLIA)(synth-fun f (s) Int)", r"expected \(ARGUMENT SORT\), found s"),
        ("(set-logic SLIA)(synth-fun f Int)", r"expected \(synth-fun NAME"),
        ("(set-logic SLIA)(synth-fun f ((s Int)) Int s)", r"expected a grammar"),
        ("(set-logic SLIA)(synth-fun f ((s Int)) Int ((Start Int)))", r"expected a rule \(NAME SORT \(TERM ...\)\), found \(Start Int\)"),
        ("(set-logic SLIA)(constraint (= 1 1))", r"a constraint before the synth-fun"),
        ("(set-logic SLIA)(synth-fun f ((s Int)) Int)(constraint (= (f " + "9" * 5000 + ") 1))", "does not fit in 64 bits"),
        ("(set-logic SLIA)", r"no synth-fun"),
        ("; nothing\n", r"no synth-fun"),
        ("", "the file is empty"),
        (b"(set-logic SLIA)\n\xff", r"t.sl:2: byte 0xff at offset 17 is not UTF-8"),
    ],
)
def test_refusals(sygus, text, message):
    with pytest.raises(TaskError, match=message):
        sygus(text)
