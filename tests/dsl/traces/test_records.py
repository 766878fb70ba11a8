"""Records for people: plain JSON, the same stacks as in the arrays, and abstract stacks that contain the concrete ones."""

import json

from dsl.analysis import steps as abstract_steps
from dsl.domains.product import Abstract
from dsl.parser import parse
from dsl.values import Stuck, from_json
from tests.dsl.traces.sources import batches, example_batch, stacks


def test_records_are_json_and_say_what_the_arrays_say() -> None:
    batch = example_batch()
    records = [json.loads(json.dumps(record)) for record in batch.records()]
    assert len(records) == len(batch)
    for p, record in enumerate(records):
        assert set(record) == {"program", "types", "inputs", "abstract", "steps"}
        assert parse(record["program"]) == batch.program(p)
        assert record["types"] == [str(kind) for kind in batch.shape(p)]
        shown = [record["inputs"], *(step["after"] for step in record["steps"])]
        for row, moment in zip(shown, stacks(batch, p), strict=True):
            for mine, stack in zip(row, moment, strict=True):
                if isinstance(stack, Stuck):
                    assert mine == {"stuck": stack.reason.value}
                else:
                    assert tuple(map(from_json, mine)) == stack
        assert " ".join(step["word"] for step in record["steps"]) == record["program"]


def test_abstract_stacks_contain_the_concrete_ones() -> None:
    batch = example_batch()
    checked = 0
    for p, record in enumerate(batch.records()):
        if p % 3:
            continue
        rows = stacks(batch, p)
        start = [
            element.__class__.of(values[0])
            for element, values in zip([Abstract()] * len(rows[0][0]), zip(*rows[0], strict=True), strict=True)
        ]  # type: ignore[arg-type]
        for values in rows[0][1:]:
            assert not isinstance(values, Stuck)
            start = [element.join(Abstract.of(value)) for element, value in zip(start, values, strict=True)]
        assert record["abstract"] == [element.show() for element in start]
        known = [step for step in abstract_steps(batch.program(p), start, profile=batch.profile) if len(step.path) == 1]
        for number, step in enumerate(record["steps"]):
            concrete = [stack for stack in rows[number + 1] if not isinstance(stack, Stuck)]
            if step["abstract"] is None:
                assert not concrete, "where the analysis says that every run is stuck, every run is"
                continue
            element = known[number].after
            assert element is not None and step["abstract"] == [part.show() for part in element]
            for stack in concrete:
                assert all(part.contains(value) for part, value in zip(element, stack, strict=True))
                checked += 1
    assert checked > 500


def test_a_step_at_which_everything_is_stuck_has_no_stack() -> None:
    (batch,) = batches(seed=2, failing=0.8)
    records = list(batch.records())
    stuck = [record for p, record in enumerate(records) if batch.status[p].all()]
    assert stuck
    assert all(
        set(map(str, record["steps"][-1]["after"])) <= {str({"stuck": reason}) for reason in ("undefined", "range", "size", "type")}
        for record in stuck
    )
