"""The op table for people: text, JSON and Markdown made from the rows, and counts of what the rows hold."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from dsl.ops import OPS
from dsl.ops.table import DOMAINS, REFERENCE, STRUCTURAL, Category, Marker, Op
from dsl.values import DEFAULT
from flowforth.outcome import table

SUITES = ("deepcoder", "lambdabeam", "sygus", "bustle")
"""Public suites whose ops must all have kernels."""


def op_json(op: Op) -> dict[str, Any]:
    """Everything that a row says, as JSON."""
    return {
        "name": op.name,
        "effect": op.effect,
        "doc": op.doc,
        "category": op.category.value,
        "kind": op.kind,
        "examples": list(op.examples),
        "python": _template(op),
        "kernels": op.kernels.value if isinstance(op.kernels, Marker) else sorted(op.kernels),
        "domains": {name: _marker(op.domains[name]) for name in DOMAINS},
        "backward": sorted(op.backward, key=DOMAINS.index),
        "inverse": sorted(op.inverse),
        "suites": dict(op.suites),
    }


def listing(ops: Iterable[Op]) -> str:
    """One line for each op: word, effect, what comes out; a heading for each category."""
    rows = list(ops)
    widths = [max(len(getattr(op, field)) for op in rows) for field in ("name", "effect")]
    lines: list[str] = []
    for category in _categories(rows):
        lines += ["", f"{category.value}"] if lines else [category.value]
        members = [op for op in rows if op.category is category]
        lines += [f"  {op.name.ljust(widths[0])}  {op.effect.ljust(widths[1])}  {op.doc}" for op in members]
    return "\n".join(lines)


def description(op: Op) -> str:
    """All about one op."""
    data = op_json(op)
    kernels = data["kernels"] if isinstance(data["kernels"], str) else ", ".join(data["kernels"])
    lines = [f"{op.name}  {op.effect}", op.doc, "", "examples"]
    lines += [f"  {example}" for example in op.examples]
    facts = [
        ["category", op.category.value],
        ["python", data["python"]],
        ["kernels", kernels],
        ["domains", ", ".join(f"{name} {how}" for name, how in data["domains"].items())],
        ["backward", ", ".join(data["backward"]) or "none"],
        ["inverse", ", ".join(f"in argument {i + 1}" for i in data["inverse"]) or "none"],
        *[[f"in {suite}", name] for suite, name in op.suites.items()],
    ]
    return "\n".join([*lines, "", table(facts)])


def markdown() -> str:
    """The page docs/ops.md."""
    lines = [
        "# Words",
        "",
        "Generated from the op table by `flowforth ops --markdown`; a test keeps it current.",
        "",
        f"{len(OPS)} words. In an effect the top of the stack stands last, `a` and `b` are any type, `..s` is whatever lies below.",
        "Examples use the default profile. The last column gives the names in public suites.",
    ]
    for category in _categories(OPS.values()):
        lines += ["", f"## {category.value}", "", "| word | effect | what comes out | examples | elsewhere |", "|---|---|---|---|---|"]
        lines += [_markdown_row(op) for op in OPS.values() if op.category is category]
    return "\n".join(lines) + "\n"


def coverage() -> dict[str, Any]:
    """Counts over the table: transfer functions by kind for each domain, kernels by kind, and the suites' ops without a kernel."""
    kernels = Counter(op.kernels.value if isinstance(op.kernels, Marker) else "kernel" for op in OPS.values())
    return {
        "ops": len(OPS),
        "domains": {name: _domain_counts(name) for name in DOMAINS},
        "kernels": {kind: kernels[kind] for kind in ("kernel", REFERENCE.value, STRUCTURAL.value)},
        "suites": {suite: _suite_counts(suite) for suite in SUITES},
    }


def coverage_text() -> str:
    """The same as text."""
    counts = coverage()
    columns = ("sharp", "generic", "structural", "backward")
    rows = [["domain", *columns], *([name, *(str(row[c]) for c in columns)] for name, row in counts["domains"].items())]
    suites = [["suite", "ops", "without a kernel"]]
    suites += [[name, str(row["ops"]), ", ".join(row["without a kernel"]) or "none"] for name, row in counts["suites"].items()]
    kernels = ", ".join(f"{number} {kind}" for kind, number in counts["kernels"].items())
    return f"{counts['ops']} ops; transfer functions by domain\n\n{table(rows)}\n\ncolumnar machine: {kernels}\n\n{table(suites)}"


def _domain_counts(name: str) -> dict[str, int]:
    kinds = Counter(_marker(op.domains[name]) for op in OPS.values())
    return {kind: kinds[kind] for kind in ("sharp", "generic", "structural")} | {
        "backward": sum(name in op.backward for op in OPS.values())
    }


def _suite_counts(suite: str) -> dict[str, Any]:
    members = [op for op in OPS.values() if suite in op.suites]
    return {"ops": len(members), "without a kernel": [op.name for op in members if op.kernels is REFERENCE]}


def _marker(entry: Any) -> str:
    return entry.value if isinstance(entry, Marker) else "sharp"


def _template(op: Op) -> str:
    if isinstance(op.python, Marker):
        return op.python.value
    return op.python if isinstance(op.python, str) else op.python(DEFAULT)


def _categories(ops: Iterable[Op]) -> list[Category]:
    present = {op.category for op in ops}
    return [category for category in Category if category in present]


def _markdown_row(op: Op) -> str:
    examples = "<br>".join(_code(example) for example in op.examples)
    elsewhere = "<br>".join(f"{suite}: {_code(name)}" for suite, name in op.suites.items())
    return f"| {_code(op.name)} | {_code(op.effect)} | {op.doc.replace('|', chr(92) + '|')} | {examples} | {elsewhere} |"


def _code(text: str) -> str:
    """Inline code in a table's cell: a bar is escaped, and backticks inside ask for a longer fence."""
    fence = "``" if "`" in text else "`"
    pad = " " if fence == "``" else ""
    return f"{fence}{pad}{text.replace('|', chr(92) + '|')}{pad}{fence}"
