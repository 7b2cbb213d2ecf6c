"""A table of the contract passes; what is wrong in one is said with its column, row and value."""

import json
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from arrakis_schema import DamagedStoreError, UnknownSchemaError, check_table, load_payload
from arrakis_schema.arrow import Template, record_batch, strip_annotations
from arrakis_schema.arrow.promises import parse_length
from arrakis_schema.findings.finding import Finding
from arrakis_schema.store.store import Store
from tests.conftest import PROJECT
from tests.kafka.messages import blocks

STORE = Store(PROJECT)
WORKING = STORE.release(None)
EXAMPLES = [(path, owner) for path, owner in WORKING.examples.items() if owner.endswith(".txt")]
PARTITION = load_payload("partition")
assert isinstance(PARTITION, pa.Schema)
SENT = strip_annotations(PARTITION)


def said(found: list[Finding]) -> list[tuple[str, str]]:
    return [(one.rule, one.message) for one in found]


def partition(**columns: list[Any]) -> pa.Table:
    rows = max(map(len, columns.values()))
    usual = {
        "channel": "H1:A-B",
        "data_type": "float64",
        "sample_rate": 16,
        "partition_id": None,
        "partition_index": None,
    }
    filled = {name: columns.get(name, [value] * rows) for name, value in usual.items()}
    filled["channel"] = columns.get("channel", [f"H1:A-{number}" for number in range(rows)])
    return pa.table([pa.array(filled[field.name], field.type) for field in SENT], schema=SENT)


@pytest.mark.parametrize(("path", "owner"), EXAMPLES, ids=[path for path, _ in EXAMPLES])
def test_an_example_is_judged_as_it_is_meant(path: str, owner: str) -> None:
    example = json.loads((PROJECT / "schemas" / path).read_bytes())
    name = owner.split("/")[-2]
    try:
        document = load_payload(name)
        schema = (
            document.bind(example.get("columns", ()), **example.get("values", {}))
            if isinstance(document, Template)
            else document
        )
        batch = record_batch(strip_annotations(schema), example["rows"])
    except ValueError:
        assert "/refused/" in path
        return
    assert bool(check_table(batch, name)) is ("/refused/" in path)


ROWS = st.tuples(
    st.text().map(lambda name: f"H1:{name}"), st.sampled_from(["int8", "uint64", "float32"]), st.integers(1, 9)
)


@given(st.lists(ROWS, unique_by=lambda row: row[0]))
def test_any_rows_of_the_contract_pass(rows: list[tuple[str, str, int]]) -> None:
    names, types, rates = zip(*rows, strict=True) if rows else ((), (), ())
    nothing = pa.nulls(len(rows))
    columns = [pa.array(names, pa.string()), pa.array(types, pa.string()), pa.array(rates, pa.int32())]
    columns += [nothing.cast(pa.string()), nothing.cast(pa.uint32())]
    table = pa.table(columns, schema=SENT)
    assert check_table(table, "partition") == []
    assert check_table(pa.concat_tables([table.slice(0, 1), table.slice(1)]), "partition") == []


@given(blocks())
def test_any_block_passes_as_a_table(batch: pa.RecordBatch) -> None:
    assert check_table(batch, "publication") == check_table(pa.table(batch), "publication") == []


@pytest.mark.parametrize("data_type", ["U10", "complex64", "bool", "float16", "Float64", "", "float64 "])
def test_a_data_type_that_servers_choke_on_is_refused(data_type: str) -> None:
    (found,) = check_table(partition(data_type=["int8", data_type]), "partition")
    allowed = "int8, int16, int32, int64, uint8, uint16, uint32, uint64, float32, float64"
    assert found.message == f"data_type, row 1: {data_type!r} is not one of {allowed}"
    assert (found.rule, found.location, found.file) == (
        "value-unknown",
        "data_type",
        "schemas/endpoints/partition/schema.txt",
    )


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        ({"sample_rate": [16, 0]}, ("value-out-of-range", "sample_rate, row 1: 0 is not more than 0")),
        ({"sample_rate": [-16]}, ("value-out-of-range", "sample_rate, row 0: -16 is not more than 0")),
        ({"channel": ["A-B"]}, ("value-malformed", "channel, row 0: 'A-B' does not match the pattern ':'")),
        ({"channel": [""]}, ("value-malformed", "channel, row 0: '' does not match the pattern ':'")),
        (
            {"channel": ["H1:A", "H1:B", "H1:A"]},
            ("row-repeated", "channel, row 2: 'H1:A', as in row 0: no two rows are alike"),
        ),
    ],
)
def test_what_the_record_of_a_channel_refuses_the_table_refuses(
    columns: dict[str, list[Any]], expected: tuple[str, str]
) -> None:
    assert said(check_table(partition(**columns), "partition")) == [expected]
    assert said(check_table(partition(**columns).combine_chunks(), "partition")) == [expected]


def test_a_null_that_must_not_be_is_found() -> None:
    assert said(check_table(partition(channel=["H1:A", None]), "partition")) == [
        ("null-sent", "channel, row 1: null in a field that is not nullable")
    ]


