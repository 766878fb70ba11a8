"""Higher-order words: list words that run a quotation on elements, with the whole stack below their arguments in its sight."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeAlias

from dsl.domains import backward, higher_order
from dsl.domains.transfers import narrowing, whole
from dsl.ops.table import Category, Op
from dsl.values import SIZE, Profile, Stuck, Value, check

Body: TypeAlias = Callable[..., "Value | Stuck"]
Items: TypeAlias = "tuple[Any, ...]"


def _on_columns(*args: Any) -> Any:
    """Runs the word on columns, its quotations on all elements at once where they do not wait for each other."""
    from dsl.columns import each  # needs numpy

    return each.run(*args)


def _row(**pieces: Any) -> Op:
    return Op(category=Category.HIGHER_ORDER, kernels={"each": _on_columns}, **pieces)


def _collect(results: Iterable[Value | Stuck]) -> list[Any] | Stuck:
    """All results in order, or the first that is stuck; nothing after it is evaluated."""
    values = []
    for result in results:
        if isinstance(result, Stuck):
            return result
        values.append(result)
    return values


def _indexed(profile: Profile, body: Body, items: Items) -> Iterator[Value | Stuck]:
    """What `body` gives of index and item, for each item; stuck where the index itself is not an Int of the profile."""
    for index, item in enumerate(items, profile.index_base):
        place = check(index, profile)
        yield place if isinstance(place, Stuck) else body(place, item)


def _map(profile: Profile, items: Items, body: Body) -> Value | Stuck:
    values = _collect(map(body, items))
    return values if isinstance(values, Stuck) else tuple(values)


def _filter(profile: Profile, items: Items, body: Body) -> Value | Stuck:
    kept = _collect(map(body, items))
    return kept if isinstance(kept, Stuck) else _where(items, kept)


def _where(items: Iterable[Any], kept: Iterable[bool]) -> Items:
    return tuple(item for item, keep in zip(items, kept, strict=True) if keep)


def _count(profile: Profile, items: Items, body: Body) -> Value | Stuck:
    kept = _collect(map(body, items))
    return kept if isinstance(kept, Stuck) else sum(kept)


def _any(profile: Profile, items: Items, body: Body) -> Value | Stuck:
    values = _collect(map(body, items))
    return values if isinstance(values, Stuck) else any(values)


def _all(profile: Profile, items: Items, body: Body) -> Value | Stuck:
    values = _collect(map(body, items))
    return values if isinstance(values, Stuck) else all(values)


def _zip_with(profile: Profile, left: Items, right: Items, body: Body) -> Value | Stuck:
    values = _collect(map(body, left, right))
    return values if isinstance(values, Stuck) else tuple(values)


def _scan(profile: Profile, items: Items, body: Body) -> Value | Stuck:
    values = list(items[:1])
    for item in items[1:]:
        value = body(values[-1], item)
        if isinstance(value, Stuck):
            return value
        values.append(value)
    return tuple(values)


def _fold(profile: Profile, items: Items, start: Value, body: Body) -> Value | Stuck:
    value: Value | Stuck = start
    for item in items:
        value = body(value, item)
        if isinstance(value, Stuck):
            return value
    return value


def _map_index(profile: Profile, items: Items, body: Body) -> Value | Stuck:
    values = _collect(_indexed(profile, body, items))
    return values if isinstance(values, Stuck) else tuple(values)


def _filter_index(profile: Profile, items: Items, body: Body) -> Value | Stuck:
    kept = _collect(_indexed(profile, body, items))
    return kept if isinstance(kept, Stuck) else _where(items, kept)


def _fold_index(profile: Profile, items: Items, start: Value, body: Body) -> Value | Stuck:
    value: Value | Stuck = start
    for index, item in enumerate(items, profile.index_base):
        place = check(index, profile)
        value = place if isinstance(place, Stuck) else body(place, value, item)
        if isinstance(value, Stuck):
            return value
    return value


def _positions_where(profile: Profile, items: Items, body: Body) -> Value | Stuck:
    kept = _collect(map(body, items))
    return kept if isinstance(kept, Stuck) else _where(range(profile.index_base, profile.index_base + len(items)), kept)


def _sort_by(profile: Profile, items: Items, body: Body) -> Value | Stuck:
    keys = _collect(map(body, items))
    if isinstance(keys, Stuck):
        return keys
    return tuple(items[i] for i in sorted(range(len(items)), key=keys.__getitem__))


def _group_by(profile: Profile, items: Items, body: Body) -> Value | Stuck:
    keys = _collect(map(body, items))
    if isinstance(keys, Stuck):
        return keys
    groups: dict[int, list[int]] = {}
    for key, item in zip(keys, items, strict=True):
        groups.setdefault(key, []).append(item)
    return tuple(map(tuple, groups.values()))


def _unfold(profile: Profile, seed: Value, stop: Body, item: Body, following: Body) -> Value | Stuck:
    values: list[Value] = []
    state: Value | Stuck = seed
    while True:
        ended = stop(state)
        if isinstance(ended, Stuck):
            return ended
        if ended:
            return tuple(values)
        if len(values) == profile.max_list:
            return SIZE
        value = item(state)
        if isinstance(value, Stuck):
            return value
        values.append(value)
        state = following(state)
        if isinstance(state, Stuck):
            return state


def _enumerate(template: str) -> Callable[[Profile], str]:
    """A Python template whose `enumerate({0})` counts from the profile's index base."""
    return lambda profile: template.replace("enumerate({0})", "enumerate({0}, 1)") if profile.index_base else template


