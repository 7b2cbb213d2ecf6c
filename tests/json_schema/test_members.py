"""The member tree: cases as data, and the laws that every statement in it keeps."""

import json
import time
from collections import Counter
from pathlib import Path
from random import Random
from typing import Any
from unittest import mock

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arrakis_schema.json_schema.bundling import bundle_of
from arrakis_schema.json_schema.conditions import CaseNames
from arrakis_schema.json_schema.dialects import DRAFT_2020_12
from arrakis_schema.json_schema.judge.judge import Judge
from arrakis_schema.json_schema.judge.soundness import problems
from arrakis_schema.json_schema.members import MOST_MEMBERS, member_tree, read_members
from arrakis_schema.json_schema.places import PlaceReader
from arrakis_schema.store.members import Member, Step, StepKind, address_of
from arrakis_schema.store.store import Store
from tests.compat.crossing import FOLDERS, MISSING, SUITE, files
from tests.compat.random_schemas import Instances, Schemas
from tests.json_schema.showing import check

CASES = json.loads((Path(__file__).parent.parent / "cases/members/members.json").read_text(encoding="utf-8"))
METADATA = "publication/metadata.json"


def statement(member: Member, key: str) -> Any:
    """Return what a member says, as the cases write it."""
    value = getattr(member, key)
    match key:
        case "bounds":
            return [bound.words for bound in value]
        case "variants":
            return [variant.name for variant in value]
    return list(value) if isinstance(value, tuple) else value


@pytest.mark.parametrize("name", CASES)
def test_a_document_is_told_as_its_members(name: str) -> None:
    members = {member.anchor: member for member in read_members(CASES[name]["schema"]).members}
    expected = CASES[name]["members"]
    assert list(members) == list(expected)
    for anchor, statements in expected.items():
        assert {key: statement(members[anchor], key) for key in statements} == statements, anchor


@pytest.mark.parametrize("modern", [False, True])
def test_every_statement_is_true_of_what_the_judge_accepts(modern: bool) -> None:  # noqa: FBT001
    counts: Counter[str] = Counter()
    for seed in range(300):
        random = Random(f"{seed}{modern}")  # noqa: S311 - to be repeated
        document = Schemas(random, modern=modern).document()
        if next(problems(document), None):
            continue
        source = Instances(random, [document])
        instances = [source.instance(document) for _ in range(20)]
        assert check(document, instances, counts, prove=True) == [], document
    assert counts["null: shown"] > 100
    assert counts["statement: proved"] > 500
    assert counts["null: undecided"] + counts["statement: undecided"] <= counts["statement: proved"] // 100


@pytest.mark.skipif(not SUITE.is_dir(), reason=MISSING)
def test_every_statement_about_the_schemas_of_the_official_suite_is_true() -> None:
    counts: Counter[str] = Counter()
    for dialect in FOLDERS:
        for file in files(dialect):
            for schema in file.schemas:
                if not next(problems(schema), None):
                    assert check(schema, list(file.instances), counts, prove=True) == [], (file.name, schema)
    assert counts["null: shown"] > 500
    assert counts["null: undecided"] == counts["null: unreachable"] == counts["statement: undecided"] == 0


def test_a_dynamic_reference_in_another_document_leads_where_the_message_decides(tmp_path: Path) -> None:
    dialect = {"$schema": DRAFT_2020_12}
    definitions = {"item": {"$dynamicAnchor": "item", "type": "integer"}}
    listing = {**dialect, "$defs": {"list": {"items": {"$dynamicRef": "#item"}}, **definitions}}
    texts = {"item": {"$dynamicAnchor": "item", "type": "string"}}
    documents = {
        "list": {**listing, "properties": {"a": {"$ref": "#/$defs/list"}}},
        "plain": {**dialect, "properties": {"a": {"$ref": "list.json#/$defs/list"}}},
        "texts": {**dialect, "properties": {"a": {"$ref": "list.json#/$defs/list"}}, "$defs": texts},
    }
    (tmp_path / "schemas/publication").mkdir(parents=True)
    settings = 'version = "1.0.0"\ntitle = "t"\nbase_url = "https://example.org/"\n'
    (tmp_path / "schemas/registry.toml").write_text(settings, encoding="utf-8")
    for name, schema in documents.items():
        (tmp_path / f"schemas/publication/{name}.json").write_text(json.dumps(schema), encoding="utf-8")
    release = Store(tmp_path).release(None)
    for name, kind in {"list": "integer", "plain": "integer", "texts": "string"}.items():
        document = release.document(f"publication/{name}.json")
        assert {member.anchor: member.type for member in member_tree(document).members}["a-items"] == kind
        judge = Judge(documents[name], name, bundle=bundle_of(document, documents[name]))
        assert [judge.first_violation({"a": [item]}) is None for item in (1, "x")] == [
            kind == "integer",
            kind == "string",
        ]


