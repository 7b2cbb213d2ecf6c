"""The pages compare Arrow schemas as pyarrow does, and print them as pyarrow prints them."""

import base64
import json
from itertools import product
from pathlib import Path

import pyarrow as pa
import pytest

from arrakis_schema.arrow import Template, parse_document
from arrakis_schema.store.store import Store
from tests.arrow.schemas import SIMPLE
from tests.web.node import answers

PROJECT = Path(__file__).parent.parent.parent
DIFFERENCES = json.loads((Path(__file__).parent / "differences.json").read_text())
COLUMNS = [
    {"channel": "H1:A", "data_type": "float32", "sample_rate": 16},
    {"channel": "L1:B", "data_type": "int64", "sample_rate": 1},
]


def texts() -> dict[str, dict[str, str]]:
    """Return the text of each Arrow document in each release that has it."""
    store, found = Store(PROJECT), dict[str, dict[str, str]]()
    for release in store.every_release():
        for document in release.every_document():
            if document.format.name == "arrow":
                found.setdefault(document.path, {})[release.version] = document.text
    return found


def test_each_document_is_the_same_as_itself_and_as_what_pyarrow_equals() -> None:
    pairs = [pair for versions in texts().values() for pair in product(versions.values(), repeat=2)]
    found = answers("differ.js", [{"given": given, "registered": registered} for given, registered in pairs])
    same = [verdict["state"] == "accepted" for verdict in found]
    plain = [not isinstance(parse_document(given), Template) for given, _ in pairs]
    expected = [
        given == registered or parse_document(given) == parse_document(registered) for given, registered in pairs
    ]
    assert [one for one, told in zip(same, plain, strict=True) if told] == [
        one for one, told in zip(expected, plain, strict=True) if told
    ]
    assert all(one for one, (given, registered) in zip(same, pairs, strict=True) if given == registered)
    assert not all(same)


def test_what_a_server_sends_is_the_same_as_its_template() -> None:
    stream, publication = (texts()[path]["0.6.0"] for path in ("endpoints/stream/schema.txt", "publication/schema.txt"))
    bound_stream, bound_publication = (
        parse_document(stream).bind(COLUMNS),
        parse_document(publication).bind(data_type="int16"),
    )
    cases = [
        {"given": str(bound_stream), "registered": stream},
        {"given": str(bound_publication), "registered": publication},
    ]
    assert [verdict["title"] for verdict in answers("differ.js", cases)] == [
        "The same as it, with 2 columns for {channel}.",
        "The same as it.",
    ]


@pytest.mark.parametrize("case", DIFFERENCES, ids=lambda case: case["name"])
def test_a_difference_is_told(case: dict[str, object]) -> None:
    asked = {**case, "given": "\n".join(case["given"]), "registered": "\n".join(case["registered"])}  # type: ignore[arg-type]
    (found,) = answers("differ.js", [asked])
    assert found == {key: case[key] for key in ("state", "title", "problems", "notes")}


def test_what_is_told_is_a_difference_to_pyarrow_too() -> None:
    told = [case for case in DIFFERENCES if case["state"] != "unreadable"]
    pairs = [
        (parse_document("\n".join(case["given"])), parse_document("\n".join(case["registered"])), case) for case in told
    ]
    plain = [
        (given == registered, case["state"] == "accepted")
        for given, registered, case in pairs
        if not isinstance(registered, Template)
    ]
    assert [equal for equal, _ in plain] == [accepted for _, accepted in plain]
    assert len(plain) > 8


NESTED = [
    *(
        pa.list_(pa.float32()),
        pa.list_(pa.field("x", pa.int8(), nullable=False)),
        pa.large_list(pa.string()),
        pa.list_view(pa.int8()),
    ),
    *(
        pa.large_list_view(pa.int8()),
        pa.list_(pa.int8(), 3),
        pa.struct([("a", pa.int8()), pa.field("b", pa.list_(pa.int8()), nullable=False)]),
    ),
    *(
        pa.map_(pa.string(), pa.int32()),
        pa.map_(pa.string(), pa.int32(), keys_sorted=True),
        pa.dictionary(pa.int8(), pa.string(), ordered=True),
    ),
    *(
        pa.dense_union([pa.field("a", pa.int8())], [5]),
        pa.sparse_union([pa.field("a", pa.int8()), pa.field("b", pa.bool_())], [0, 1]),
    ),
    *(
        pa.run_end_encoded(pa.int32(), pa.float64()),
        pa.timestamp("ns", "UTC"),
        pa.timestamp("s"),
        pa.duration("us"),
        pa.binary(7),
    ),
    *(
        pa.decimal32(5, 2),
        pa.decimal64(10, -1),
        pa.decimal128(38, 3),
        pa.decimal256(40, 0),
        pa.uuid(),
        pa.bool8(),
        pa.json_(),
    ),
]