_SCAN_HELPER = '''
def _scan(items: list, step) -> list:
    """The running results: the first item, then each result so far combined with the next item."""
    results = items[:1]
    for item in items[1:]:
        results.append(step(results[-1], item))
    return results
'''

_GROUP_HELPER = '''
def _group_by(items: list, key) -> list[list]:
    """The items in groups of equal key, groups in order of first appearance."""
    groups: dict[int, list] = {}
    for item in items:
        groups.setdefault(key(item), []).append(item)
    return list(groups.values())
'''

ROWS: tuple[Op, ...] = (
    _row(
        name="map",
        effect="( ..s List[a] ( ..s a -- ..s b ) -- ..s List[b] )",
        doc="The quotation's result for each item.",
        examples=(
            "[1,2,3] ( dup * ) map -> [1,4,9]",
            "10 [1,2] ( over + ) map -> 10 [11,12]",
            "[2,0] ( 6 swap div ) map -> stuck undefined",
        ),
        python="[{q0:x} for {x} in {0}]",
        domains=whole(higher_order.map_items),
        backward=narrowing(backward.map_items),
        reference=_map,
        suites={"deepcoder": "MAP", "lambdabeam": "Map", "dreamcoder": "map", "rule": "map"},
    ),
    _row(
        name="filter",
        effect="( ..s List[a] ( ..s a -- ..s Bool ) -- ..s List[a] )",
        doc="The items for which the quotation gives true, in order.",
        examples=("[3,1,4,1] ( 2 > ) filter -> [3,4]", '["ab","c"] ( len 1 = ) filter -> ["c"]'),
        python="[{x} for {x} in {0} if {q0:x}]",
        domains=whole(higher_order.filter_items),
        backward=narrowing(backward.no_shorter),
        reference=_filter,
        suites={"deepcoder": "FILTER", "lambdabeam": "Filter", "dreamcoder": "filter", "rule": "filter"},
    ),
    _row(
        name="count",
        effect="( ..s List[a] ( ..s a -- ..s Bool ) -- ..s Int )",
        doc="How many items the quotation gives true for.",
        examples=("[1,2,3,4] ( even? ) count -> 2", "[] ( even? ) count -> 0"),
        python="sum(1 for {x} in {0} if {q0:x})",
        domains=whole(higher_order.count_items),
        reference=_count,
        suites={"deepcoder": "COUNT", "lambdabeam": "Count", "rule": "count"},
    ),
    _row(
        name="any",
        effect="( ..s List[a] ( ..s a -- ..s Bool ) -- ..s Bool )",
        doc="Whether the quotation gives true for some item; it runs on every item, so one stuck item makes the word stuck.",
        examples=("[1,3,4] ( even? ) any -> true", "[] ( even? ) any -> false", "[1,0] ( 6 swap div even? ) any -> stuck undefined"),
        python="any({q0:x} for {x} in {0})",
        domains=whole(higher_order.any_item),
        reference=_any,
        suites={"dreamcoder": "any"},
    ),
    _row(
        name="all",
        effect="( ..s List[a] ( ..s a -- ..s Bool ) -- ..s Bool )",
        doc="Whether the quotation gives true for every item; it runs on every item, so one stuck item makes the word stuck.",
        examples=("[2,4] ( even? ) all -> true", "[] ( even? ) all -> true", "[4,0] ( 6 swap div even? ) all -> stuck undefined"),
        python="all({q0:x} for {x} in {0})",
        domains=whole(higher_order.all_items),
        backward=narrowing(backward.all_items),
        reference=_all,
        suites={"dreamcoder": "all"},
    ),
    _row(
        name="zip-with",
        effect="( ..s List[a] List[b] ( ..s a b -- ..s c ) -- ..s List[c] )",
        doc="The quotation's result for each pair of items at the same place, as far as the shorter list goes.",
        examples=("[1,2,3] [10,20] ( + ) zip-with -> [11,22]", '["ab","cd"] [1,0] ( at ) zip-with -> ["b","c"]'),
        python="[{q0:x,y} for {x}, {y} in zip({0}, {1})]",
        domains=whole(higher_order.zip_with),
        reference=_zip_with,
        suites={"deepcoder": "ZIPWITH", "lambdabeam": "ZipWith"},
    ),
    _row(
        name="scan",
        effect="( ..s List[a] ( ..s a a -- ..s a ) -- ..s List[a] )",
        doc="The running results: the first item, then the quotation's result for each result so far and the next item.",
        examples=("[1,2,3] ( + ) scan -> [1,3,6]", "[5,2,1] ( - ) scan -> [5,3,2]", "[] ( + ) scan -> []"),
        python="_scan({0}, lambda {x}, {y}: {q0:x,y})",
        python_helper=_SCAN_HELPER,
        domains=whole(higher_order.scan),
        reference=_scan,
        suites={"deepcoder": "SCANL1", "lambdabeam": "Scanl1"},
    ),
    _row(
        name="fold",
        effect="( ..s List[a] b ( ..s b a -- ..s b ) -- ..s b )",
        doc="The start value, combined by the quotation with each item in turn.",
        examples=("[1,2,3] 0 ( + ) fold -> 6", "[] 7 ( + ) fold -> 7", '["a","b"] "" ( concat ) fold -> "ab"'),
        python="{r} = {1}\nfor {x} in {0}:\n    {r} = {q0:r,x}",
        domains=whole(higher_order.fold),
        reference=_fold,
        suites={"dreamcoder": "fold", "rule": "fold"},
    ),
    _row(
        name="map-index",
        effect="( ..s List[a] ( ..s Int a -- ..s b ) -- ..s List[b] )",
        doc="The quotation's result for each index and item.",
        examples=("[5,5,5] ( * ) map-index -> [0,5,10]",),
        python=_enumerate("[{q0:i,x} for {i}, {x} in enumerate({0})]"),
        domains=whole(higher_order.map_index),
        reference=_map_index,
        suites={"dreamcoder": "mapi", "rule": "mapi"},
    ),
    _row(
        name="filter-index",
        effect="( ..s List[a] ( ..s Int a -- ..s Bool ) -- ..s List[a] )",
        doc="The items for which the quotation gives true of index and item, in order.",
        examples=("[7,8,9] ( drop even? ) filter-index -> [7,9]", "[0,5,2] ( = ) filter-index -> [0,2]"),
        python=_enumerate("[{x} for {i}, {x} in enumerate({0}) if {q0:i,x}]"),
        domains=whole(higher_order.filter_index),
        backward=narrowing(backward.no_shorter),
        reference=_filter_index,
        suites={"rule": "filteri"},
    ),
    _row(
        name="fold-index",
        effect="( ..s List[a] b ( ..s Int b a -- ..s b ) -- ..s b )",
        doc="The start value, combined by the quotation with each index and item in turn; the index lies deepest.",
        examples=("[5,6,7] 0 ( rot * + ) fold-index -> 20",),
        python=_enumerate("{r} = {1}\nfor {i}, {x} in enumerate({0}):\n    {r} = {q0:i,r,x}"),
        domains=whole(higher_order.fold_index),
        reference=_fold_index,
        suites={"dreamcoder": "reducei", "rule": "foldi"},
    ),
    _row(
        name="positions-where",
        effect="( ..s List[a] ( ..s a -- ..s Bool ) -- ..s List[Int] )",
        doc="The indices of the items for which the quotation gives true.",
        examples=("[4,7,6] ( even? ) positions-where -> [0,2]",),
        python=_enumerate("[{i} for {i}, {x} in enumerate({0}) if {q0:x}]"),
        domains=whole(higher_order.positions_where),
        reference=_positions_where,
        suites={"rule": "find"},
    ),
    _row(
        name="sort-by",
        effect="( ..s List[a] ( ..s a -- ..s Int ) -- ..s List[a] )",
        doc="The items in ascending order of what the quotation gives; items of equal key keep their order.",
        examples=("[3,-1,2] ( abs ) sort-by -> [-1,2,3]", '["bb","a","cc"] ( len ) sort-by -> ["a","bb","cc"]'),
        python="sorted({0}, key=lambda {x}: {q0:x})",
        domains=whole(higher_order.sort_by),
        backward=narrowing(backward.same),
        reference=_sort_by,
        suites={"rule": "sort"},
    ),
    _row(
        name="group-by",
        effect="( ..s List[Int] ( ..s Int -- ..s Int ) -- ..s List[List[Int]] )",
        doc="The items in groups of equal key, which the quotation gives; groups in order of first appearance.",
        examples=("[1,12,3,14] ( 10 div ) group-by -> [[1,3],[12,14]]", "[] ( 10 div ) group-by -> []"),
        python="_group_by({0}, lambda {x}: {q0:x})",
        python_helper=_GROUP_HELPER,
        domains=whole(higher_order.group_by),
        reference=_group_by,
        suites={"rule": "group"},
    ),
    _row(
        name="unfold",
        effect="( ..s a ( ..s a -- ..s Bool ) ( ..s a -- ..s b ) ( ..s a -- ..s a ) -- ..s List[b] )",
        doc="The list built from a seed: until the first quotation says stop, the second gives an item and the third the next seed.",
        examples=("3 ( zero? ) ( dup * ) ( dec ) unfold -> [9,4,1]", "1 ( 0 < ) ( ) ( inc ) unfold -> stuck size"),
        python="{r} = []\n{x} = {0}\nwhile not {q0:x}:\n    {r}.append({q1:x})\n    {x} = {q2:x}",
        domains=whole(higher_order.unfold),
        reference=_unfold,
        suites={"dreamcoder": "unfold"},
    ),
)
