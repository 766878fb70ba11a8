"""Rows that build lists: from single values and numbers, and from and into lists of lists."""

from __future__ import annotations

from functools import partial
from itertools import chain, groupby

from dsl.domains import backward, lists
from dsl.domains.transfers import narrowing, whole
from dsl.ops.late import KernelFile
from dsl.ops.list_index import Items, possible
from dsl.ops.table import Category, Op
from dsl.values import SIZE, UNDEFINED, Profile, Stuck, Value

list_build = KernelFile("list_build")
nested_edit = KernelFile("nested_edit")

# ---------------------------------------------------------------- references


def _singleton(profile: Profile, item: Value) -> Items:
    return (item,)


def _replicate(profile: Profile, item: Value, count: int) -> Items | Stuck:
    return SIZE if count > profile.max_list else (item,) * count


def _iota(profile: Profile, count: int) -> Items | Stuck:
    return SIZE if count > profile.max_list else tuple(range(count))


def _range(profile: Profile, start: int, step: int, end: int) -> Items | Stuck:
    if step == 0:
        return UNDEFINED
    numbers = range(start, end + (profile.index_base if step > 0 else -profile.index_base), step)
    return SIZE if len(numbers) > profile.max_list else tuple(numbers)


def _positions(profile: Profile, items: Items, item: Value) -> Items:
    return tuple(at for at, other in enumerate(items, profile.index_base) if other == item)


def _flatten(profile: Profile, lists: Items) -> Items:
    return tuple(chain.from_iterable(lists))


def _zip(profile: Profile, left: Items, right: Items) -> Items:
    return tuple(zip(left, right, strict=False))


def _group(profile: Profile, items: Items) -> Items:
    return tuple(tuple(run) for _, run in groupby(items))


def _split_on(profile: Profile, items: Items, separator: int) -> Items:
    parts: list[list[int]] = [[]]
    for item in items:
        if item == separator:
            parts.append([])
        else:
            parts[-1].append(item)
    return tuple(map(tuple, parts))


# ---------------------------------------------------------------- inverses


def _only_item(profile: Profile, result: Items) -> Value | Stuck:
    return result[0] if len(result) == 1 else UNDEFINED


def _ungrouped(profile: Profile, result: Items) -> Value | Stuck:
    items = _flatten(profile, result)
    return possible(profile, items) if _group(profile, items) == result else UNDEFINED


def _joined(profile: Profile, result: Items, separator: int) -> Value | Stuck:
    if not result or any(separator in part for part in result):
        return UNDEFINED
    return possible(profile, tuple(chain(result[0], *((separator, *part) for part in result[1:]))))


# ---------------------------------------------------------------- Python renderings


def _range_template(profile: Profile) -> str:
    return f"_range({{0}}, {{1}}, {{2}}, {bool(profile.index_base)})"


_RANGE = '''
def _range(start, step, end, inclusive):
    """The numbers from `start` by `step` up to before `end`, or with it."""
    stop = end + (0 if not inclusive else 1 if step > 0 else -1)
    return list(range(start, stop, step))
'''


def _positions_template(profile: Profile) -> str:
    numbered = "enumerate({0}, 1)" if profile.index_base else "enumerate({0})"
    return f"[{{i}} for {{i}}, {{x}} in {numbered} if {{x}} == {{1}}]"


_GROUP = '''
def _group(items):
    """The runs of equal items, each as a list."""
    runs = []
    for item in items:
        if runs and runs[-1][-1] == item:
            runs[-1].append(item)
        else:
            runs.append([item])
    return runs
'''

_SPLIT_ON = '''
def _split_on(items, separator):
    """The lists between the items that equal `separator`."""
    parts = [[]]
    for item in items:
        if item == separator:
            parts.append([])
        else:
            parts[-1].append(item)
    return parts
'''

# ---------------------------------------------------------------- rows

_row = partial(Op, category=Category.LISTS)

