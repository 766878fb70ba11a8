"""Where the inputs of the bundled tasks come from: small sources of ints, lists and texts, each a function of a random generator."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from benchmarks.named.row import Draw
from dsl.values import Value

WORDS = (
    "lamp", "orchard", "tin", "velvet", "harbour", "ink", "ox", "umbrella", "quiet", "maple", "kite", "signal", "eel", "bread", "atlas", "window",
    "noon", "level", "salt", "engine", "otter", "copper", "idea", "rotor", "yarn", "cloud",
)  # fmt: skip
NAMES = ("Ada", "Bo", "Carla", "Dimitri", "Eun", "Farida", "Goran", "Hilde", "Ivo", "Jun", "Kofi", "Lene", "Mirek", "Noor", "Oskar", "Pia")
SURNAMES = ("Okafor", "Lindqvist", "Marsh", "Ito", "Varga", "Delacroix", "Stone", "Nowak", "Reyes", "Hahn", "Bell", "Quist")


def ints(low: int, high: int) -> Draw:
    """An int of the range, its ends included."""
    return lambda random: random.randint(low, high)


def around(*marks: int, reach: int = 20) -> Draw:
    """An int near one of some marks, half the time one of them or a neighbour."""

    def draw(random: Random) -> Value:
        mark = random.choice(marks)
        return mark + (random.choice((-1, 0, 1)) if random.random() < 0.5 else random.randint(-reach, reach))

    return draw


def lists(low: int, high: int, shortest: int = 2, longest: int = 8) -> Draw:
    """A list of ints of the range."""
    return lambda random: tuple(random.randint(low, high) for _ in range(random.randint(shortest, longest)))


def mixed(first: Draw, second: Draw) -> Draw:
    """One of two sources."""
    return lambda random: random.choice((first, second))(random)


def ordered(source: Draw) -> Draw:
    """A list of the source in ascending order."""
    return lambda random: tuple(sorted(source(random)))  # type: ignore[arg-type]


def one_of(values: Sequence[Value]) -> Draw:
    """One of some values."""
    return lambda random: random.choice(values)


def words(fewest: int = 1, most: int = 1, separator: str = " ") -> Draw:
    """Words with a separator between them."""
    return lambda random: separator.join(random.choice(WORDS) for _ in range(random.randint(fewest, most)))


def names() -> Draw:
    """A first name and a surname."""
    return lambda random: f"{random.choice(NAMES)} {random.choice(SURNAMES)}"


def filled(template: str, *sources: Draw) -> Draw:
    """A text: the template with each `{}` filled from its source."""
    return lambda random: template.format(*(source(random) for source in sources))


def changed(source: Draw, *changes: str) -> Draw:
    """A text of the source after one of some changes: the name of a method of `str`, such as upper."""
    return lambda random: getattr(source(random), random.choice(changes))()


def dates(form: str = "{:04d}-{:02d}-{:02d}") -> Draw:
    """A date; `form` gets year, month and day."""
    return lambda random: form.format(random.randint(1950, 2049), random.randint(1, 12), random.randint(1, 28))
