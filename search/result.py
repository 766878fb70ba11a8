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
from search.verify import Fit, held_out_correct

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
    collected: tuple[Fit, ...] = ()
    """All the fits in the order in which they were found: what was ranked."""
    explanation: tuple[str, ...] = ()
    """How the answer came about, in sentences."""

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
        if not self.solved:
            return f"no program found {self._why()} ({self.candidates:,} candidates tried)"
        parts = [str(self.program) or "(the empty program: the last input is the answer)", (self.python or "").rstrip(), self._checked()]
        if len(self.ranking.fits) > 1:
            parts.append("\n".join(self._others()))
        parts.append(f"{self.candidates:,} candidates, first fit after {self.first_seconds:.2f} s, {self.seconds:.2f} s in all.")
        return "\n\n".join(parts)

    def _why(self) -> str:
        """Why there is no program."""
        limit = self.settings.max_candidates
        if self.status == "budget" and limit is not None and self.candidates >= limit:
            return f"within {limit:,} candidates"
        return {
            "budget": f"within {self.settings.budget:g} s",
            "exhausted": f"among all programs up to size {self.settings.max_size}",
            "memory": f"within {self.settings.memory:,} MB of memory",
        }.get(self.status, "before it was interrupted")

    def _checked(self) -> str:
        """What was checked, and nothing more than that."""
        count, held_out = len(self.task.examples), self._held_out()
        ran = "the one example, and its output" if count == 1 else f"all {count} examples, and each output"
        text = f"Checked: it was run on {ran} was reproduced. About other inputs nothing is known."
        if held_out is not None:
            num = len(self.task.held_out)
            some = "all" if held_out else "some of the"
            what = "the held-out example" if num == 1 else f"{some} {num} held-out examples"
            text += f"\nHeld out: {'right' if held_out else 'WRONG'} on {what}, which the search did not see."
        return text

    def _others(self) -> list[str]:
        """The other programs, why they come later, and what would decide."""
        fits, agreement = self.ranking.fits, self.ranking.agreement
        lines = ["These fit too, but behave differently (in order of length, then of how many of the fits behave alike):"]
        for fit, share in list(zip(fits, agreement, strict=True))[1:NUM_SHOWN]:
            lines.append(f"  {fit.program}    [{fit.size} word{'s' * (fit.size != 1)}, {share:.0%} of the fits]")
        if len(fits) > NUM_SHOWN:
            lines.append(f"  ... and {len(fits) - NUM_SHOWN} more")
        gap = self.ranking.disagreement
        if gap is not None:
            first, second = (f"stuck ({value.reason.value})" if isinstance(value, Stuck) else print_value(value) for value in gap.answers)
            inputs = " ".join(map(print_value, gap.inputs))
            lines.append(f"The examples do not decide: on {inputs} the first gives {first}, the second {second}.")
        return lines

    def _held_out(self) -> bool | None:
        return None if self.program is None else held_out_correct(self.program, self.task, self.settings.profile)

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
            "checked": {"examples": len(self.task.examples), "held_out_correct": self._held_out()},
            "seconds": round(self.seconds, 4),
            "first_seconds": None if self.first_seconds is None else round(self.first_seconds, 4),
            "candidates": self.candidates,
            "executions": self.executions,
            "explanation": list(self.explanation),
        }  # fmt: skip

    def _repr_html_(self) -> str:
        """For notebooks; all text is escaped."""
        if not self.solved:
            return f"<p>{escape(self.text())}</p>"
        rows = "".join(
            f"<tr><td><code>{escape(str(fit.program))}</code></td><td>{fit.size}</td><td>{share:.0%}</td></tr>"
            for fit, share in zip(self.ranking.fits[:NUM_SHOWN], self.ranking.agreement, strict=False)
        )
        table = f"<table><tr><th>program</th><th>words</th><th>fits that behave so</th></tr>{rows}</table>"
        return f"{table}<pre>{escape(self.python or '')}</pre><p>{escape(self._checked())}</p>"
