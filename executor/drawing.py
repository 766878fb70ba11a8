"""Quiver pictures without a plotting package: panels of arrows, dots and paths on one plane, as uint8 images."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from PIL import Image, ImageDraw

PANEL, EDGE, HEAD = 340, 26, 15
"""Pixels of a panel's side, of its edge, and of the line above."""
BLACK, GREY, BLUE, ORANGE, RED, GREEN = (30, 30, 30), (150, 150, 150), (40, 90, 180), (225, 130, 20), (200, 30, 40), (30, 140, 70)


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """One picture. All points are float[n, 2] in the plane."""

    title: str
    places: np.ndarray
    arrows: np.ndarray
    """Directions at `places`."""
    starts: np.ndarray
    """Real states: blue dots."""
    ends: np.ndarray
    """Their true end points: orange rings."""
    errors: np.ndarray
    """Codes of errors: red crosses."""
    way: np.ndarray
    """float[2, 2]: where the state that the field is drawn for starts and ends: an orange arrow."""
    path: np.ndarray
    """A program's states, in order: a green line."""
    labels: Sequence[str] = field(default_factory=tuple)
    """What is written at each point of the path."""


def picture(panels: Sequence[Panel], bounds: tuple[float, float, float, float], caption: str) -> np.ndarray:
    """uint8[H, W, 3]: the panels in rows of two, all of the same bounds (left, bottom, right, top)."""
    rows = -(-len(panels) // 2)
    image = Image.new("RGB", (2 * PANEL, rows * PANEL + 2 * HEAD), "white")
    draw = ImageDraw.Draw(image)
    draw.text((EDGE, 4), caption, fill=BLACK)
    longest = max((float(np.linalg.norm(panel.arrows, axis=1).max(initial=0)) for panel in panels), default=0.0)
    for number, panel in enumerate(panels):
        corner = (number % 2) * PANEL, number // 2 * PANEL + 2 * HEAD
        _panel(draw, panel, corner, bounds, longest)
    return np.asarray(image)


def _panel(
    draw: ImageDraw.ImageDraw, panel: Panel, corner: tuple[int, int], bounds: tuple[float, float, float, float], longest: float
) -> None:
    left, bottom, right, top = bounds
    span = PANEL - 2 * EDGE

    def at(point: np.ndarray) -> tuple[float, float]:
        x = corner[0] + EDGE + (point[0] - left) / (right - left) * span
        y = corner[1] + EDGE + (top - point[1]) / (top - bottom) * span
        return float(np.clip(x, corner[0] + 2, corner[0] + PANEL - 2)), float(np.clip(y, corner[1] + HEAD, corner[1] + PANEL - 2))

    draw.rectangle((corner[0] + EDGE, corner[1] + EDGE, corner[0] + EDGE + span, corner[1] + EDGE + span), outline=GREY)
    draw.text((corner[0] + EDGE, corner[1] + EDGE - HEAD), panel.title, fill=BLACK)
    cell = span / max(1.0, len(panel.places) ** 0.5)
    for place, arrow in zip(panel.places, panel.arrows, strict=True):
        size = float(np.linalg.norm(arrow))
        # Length grows with the root of the speed, so that slow places still show their direction; black is fast, grey slow.
        reach = cell * 0.95 * (size / longest) ** 0.5 if longest > 0 else 0.0
        shade = int(190 * (1 - (size / longest if longest > 0 else 0)))
        _arrow(draw, at(place), arrow / max(size, 1e-9) * reach, (shade, shade, shade))
    for point in panel.errors:
        x, y = at(point)
        draw.line((x - 3, y - 3, x + 3, y + 3), fill=RED, width=2)
        draw.line((x - 3, y + 3, x + 3, y - 3), fill=RED, width=2)
    for point in panel.ends:
        x, y = at(point)
        draw.ellipse((x - 4, y - 4, x + 4, y + 4), outline=ORANGE, width=2)
    for point in panel.starts:
        x, y = at(point)
        draw.ellipse((x - 2, y - 2, x + 2, y + 2), fill=BLUE)
    if len(panel.way):
        start, end = (np.array(at(point)) for point in panel.way)
        flat = (end - start) * np.array([1, -1])
        _arrow(draw, (float(start[0]), float(start[1])), flat, ORANGE, width=3)
    points = [at(point) for point in panel.path]
    if len(points) > 1:
        draw.line(points, fill=GREEN, width=2)
    for point, label in zip(points, panel.labels, strict=False):
        draw.text((point[0] + 4, point[1] - 10), label, fill=GREEN)


def _arrow(draw: ImageDraw.ImageDraw, start: tuple[float, float], arrow: np.ndarray, colour: tuple[int, int, int], width: int = 1) -> None:
    tip = start[0] + arrow[0], start[1] - arrow[1]
    draw.line((*start, *tip), fill=colour, width=width)
    back = np.array([-arrow[0], arrow[1]]) * min(0.35, 8 / max(float(np.linalg.norm(arrow)), 1e-9))
    for turn in (0.5, -0.5):
        side = np.array([back[0] * np.cos(turn) - back[1] * np.sin(turn), back[0] * np.sin(turn) + back[1] * np.cos(turn)])
        draw.line((*tip, tip[0] + side[0], tip[1] + side[1]), fill=colour, width=width)