def test_nulls_inside_are_found_in_their_row(tmp_path: Any) -> None:
    inner = pa.struct([pa.field("a", pa.int8(), nullable=False)])
    schema = pa.schema([pa.field("s", inner), pa.field("l", pa.list_(pa.field("item", inner, nullable=False)))])
    root = own(tmp_path, schema)
    columns = [[None, {"a": 1}, {"a": None}], [[], None, [{"a": 1}, {"a": None}, None]]]
    table = pa.table([pa.array(*pair) for pair in zip(columns, schema.types, strict=True)], schema=schema)
    assert [one.message for one in check_table(table, "x", root=root)] == [
        "s.a, row 2: null in a field that is not nullable",
        "l[], row 2: null in a field that is not nullable",
        "l[].a, row 2: null in a field that is not nullable",
    ]
    assert check_table(table.slice(0, 2), "x", root=root) == []


def test_values_are_checked_beside_a_schema_that_is_wrong() -> None:
    table = partition(data_type=["U10"]).append_column("more", pa.array([1]))
    assert [one.rule for one in check_table(table, "partition")] == ["column-added", "value-unknown"]


def test_the_order_of_a_release_is_asked_for() -> None:
    table = partition(data_type=["int8"])
    assert check_table(table, "partition") == []
    assert check_table(table, "partition", "0.5.0") == []  # its servers send them in this order, see corrections.toml
    found = check_table(table, "partition", "0.5.0", as_documented=True)
    assert [one.rule for one in found] == ["column-reordered"]


STREAM = pa.schema(
    [
        pa.field("time", pa.int64(), nullable=False),
        pa.field("H1:A-B", pa.list_(pa.float32()), metadata={"rate": "16"}),
        pa.field("H1:C-D", pa.list_(pa.int16()), metadata={"rate": "1"}),
    ]
)


def test_a_template_is_bound_by_what_is_sent() -> None:
    table = pa.table([[1], [[0.5]], [[1, None]]], schema=STREAM)
    assert check_table(table, "stream") == []
    assert [one.rule for one in check_table(table.drop_columns(["time"]), "stream")] == ["column-removed"]
    text = table.set_column(1, pa.field("H1:A-B", pa.string(), metadata={"rate": "16"}), [["x"]])
    assert said(check_table(text, "stream")) == [("type-changed", "H1:A-B: expected list<item: int8>, found string")]
    silent = table.set_column(1, "H1:A-B", pa.array([[0.5]], pa.list_(pa.float32())))
    assert [one.location for one in check_table(silent, "stream")] == ["H1:A-B#rate"]


def test_what_is_no_document_says_so() -> None:
    with pytest.raises(UnknownSchemaError, match="has no document 'nope'"):
        check_table(pa.table({"a": [1]}), "nope")


def test_an_array_that_is_broken_is_found() -> None:
    offsets = pa.py_buffer(b"\x00\x00\x00\x00\x01\x00\x00\x00")
    broken = pa.Array.from_buffers(pa.string(), 1, [None, offsets, pa.py_buffer(b"\xff")])
    table = partition(channel=["H1:A"]).set_column(0, SENT[0], broken)
    (found,) = check_table(table, "partition")
    assert found.rule == "message-malformed"


@pytest.mark.parametrize(
    ("text", "record", "length"),
    [
        ("a * b / 1000000000", {"a": 16384.0, "b": 62500000}, 1024),
        ("a", {"a": 3}, 3),
        ("a / 2", {"a": 3}, None),
        ("a / b", {"a": 3, "b": 0}, None),
        ("a * b", {"a": 3}, None),
        ("a * 2", {"a": True}, None),
        ("a", {"a": "3"}, None),
    ],
)
def test_a_length_is_exact_or_unknown(text: str, record: dict[str, Any], length: int | None) -> None:
    product = parse_length(text)
    assert product is not None
    assert product.of(record) == length


def own(root: Any, schema: pa.Schema) -> Any:
    (root / "schemas/endpoints/x").mkdir(parents=True)
    (root / "schemas/registry.toml").write_text('version = "0.1.0"\ntitle = "X"\nbase_url = "https://example.org/"\n')
    (root / "schemas/endpoints/x/schema.txt").write_text(schema.to_string() + "\n")
    return root


def test_what_differs_inside_is_said(tmp_path: Any) -> None:
    inner = [pa.field("a", pa.int8()), pa.field("b", pa.int8(), metadata={"scale": "2"})]
    root = own(tmp_path, pa.schema([pa.field("s", pa.struct(inner))]))
    turned = pa.schema([pa.field("s", pa.struct(inner[::-1]))])
    assert said(check_table(turned.empty_table(), "x", root=root))[0] == (
        "column-reordered",
        "s: the fields inside are in another order",
    )
    silent = pa.schema([pa.field("s", pa.struct([inner[0], inner[1].remove_metadata()]))])
    assert said(check_table(silent.empty_table(), "x", root=root)) == [
        ("metadata-changed", "s.b: metadata 'scale' changed from '2' to nothing")
    ]
    less = pa.schema([pa.field("s", pa.struct(inner[:1]))])
    assert said(check_table(less.empty_table(), "x", root=root)) == [
        ("column-removed", "s.b: expected a field, found no such column")
    ]


def test_many_differences_are_counted() -> None:
    found = check_table(pa.table({f"x{number}": [1] for number in range(100)}), "count")
    assert len(found) == 21
    assert found[-1].message == "and 81 more differences, from x20 on"


def test_a_document_that_is_none_says_so(tmp_path: Any) -> None:
    root = own(tmp_path, pa.schema([("a", pa.int8())]))
    (root / "schemas/endpoints/x/schema.txt").write_text("a: in8\n")
    with pytest.raises(DamagedStoreError, match=r"schemas/endpoints/x/schema.txt: line 1: "):
        check_table(pa.table({"a": [1]}), "x", root=root)
