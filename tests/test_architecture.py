"""Imports point one way: dsl <- embed <- executor <- search <- benchmarks <- flowforth; and what must start fast stays light."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ORDER = ("dsl", "embed", "executor", "search", "benchmarks", "flowforth")
FORBIDDEN = {
    "dsl": {"torch", "tensorboard", "jaxtyping"},
    "embed": {"executor", "search"},
    "search/exact": {"torch"},
    "executor/tbplugin": {"torch"},
}
FILES = sorted(path for package in ORDER for path in (ROOT / package).rglob("*.py"))


def imported(path: Path) -> set[str]:
    """The top-level names of every import in a file, those inside functions included."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            names.add(node.module.split(".")[0])
    return names


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(ROOT)))
def test_imports_point_one_way(path: Path) -> None:
    relative = path.relative_to(ROOT)
    package = relative.parts[0]
    later = set(ORDER[ORDER.index(package) + 1 :]) | {"tests"}
    assert not imported(path) & later
    for prefix, names in FORBIDDEN.items():
        if str(relative).startswith(prefix + "/"):
            assert not imported(path) & names


def test_numba_is_imported_only_by_the_columnar_machine_the_loops_of_the_bank_and_the_prior() -> None:
    users = {str(p.relative_to(ROOT)) for p in FILES if "numba" in imported(p)}
    others = {
        *(f"search/exact/{name}.py" for name in ("sums", "loops", "meeting")),
        *(f"search/prior/{name}.py" for name in ("views", "relations", "facts", "items", "random_programs", "ways")),
        *(f"search/holes/{name}.py" for name in ("arithmetic", "one", "two", "kernels", "parts")),
    }
    assert all(user.startswith(("dsl/columns/", "benchmarks/")) or user in others for user in users), users


def run_fresh(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, timeout=120)


@pytest.mark.parametrize("module", ["dsl.ops", "dsl.machine", "dsl.effects", "dsl.parser", "dsl.tasks", "flowforth", "dsl.columns"])
def test_light_modules_load_neither_torch_nor_numba(module: str) -> None:
    done = run_fresh(f"import sys, {module}; print(sorted(set(sys.modules) & {{'torch', 'numba', 'networkx'}}))")
    assert done.stdout.strip() == "[]", done.stdout + done.stderr


def test_help_is_light() -> None:
    code = (
        "import sys\nfrom flowforth.cli import main\n"
        "try:\n    main(['--help'])\nexcept SystemExit:\n    pass\n"
        "print(sorted(set(sys.modules) & {'torch', 'numba', 'numpy', 'lark', 'networkx'}), file=sys.stderr)"
    )
    done = run_fresh(code)
    assert "run" in done.stdout
    assert done.stderr.strip() == "[]", done.stderr


def test_the_first_answer_waits_for_nothing_that_comes_after_it() -> None:
    """Up to the first answer the command loads neither arrays and compiled code nor what ranks, renders and prints, nor other subcommands."""
    code = (
        "import sys\nfrom flowforth import cli\nfrom flowforth.commands import solve\n"
        "before = solve._Status.fit\n"
        "def fit(status, found):\n"
        "    global loaded\n    loaded = set(sys.modules)\n    before(status, found)\n"
        "solve._Status.fit = fit\n"
        "cli.main(['solve', '[3,1,2,5] -> 10', '[9,7] -> 18', '[2,8] -> 16'])\n"
        "late = {'numba', 'llvmlite', 'numpy', 'torch', 'lark', 'networkx', 'logging', 'html', 'search.rank', 'search.result', 'dsl.python'}\n"
        "late |= {f'flowforth.commands.{name}' for name in cli.COMMANDS} - {'flowforth.commands.solve', 'flowforth.commands.tasks'}\n"
        "print(sorted(loaded & late), file=sys.stderr)"
    )
    done = run_fresh(code)
    assert done.stderr.splitlines()[-1] == "[]", done.stderr


def test_installed_top_level_names_are_the_documented_ones() -> None:
    import tomllib

    include = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]["packages"]["find"]["include"]
    assert sorted(name.rstrip("*") for name in include) == sorted(ORDER)
