"""Constants that a program may write out: given by the task's file, from a shared pool, discovered in the examples, or none at all.

The sources are kept apart everywhere, because they are different problems: suites that give the constants hand over part of the program.
The rules of discovery look at examples only. They follow BUSTLE's (Odena et al., ICLR 2021: punctuation that occurs, common
substrings) and add what those miss: runs of punctuation, words that several examples share, marked pieces such as `<NAME>`, what
outputs begin and end with, and what no input can have given.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from itertools import combinations, islice, pairwise
from math import gcd
from typing import Literal, TypeAlias, get_args

from dsl.program import Push
from dsl.tasks import Task
from dsl.types import BOOL, INT, LIST_INT, LIST_STR, STR, type_of
from dsl.values import MACHINE_INT_MAX, Profile, Stuck, Value, check

Source: TypeAlias = Literal["given", "pool", "discovered", "none"]
SOURCES: tuple[str, ...] = get_args(Source)

POOL_INTS = (0, 1, 2, 3, -1, 4, 5, 10)
POOL_STRINGS = ("", " ", ",", ".", "-", "/", ":", "_", "@", "(", ")", ";", "'", "\n", "0", "1")
TOKEN_CLASSES = ("number", "word", "alnum", "caps", "proper", "lower", "digit", "char")
"""The classes that the token words take; part of the language, so they are no hint about the task."""
CLASS_COST = 2
"""Cost of a class's name as a literal: it is of use to a few words only, and each would multiply the strings of cost 1."""
CLASS_COSTS = {name: CLASS_COST if name in ("number", "word") else 3 for name in TOKEN_CLASSES}
NUM_CHEAP = 4
"""Texts of cost 1, at most."""
NUM_MIDDLE = 6
"""Texts of cost 2, at most."""

SMALL_INTS = (0, 1, 2, -1, 3)
MAX_INTS = 8
"""Most ints discovered besides the small ones."""
MAX_STRINGS = 18
"""Most strings discovered in one task: beyond it the search pays more for a constant than it gains."""
MAX_LENGTH = 24
"""Most characters of a discovered string; longer common pieces are whole records, not constants."""
MAX_PAIRS = 66
"""Most pairs of a column that are compared for common substrings."""

_PUNCTUATION_RUN = re.compile(r"[^\w\s]{2,}|[^\w\s]\s|\s[^\w\s]\s")
_WORD = re.compile(r"[^\W\d_]{2,}|\d+")
_MARKED = re.compile(r"<[^<>]+>|\{[^{}]+\}|\[[^\[\]]+\]|\([^()]+\)")


def constants_for(task: Task, source: Source) -> tuple[Value, ...]:
    """The constants of a task, cheapest first, without repetition. `given` falls back to `discovered` where the file gives none."""
    if source == "none":
        found: Iterable[Value] = ()
    elif source == "pool":
        found = (*POOL_INTS, *(POOL_STRINGS if _has_text(task) else ()))
    elif source == "given" and task.constants is not None:
        found = task.constants
    else:
        found = (*_ints(task), *_strings(task))
    return tuple({(type(value), value): value for value in found}.values())


def are_discovered(task: Task, source: Source) -> bool:
    """Whether nobody says which constants there are, so that any may be looked for."""
    return source == "discovered" or (source == "given" and task.constants is None)


def priced_constants(task: Task, source: Source, profile: Profile, words: Collection[str]) -> tuple[tuple[Push, int], ...]:
    """The literals of a search with their costs, 1 to 3, cheapest first: the constants of the source that the profile allows, and the names of token classes.

    Each text of cost 1 multiplies the terms of every level, so only a few are that cheap: what most examples have as delimiters.
    """
    if source == "none":
        return ()
    values = [value for value in constants_for(task, source) if not isinstance(check(value, profile), Stuck)]
    classes = [name for name in class_names(task, words) if name not in values]
    priced = [
        *_priced_ints(task, [value for value in values if type(value) is int]),
        *_priced_strings(task, [v for v in values if isinstance(v, str)]),
    ]
    priced += [(value, 1) for value in values if not isinstance(value, str) and type(value) is not int]
    priced += [(name, CLASS_COSTS[name]) for name in classes]
    return tuple((Push(value, type_of(value)), cost) for value, cost in sorted(priced, key=lambda pair: pair[1]))


