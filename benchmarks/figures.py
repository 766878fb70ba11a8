"""Figures as SVG text, without a plotting library: step curves, lines and points over linear or logarithmic axes. All text in them is escaped."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

WIDTH, HEIGHT = 640, 400
LEFT, RIGHT, TOP, BOTTOM = 62, 190, 34, 48
"""Margins of the plot; the legend stands at the right."""
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00", "#000000", "#7f7f7f")
"""Okabe and Ito's colours, told apart with any kind of colour blindness, and grey."""
DASHES = ("", "6 3", "2 3", "8 3 2 3")
LARGE = 40
"""A length from which on lengths stand on a logarithmic axis: what a peer finds may have hundreds of nodes."""
LABEL = 22
"""Characters of a name in the legend."""


@dataclass(frozen=True, slots=True)
class Series:
    """Points of one method."""

    name: str
    points: Sequence[tuple[float, float]]
    place: int | None = None
    """Decides its colour; its place among the series of the figure if None. A method has one colour in all figures of a group."""


@dataclass(frozen=True, slots=True)
class Axis:
    """A range of numbers laid over pixels."""

    low: float
    high: float
    start: float
    end: float
    log: bool = False

    def at(self, value: float) -> float:
        """The pixel of a value; values outside lie on the border."""
        low, high, x = self._scaled(self.low), self._scaled(self.high), self._scaled(min(max(value, self.low), self.high))
        return self.start + (x - low) / (high - low) * (self.end - self.start)

    def ticks(self) -> list[float]:
        """Round numbers in the range, about five."""
        if self.log:
            first, last = math.ceil(math.log10(self.low) - 1e-9), math.floor(math.log10(self.high) + 1e-9)
            if last - first <= 2:
                fine = [factor * 10.0**power for power in range(first - 1, last + 1) for factor in (1, 2, 5)]
                return [value for value in fine if self.low * (1 - 1e-9) <= value <= self.high * (1 + 1e-9)]
            step = max(1, math.ceil((last - first + 1) / 7))
            return [10.0**power for power in range(first, last + 1, step)]
        rough = (self.high - self.low) / 5
        power = 10.0 ** math.floor(math.log10(rough))
        step = next(power * factor for factor in (1, 2, 5, 10) if power * factor >= rough - 1e-12)
        return [i * step for i in range(math.ceil(self.low / step - 1e-9), math.floor(self.high / step + 1e-9) + 1)]

    def _scaled(self, value: float) -> float:
        return math.log10(value) if self.log else value


def steps(title: str, x_label: str, y_label: str, series: Sequence[Series], *, x_end: float | None = None) -> str:
    """Rising step curves of percentages in [0, 100] over a logarithmic x axis, each drawn on to `x_end`, or to the end of the axis: what
    lies beyond a budget was not measured."""
    x, y = _log_axis([px for item in series for px, _ in item.points] + ([x_end] if x_end else [])), _percent_axis()
    marks = []
    for index, item in _placed(series):
        path, height = [f"M{x.start:.1f} {y.at(0):.1f}"], 0.0
        for px, py in (*item.points, (x_end or x.high, None)):
            path.append(f"H{x.at(px):.1f}")
            if py is not None:
                height = py
                path.append(f"V{y.at(height):.1f}")
        marks.append(
            f'<path d="{" ".join(path)}" fill="none" stroke="{_colour(index)}" stroke-width="2" stroke-dasharray="{_dash(index)}"/>'
        )
    return _framed(title, x_label, y_label, x, y, marks, series, suffix="%")


def scatter(title: str, x_label: str, y_label: str, series: Sequence[Series]) -> str:
    """Points over an x axis of ints, logarithmic where there are large ones, and a logarithmic y axis, with a line through the medians at each x."""
    xs = [px for item in series for px, _ in item.points] or [1.0]
    x = _log_axis([1.0, *xs]) if max(xs) > LARGE else Axis(0, max(*xs, 4) + 1, LEFT, WIDTH - RIGHT)
    y = _log_axis([py for item in series for _, py in item.points], vertical=True)
    marks = []
    for number, (index, item) in enumerate(_placed(series)):
        shift = (number - (len(series) - 1) / 2) * 5  # side by side, so that no method hides another
        marks += [
            f'<circle cx="{x.at(px) + shift:.1f}" cy="{y.at(py):.1f}" r="2.5" fill="{_colour(index)}" fill-opacity="0.55"/>'
            for px, py in item.points
        ]
        places = sorted({px for px, _ in item.points})
        line = " ".join(f"{x.at(px) + shift:.1f},{y.at(_median([b for a, b in item.points if a == px])):.1f}" for px in places)
        marks.append(
            f'<polyline points="{line}" fill="none" stroke="{_colour(index)}" stroke-width="1.5" stroke-dasharray="{_dash(index)}"/>'
        )
    return _framed(title, x_label, y_label, x, y, marks, series)


