"""Templates against templates: every binding is tried here, one by one, with Arrow schemas that hold no placeholder."""

import re
from itertools import combinations, product
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from arrakis_schema.arrow import Template, parse_document
from arrakis_schema.compat import Kind, Verdict, accepts
from arrakis_schema.compat.arrow import templates
from arrakis_schema.compat.arrow.placeholders import all_pairs
from arrakis_schema.errors import SchemaTextError, TemplateError
from tests.compat.witnesses import judge_witness

NAMES = ("t", "u", "v")
VALUES = ("int8", "int16", "int64", "string", "large_string")
METADATA = "  -- field metadata --\n"


def listed(name: str, values: tuple[str, ...]) -> str:
    return f"  {{{name}}}: '{' '.join(values)}'\n"


@st.composite
def documents(draw: st.DrawFn, names: tuple[str, ...] = NAMES) -> str:
    """A template of up to three columns, each with the values of its placeholders."""
    leaf = st.sampled_from([f"{{{name}}}" for name in names] + ["int16", "string"])
    kinds = st.sampled_from(
        ["{}", "list<item: {}>", "struct<x: {}, y: {}>", "dictionary<values={}, indices=int32, ordered=0>"]
    )
    text = ""
    for column in draw(st.lists(st.sampled_from(["a", "b", "c"]), min_size=1, max_size=3, unique=True)):
        kind = draw(kinds)
        data_type = kind.format(*(draw(leaf) for _ in range(kind.count("{}"))))
        text += f"{column}: {data_type}\n"
        used = sorted(set(re.findall(r"\{(\w+)\}", data_type)))
        values = [listed(name, tuple(draw(st.sets(st.sampled_from(VALUES), min_size=1)))) for name in used]
        text += METADATA + "".join(values) if values else ""
    return text


def bound(document: pa.Schema | Template, values: dict[str, Any]) -> pa.Schema | None:
    if isinstance(document, pa.Schema):
        return document
    try:
        return document.bind(**{name: values[name] for name in document.values})
    except (TemplateError, SchemaTextError):
        return None


def one_by_one(reader: pa.Schema | Template, writer: Template) -> Kind:
    """Bind both sides to every combination there is."""
    values = {
        name: sorted({value for column in writer.columns for value in column.allowed.get(name, ())}) for name in NAMES
    }
    kinds = set()
    for combination in product(*(values[name] or ["int8"] for name in NAMES)):
        given_values = dict(zip(NAMES, combination, strict=True))
        sent = bound(writer, given_values)
        if sent is not None:
            read = bound(reader, given_values)
            kinds.add(Kind.INCOMPATIBLE if read is None else accepts(read, sent).kind)
    return Kind.INCOMPATIBLE if Kind.INCOMPATIBLE in kinds else Kind.COMPATIBLE if kinds else Kind.UNDECIDED


@given(documents(), documents())
def test_one_verdict_for_every_binding(one: str, other: str) -> None:
    reader, writer = parse_document(one), parse_document(other)
    if not isinstance(writer, Template):
        return
    missing = set(reader.values) - set(writer.values) if isinstance(reader, Template) else set()
    verdict = accepts(reader, writer)
    if not missing:
        assert verdict.kind is one_by_one(reader, writer)
    judge_binding(verdict, reader, writer)


@given(documents(), documents())
def test_a_new_name_for_all_placeholders_is_the_same_template(one: str, other: str) -> None:
    renamed = re.sub(r"\{(\w)\}", r"{\1_new}", one)
    assert accepts(parse_document(renamed), parse_document(one)).kind in {Kind.COMPATIBLE, Kind.UNDECIDED}
    verdict = accepts(parse_document(renamed), parse_document(other))
    judge_binding(verdict, parse_document(renamed), parse_document(other))


def judge_binding(verdict: Verdict, reader: pa.Schema | Template, writer: pa.Schema | Template) -> None:
    """Assert that a witness binds the writer's template, and that the reader cannot read what is sent then."""
    if verdict.kind is not Kind.INCOMPATIBLE:
        return
    witness = verdict.witness
    sent = bound(writer, witness.get("binding", {}))
    assert sent is not None
    if "refused" in witness:
        assert isinstance(reader, Template)
        with pytest.raises(TemplateError):
            reader.bind(
                **{name: sent.field(0).type for name in reader.values} | witness.get("binding", {}) | witness["refused"]
            )
    elif isinstance(reader, pa.Schema):
        judge_witness(witness, sent, reader, "by-name")
    elif set(reader.values) <= set(witness.get("binding", {})):
        judge_witness(
            witness, sent, reader.bind(**{name: witness["binding"][name] for name in reader.values}), "by-name"
        )


