"""The type graph: its plans are real, complete, in order and quick; their drawings are well formed."""

from __future__ import annotations

import itertools
import math
import time
from xml.etree import ElementTree

import pytest

from dsl.effects import Fold
from dsl.errors import ConfigError, DslError, TypeMismatch
from dsl.graph import LITERAL, Plan, Shape, parse_shape, plans_svg, plans_text, shortest_plans, show_shape, type_graph
from dsl.ops import OPS
from dsl.program import Word
from dsl.types import INT, LIST_INT, LIST_LIST_INT, LIST_STR, STR, VALUE_TYPES, Type

SHAPES: tuple[tuple[str, str], ...] = (
    ("Str", "Int"),
    ("Str", "Str"),
    ("List[Int]", "Int"),
    ("List[Int] Int", "List[List[Int]]"),
    ("Str Str Int", "Bool"),
    ("Int Int", "List[Bool]"),
    ("Bool", "List[List[Int]]"),
)
PLAIN = [op.name for op in OPS.values() if op.kind in ("route", "value")]


def after(shape: Shape, word: str) -> set[Shape]:
    """The shapes that type inference says a word may leave; a variable of the result may be of any type."""
    try:
        stack = Fold.on(shape).push(Word(word)).stack.types
    except DslError:
        return set()
    assert all(kind in VALUE_TYPES for kind in stack)
    return {stack}


@pytest.mark.parametrize("source, target", SHAPES)
def test_plans_are_what_inference_allows(source: str, target: str) -> None:
    plans = shortest_plans(parse_shape(source), parse_shape(target), 10, 4)
    assert plans
    for plan in plans:
        assert plan.shapes[0] == parse_shape(source) and plan.shapes[-1] == parse_shape(target)
        for (here, there), words in zip(itertools.pairwise(plan.shapes), plan.words, strict=True):
            assert list(words) == [word for word in PLAIN if there in after(here, word)]


def all_walks(source: Shape, target: Shape, max_length: int, max_depth: int) -> dict[tuple[Shape, ...], int]:
    """Every walk and its number of ways, by brute force over the words."""
    found: dict[tuple[Shape, ...], int] = {}
    frontier: dict[tuple[Shape, ...], int] = {(source,): 1}
    for _ in range(max_length):
        longer: dict[tuple[Shape, ...], int] = {}
        for path, ways in frontier.items():
            for word in PLAIN:
                for shape in after(path[-1], word):
                    if len(shape) <= max_depth:
                        longer[(*path, shape)] = longer.get((*path, shape), 0) + ways
        found |= {path: ways for path, ways in longer.items() if path[-1] == target}
        frontier = longer
    return found


@pytest.mark.parametrize("source, target", [("Str", "Int"), ("Int", "Int"), ("List[Int]", "Int"), ("Int Int", "Bool")])
def test_plans_are_the_shortest_and_none_is_missing(source: str, target: str) -> None:
    start, end = parse_shape(source), parse_shape(target)
    walks = all_walks(start, end, 2, max(len(start), len(end)) + 1)
    plans = shortest_plans(start, end, 10_000, 2)
    assert {plan.shapes: plan.ways for plan in plans} == walks
    order = [(len(plan), -plan.ways) for plan in plans]
    assert order == sorted(order)
    assert [plan.shapes for plan in shortest_plans(start, end, 3, 2)] == [plan.shapes for plan in plans[:3]]


def test_steps_that_keep_the_shape_count() -> None:
    first, *others = shortest_plans((STR,), (STR,), 5, 3)
    assert first.shapes == ((STR,), (STR,)) and "upper" in first.words[0]
    assert others[0].shapes == ((STR,), (STR,), (STR,))


def test_lengths_and_depths_are_bounded() -> None:
    for plan in shortest_plans((LIST_INT,), (INT,), 2000, 3, max_depth=2):
        assert len(plan) <= 3 and all(len(shape) <= 2 for shape in plan.shapes)
    assert shortest_plans((STR,), (INT, INT, INT), 5, 2, max_depth=4) == []
    assert shortest_plans((STR,), (INT, INT, INT), 5, 9, max_depth=2) == []
    assert shortest_plans((), (INT,), 5, 3) == []


