"""Drafts say what a server sent, conform to it, and are written whole or not at all."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyarrow import flight

from arrakis_schema.arrow import Template, parse_document, parse_schema, strip_annotations
from arrakis_schema.arrow.promises import promises_of
from arrakis_schema.cli import main
from arrakis_schema.findings.finding import Severity
from arrakis_schema.flight.adoption.adopt import Adoption, AdoptionError, adopt, write_adoption
from arrakis_schema.flight.adoption.drafting import draft_files
from arrakis_schema.flight.adoption.observations import Observation, plain_name
from arrakis_schema.flight.adoption.payload_drafts import draft_payload, promises_that_held
from arrakis_schema.flight.conform.client import Access
from arrakis_schema.flight.conform.supervisor import examine
from arrakis_schema.flight.mock import MockServer
from arrakis_schema.store.corrections import parse_corrections
from arrakis_schema.store.store import open_store
from arrakis_schema.system.lint import lint_release
from tests.arrow.schemas import SCHEMAS
from tests.flight.servers import PROJECT, Drifting, Odd, deep, endless, garbage, huge, listening, wide

WEATHER = PROJECT / "tests/fixtures/weather"
STORE = open_store(PROJECT)
LIST = pa.list_(pa.float64())


def at(server: MockServer) -> Access:
    return Access(f"grpc://127.0.0.1:{server.port}")


def files_below(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


@pytest.mark.usefixtures("in_process")
@pytest.mark.parametrize(("root", "version"), [(PROJECT, None), (PROJECT, "0.5.0"), (WEATHER, None)])
def test_a_server_without_a_registry_gets_one_that_it_conforms_to(
    root: Path, version: str | None, tmp_path: Path
) -> None:
    """The root of the other API knows no action that tells a release, so the flights that are listed are asked."""
    release = open_store(root).release(version).contract
    asking = WEATHER if root == PROJECT else PROJECT
    with MockServer(release) as server:
        adoption = adopt(at(server), root=asking)
        write_adoption(adoption, tmp_path / "draft")
        report = examine(at(server), "next", root=tmp_path / "draft")
    assert (adoption.release, report.conforms, report.undecided) == ("", True, False), report.findings
    assert all(counts["answered"] for counts in report.examined.values())
    working = open_store(tmp_path / "draft").release(None)
    assert [it for it in lint_release(working) if it.severity is Severity.ERROR] == []
    listed = {path.split("/")[2] for path in adoption.files if path.startswith("schemas/endpoints/")}
    names = {path.split("/")[1] for path in release.documents if path.count("/") > 1 and path.startswith("endpoints/")}
    assert listed == names - {"partition"}


@pytest.mark.usefixtures("in_process")
def test_a_stream_becomes_a_template_of_the_rows_that_say_what_its_columns_are() -> None:
    with MockServer(STORE.release(None)) as server:
        listed = adopt(at(server), root=WEATHER, endpoints=["describe", "stream"])
    with MockServer(STORE.release("0.1.0")) as server:
        claimed = adopt(at(server), root=PROJECT, endpoints=["stream", "describe"])
    assert claimed.release == "release 0.1.0 with its corrections"
    for adoption, types in ((listed, "float64"), (claimed, "float64 uint32")):
        text = adoption.files["schemas/endpoints/stream/schema.txt"]
        start = "time: int64 not null\n  -- field metadata --\n  above: '0'\n{channel}: list<item: {data_type}>\n  child 0, item: {data_type}\n"
        assert text.startswith(start), text
        assert "  rate: '{sample_rate}'\n" in text
        assert sorted(text.rpartition("{data_type}: '")[2].split("'")[0].split()) == types.split()


@pytest.mark.usefixtures("in_process")
def test_a_server_that_keeps_its_contract_gets_its_own_documents_and_no_corrections() -> None:
    with MockServer(STORE.release("0.5.0").contract) as server:
        adoption = adopt(at(server), root=PROJECT)
    assert adoption.release == "release 0.5.0 with its corrections"
    assert "corrections.toml" not in adoption.files
    assert not any("differs" in sentence for sentence in adoption.sentences)
    contract = STORE.release("0.5.0").contract
    for path in contract.documents:
        if path.startswith("endpoints/"):
            assert adoption.files[f"schemas/{path}"].encode() == contract.read(path), path


@pytest.mark.usefixtures("in_process")
def test_a_server_that_drifted_gets_corrections(tmp_path: Path) -> None:
    with Drifting("count", "count: int64\nexact: bool not null", [{"count": 3, "exact": True}], "0.5.0") as server:
        adoption = adopt(Access(server.location), root=PROJECT, endpoints=["count"])
    (correction,) = parse_corrections(adoption.files["corrections.toml"].encode())
    assert (correction.releases, correction.documents) == (("0.5.0",), ("endpoints/count/schema.txt",))
    assert correction.reason == "Draft: column 'exact' is sent as bool not null, but no such column is promised."
    assert correction.text == adoption.files["schemas/endpoints/count/schema.txt"]
    assert [it.name for it in parse_schema(correction.text)] == ["count", "exact"]
    difference = "column 'exact' is sent as bool not null, but no such column is promised"
    sentence = f"count: 2 requests answered, 2 rows read; differs from the registered payload: {difference}"
    assert adoption.sentences == [sentence]
    write_adoption(adoption, tmp_path / "draft")
    assert "corrections.toml" in files_below(tmp_path / "draft")


@pytest.mark.parametrize(
    ("data_type", "batches", "held"),
    [
        (pa.int64(), [[1, 2], [3, 3]], {"nulls": "never"}),
        (pa.int64(), [[1, 1], [2, 2]], {"nulls": "never", "rows": "alike"}),
        (pa.int64(), [[1], [2]], {"nulls": "never"}),
        (pa.int64(), [[None, None]], {}),
        (pa.string(), [["a", "a"]], {"nulls": "never", "rows": "alike"}),
        (pa.int64(), [[], []], {}),
        (pa.string(), [["a", "b", "a"], ["b"]], {"nulls": "never", "values": "a b"}),
        (pa.string(), [["a", "b c", "a", "b c"]], {"nulls": "never"}),
        (pa.string(), [["a", "b"]], {"nulls": "never"}),
        (pa.list_(pa.int8()), [[[1], None]], {}),
    ],
)
def test_a_promise_is_drafted_where_enough_was_seen(data_type: pa.DataType, batches: Any, held: dict[str, str]) -> None:
    column = pa.field("column", data_type)
    found = promises_that_held(column, [pa.array(values, data_type) for values in batches])
    assert {key: text for key, text in found.items() if key in {"nulls", "rows", "values"}} == held
    for promise in promises_of(pa.schema([column.with_metadata(found or None)])):
        assert all(promise.holds(pa.array(values, data_type)) for values in batches)


def observed(request: Any, *fields: pa.Field) -> Observation:
    schema = pa.schema(fields)
    return Observation("x", request, (schema, schema), ())


def test_what_is_no_template_is_said_to_be_none() -> None:
    one = observed({"names": ["a"]}, pa.field("a", pa.float64()))
    two = observed({"names": ["b"]}, pa.field("b", LIST))
    assert draft_payload([one, two]).notes == ("its columns depend on the request, and no template fits them",)
    other = observed({}, pa.field("z", pa.int8()))
    assert draft_payload([observed({}), other]).notes == (
        "its answers have different schemas: the draft has the first one",
    )
    odd = Observation("x", {}, (pa.schema([]), other.schema), ())
    assert draft_payload([odd]).notes == (
        "the schema of the FlightInfo differs from that of the data: the draft has that of the data",
    )


@given(st.lists(SCHEMAS, min_size=1, max_size=3), st.booleans())
@settings(max_examples=25)
def test_any_schemas_have_a_draft_that_is_read_back(schemas: list[pa.Schema], asked: bool) -> None:  # noqa: FBT001
    observations = [
        Observation("x", {"names": schema.names[:2]} if asked else {}, (schema, schema), ()) for schema in schemas
    ]
    draft = draft_payload(observations)
    document = parse_document(draft.text)
    if not draft.notes and not isinstance(document, Template):
        assert strip_annotations(document).equals(strip_annotations(schemas[0]), check_metadata=True)
    files, sentences = draft_files(observations, None, {})
    assert len(sentences) == 1
    assert ("schemas/endpoints/x/schema.txt" in files) != ("cannot be drafted" in sentences[0])


@pytest.mark.parametrize("name", ["Find", "a/../../b", "..", "", "\x00", "Ä", "x" * 999, "a b", "-"])
def test_the_name_of_a_flight_becomes_that_of_a_folder(name: str) -> None:
    plain = plain_name(name)
    assert plain.isascii()
    assert 0 < len(plain) <= 60
    assert not set(plain) - set("abcdefghijklmnopqrstuvwxyz0123456789_-")
    assert plain_name(plain) == plain


class Named(flight.FlightServerBase):  # type: ignore[misc]
    """A server that lists one flight, with the path that it is given."""

    def __init__(self, *path: str) -> None:
        self.path = path
        super().__init__("grpc://127.0.0.1:0")

    def list_flights(self, _: Any, __: bytes) -> Iterator[flight.FlightInfo]:
        asked = flight.FlightDescriptor.for_path(*self.path)
        yield flight.FlightInfo(pa.schema([pa.field("'''\n", pa.int8())]), asked, [], -1, -1)


@pytest.mark.usefixtures("in_process")
def test_no_name_of_a_server_leads_out_of_the_folder(tmp_path: Path) -> None:
    with Named("..", "/etc", "x\n") as server:
        adoption = adopt(at(server), root=WEATHER)
    write_adoption(adoption, tmp_path / "draft")
    files = ["DRAFT.md", "schemas/endpoints/etc-x/schema.txt", "schemas/registry.toml"]
    assert files_below(tmp_path) == [f"draft/{path}" for path in files]
    with pytest.raises(AdoptionError, match=r"'\.\./x' cannot be the name of a file"):
        write_adoption(Adoption("", {"a": "", "../x": ""}, []), tmp_path / "other")
    assert files_below(tmp_path) == [f"draft/{path}" for path in files]


TABLES = {
    ("tides",): pa.table({"station": ["a", "b"], "level": [1.5, 2.5]}),
    ("moon", "phases"): pa.table({"day": pa.array([1, 2], pa.int32()), "phase": ["new", "full"]}),
}


class Generic(flight.FlightServerBase):  # type: ignore[misc] # pyarrow has no types
    """A server that knows no JSON Schema: it lists its tables, and answers for the descriptors that it lists."""

    def __init__(self, descriptor: Any, *, places: bool = True) -> None:
        super().__init__("grpc://127.0.0.1:0")
        self.by_descriptor = {str(descriptor(name)): name for name in TABLES}
        self.descriptor, self.places = descriptor, places

    def info(self, name: tuple[str, ...], *, places: bool) -> flight.FlightInfo:
        endpoints = [flight.FlightEndpoint("/".join(name).encode(), [])] if places else []
        return flight.FlightInfo(TABLES[name].schema, self.descriptor(name), endpoints, TABLES[name].num_rows, -1)

    def list_flights(self, _context: Any, _criteria: bytes) -> Iterator[flight.FlightInfo]:
        yield from (self.info(name, places=self.places) for name in TABLES)

    def get_flight_info(self, _context: Any, descriptor: flight.FlightDescriptor) -> flight.FlightInfo:
        return self.info(self.by_descriptor[str(descriptor)], places=True)

    def do_get(self, _context: Any, ticket: flight.Ticket) -> flight.RecordBatchStream:
        return flight.RecordBatchStream(TABLES[tuple(ticket.ticket.decode().split("/"))])


def command(text: str) -> flight.FlightDescriptor:
    return flight.FlightDescriptor.for_command(text.encode())


GENERIC: dict[str, Any] = {
    "a path": lambda name: flight.FlightDescriptor.for_path("-".join(name)),
    "a path of several parts": lambda name: flight.FlightDescriptor.for_path(*name),
    "a request": lambda name: command(json.dumps({"request": name[0], "limit": 5})),
    "a request that another member names": lambda name: command(json.dumps({"kind": name[0], "unit": "m"})),
    "a request that no member names": lambda name: command(json.dumps({"limit": len(name)})),
}


@pytest.mark.usefixtures("in_process")
@pytest.mark.parametrize("places", [True, False])
@pytest.mark.parametrize("kind", GENERIC)
def test_whoever_lists_flights_gets_a_draft_by_which_all_of_them_are_asked(
    kind: str, tmp_path: Path, *, places: bool
) -> None:
    with Generic(GENERIC[kind], places=places) as server:
        write_adoption(adopt(at(server), root=WEATHER), tmp_path / "draft")
        report = examine(at(server), "next", root=tmp_path / "draft")
    with MockServer(open_store(tmp_path / "draft").release(None)) as mock, flight.connect(at(mock).location) as client:
        for info in list(client.list_flights()):
            assert client.get_flight_info(info.descriptor).schema.equals(info.schema)
            assert info.descriptor.path[0] != b"tides" or info.descriptor == GENERIC[kind](("tides",))
    named = kind != "a request that no member names"
    rows = [counts["rows"] for counts in report.examined.values()]
    assert rows == [2, 2] if named else rows in ([2], [4]), (report.findings, rows)
    assert report.conforms is named, report.findings


@pytest.mark.usefixtures("in_process")
def test_what_no_document_can_ask_for_is_told_with_what_helps() -> None:
    with Generic(lambda name: command(f"read all of {name[0]}")) as server:
        adoption = adopt(at(server), root=WEATHER)
    (sentence,) = [it for it in adoption.sentences if it.startswith("read-all-of-tides: drafted")]
    assert "its command 'read all of tides' is not a JSON object; name a request in JSON" in sentence
    assert adoption.files["schemas/endpoints/read-all-of-tides/schema.txt"].startswith("station: string")


class TicketOnly(flight.FlightServerBase):  # type: ignore[misc] # pyarrow has no types
    """A server with DoGet alone, whose tickets are requests."""

    def do_get(self, _context: Any, ticket: flight.Ticket) -> flight.RecordBatchStream:
        return flight.RecordBatchStream(TABLES[json.loads(ticket.ticket)["table"],])


class WithoutData(Generic):
    """A server that tells of its tables, and has no DoGet."""

    do_get = flight.FlightServerBase.do_get


@pytest.mark.usefixtures("in_process")
def test_a_server_without_flight_infos_is_asked_by_tickets(tmp_path: Path) -> None:
    with TicketOnly("grpc://127.0.0.1:0") as server:
        with pytest.raises(AdoptionError, match=r"no flights are listed: it does not implement ListFlights\)"):
            adopt(at(server), root=WEATHER)
        write_adoption(adopt(at(server), root=WEATHER, requests={"tides": {"table": "tides"}}), tmp_path / "draft")
        report = examine(at(server), "next", root=tmp_path / "draft")
    assert (report.conforms, report.undecided, report.examined["tides"]["rows"]) == (True, False, 2), report.findings


@pytest.mark.usefixtures("in_process")
def test_a_server_without_data_is_drafted_from_its_flight_infos(tmp_path: Path) -> None:
    with WithoutData(GENERIC["a path"]) as server:
        adoption = adopt(at(server), root=WEATHER)
        write_adoption(adoption, tmp_path / "draft")
        report = examine(at(server), "next", root=tmp_path / "draft")
    assert adoption.files["schemas/endpoints/tides/schema.txt"].startswith("station: string")
    messages = [finding.message for finding in report.findings if finding.rule == "request-refused"]
    assert [message.rpartition(": ")[2] for message in messages] == ["it does not implement DoGet"] * 2


@pytest.mark.usefixtures("in_process")
def test_a_draft_of_a_frozen_release_has_no_errors(tmp_path: Path) -> None:
    with MockServer(STORE.release("0.5.0").contract) as server:
        adoption = adopt(at(server), root=PROJECT)
    assert adoption.release.startswith("release 0.5.0")
    write_adoption(adoption, tmp_path / "draft")
    working = open_store(tmp_path / "draft").release(None)
    assert [it for it in lint_release(working) if it.severity is Severity.ERROR] == []


@pytest.mark.parametrize("answer", [huge, endless, wide, deep])
def test_a_hostile_server_ends_in_one_sentence_or_a_draft(answer: Any, tmp_path: Path) -> None:
    with Odd(info=answer) if answer in {wide, deep} else Odd(data=answer) as server:
        try:
            write_adoption(adopt(Access(server.location, 10.0), "next", root=PROJECT), tmp_path / "draft")
        except AdoptionError as error:
            assert "\n" not in str(error)  # noqa: PT017 - either is right
            assert answer is not wide or "it sends 100,000 columns, and a document has 10,000 at most" in str(error)  # noqa: PT017
            assert files_below(tmp_path) == []


@pytest.mark.usefixtures("in_process")
def test_the_command_writes_to_a_new_folder_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out, request = tmp_path / "draft", tmp_path / "request.json"
    request.write_text(json.dumps({"request": "Count", "args": {"pattern": "H1:"}}))
    with MockServer(STORE.release(None)) as server:
        command = ["adopt", at(server).location, "--out", str(out)]
        assert main([*command, "--endpoint", "find"]) == 0
        assert capsys.readouterr().out.splitlines()[-1].startswith("wrote ")
        before = {path: (out / path).read_bytes() for path in files_below(out)}
        assert main(command) == 2
        assert capsys.readouterr().err == (
            f"arrakis-schema: {out} exists already, and nothing is overwritten: name a new or empty folder\n"
        )
        assert {path: (out / path).read_bytes() for path in files_below(out)} == before
        command = ["adopt", at(server).location, "--root", str(WEATHER), "--out", str(tmp_path / "b")]
        assert main([*command, "--endpoint", f"count={request}"]) == 2
        assert "count: not answered: args: expected the members " in capsys.readouterr().err
        assert main([*command, "--endpoint", "Count"]) == 2
        assert "'Count' is not the name of an endpoint" in capsys.readouterr().err
        assert main([*command, "--endpoint", "x=/nowhere"]) == 2
        assert main(["adopt", at(server).location, "--out", str(tmp_path / "no/where")]) == 2
        assert "cannot be written: No such file or directory" in capsys.readouterr().err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["draft", "request.json"]
    with pytest.raises(SystemExit, match="2"):
        main(["adopt", "grpc://127.0.0.1:1"])
    assert "--out" in capsys.readouterr().err


def test_an_unreachable_server_is_a_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with listening(garbage) as location:
        assert main(["adopt", location, "--out", str(tmp_path / "x"), "--timeout", "3"]) == 2
    assert "Traceback" not in capsys.readouterr().err
    assert main(["adopt", "http://127.0.0.1", "--out", str(tmp_path / "x")]) == 2
    assert list(tmp_path.iterdir()) == []