def _priced_ints(task: Task, ints: Sequence[int]) -> list[tuple[Value, int]]:
    """In a task with text 0, 1 and -1 are what positions are counted with, and a width that outputs are brought to; elsewhere all small ones are cheap, and what was discovered first."""
    cheap = (0, 1, -1, *_widths(task)) if _has_text(task) else (0, 1, 2, -1, 3)
    others = [value for value in ints if value not in cheap]
    near = others[: 2 if _has_text(task) else 3]
    return [
        (value, 1 if value in cheap or (value in near and not _has_text(task)) else 2 if value in near or value == 2 else 3)
        for value in ints
    ]


def _priced_strings(task: Task, strings: Sequence[str]) -> list[tuple[Value, int]]:
    """Cost 1 for what stands between data in at least half of the examples, most frequent first; 2 for the next best; 3 for the rest."""
    usefulness = {text: _usefulness(task, text) for text in strings}
    ranked = sorted(strings, key=lambda text: -usefulness[text])
    return [
        (text, 1 if place < NUM_CHEAP and usefulness[text] >= 1 else 2 if place < NUM_CHEAP + NUM_MIDDLE else 3)
        for place, text in enumerate(ranked)
    ]


def _usefulness(task: Task, text: str) -> float:
    """How likely a text is to be needed, from 0 to about 3: the share of the examples whose inputs have it as a delimiter, and of those whose outputs have it though their inputs do not."""
    if not text:
        return 0.9
    count, inside, brought = len(task.examples), 0, 0
    for example in task.examples:
        sources = [_text(value) for value in example.inputs]
        inside += any(text in source for source in sources)
        brought += text in _text(example.output) and not any(text in source for source in sources)
    delimiter = not any(character.isalnum() for character in text)
    single = 1.0 if len(text) == 1 else 0.8
    if delimiter:
        return single * (2 * inside + 2 * brought) / count
    if inside == count and len(text) >= 3 and not any(text in _text(example.output) for example in task.examples):
        return 2.5 if _MARKED.fullmatch(text) else 1.9  # a mark such as `<NAME>`, for which something else is put
    # What outputs bring in is joined to the rest, for which no constant is needed.
    return 0.5 * inside / count + 0.4 * brought / count


def class_names(task: Task, words: Collection[str]) -> tuple[str, ...]:
    """The names of token classes, if the task has text and one of the words that take them may be used."""
    from dsl.ops import OPS
    from dsl.ops.table import Category

    takers = any(OPS[word].category == Category.TOKENS for word in words)
    return TOKEN_CLASSES if takers and _has_text(task) else ()


def _has_text(task: Task) -> bool:
    return any(kind in (STR, LIST_STR) for kind in (*task.input_types, task.output_type))


def _ints(task: Task) -> list[Value]:
    """Small ints, then what is the same in every example: lengths, differences, ratios, bounds, members."""
    outputs = [example.output for example in task.examples]
    found: list[int] = []
    if task.output_type == INT:
        found = _of_numbers(task, [value for value in outputs if isinstance(value, int)])
    elif task.output_type != BOOL:
        found += _widths(task)
        lengths = {len(output) for output in outputs if isinstance(output, (str, tuple))}
        found += lengths if len(lengths) == 1 else ()
        if task.output_type == LIST_INT:
            found += _of_lists(task, [output for output in outputs if isinstance(output, tuple)])
    found += _numbers_in_common([_text(output) for output in outputs])
    more = [value for value in dict.fromkeys(found) if value not in SMALL_INTS and abs(value) <= MACHINE_INT_MAX]
    return [*SMALL_INTS, *more[:MAX_INTS]]


