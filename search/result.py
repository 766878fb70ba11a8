"""What a search found, as text, JSON and HTML."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import Any, Literal, TypeAlias

from dsl.printer import print_value
from dsl.program import Program
from dsl.tasks import Task
from dsl.values import Stuck, to_json
from search.rank import Ranking
from search.settings import Settings
from search.verify import held_out_correct

Status: TypeAlias = Literal["solved", "budget", "exhausted", "memory", "interrupted"]

NUM_SHOWN = 4
"""Different programs shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchResult:
    """The outcome of one search. Every program in it was run on all the task's examples by the reference machine."""

    task: Task
    settings: Settings
    ranking: Ranking
    status: Status
    """`solved`, or why nothing was found: `budget` (time or candidates used up), `exhausted` (nothing up to the maximal size),
    `memory` (no more of it) or `interrupted` (Ctrl-C)."""
    seconds: float
    first_seconds: float | None
    """When the first fit was found."""
    candidates: int
    """Applications tried by the search."""
    executions: int
    """Runs of whole programs on examples by the reference machine."""
    num_fits: int

    @property
    def solved(self) -> bool:
        """Whether some program gives every example's output."""
        return bool(self.ranking.fits)

    @property
    def program(self) -> Program | None:
        """The best program."""
        return self.ranking.fits[0].program if self.ranking.fits else None

    @property
    def python(self) -> str | None:
        """The best program as a Python function."""
        from dsl.python import render

        return None if self.program is None else render(self.program, self.task.input_types, profile=self.settings.profile)

    def __str__(self) -> str:
        return self.text()

    def text(self) -> str:
        """The answer for people."""
        task = self.task
        if not self.solved:
            why = {"budget": f"within {self.settings.budget:g} s", "exhausted": f"among all programs up to size {self.settings.max_size}"}
            return f"no program found {why.get(self.status, 'before it was interrupted')} ({self.candidates:,} candidates tried)"
        lines = [str(self.program), "", (self.python or "").rstrip(), ""]
        fits, agreement = self.ranking.fits, self.ranking.agreement
        count = len(task.examples)
        lines.append(f"Checked: run on {'the one example' if count == 1 else f'all {count} examples'}, each output reproduced. Nothing else is known about other inputs.")
        held_out = held_out_correct(fits[0].program, task, self.settings.profile)
        if held_out is not None:
            lines.append(f"Held out: {'right' if held_out else 'WRONG'} on the {len(task.held_out)} held-out examples (not used in the search).")
        if len(fits) > 1:
            lines += ["", "Other programs that fit but behave differently (shorter first, then by how many of the fits found agree):"]
            lines += [f"  {fit.program}    [{fit.size} words, {share:.0%} of {self.num_fits} fits]" for fit, share in list(zip(fits, agreement, strict=True))[1:NUM_SHOWN]]
        if self.ranking.disagreement is not None:
            gap = self.ranking.disagreement
            shown = [f"stuck ({value.reason.value})" if isinstance(value, Stuck) else print_value(value) for value in gap.answers[:2]]
            lines.append(f"The examples do not decide between the first two: on {' '.join(map(print_value, gap.inputs))} they give {shown[0]} and {shown[1]}.")
        lines.append(f"{self.candidates:,} candidates, first fit after {self.first_seconds:.2f} s, {self.seconds:.2f} s in all.")
        return "\n".join(lines)

    def to_json(self) -> dict[str, Any]:
        """The answer as one JSON object."""
        gap = self.ranking.disagreement
        return {
            "task": self.task.name,
            "status": self.status,
            "solved": self.solved,
            "program": None if self.program is None else str(self.program),
            "python": self.python,
            "programs": [
                {"program": str(fit.program), "size": fit.size, "cost": fit.cost, "seconds": round(fit.seconds, 4), "agreement": share}
                for fit, share in zip(self.ranking.fits, self.ranking.agreement, strict=True)
            ],
            "disagreement": None if gap is None else {
                "inputs": to_json(gap.inputs),
                "answers": [{"stuck": value.reason.value} if isinstance(value, Stuck) else to_json(value) for value in gap.answers],
            },
            "checked": {"examples": len(self.task.examples), "held_out_correct": None if self.program is None else held_out_correct(self.program, self.task, self.settings.profile)},
            "seconds": round(self.seconds, 4),
            "first_seconds": None if self.first_seconds is None else round(self.first_seconds, 4),
            "candidates": self.candidates,
            "executions": self.executions,
        }  # fmt: skip

    def _repr_html_(self) -> str:
        """For notebooks; all text is escaped."""
        if not self.solved:
            return f"<p>{escape(self.text())}</p>"
        rows = "".join(
            f"<tr><td><code>{escape(str(fit.program))}</code></td><td>{fit.size}</td><td>{share:.0%}</td></tr>"
            for fit, share in zip(self.ranking.fits[:NUM_SHOWN], self.ranking.agreement, strict=False)
        )
        return f"<table><tr><th>program</th><th>words</th><th>agreement</th></tr>{rows}</table><pre>{escape(self.python or '')}</pre>"
