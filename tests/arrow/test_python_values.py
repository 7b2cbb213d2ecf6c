"""The values of any array can be read as Python objects, also where pyarrow alone raises an error."""

from typing import Any

import pyarrow as pa
import pytest

from arrakis_schema.arrow import parse_schema, promises_of
from arrakis_schema.arrow.rows import rows_of, values_of

NUMBERS = pa.array([1, None], pa.int64())
TIMES = NUMBERS.view(pa.timestamp("ns", "Mars/Phobos"))
TWICE = pa.array([0, 2], pa.int32())
NESTED: dict[str, tuple[pa.Array, list[Any]]] = {
    "nanoseconds": (NUMBERS.view(pa.timestamp("ns")), [1, None]),
    "an unknown time zone": (TIMES, [1, None]),
    "a date in the far future": (pa.array([2**30], pa.int32()).view(pa.date32()), [2**30]),
    "a time of day": (NUMBERS.view(pa.time64("ns")), [1, None]),
    "a duration": (NUMBERS.view(pa.duration("ns")), [1, None]),
    "a list": (pa.ListArray.from_arrays(TWICE, TIMES), [[1, None]]),
    "a large list": (pa.LargeListArray.from_arrays(TWICE.cast(pa.int64()), TIMES), [[1, None]]),
    "a list of a size": (pa.FixedSizeListArray.from_arrays(TIMES, 2), [[1, None]]),
    "a struct": (
        pa.StructArray.from_arrays([TIMES, pa.array(["x", "y"])], ["a", "b"]),
        [{"a": 1, "b": "x"}, {"a": None, "b": "y"}],
    ),
    "a dictionary": (pa.DictionaryArray.from_arrays(pa.array([0, 0, None], pa.int8()), TIMES), [1, 1, None]),
    "a union": (
        pa.UnionArray.from_sparse(pa.array([0, 1], pa.int8()), [TIMES, pa.array(["x", "y"])], ["a", "b"]),
        [1, "y"],
    ),
    "runs": (pa.RunEndEncodedArray.from_arrays([2], TIMES[:1]), [1, 1]),
}


@pytest.mark.parametrize("name", NESTED)
def test_a_time_that_python_cannot_hold_is_its_number(name: str) -> None:
    array, expected = NESTED[name]
    assert values_of(array) == expected
    assert rows_of(pa.record_batch([array], ["x"])) == [{"x": value} for value in expected]


@pytest.mark.parametrize("promise", ["rows: 'alike'", "rows: 'distinct'"])
def test_a_promise_is_held_for_times_that_python_cannot_hold(promise: str) -> None:
    schema = parse_schema(f"time: timestamp[ns]\n  -- field metadata --\n  {promise}\n")
    (held,) = promises_of(schema)
    times = pa.array([1, 2, 2], pa.int64()).view(pa.timestamp("ns"))
    rows = [row for row, _ in held.broken(times)]
    assert rows == ([1, 2] if "alike" in promise else [2])