def _widths(task: Task) -> list[int]:
    """The length of all outputs where inputs differ in theirs, or the greatest length if longer inputs are cut to it and the others are not changed."""
    if task.output_type != STR:
        return []
    lengths = [len(_text(example.output)) for example in task.examples]
    texts = [[_text(value) for value in example.inputs] for example in task.examples]
    greatest = max(lengths)
    if min(lengths) == greatest:
        return [greatest] if any(len({len(text) for text in column}) > 1 for column in zip(*texts, strict=True)) else []
    cut = [example.output for example, row in zip(task.examples, texts, strict=True) if example.output not in row]
    reached = cut and all(len(_text(output)) == greatest for output in cut)
    return [greatest] if reached and len(cut) < len(lengths) else []


def _of_numbers(task: Task, outputs: list[int]) -> list[int]:
    """Constants of numeric outputs: slope and offset over each numeric input, values that return, common divisor."""
    found: list[int] = []
    for index, kind in enumerate(task.input_types):
        if kind == INT:
            found += _line([example.inputs[index] for example in task.examples], outputs)
    found += [value for value, count in Counter(outputs).most_common(3) if count > 1]
    divisor = gcd(*outputs)
    return [*found, *([divisor] if divisor > 1 and len(set(outputs)) > 1 else ())]


def _of_lists(task: Task, outputs: list[tuple[int, ...]]) -> list[int]:
    """Constants of lists: members of every output, slope and offset where an input has the same lengths, bounds that outputs reach again and again."""
    members = set.intersection(*map(set, outputs))
    found = sorted(members)[:3] if len(members) <= 3 else []
    for index, kind in enumerate(task.input_types):
        columns = [example.inputs[index] for example in task.examples]
        if kind == LIST_INT and all(len(a) == len(b) for a, b in zip(columns, outputs, strict=True)):  # type: ignore[arg-type]
            found += _line([x for column in columns for x in column], [y for output in outputs for y in output])  # type: ignore[union-attr]
    full = [output for output in outputs if output]
    if len(full) > 1:
        for bound in (min, max):
            extremes = Counter(bound(output) for output in full)
            found += [value for value, count in extremes.most_common(1) if count > 1]
    return found