ROWS: tuple[Op, ...] = (
    _row(
        name="singleton",
        effect="( a -- List[a] )",
        doc="The list of the one value.",
        examples=("3 singleton -> [3]", "[1,2] singleton -> [[1,2]]"),
        python="[{0}]",
        domains=whole(lists.singleton),
        backward=narrowing(backward.singleton),
        reference=_singleton,
        kernels={"i->l": list_build.singleton, "b->l": list_build.singleton, "s->n": nested_edit.singleton, "l->n": nested_edit.singleton},
        inverse={0: _only_item},
        suites={"dreamcoder": "singleton", "rule": "singleton"},
    ),
    _row(
        name="replicate",
        effect="( a Int -- List[a] )",
        doc="The value so many times; the empty list for a negative number.",
        examples=("7 3 replicate -> [7,7,7]", '"a" -1 replicate -> []', "7 65 replicate -> stuck size"),
        python="[{0}] * {1}",
        domains=whole(lists.replicate),
        reference=_replicate,
        kernels={
            "ii->l": list_build.replicate,
            "bi->l": list_build.replicate,
            "si->n": nested_edit.replicate,
            "li->n": nested_edit.replicate,
        },
        suites={"rule": "repeat"},
    ),
    _row(
        name="range",
        effect="( Int Int Int -- List[Int] )",
        doc="From the deepest Int, by steps of the middle one, to before the top one (with it where indices count from 1).",
        examples=("2 3 10 range -> [2,5,8]", "5 -2 0 range -> [5,3,1]", "5 1 2 range -> []", "1 0 5 range -> stuck undefined"),
        python=_range_template,
        python_helper=_RANGE,
        domains=whole(lists.arithmetic_series),
        reference=_range,
        kernels={"iii->l": list_build.count_up},
        suites={"rule": "range"},
    ),
    _row(
        name="iota",
        effect="( Int -- List[Int] )",
        doc="0, 1 and so on to before the Int; the empty list for a negative one.",
        examples=("4 iota -> [0,1,2,3]", "0 iota -> []", "65 iota -> stuck size"),
        python="list(range({0}))",
        domains=whole(lists.iota),
        reference=_iota,
        kernels={"i->l": list_build.iota},
        suites={"dreamcoder": "range"},
    ),
    _row(
        name="positions",
        effect="( List[a] a -- List[Int] )",
        doc="The indices of the items that equal the given one.",
        examples=("[3,1,3] 3 positions -> [0,2]", '["a"] "b" positions -> []'),
        python=_positions_template,
        domains=whole(lists.positions),
        reference=_positions,
        kernels={
            "li->l": list_build.positions,
            "lb->l": list_build.positions,
            "ns->l": nested_edit.positions,
            "nl->l": nested_edit.positions,
        },
    ),
    _row(
        name="flatten",
        effect="( List[List[Int]] -- List[Int] )",
        doc="The items of the lists one after the other.",
        examples=("[[3,1],[],[2]] flatten -> [3,1,2]", "[] flatten -> []"),
        python="[{x} for {y} in {0} for {x} in {y}]",
        domains=whole(lists.flatten),
        reference=_flatten,
        kernels={"n->l": list_build.flatten},
        suites={"rule": "flatten"},
    ),
    _row(
        name="zip",
        effect="( List[Int] List[Int] -- List[List[Int]] )",
        doc="Pairs of the items at the same place, as far as the shorter list goes.",
        examples=("[1,2,3] [8,9] zip -> [[1,8],[2,9]]",),
        python="[[{x}, {y}] for {x}, {y} in zip({0}, {1})]",
        domains=whole(lists.zip_items),
        reference=_zip,
        kernels={"ll->n": list_build.pairs},
        suites={"rule": "zip"},
    ),
    _row(
        name="group",
        effect="( List[Int] -- List[List[Int]] )",
        doc="The runs of equal neighbours, each as a list.",
        examples=("[3,3,1,3] group -> [[3,3],[1],[3]]", "[] group -> []"),
        python="_group({0})",
        python_helper=_GROUP,
        domains=whole(lists.group),
        reference=_group,
        kernels={"l->n": list_build.group},
        inverse={0: _ungrouped},
        suites={"rule": "group"},
    ),
    _row(
        name="split-on",
        effect="( List[Int] Int -- List[List[Int]] )",
        doc="The lists between the items that equal the Int; one more than there are of these.",
        examples=("[3,0,1,2,0] 0 split-on -> [[3],[1,2],[]]", "[] 0 split-on -> [[]]"),
        python="_split_on({0}, {1})",
        python_helper=_SPLIT_ON,
        domains=whole(lists.split_on),
        reference=_split_on,
        kernels={"li->n": list_build.split_on},
        inverse={0: _joined},
    ),
)
