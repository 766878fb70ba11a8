"""The type graph: stack shapes and the words that lead from one to the next; the shortest plans between two shapes, as text and as SVG.

A shape is the tuple of the value types on a stack, top last. A plan is a sequence of shapes, with every word that may make each
step: the coarsest form of a program. Steps that keep the shape (`sort`, `upper`) are loops of the graph, and count.
"""

from __future__ import annotations

import heapq
import itertools
import math
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, TypeAlias
from xml.sax.saxutils import escape

from dsl.errors import ConfigError
from dsl.types import VALUE_TYPES, ListOf, Type, Var, parse_type
from dsl.unification import substitute

if TYPE_CHECKING:
    import networkx

Shape: TypeAlias = tuple[Type, ...]

LITERAL = "literal"
"""Stands in a plan for pushing some literal."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Shapes from source to target, and for each step the words that may make it, in table order."""

    shapes: tuple[Shape, ...]
    words: tuple[tuple[str, ...], ...]

    def __len__(self) -> int:
        """How many words a program of this plan has."""
        return len(self.words)

    @property
    def ways(self) -> int:
        """How many choices of words there are."""
        return math.prod(map(len, self.words))


def parse_shape(text: str) -> Shape:
    """A shape from types separated by blanks or commas, top last, e.g. `Str Int`; the empty text is the empty stack. Raises `TypeMismatch`."""
    return tuple(parse_type(part) for part in re.split(r"[\s,]+", text.strip()) if part)


def show_shape(shape: Shape) -> str:
    """The shape as `parse_shape` reads it; the empty stack as `(empty)`."""
    return " ".join(map(str, shape)) or "(empty)"


def shortest_plans(
    source: Shape, target: Shape, k: int, max_length: int, *, quotations: bool = False, literals: bool = False, max_depth: int | None = None
) -> list[Plan]:
    """The `k` shortest plans of 1 to `max_length` words; among those of equal length, the ones with more choices of words first.

    Words are those that route and compute; with `quotations` also `map` and its kin (with any quotation of the right type), with
    `literals` also pushing a literal of any type. `max_depth` bounds the stack; by default it leaves room for one value more than the higher
    of the two shapes. Raises `ConfigError` for numbers that make no sense.
    """
    if k < 1 or max_length < 1:
        raise ConfigError(f"a search for {k} plans of at most {max_length} words finds nothing; both numbers must be at least 1")
    depth = max_depth or max(len(source), len(target)) + 1
    plans: list[Plan] = []
    # The graph grows fast with the length, and k plans are mostly found among short ones.
    for length in range(1, max_length + 1):
        plans = _plans(type_graph(source, length, depth, quotations=quotations, literals=literals), source, target, k, length)
        if len(plans) == k:
            break
    return plans


def _plans(graph: networkx.DiGraph, source: Shape, target: Shape, k: int, max_length: int) -> list[Plan]:
    """The `k` shortest plans in a type graph."""
    import networkx

    if target not in graph:
        return []
    costs = networkx.single_source_dijkstra_path_length(graph.reverse(copy=False), target, weight="cost")
    paths = itertools.islice(_walks(graph, source, target, costs, max_length), k)
    return [Plan(path, tuple(_in_table_order(graph.edges[step]["words"]) for step in itertools.pairwise(path))) for path in paths]


def _in_table_order(words: Iterable[str]) -> tuple[str, ...]:
    from dsl.ops import OPS

    ranks = {word: rank for rank, word in enumerate(OPS)}
    return tuple(sorted(words, key=lambda word: ranks.get(word, -1)))


def type_graph(source: Shape, max_length: int, max_depth: int, *, quotations: bool = False, literals: bool = False) -> networkx.DiGraph:
    """The shapes that at most `max_length` words reach from `source` on stacks of at most `max_depth` values.

    Each edge has its `words` and a `cost` between 1 and 1 + 1/max_length, lower where there are more words: the whole part of a path's
    cost is its length.
    """
    import networkx

    graph = networkx.DiGraph()
    graph.add_node(source)
    frontier = [source]
    for _ in range(max_length):
        found = []
        for shape in frontier:
            for after, words in _successors(shape, max_depth, quotations, literals).items():
                if after not in graph:
                    found.append(after)
                cost = 1 + (1 - math.log(len(words)) / math.log(1000)) / (max_length + 1)
                graph.add_edge(shape, after, words=tuple(words), cost=cost)
        frontier = found
    return graph


