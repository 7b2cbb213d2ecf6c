"""The frozen releases and the working set say what they must."""

import json
from pathlib import Path

import jsonschema
import pyarrow as pa
import pytest

from arrakis_schema import load_payload, load_schema
from arrakis_schema.arrow import Template, parse_document, record_batch, strip_annotations
from arrakis_schema.store.layout import Format
from arrakis_schema.errors import ArrakisSchemaError
from arrakis_schema.lint.subject import Subject
from arrakis_schema.system.lint import lint
from arrakis_schema.store.store import Store

STORE = Store(Path(__file__).parent.parent.parent)
RELEASES = ["0.1.0", "0.1.1", "0.1.2", "0.2.0", "0.3.0", "0.4.0", "0.5.0"]
ENDPOINTS = ["count", "describe", "find", "partition", "publish", "stream"]
WORKING = STORE.release(None)
EXAMPLES = [(owner, path) for path, owner in WORKING.examples.items()]
SENT = {
    "find": "channel data_type sample_rate partition_id partition_index publisher stride max_latency replay_id",
    "describe": "channel data_type sample_rate partition_id partition_index publisher stride max_latency replay_id",
    "count": "count",
    "publish": "properties",
    "partition": "channel data_type sample_rate partition_id partition_index",
}


def test_the_releases_are_there() -> None:
    assert list(STORE.releases) == RELEASES


@pytest.mark.parametrize("release", RELEASES)
@pytest.mark.parametrize("name", ["count", "find"])
def test_the_misspelt_keyword_is_kept_in_every_release(release: str, name: str) -> None:
    rate = load_schema(name, release)["properties"]["args"]["properties"]["max_rate"]
    assert rate == {"type": "integer", "exclusiveminimum": 0}


@pytest.mark.parametrize("release", RELEASES)
def test_every_erratum_with_a_rule_is_what_lint_reports(release: str) -> None:
    told = {
        (document, erratum.rule)
        for erratum in STORE.errata
        if erratum.rule and release in erratum.releases
        for document in erratum.documents
    }
    frozen = STORE.release(release)
    found = {
        (document.path, finding.rule)
        for document in frozen.every_document()
        for finding in lint(Subject(document, None, document.path, frozen.examples_of(document.path)))
        if finding.severity == "error"
    }
    assert told == found


def test_every_erratum_names_documents_that_exist() -> None:
    for erratum in STORE.errata:
        for release in erratum.releases:
            assert set(erratum.documents) <= set(STORE.release(release).documents)


@pytest.mark.parametrize("path", [path for path in WORKING.documents if path.endswith(".json")])
def test_the_id_is_the_url(path: str) -> None:
    schema = json.loads(WORKING.document(path).content)
    assert schema["$id"] == f"https://docs.ligo.org/ngdd/arrakis-schema/versions/0.6.0/{path}"


@pytest.mark.parametrize(("owner", "path"), EXAMPLES, ids=[path for _, path in EXAMPLES])
def test_an_example_is_accepted_or_refused_by_an_independent_judge(owner: str, path: str) -> None:
    document = WORKING.document(owner)
    instance = json.loads((STORE.root / "schemas" / path).read_bytes())
    if document.format.name == "json-schema":
        accepted = jsonschema.Draft7Validator(json.loads(document.content)).is_valid(instance)
    else:
        accepted = fits(document.text, instance)
    assert accepted is ("/refused/" not in path)


def fits(text: str, example: dict[str, object]) -> bool:
    parsed = parse_document(text)
    try:
        schema = (
            parsed.bind(example.get("columns", ()), **example.get("values", {}))  # type: ignore[arg-type]
            if isinstance(parsed, Template)
            else parsed
        )
        batch = record_batch(schema, example["rows"])  # type: ignore[arg-type]
    except ArrakisSchemaError:
        return False
    batch.validate(full=True)
    return bool(batch.schema.equals(schema)) and keeps_promises(schema, example["rows"])  # type: ignore[arg-type]


def keeps_promises(schema: pa.Schema, rows: list[dict[str, object]]) -> bool:
    for field in schema:
        said = {key.decode(): value.decode() for key, value in (field.metadata or {}).items()}
        values = [row.get(field.name) for row in rows]
        if said.get("nulls") == "never" and any(value is None for value in values):
            return False
        if said.get("rows") == "alike" and any(value != values[0] for value in values):
            return False
        if "values" in said and any(value not in (None, *said["values"].split()) for value in values):
            return False
    return True


@pytest.mark.parametrize("name", ENDPOINTS)
def test_a_refused_request_breaks_one_rule_at_one_place(name: str) -> None:
    validator = jsonschema.Draft7Validator(load_schema(name))
    for path in sorted((STORE.root / f"schemas/endpoints/{name}/examples/refused").glob("*.json")):
        errors = list(validator.iter_errors(json.loads(path.read_bytes())))
        places = {tuple(error.absolute_path)[:1] for error in errors}
        assert len(places) == 1, path
        assert len(errors) == 1 or path.stem == "replay-id-and-window", path


@pytest.mark.parametrize("name", SENT)
def test_a_payload_has_the_columns_that_are_sent_in_their_order(name: str) -> None:
    schema = load_payload(name)
    assert not isinstance(schema, Template)
    assert " ".join(schema.names) == SENT[name]


def test_the_stream_is_bound_to_channels() -> None:
    template = load_payload("stream")
    assert isinstance(template, Template)
    bound = template.bind(
        [
            {"channel": "H1:T-A", "data_type": "int16", "sample_rate": 16, "publisher": "passed over"},
            {"channel": "H1:T-B", "data_type": "float32", "sample_rate": 512},
        ]
    )
    assert strip_annotations(bound).to_string() == (
        "time: int64 not null\n"
        "H1:T-A: list<item: int16>\n  child 0, item: int16\n  -- field metadata --\n  rate: '16'\n"
        "H1:T-B: list<item: float>\n  child 0, item: float\n  -- field metadata --\n  rate: '512'"
    )


def test_the_publication_is_bound_to_a_data_type() -> None:
    template = load_payload("publication")
    assert isinstance(template, Template)
    printed = "time: int64\nid: uint32\ndata: list<item: double>\n  child 0, item: double"
    assert strip_annotations(template.bind(data_type="float64")).to_string() == printed


@pytest.mark.parametrize("name", ENDPOINTS)
def test_the_server_finds_the_arguments_that_it_knows(name: str) -> None:
    """The real server reads them from here, and refuses all others by itself."""
    args = load_schema(name)["properties"]["args"]
    assert "additionalProperties" not in args
    assert set(args["properties"]) == set(load_schema(name, "0.5.0")["properties"]["args"]["properties"])
