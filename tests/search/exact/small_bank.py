"""A bank for tests of finders, filled by hand: what `search.exact.finder` says that finders may use, and nothing else."""

from types import SimpleNamespace

from dsl.columns.layout import concatenate, decode, encode, layout_of, zeros
from dsl.tasks import Example, Task
from dsl.values import DEFAULT


def task(*rows):
    """A task from rows of inputs and, last, the output."""
    return Task(name="t", examples=tuple(Example(tuple(row[:-1]), row[-1]) for row in rows))


class SmallBank:
    """Values are added by `add`, in order of cost, as (term, one value for each example)."""

    def __init__(self, task, examples=None):
        self.task = task
        self.examples = tuple(task.examples if examples is None else examples)
        self.profile = DEFAULT.with_limits(max_str=64, max_list=16)
        self.level = 1
        self.full = False
        self.stopped = False
        self._values = {}

    def stop(self):
        return self.stopped

    def add(self, kind, cost, term, values):
        self._values.setdefault(kind, []).append((cost, term, tuple(values)))
        return self

    @property
    def kinds(self):
        return tuple(self._values)

    def store(self, kind):
        columns = [encode(list(values), kind, self.profile) for _, _, values in self._values[kind]]
        column = concatenate(columns, self.profile) if columns else zeros(layout_of(kind), 0, self.profile)
        return SimpleNamespace(column=column, count=len(columns))

    def runs(self, kind):
        return [(cost, number, number + 1) for number, (cost, _, _) in enumerate(self._values[kind])]

    def cost(self, kind, number):
        return self._values[kind][number][0]

    def term(self, kind, number):
        return self._values[kind][number][1]

    def decode(self, kind, numbers):
        column = self.store(kind).column
        size = len(self.examples)
        values = decode(column)
        return [tuple(values[number * size : (number + 1) * size]) for number in numbers]