def _successors(shape: Shape, max_depth: int, quotations: bool, literals: bool) -> Mapping[Shape, list[str]]:
    """The shapes one word away, with the words that lead there."""
    after: dict[Shape, list[str]] = defaultdict(list)
    for pops in range(len(shape) + 1):
        below, top = shape[: len(shape) - pops], shape[len(shape) - pops :]
        for results, words in _signatures(quotations, literals).get(top, {}).items():
            if len(below) + len(results) <= max_depth:
                after[below + results].extend(words)
    return after


@cache
def _signatures(quotations: bool, literals: bool) -> Mapping[Shape, Mapping[Shape, list[str]]]:
    """Types popped to types pushed to the words that do so, for every choice of the words' type variables."""
    from dsl.ops import OPS

    table: dict[Shape, dict[Shape, list[str]]] = defaultdict(lambda: defaultdict(list))
    for op in OPS.values():
        if op.kind in ("route", "value") or (op.kind == "each" and quotations):
            for before, after in _instances(op.type.before.types[: op.num_args], op.type.after.types):
                table[before][after].append(op.name)
    if literals:
        for kind in VALUE_TYPES:
            table[()][(kind,)].append(LITERAL)
    return table


def _instances(before: Sequence[Type], after: Sequence[Type]) -> Iterator[tuple[Shape, Shape]]:
    """An effect's two sides with its type variables replaced in every way that leaves only types of values."""
    names = sorted({name for kind in (*before, *after) for name in _variables(kind)})
    for kinds in itertools.product(VALUE_TYPES, repeat=len(names)):
        binding = dict(zip(names, kinds, strict=True))
        sides = tuple(substitute(kind, binding) for kind in before), tuple(substitute(kind, binding) for kind in after)
        if all(kind in VALUE_TYPES for side in sides for kind in side):
            yield sides


def _variables(kind: Type) -> tuple[str, ...]:
    if isinstance(kind, Var):
        return (kind.name,)
    return _variables(kind.item) if isinstance(kind, ListOf) else ()


def _walks(
    graph: networkx.DiGraph, source: Shape, target: Shape, costs: Mapping[Shape, float], max_length: int
) -> Iterator[tuple[Shape, ...]]:
    """Walks from source to target, cheapest first: best-first search, exact because `costs` are the least costs from each shape to the target.

    A walk may pass through its target and go on; the least cost from there is that of coming back.
    """
    back = min((edge["cost"] + costs[after] for _, after, edge in graph.edges(target, data=True) if after in costs), default=math.inf)
    tie = itertools.count()
    heap: list[tuple[float, int, float, bool, tuple[Shape, ...]]] = []

    def push(spent: float, path: tuple[Shape, ...]) -> None:
        ahead = back if path[-1] == target else costs.get(path[-1], math.inf)
        if path[-1] == target and len(path) > 1:
            heapq.heappush(heap, (spent, next(tie), spent, True, path))
        if spent + ahead < max_length + 1:
            heapq.heappush(heap, (spent + ahead, next(tie), spent, False, path))

    push(0.0, (source,))
    while heap:
        _, _, spent, ends, path = heapq.heappop(heap)
        if ends:
            yield path
            continue
        for _, after, edge in graph.edges(path[-1], data=True):
            push(spent + edge["cost"], (*path, after))


def plans_text(plans: Iterable[Plan], *, width: int = 100) -> str:
    """The plans for people: a line for each, then one for each step with its words, as many as the width takes."""
    lines = []
    for number, plan in enumerate(plans, 1):
        words = f"{len(plan)} word{'s' if len(plan) > 1 else ''}"
        lines.append(f"{number}. {' -> '.join(map(show_shape, plan.shapes))}   ({words}, {plan.ways:,} way{'s' if plan.ways > 1 else ''})")
        for (before, after), choices in zip(itertools.pairwise(plan.shapes), plan.words, strict=True):
            lines.append(_fitted(f"     {show_shape(before)} -> {show_shape(after)}: ", choices, width))
    return "\n".join(lines) or "no plan"


def _fitted(head: str, words: Sequence[str], width: int) -> str:
    """The words after a heading, the last of them counted instead of named where the line would be too long."""
    for shown in range(len(words), 0, -1):
        rest = f" and {len(words) - shown} more" if shown < len(words) else ""
        line = head + " ".join(words[:shown]) + rest
        if len(line) <= width or shown == 1:
            return line
    return head