def lines(title: str, x_label: str, y_label: str, series: Sequence[Series]) -> str:
    """Lines through points of percentages in [0, 100], over percentages."""
    x, y = Axis(0, 100, LEFT, WIDTH - RIGHT), _percent_axis()
    marks = []
    for index, item in _placed(series):
        at = [(x.at(px), y.at(py)) for px, py in item.points]
        marks.append(
            f'<polyline points="{" ".join(f"{px:.1f},{py:.1f}" for px, py in at)}" fill="none" stroke="{_colour(index)}" stroke-width="2" stroke-dasharray="{_dash(index)}"/>'
        )
        marks += [f'<circle cx="{px:.1f}" cy="{py:.1f}" r="3" fill="{_colour(index)}"/>' for px, py in at]
    return _framed(title, x_label, y_label, x, y, marks, series, suffix="%")


def _framed(
    title: str, x_label: str, y_label: str, x: Axis, y: Axis, marks: Sequence[str], series: Sequence[Series], suffix: str = ""
) -> str:
    """The whole figure around the marks."""
    middle = (x.start + x.end) / 2
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" role="img" font-family="sans-serif" font-size="12">',
        f"<title>{_text(title)}</title>",
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>',
        f'<text x="{LEFT}" y="20" font-size="14" fill="#222222">{_text(_short(title, 72))}</text>',
    ]
    for tick in x.ticks():
        at = x.at(tick)
        parts.append(f'<line x1="{at:.1f}" x2="{at:.1f}" y1="{y.end}" y2="{y.start}" stroke="#e3e3e3"/>')
        parts.append(f'<text x="{at:.1f}" y="{y.start + 16}" text-anchor="middle" fill="#444444">{_number(tick)}</text>')
    for tick in y.ticks():
        at = y.at(tick)
        parts.append(f'<line x1="{x.start}" x2="{x.end}" y1="{at:.1f}" y2="{at:.1f}" stroke="#e3e3e3"/>')
        parts.append(f'<text x="{x.start - 6}" y="{at + 4:.1f}" text-anchor="end" fill="#444444">{_number(tick)}{suffix}</text>')
    parts += [
        f'<path d="M{x.start} {y.end} V{y.start} H{x.end}" fill="none" stroke="#666666"/>',
        f'<text x="{middle}" y="{HEIGHT - 10}" text-anchor="middle" fill="#222222">{_text(x_label)}</text>',
        f'<text transform="translate(14 {(y.start + y.end) / 2}) rotate(-90)" text-anchor="middle" fill="#222222">{_text(y_label)}</text>',
        *marks,
    ]
    for number, (index, item) in enumerate(_placed(series)):
        top = TOP + 10 + 18 * number
        parts.append(
            f'<line x1="{x.end + 10}" x2="{x.end + 32}" y1="{top}" y2="{top}" stroke="{_colour(index)}" stroke-width="2" stroke-dasharray="{_dash(index)}"/>'
        )
        parts.append(f'<text x="{x.end + 38}" y="{top + 4}" fill="#222222">{_text(_short(item.name, LABEL))}</text>')
    return "\n".join([*parts, "</svg>"])


def _placed(series: Sequence[Series]) -> list[tuple[int, Series]]:
    """The series with the numbers of their colours."""
    return [(number if item.place is None else item.place, item) for number, item in enumerate(series)]


def _log_axis(values: Sequence[float], *, vertical: bool = False) -> Axis:
    """Whole powers of ten around the values."""
    positive = [value for value in values if value > 0] or [1.0]
    low, high = 10.0 ** math.floor(math.log10(min(positive))), 10.0 ** math.ceil(math.log10(max(positive)) - 1e-9)
    high = high if high > low else low * 10
    return Axis(low, high, *((HEIGHT - BOTTOM, TOP) if vertical else (LEFT, WIDTH - RIGHT)), log=True)


def _percent_axis() -> Axis:
    return Axis(0, 100, HEIGHT - BOTTOM, TOP)


def _number(value: float) -> str:
    return f"{value:g}" if 1e-3 <= abs(value) < 1e5 or value == 0 else f"{value:.0e}".replace("e-0", "e-").replace("e+0", "e")


def _median(values: Sequence[float]) -> float:
    ordered = sorted(values)
    return ordered[len(ordered) // 2]


def _colour(index: int) -> str:
    return COLOURS[index % len(COLOURS)]


def _dash(index: int) -> str:
    return DASHES[(index // len(COLOURS) + index) % len(DASHES)]


def _short(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 3] + "..."


def _text(text: str) -> str:
    """Escaped, and without the characters that XML does not allow."""
    return escape("".join(c if c.isprintable() else " " for c in text))
