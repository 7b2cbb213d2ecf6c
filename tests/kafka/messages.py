"""Messages as publishers write them, and strategies for the rows in them."""

from typing import Any

import pyarrow as pa
from hypothesis import strategies as st

from arrakis_schema import load_payload
from arrakis_schema.arrow import Template, strip_annotations

PUBLICATION = load_payload("publication")
assert isinstance(PUBLICATION, Template)
DATA_TYPES = PUBLICATION.allowed["data_type"]


def schema_of(data_type: str) -> pa.Schema:
    """What the wire has: as pyarrow writes it, not as our template is bound."""
    return pa.schema([("time", pa.int64()), ("id", pa.uint32()), ("data", pa.list_(pa.type_for_alias(data_type)))])


def serialized(*batches: pa.RecordBatch, schema: pa.Schema | None = None, **options: Any) -> bytes:
    sink = pa.BufferOutputStream()
    schema = schema or batches[0].schema
    with pa.ipc.new_stream(sink, schema, options=pa.ipc.IpcWriteOptions(**options)) as writer:
        for batch in batches:
            writer.write_batch(batch)
    return bytes(sink.getvalue().to_pybytes())


def block(
    data_type: str = "float64", ids: tuple[int, ...] = (0, 1), length: int = 4, time: int = 1187000000000000000
) -> pa.RecordBatch:
    rows = [[None, *range(length - 1)]] * len(ids)
    columns = [[time] * len(ids), list(ids), rows]
    schema = schema_of(data_type)
    return pa.record_batch([pa.array(*pair) for pair in zip(columns, schema.types, strict=True)], schema=schema)


def samples(data_type: str) -> st.SearchStrategy[Any]:
    if data_type.startswith("float"):
        return st.floats(width=int(data_type.removeprefix("float")))  # type: ignore[arg-type]
    signed = not data_type.startswith("u")
    bits = int(data_type.removeprefix("u").removeprefix("int"))
    return st.integers(-(2 ** (bits - 1)), 2 ** (bits - 1) - 1) if signed else st.integers(0, 2**bits - 1)


@st.composite
def blocks(draw: st.DrawFn) -> pa.RecordBatch:
    """Any block that the contract allows: of any data type, of any number of channels, with gaps."""
    data_type = draw(st.sampled_from(DATA_TYPES))
    ids = draw(st.lists(st.integers(0, 2**32 - 1), min_size=1, max_size=5, unique=True))
    time = draw(st.integers(0, 2**63 - 1))
    lists = st.lists(st.none() | samples(data_type), max_size=6)
    data = draw(st.lists(lists, min_size=len(ids), max_size=len(ids)))
    columns = [[time] * len(ids), ids, data]
    schema = schema_of(data_type)
    return pa.record_batch([pa.array(*pair) for pair in zip(columns, schema.types, strict=True)], schema=schema)


assert strip_annotations(PUBLICATION.bind(data_type="int8")).equals(schema_of("int8"))