_GAP, _ROW, _HEIGHT, _LETTER, _MARGIN = 90, 56, 28, 7.4, 20
"""Gap between columns, distance between rows, height of a box, width of a letter, margin; in SVG units."""

_Node: TypeAlias = tuple[int, Shape, int]
"""Column and shape, and the column again; where an edge only passes a column, the shape and the column that it comes from."""


def plans_svg(plans: Sequence[Plan]) -> str:
    """The plans as one drawing: a column of shapes for each step, the target in the last column, edges with their number of words.

    The words of an edge appear when the pointer rests on it (its `title`).
    """
    columns, edges = _layers(plans)
    widths = [max((len(show_shape(n[1])) for n in column if not _passes(n)), default=0) * _LETTER + 20 for column in columns]
    lefts = [_MARGIN + sum(widths[:i]) + i * _GAP for i in range(len(columns))]
    boxes = {node: (lefts[i], _MARGIN + row * _ROW, widths[i]) for i, column in enumerate(columns) for row, node in enumerate(column)}
    width = _MARGIN * 2 + sum(widths) + _GAP * max(len(columns) - 1, 0)
    height = _MARGIN * 2 + _ROW * max(map(len, columns), default=1)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0f}" height="{height:.0f}" viewBox="0 0 {width:.0f} {height:.0f}" '
        'font-family="monospace" font-size="12">',
        '<defs><marker id="arrow" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
        '<path d="M0,0 L8,4 L0,8 z" fill="#555"/></marker></defs>',
        *(_edge([boxes[node] for node in nodes], words) for nodes, words in edges.items()),
        *(_box(box, show_shape(node[1])) for node, box in boxes.items() if not _passes(node)),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _passes(node: _Node) -> bool:
    """Whether a node only keeps a place free for an edge."""
    return node[0] != node[2]


def _layers(plans: Sequence[Plan]) -> tuple[list[list[_Node]], dict[tuple[_Node, ...], tuple[str, ...]]]:
    """The nodes of each column, in order of the plans, and the edges, as the nodes that they join and pass, with their words."""
    last = max(map(len, plans), default=-1)
    columns: list[list[_Node]] = [[] for _ in range(last + 1)]
    edges: dict[tuple[_Node, ...], tuple[str, ...]] = {}
    for plan in plans:
        before = [(column, shape, column) for column, shape in enumerate(plan.shapes[:-1])]
        passing = [(column, *before[-1][1:]) for column in range(len(plan), last)]
        steps = [*itertools.pairwise(before), (before[-1], *passing, (last, plan.shapes[-1], last))]
        edges |= zip(steps, plan.words, strict=True)
        for node in itertools.chain.from_iterable(steps):
            if node not in columns[node[0]]:
                columns[node[0]].append(node)
    return columns, edges


_Rectangle: TypeAlias = tuple[float, float, float]
"""Left, top and width."""


def _box(box: _Rectangle, text: str) -> str:
    left, top, width = box
    return (
        f'<rect x="{left:.0f}" y="{top:.0f}" width="{width:.0f}" height="{_HEIGHT}" rx="5" fill="#eef3fa" stroke="#345"/>'
        f'<text x="{left + width / 2:.0f}" y="{top + 18:.0f}" text-anchor="middle">{escape(text)}</text>'
    )


def _edge(boxes: Sequence[_Rectangle], words: Sequence[str]) -> str:
    """A curve from box to box, straight across those that it passes, with the number of words and, in the title, the words."""
    path = ""
    for (left, top, width), (right, bottom, _) in itertools.pairwise(boxes):
        x, y, bend = left + width, bottom + _HEIGHT / 2, (right - left - width) / 2
        path += f"{'L' if path else 'M'}{x:.0f},{top + _HEIGHT / 2:.0f} C{x + bend:.0f},{top + _HEIGHT / 2:.0f} {right - bend:.0f},{y:.0f} {right:.0f},{y:.0f} "
    (left, top, width), (right, bottom, _) = boxes[:2]
    label = words[0] if len(words) == 1 else f"{len(words)} words"
    return (
        f'<g><title>{escape(" ".join(words))}</title><path d="{path.strip()}" fill="none" stroke="#555" marker-end="url(#arrow)"/>'
        f'<text x="{(left + width + right) / 2:.0f}" y="{(top + bottom + _HEIGHT) / 2 - 4:.0f}" text-anchor="middle" font-size="10">{escape(label)}</text></g>'
    )