def test_quotations_and_literals_are_optional() -> None:
    assert all("map" not in words for plan in shortest_plans((LIST_INT,), (LIST_STR,), 20, 3) for words in plan.words)
    assert shortest_plans((LIST_INT,), (LIST_STR,), 1, 1) == []
    (plan,) = shortest_plans((LIST_INT,), (LIST_STR,), 1, 1, quotations=True)
    assert plan.words == (("map", "map-index", "unfold"),)
    (pushed,) = shortest_plans((), (INT,), 1, 1, literals=True)
    assert pushed.words == ((LITERAL,),)
    (taken,) = shortest_plans((LIST_LIST_INT,), (LIST_LIST_INT, INT), 1, 1, literals=True)
    assert LITERAL in taken.words[0]


def test_numbers_that_make_no_sense_are_refused() -> None:
    for k, length in ((0, 3), (3, 0)):
        with pytest.raises(ConfigError, match="at least 1"):
            shortest_plans((STR,), (INT,), k, length)


def test_it_is_quick() -> None:
    shortest_plans((STR,), (INT,), 1, 1)  # loads networkx and makes the table of signatures
    for source, target in (*SHAPES, ("Str Int Int Str", "List[Str]"), ("List[Int] List[Int] Int", "List[Int]")):
        start = time.perf_counter()
        assert len(shortest_plans(parse_shape(source), parse_shape(target), 10, 5)) == 10
        assert time.perf_counter() - start < 30, "about 0.1 s on an idle machine"


def test_the_whole_part_of_a_cost_is_the_length() -> None:
    graph = type_graph((STR,), 4, 2)
    costs = [edge["cost"] for _, _, edge in graph.edges(data=True)]
    assert all(1 <= cost <= 1 + 1 / 5 for cost in costs) and math.floor(4 * max(costs)) == 4


def test_shapes_are_read_as_they_are_shown() -> None:
    shapes: tuple[tuple[Type, ...], ...] = ((), (STR,), (LIST_INT, INT), VALUE_TYPES)
    for shape in shapes[1:]:
        assert parse_shape(show_shape(shape)) == shape
    assert parse_shape("  ") == () and show_shape(()) == "(empty)"
    assert parse_shape("str, list[int]") == (STR, LIST_INT)
    with pytest.raises(TypeMismatch, match="the types are Int, Bool, Str"):
        parse_shape("Str Float")


def test_text() -> None:
    plans = [Plan(((STR,), (INT,)), (("len", "ord"),)), Plan(((STR,), (STR,), (INT,)), (("upper",), ("len",)))]
    assert plans_text(plans).split("\n") == [
        "1. Str -> Int   (1 word, 2 ways)",
        "     Str -> Int: len ord",
        "2. Str -> Str -> Int   (2 words, 1 way)",
        "     Str -> Str: upper",
        "     Str -> Int: len",
    ]
    long = Plan(((INT,), (INT,)), (tuple(f"word{i}" for i in range(50)),))
    assert all(len(line) <= 100 for line in plans_text([long]).split("\n"))
    assert plans_text([long]).endswith("more") and plans_text([]) == "no plan"


@pytest.mark.parametrize("source, target", SHAPES)
def test_svg_is_well_formed_and_complete(source: str, target: str) -> None:
    plans = shortest_plans(parse_shape(source), parse_shape(target), 8, 4)
    root = ElementTree.fromstring(plans_svg(plans))
    space = "{http://www.w3.org/2000/svg}"
    width, height = float(root.attrib["width"]), float(root.attrib["height"])
    boxes = [tuple(float(box.attrib[side]) for side in ("x", "y", "width", "height")) for box in root.iter(f"{space}rect")]
    for left, top, wide, high in boxes:
        assert 0 <= left <= left + wide <= width and 0 <= top <= top + high <= height
    for one, other in itertools.combinations(boxes, 2):
        apart = one[0] + one[2] <= other[0] or other[0] + other[2] <= one[0] or one[1] + one[3] <= other[1] or other[1] + other[3] <= one[1]
        assert apart, "boxes overlap"
    shown = {text.text for text in root.iter(f"{space}text")}
    assert {show_shape(shape) for plan in plans for shape in plan.shapes} <= shown
    titles = {title.text for title in root.iter(f"{space}title")}
    assert titles == {" ".join(words) for plan in plans for words in plan.words}
    assert len(list(root.iter(f"{space}g"))) == len(edges_of(plans))


def edges_of(plans: list[Plan]) -> set[tuple[int, Shape, Shape, bool]]:
    """The edges that a drawing needs: by step, shapes, and whether it is the last step of its plan."""
    return {(step, *shapes, step == len(plan) - 1) for plan in plans for step, shapes in enumerate(itertools.pairwise(plan.shapes))}


def test_svg_of_no_plan() -> None:
    assert ElementTree.fromstring(plans_svg([])).tag.endswith("svg")