def _line(xs: Sequence[Value], ys: Sequence[int]) -> list[int]:
    """The slope and offset of `y = slope * x + offset` most common between neighbours in x, in whole numbers, for at least half of them."""
    points = sorted({(x, y) for x, y in zip(xs, ys, strict=True) if isinstance(x, int)})
    slopes = Counter((b[1] - a[1]) // (b[0] - a[0]) for a, b in pairwise(points) if b[0] != a[0] and (b[1] - a[1]) % (b[0] - a[0]) == 0)
    if not slopes:
        return []
    slope, count = slopes.most_common(1)[0]
    offset, agreeing = Counter(y - slope * x for x, y in points).most_common(1)[0]
    return [slope, offset, -offset] if 2 * count >= len(points) - 1 and 2 * agreeing >= len(points) else []


def _numbers_in_common(outputs: list[str]) -> list[int]:
    """Numbers that every output writes out."""
    sets = [{int(digits) for digits in re.findall(r"[0-9]{1,9}", output)} for output in outputs]
    return sorted(set.intersection(*sets))[:3] if sets else []


def _strings(task: Task) -> list[Value]:
    """The empty string, then whatever the rules propose, most often proposed first."""
    if not _has_text(task):
        return []
    outputs = [_text(example.output) for example in task.examples]
    inputs = [[_text(value) for value in example.inputs] for example in task.examples]
    columns = [outputs, *map(list, zip(*inputs, strict=True))]
    weight: Counter[str] = Counter()
    returning = Counter(outputs)
    for text in (text for column in columns for text in column):
        weight.update({character for character in text if not character.isalnum()})
    brought: list[str] = []
    for output, row in zip(outputs, inputs, strict=True):
        # An output that returns is one of the cases of a table: the whole of it is proposed below, its fragments are of no use.
        if returning[output] == 1 or task.output_type != STR:
            brought += uncopyable(output, row)
    weight.update({piece: 2 * brought.count(piece) + 2 * (piece not in brought) for piece in _runs(brought)})
    for column in columns:
        weight.update(_shared(column))
    weight.update({edge: len(outputs) for edge in _edges(outputs)})
    if task.output_type == STR:
        weight.update({output: 2 * count for output, count in returning.items() if count > 1})
    ranked = sorted((text for text in weight if 0 < len(text) <= MAX_LENGTH), key=lambda text: (-weight[text], len(text), text))
    return ["", *ranked[:MAX_STRINGS]]


def _shared(column: Sequence[str]) -> Counter[str]:
    """Pieces that several different values of a column have: common substrings, runs of punctuation, words, marked pieces."""
    distinct = list(dict.fromkeys(column))
    found: Counter[str] = Counter()
    for a, b in islice(combinations(distinct, 2), MAX_PAIRS):
        common = longest_common_substring(a, b)
        piece = max(_whole_words(common, a), _whole_words(common, b), key=len)
        if len(piece) >= 2:
            found[piece] += 1
    for pattern in (_PUNCTUATION_RUN, _WORD, _MARKED):
        counts = Counter(piece for text in distinct for piece in set(pattern.findall(text)))
        # A word must be shared to be more than data; punctuation stands between data wherever it occurs.
        found.update({piece: count for piece, count in counts.items() if count > 1 or pattern is _PUNCTUATION_RUN})
    return found


def _whole_words(piece: str, text: str) -> str:
    """The part of a piece of `text` that cuts no word or number in two: what two values share by chance rarely ends where words do."""
    start = text.find(piece)
    end = start + len(piece)
    while start < end and text[start].isalnum() and start > 0 and text[start - 1].isalnum():
        start += 1
    while start < end and text[end - 1].isalnum() and end < len(text) and text[end].isalnum():
        end -= 1
    return text[start:end]


def _runs(pieces: Sequence[str]) -> list[str]:
    """The pieces; of runs of one character, such as zeros that fill numbers up, only the longest one and the character."""
    runs = [piece for piece in pieces if len(set(piece)) == 1]
    longest = {run[0]: max((other for other in runs if other[0] == run[0]), key=len) for run in runs}
    return [*(piece for piece in pieces if len(set(piece)) > 1), *longest, *(run for run in longest.values() if len(run) > 1)]


def _edges(outputs: Sequence[str]) -> list[str]:
    """What all the different outputs begin with, and what they end with."""
    distinct = set(outputs)
    if len(distinct) < 2:
        return []
    reversed_ = [output[::-1] for output in distinct]
    return [edge for edge in (_prefix(list(distinct)), _prefix(reversed_)[::-1]) if edge]


def _prefix(texts: Sequence[str]) -> str:
    low, high = min(texts), max(texts)
    length = next((i for i, (a, b) in enumerate(zip(low, high, strict=False)) if a != b), min(len(low), len(high)))
    return low[:length]


def _text(value: Value) -> str:
    """All the characters of a value: a string, or the strings of a list one after the other."""
    if isinstance(value, str):
        return value
    return "\n".join(map(_text, value)) if isinstance(value, tuple) else ""


def uncopyable(output: str, inputs: Sequence[str]) -> list[str]:
    """The maximal pieces of `output` that lie outside all pieces of two or more characters (one, if a letter or digit) that some input contains, ignoring case."""
    lowered, sources = output.lower(), [text.lower() for text in inputs]
    pieces, current, start = [], "", 0
    while start < len(output):
        end = start
        while end < len(output) and any(lowered[start : end + 1] in source for source in sources):
            end += 1
        if end - start >= 2 or (end > start and output[start].isalnum()):
            pieces.append(current)
            current, start = "", end
        else:
            current += output[start]
            start += 1
    return [piece for piece in (*pieces, current) if piece]


def longest_common_substring(a: str, b: str) -> str:
    """The longest string that lies in both; the first in `a` among equals."""
    best, previous = "", [0] * (len(b) + 1)
    for i, x in enumerate(a):
        row = [0] * (len(b) + 1)
        for j, y in enumerate(b):
            if x == y:
                row[j + 1] = previous[j] + 1
                if row[j + 1] > len(best):
                    best = a[i + 1 - row[j + 1] : i + 1]
        previous = row
    return best