TEN = ("int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "float32", "float64")


@pytest.mark.parametrize("count", [3, 5, 9, 15])
def test_the_last_combination_counts(count: int) -> None:
    names = [f"p{number}" for number in range(count)]
    columns = [f"{name}: {{{name}}}\n{METADATA}{listed(name, TEN)}" for name in names]
    held = [*columns[:-1], f"{names[-1]}: int64\n"]
    verdict = accepts(parse_document("".join(held)), parse_document("".join(columns)))
    assert verdict.kind is Kind.INCOMPATIBLE
    assert verdict.witness["column"] == names[-1]
    struct = f"a: struct<{', '.join(f'{name}: {{{name}}}' for name in names)}>\n"
    allowed = METADATA + "".join(listed(name, TEN) for name in names)
    other = struct.replace(f"{{{names[-1]}}}>", "int64>")
    verdict = accepts(
        parse_document(other + allowed.replace(listed(names[-1], TEN), "")), parse_document(struct + allowed)
    )
    assert verdict.kind is Kind.INCOMPATIBLE
    assert verdict.witness["binding"][names[-1]] == verdict.witness["writer"].rpartition(": ")[2].rstrip(">")


def test_what_is_too_much_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(templates, "MOST_VALUES", 1000)
    names = [f"p{number}" for number in range(5)]
    struct = f"a: struct<{', '.join(f'{name}: {{{name}}}' for name in names)}>\n"
    held = struct.replace("a: struct<", "b: int8\na: struct<x: int8, ")
    verdict = accepts(parse_document(held), parse_document(struct))
    assert verdict.kind is Kind.UNDECIDED
    assert re.fullmatch(r"[\d,]+ combinations of what placeholders stand for were not examined", verdict.reason)
    assert accepts(parse_document(struct), parse_document(struct)).kind is Kind.COMPATIBLE
    assert accepts(parse_document(f"b: int8\n{struct}"), parse_document(struct)).kind is Kind.COMPATIBLE


@pytest.mark.parametrize("sizes", [[], [3], [2, 5], [10, 10, 10], [4, 1, 7, 2, 9], [3] * 9])
def test_all_pairs_are_covered(sizes: list[int]) -> None:
    rows = list(all_pairs(sizes))
    for (one, first), (other, second) in combinations(enumerate(sizes), 2):
        assert {(row[one], row[other]) for row in rows} == set(product(range(first), range(second)))


@pytest.mark.parametrize(
    ("writer", "reader", "way", "kind"),
    [
        ("{c}: {t}\n", "{c}: {t}\n", {}, "compatible"),
        ("{c}: {t}\n", "{d}: {u}\n", {"unknown": "rejected"}, "compatible"),
        ("time: {t}\n{c}: {t}\n", "{c}: {t}\ntime: {t}\n", {}, "compatible"),
        ("time: {t}\n{c}: {t}\n", "time: {t}\n{c}: {t}\n", {"columns": "exact"}, "compatible"),
        (
            "{c}: int8\n  -- field metadata --\n  rate: '{r}'\n",
            "{c}: int8\n  -- field metadata --\n  rate: '{s}'\n",
            {"metadata": ["rate"]},
            "compatible",
        ),
        (
            "{c}: int8\n  -- field metadata --\n  rate: '{r}'\n  x: '{s}'\n",
            "{c}: int8\n  -- field metadata --\n  rate: '{s}'\n  x: '{r}'\n",
            {"metadata": ["rate"]},
            "incompatible",
        ),
        (
            "{c}: int8\n  -- field metadata --\n  rate: '{r}'\n",
            "{c}: int8\n  -- field metadata --\n  rate: '16'\n",
            {"metadata": ["rate"]},
            "incompatible",
        ),
        ("{c}: int8\n", "other: string\n", {}, "incompatible"),
        ("{c}: int8\n", "{c}: int8\nother: string\n", {}, "compatible"),
        ("{c}: int8\n", "{c}: int8\nother: string not null\n", {}, "incompatible"),
        ("{c}: int8\n{c}_x: {t}\n", "{d}_x: {t}\n{d}: int8\n", {}, "compatible"),
        ("{c}: int8\n{c}_x: int16\n", "{c}_x: int16\n{c}: int8\n", {}, "compatible"),
        (
            "{c}: int8\n  -- field metadata --\n  {c}: 'H1 L1'\n",
            "{c}: int8\n  -- field metadata --\n  {c}: 'H1'\n",
            {},
            "incompatible",
        ),
        ("{c}: {t}\n  -- field metadata --\n  {t}: 'no_type'\n", "{c}: int8\n", {}, "undecided"),
    ],
)
def test_repeated_columns(writer: str, reader: str, way: dict[str, Any], kind: str) -> None:
    assert accepts(parse_document(reader), parse_document(writer), **way).kind == kind


REPEATED = "time: int64 not null\n{channel}: list<item: float>"


def test_a_column_of_each_request_is_told_by_the_name_in_its_template() -> None:
    verdict = accepts(parse_document(f"{REPEATED} not null"), parse_document(REPEATED))
    (change,) = verdict.findings
    assert (change.rule, change.new) == ("nullable-tightened", "{channel}")
    assert change.told == "{channel}: may no longer be null (the writer may send null, the reader does not accept it)"


def test_a_missing_column_is_told_once_though_a_column_of_a_request_may_bear_its_name() -> None:
    verdict = accepts(parse_document(REPEATED), parse_document("{channel}: list<item: float>"))
    assert [(change.rule, change.new) for change in verdict.findings if change.at_fault] == [("column-added", "time")]