def in_base64(content: bytes) -> str:
    return base64.b64encode(content).decode()


def written(schema: pa.Schema, *, as_file: bool) -> bytes:
    sink = pa.BufferOutputStream()
    (pa.ipc.new_file if as_file else pa.ipc.new_stream)(sink, schema).close()
    return sink.getvalue().to_pybytes()  # type: ignore[no-any-return]


@pytest.mark.parametrize("as_file", [True, False])
def test_a_file_is_printed_as_pyarrow_prints_its_schema(*, as_file: bool) -> None:
    types = [data_type for data_type in [*SIMPLE, *NESTED] if data_type != pa.json_(pa.large_string())]
    schemas = [pa.schema([pa.field("a", one, nullable=one == pa.null())]) for one in types]
    schemas.append(
        pa.schema([("time", pa.int64()), ("H1:GDS-CALIB_STRAIN", pa.list_(pa.float64()))], metadata={"x": "y"})
    )
    found = answers("print.js", [in_base64(written(schema, as_file=as_file)) for schema in schemas])
    expected = [
        [line for line in str(schema.remove_metadata()).split("\n") if not line.startswith(" ")] for schema in schemas
    ]
    assert [answer["text"].split("\n") for answer in found] == expected


def test_an_extension_type_is_shown_by_its_name() -> None:
    tensor = pa.fixed_shape_tensor(pa.int32(), [2, 3], dim_names=["a", "b"], permutation=[1, 0])
    types = [tensor, pa.fixed_shape_tensor(pa.float64(), [4]), pa.opaque(pa.int32(), "point", "acme")]
    unknown = pa.field("a", pa.int64(), metadata={"ARROW:extension:name": "acme.point"})
    schemas = [*(pa.schema([("a", one)]) for one in types), pa.schema([unknown])]
    found = answers("print.js", [in_base64(written(schema, as_file=True)) for schema in schemas])
    expected = [*(f"a: {one}" for one in types), str(schemas[-1])]
    assert [answer["text"] for answer in found] == expected


def test_the_unbound_file_of_a_template_is_the_template() -> None:
    template = texts()["endpoints/stream/schema.txt"]["0.6.0"]
    (found,) = answers("print.js", [in_base64(written(parse_document(template).unbound, as_file=False))])
    assert found["text"] == "time: int64 not null\n{channel}: list<item: {data_type}>"


WHOLE = written(pa.schema([("a", pa.int64())]), as_file=True)


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "this is not an Arrow file: it has only 0 bytes"),
        (b"PAR1" + bytes(40), "this is a Parquet file, not an Arrow file or stream"),
        (b"\x1f\x8b" + bytes(40), "this is compressed with gzip, not an Arrow file or stream"),
        (
            b'{"a": 1, "b": [1, 2, 3]}',
            "this is not an Arrow file or stream: it begins with neither ARROW1 nor a schema",
        ),
        (WHOLE[:60], "this Arrow file is cut short: its schema ends at byte"),
        (WHOLE[:12], "this is not an Arrow file: it has only 12 bytes"),
        (WHOLE[:16] + bytes(200), "the schema in this file cannot be read"),
        (b"\xff\xff\xff\xff\x20\x00\x00\x00" + b"\xff" * 64, "the schema in this file cannot be read"),
    ],
)
def test_what_is_no_arrow_file_is_refused_in_a_sentence(content: bytes, problem: str) -> None:
    (found,) = answers("print.js", [in_base64(content)])
    assert found["error"].startswith(problem)
    assert "\n" not in found["error"]
