"""What the searches through the executor can be told. Every part has a switch, so that leaving one out is one word."""

from __future__ import annotations

from dataclasses import dataclass

from dsl.errors import ConfigError


@dataclass(frozen=True, slots=True, kw_only=True)
class Sampling:
    """Latent sampling."""

    rollouts: int = 64
    """Sequences drawn in the first round; each further round draws twice as many, as far as `most`."""
    most: int = 512
    executed: int = 16
    """Programs of a round that the real machine runs: those that end nearest to the outputs."""
    examples: int = 3
    """Examples that the executor follows; the machine runs programs on all."""
    longer: float = 1.0
    """Words that roll-outs have beyond the expected number."""
    worst: bool = False
    """Whether the distance is that of the worst example instead of the mean."""
    merged: bool = True
    """Whether roll-outs that lead to the same stacks are one."""
    uniform: bool = False
    """Whether the policy is left out."""
    lines: bool = True
    """Whether lines are imagined, best first (`search.latent.imagined`), where a policy knows the task; otherwise roll-outs of stacks are drawn."""
    followed: int = 6
    """Examples on which lines are imagined: on fewer, different values look alike and the right one is taken for another."""
    grounded: int = 64
    """Values of states of lines that are run on the real machine at most before they are gone on from."""
    traced: bool = True
    """Whether the values of all lines of a program that is run are taken down, and not its answer alone."""
    executor: bool = True
    """False: programs are run in the order in which they were drawn, and no executor is asked which of them come near; the values on which the
    policy is asked again still are the executor's."""

    def __post_init__(self) -> None:
        _check(self, rollouts=1, most=1, executed=1, examples=1, followed=1, grounded=0, longer=-8)


@dataclass(frozen=True, slots=True, kw_only=True)
class Descent:
    """Gradient and sampling."""

    starts: int = 4
    """Parallel starts, apart by random offsets."""
    steps: int = 12
    """Steps of Adam until all starts are drawn anew."""
    rate: float = 0.1
    spread: float = 0.5
    """Standard deviation of the offsets at the start."""
    examples: int = 2
    """Examples that the executor follows jointly; the machine runs programs on all."""
    mixture: int = 6
    """Words of a mixture: the most probable ones. The others keep their offsets."""
    straight: bool = True
    """Whether states go forward by one word of each mixture, drawn by its weights, and the gradient backward through all of them (straight-through
    estimator, Bengio et al., arXiv 1308.3432; with Gumbel's noise, Jang et al., arXiv 1611.01144): states stay such as the field and the policy know."""
    apart: bool = False
    """Whether each word of a mixture is a call of its own, of which the outcomes are mixed: right by construction, and as many times the work."""
    longer: float = 1.0
    """Positions beyond the expected number of words; the word `nop` fills what is not needed."""
    policy: bool = True
    """False: offsets are to nothing, as if no policy were known; only words whose types do not fit are still left out."""
    reread: bool = True
    """Whether the policy is asked again at every position of every step, on the decoded states; otherwise the first step's answers stay."""
    hot: float = 1.0
    cold: float = 1.0
    """Temperature of the distributions over words, from the first step to the last."""
    state_hot: float = 1.0
    state_cold: float = 0.3
    """Temperature of re-grounding between words, from the first step to the last."""
    hull: bool = False
    """Whether states are re-grounded to the nearest mixture of codes instead, which keeps mixtures and has no temperature."""
    domains: tuple[str, ...] = ()
    """Abstract targets, such as ("type", "length", "sign", "parity", "interval")."""
    coarse: float = 1.0
    """Weight of the abstract targets at the first step, against 1 of the concrete one at the last; each fades to a tenth of itself."""
    trouble: float = 1.0
    """Weight of the probability of errors."""
    entropy: float = 0.1
    """Weight of the distributions' entropy at the last step; it grows from 0."""
    length: float = 0.02
    """Weight of the expected number of words."""
    guidance: float = 1.0
    """Above 1: the mixture goes further from the policy's own than the offsets say, as in classifier-free guidance."""
    every: int = 3
    """Steps between two draws of programs."""
    drawn: int = 64
    """Programs drawn each time, over all starts."""
    feedback: str = "score"
    """What exact losses do: `score` (leave-one-out score function with the executor as control variate), `expectation` (the mixture of exact
    results), `none` (programs are run, and nothing is learned from it)."""
    control: bool = True
    """Whether the executor is the control variate of the score function."""
    feedback_weight: float = 1.0
    commit: bool = True
    """Whether the word with the largest measured effect is fixed after each draw."""

    def __post_init__(self) -> None:
        _check(self, starts=1, steps=1, examples=1, mixture=2, longer=-8, every=1, drawn=1)
        if self.feedback not in FEEDBACKS:
            raise ConfigError(f"descent setting feedback is {self.feedback!r}; it must be one of {', '.join(FEEDBACKS)}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Tuning:
    """How compiled programs are tuned."""

    programs: int = 8
    """Roll-outs of a round that are compiled: those that end nearest to the outputs."""
    micro: int = 2
    """Micro-steps of a word."""
    steps: int = 12
    """Steps of Adam; with 0 programs are run as they were drawn."""
    rate: float = 0.15
    examples: int = 3
    noise: float = 0.1
    """Standard deviation of what is added to the vectors at the start."""
    temperature: float = 0.5
    """Of re-grounding between words."""

    def __post_init__(self) -> None:
        _check(self, programs=1, micro=1, steps=0, examples=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Filling:
    """How holes are filled."""

    starts: int = 8
    steps: int = 40
    rate: float = 0.3
    examples: int = 3
    """Examples that the executor follows."""
    largest: int = 100
    """Largest absolute value of a constant; at most what has codes of its own."""
    distribution: bool = False
    """Whether a hole is a distribution over Ints instead of a free vector."""
    temperature: float = 1.0
    """Of re-grounding between words."""
    best: int = 6
    """Tuples of constants around which the neighbours are run."""
    executed: int = 160
    """Most tuples of constants of one program that the real machine runs."""
    window: int = 2
    """How far from them: all tuples within so much of each constant."""

    def __post_init__(self) -> None:
        _check(self, starts=1, steps=1, examples=1, largest=1, best=1)


FEEDBACKS = ("score", "expectation", "none")


def _check(settings: object, **least: int) -> None:
    for name, low in least.items():
        value = getattr(settings, name)
        if not value >= low:
            raise ConfigError(f"{type(settings).__name__.lower()} setting {name} is {value!r}; it must be at least {low}")