NAMES = st.text() | st.sampled_from(
    ["a", "items", "x-items", "-items", "a.b", "_", "__", "", "history", "the-x", ",", ";"]
)
KINDS: list[StepKind] = ["name", "items", "position", "contains", "any", "pattern", "alternative"]


@st.composite
def steps(draw: st.DrawFn) -> tuple[Step, ...]:
    kinds = draw(st.lists(st.sampled_from(KINDS), min_size=1, max_size=3))
    values: dict[str, Any] = {"name": NAMES, "pattern": NAMES, "alternative": NAMES, "position": st.integers(0, 20)}
    return tuple(Step(kind, draw(values[kind]) if kind in values else "") for kind in kinds)


@given(steps(), steps())
def test_no_two_places_have_one_address(one: tuple[Step, ...], other: tuple[Step, ...]) -> None:
    assert (address_of(one) == address_of(other)) == (one == other)
    address = address_of(one)
    assert not set(address) & set(" \n\t\"'<>{}=*_`~&%#[]|\\!$^") - {"_"}


@given(st.lists(st.from_regex(r"[a-z][a-z0-9]{0,8}(_[a-z0-9]{1,8}){0,2}", fullmatch=True), min_size=1, max_size=4))
def test_a_plain_path_is_its_address(names: list[str]) -> None:
    address = address_of(tuple(Step("name", name) for name in names))
    assert address.removeprefix(",") == ".".join(names)


def test_an_address_does_not_depend_on_the_order_of_members() -> None:
    schema = CASES["names as JSON allows them"]["schema"]
    turned = {"properties": dict(reversed(schema["properties"].items()))}
    addresses = [{member.anchor for member in read_members(document).members} for document in (schema, turned)]
    assert addresses[0] == addresses[1]


def test_what_unfolds_to_millions_of_members_is_cut_with_a_sentence() -> None:
    definitions: dict[str, Any] = {
        f"d{number}": {"properties": {side: {"$ref": f"#/definitions/d{number + 1}"} for side in ("left", "right")}}
        for number in range(40)
    }
    started = time.process_time()
    members = read_members({"$ref": "#/definitions/d0", "definitions": {**definitions, "d40": {}}}).members
    assert len(members) <= MOST_MEMBERS
    assert any("not listed" in member.note for member in members)
    choices = {f"d{number}": {"anyOf": [{"$ref": f"#/definitions/d{number + 1}"}] * 2} for number in range(40)}
    (whole,) = read_members({"$ref": "#/definitions/d0", "definitions": {**choices, "d40": {"type": "array"}}}).members
    assert "not shown" in whole.note
    assert time.process_time() - started < 5


def test_a_change_is_told_by_the_place_where_a_definition_is_used() -> None:
    schema = {
        "properties": {"rate": {}, "channel": {"allOf": [{"$ref": "#/definitions/C"}]}},
        "definitions": {
            "C": {"properties": {"rate": {"minimum": 1}}},
            "rate": {"minimum": 1},
        },
    }
    tree = read_members(schema)
    assert tree.name_at("/definitions/C/properties/rate/minimum") == "channel.rate"
    assert [member.anchor for member in tree.members_at("/definitions/C/properties/rate")] == ["channel.rate"]
    assert tree.name_at("/definitions/rate/minimum") == "definition rate"
    assert tree.members_at("/definitions/rate") == tree.members_at("/title") == []


def test_the_records_of_the_publication_are_told_with_all_their_members() -> None:
    release = Store(Path(__file__).parent.parent.parent).release(None)
    members = member_tree(release.document(METADATA)).members
    assert len(members) == 20
    assert all(member.description for member in members)
    origins = {origin.document for member in members for origin in member.origins}
    assert origins == {METADATA}


def test_the_cases_of_a_place_are_named_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A union of many alternatives is read in proportion to them: not all cases again for each name."""
    named: list[int] = []
    labels = CaseNames.labels

    def counted(names: CaseNames, *places: Any) -> Any:
        named.append(len(places[0]))
        return labels(names, *places)

    monkeypatch.setattr(CaseNames, "labels", counted)
    members = [{"properties": {"kind": {"const": number}, f"m{number}": {"type": "integer"}}} for number in range(60)]
    tree = read_members({"oneOf": members})
    assert len(named) <= len(tree.members) + 2, "one reading for each place"


def test_no_more_members_are_read_than_are_told() -> None:
    """What does not fit is not read first: a document with more names takes no longer for it."""
    names = {f"name-{number}": {"type": "integer"} for number in range(20 * MOST_MEMBERS)}
    read: list[str] = []
    spread = PlaceReader.places

    def counted(self: PlaceReader, step: Step, *how: Any) -> Any:
        read.append(str(step.value))
        return spread(self, step, *how)

    with mock.patch.object(PlaceReader, "places", counted):
        assert len(read_members({"properties": names}).members) <= 1
    assert len(read) <= MOST_MEMBERS + 10
