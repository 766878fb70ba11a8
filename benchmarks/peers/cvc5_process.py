"""The process that cvc5 runs in: a SyGuS text in, what it answers out. Started by `benchmarks.peers.cvc5`."""

# The package is an optional extra, and says nothing of its types.
# pyright: reportMissingImports=false, reportAttributeAccessIssue=false

from __future__ import annotations

import json
import sys
from typing import Any

from benchmarks.worker import die_with

OPTIONS = {"sygus": "true", "sygus-pbe": "true"}
"""The strategy for programming by example has to be asked for: without it cvc5 1.4.2 solves dr-name.sl not in 6 s, with it in 0.1 s."""


def solve(text: str, seed: int) -> str:
    """What cvc5 prints to the commands of a SyGuS-IF 2.1 text: a function in parentheses, `infeasible` or `fail`. Raises `RuntimeError` for a text that it refuses."""
    import cvc5

    manager = cvc5.TermManager()
    solver = cvc5.Solver(manager)
    for name, value in OPTIONS.items():
        solver.setOption(name, value)
    solver.setOption("seed", str(seed))
    parser = cvc5.InputParser(solver)
    parser.setStringInput(cvc5.InputLanguage.SYGUS_2_1, text, "task")
    said = []
    while not (command := parser.nextCommand()).isNull():
        said.append(command.invoke(solver, parser.getSymbolManager()))
    return "".join(said).strip()


def main(parent: int) -> None:
    """One request."""
    die_with(parent)
    request: dict[str, Any] = json.loads(sys.stdin.readline())
    try:
        reply = {"said": solve(request["text"], request["seed"])}
    except RuntimeError as error:
        reply = {"refused": str(error)}
    print(json.dumps(reply), flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]))
