"""Random nested schemas, the second an edit of the first, with real values both ways; pyarrow is the judge."""

from typing import Any

import pyarrow as pa
from hypothesis import assume, given
from hypothesis import strategies as st

from arrakis_schema.compat import Kind, accepts
from tests.arrow.arrays import sample_array
from tests.arrow.reading import WRONG, read_as, streamed
from tests.arrow.schemas import INTEGERS, UNITS, leaves
from tests.compat.witnesses import judge_witness

NAMES = st.sampled_from(["a", "b", "c", "a.b"])
LISTS = [pa.list_, pa.large_list, pa.list_view, pa.large_list_view]
LEAVES = st.one_of(leaves(), st.sampled_from([pa.int8(), pa.int32(), pa.int64(), pa.string(), pa.float32()]))


@st.composite
def fields(draw: st.DrawFn, types: st.SearchStrategy[pa.DataType]) -> pa.Field:
    data_type = draw(types)
    return pa.field(draw(NAMES), data_type, pa.types.is_null(data_type) or draw(st.booleans()))


def is_not_null(field: pa.Field) -> bool:
    """Tell whether a map may hold this: pyarrow finds maps of nothing but null invalid."""
    return not pa.types.is_null(field.type)


def is_sent_in_dictionary(data_type: pa.DataType) -> bool:
    """Tell whether a stream can hold a dictionary of such values."""
    return not (pa.types.is_dictionary(data_type) or isinstance(data_type, pa.BaseExtensionType))


def structs(types: st.SearchStrategy[pa.DataType]) -> st.SearchStrategy[pa.DataType]:
    return st.builds(pa.struct, st.lists(fields(types), max_size=3, unique_by=lambda field: field.name))


@st.composite
def unions(draw: st.DrawFn, types: st.SearchStrategy[pa.DataType]) -> pa.DataType:
    members = draw(st.lists(fields(types), min_size=1, max_size=2, unique_by=lambda field: field.name))
    codes = draw(st.lists(st.integers(0, 9), min_size=len(members), max_size=len(members), unique=True))
    return pa.union(members, draw(st.sampled_from(["sparse", "dense"])), codes)


def nested(types: st.SearchStrategy[pa.DataType]) -> st.SearchStrategy[pa.DataType]:
    return st.one_of(
        st.sampled_from(LISTS).flatmap(lambda make: st.builds(make, fields(types))),
        st.builds(pa.list_, fields(types), st.integers(1, 3)),
        structs(types),
        st.builds(pa.map_, st.sampled_from([pa.string(), pa.int8()]), fields(types).filter(is_not_null), st.booleans()),
        unions(types),
        st.builds(pa.dictionary, st.sampled_from(INTEGERS), st.sampled_from([pa.string(), pa.int32(), pa.float32()])),
        st.builds(
            pa.run_end_encoded,
            st.sampled_from([pa.int16(), pa.int32()]),
            LEAVES.filter(lambda kind: not pa.types.is_null(kind)),
        ),
        st.just(pa.opaque(pa.int32(), "t", "v")),
    )


TYPES = st.recursive(LEAVES, nested, max_leaves=5)
SCHEMAS = st.builds(pa.schema, st.lists(fields(TYPES), min_size=1, max_size=3, unique_by=lambda field: field.name))


@st.composite
def edited(draw: st.DrawFn, data_type: Any) -> pa.DataType:  # noqa: PLR0911 - one for each family
    """A type that has been changed somewhere, or not at all."""
    if draw(st.integers(0, 9)) == 0:
        return draw(TYPES)
    if pa.types.is_struct(data_type):
        children = draw(edited_fields(list(data_type)))
        return pa.struct(children)
    if pa.types.is_map(data_type):
        return pa.map_(
            data_type.key_type, draw(edited_field(data_type.item_field).filter(is_not_null)), draw(st.booleans())
        )
    if pa.types.is_fixed_size_list(data_type):
        return pa.list_(draw(edited_field(data_type.value_field)), data_type.list_size)
    if hasattr(data_type, "value_field"):
        return draw(st.sampled_from(LISTS))(draw(edited_field(data_type.value_field)))
    if pa.types.is_union(data_type):
        children = [draw(edited_field(field)) for field in data_type]
        return pa.union(children, data_type.mode, data_type.type_codes)
    if pa.types.is_dictionary(data_type):
        values = edited(data_type.value_type).filter(is_sent_in_dictionary)
        return pa.dictionary(draw(st.sampled_from(INTEGERS)), draw(values))
    if pa.types.is_timestamp(data_type):
        return pa.timestamp(draw(UNITS), data_type.tz)
    related = [group for group in RELATED if data_type in group]
    return draw(st.sampled_from(related[0])) if related else data_type


RELATED = [
    INTEGERS,
    [pa.float16(), pa.float32(), pa.float64(), pa.int8()],
    [pa.string(), pa.large_string(), pa.string_view(), pa.dictionary(pa.int32(), pa.string())],
    [pa.binary(), pa.large_binary(), pa.binary_view(), pa.string()],
    [pa.date32(), pa.date64(), pa.timestamp("s")],
    [pa.time32("s"), pa.time32("ms"), pa.time64("us"), pa.time64("ns")],
    [pa.duration("s"), pa.duration("ns")],
    [pa.null(), pa.string(), pa.list_view(pa.int8())],
]


@st.composite
def edited_field(draw: st.DrawFn, field: pa.Field) -> pa.Field:
    data_type = draw(edited(field.type))
    keep = draw(st.integers(0, 3)) > 0
    nullable = field.nullable if keep else draw(st.booleans())
    return pa.field(field.name, data_type, nullable or pa.types.is_null(data_type))


@st.composite
def edited_fields(draw: st.DrawFn, before: list[pa.Field]) -> list[pa.Field]:
    """The same fields, some edited, dropped or added, perhaps in another order."""
    after = [draw(edited_field(field)) for field in before if draw(st.integers(0, 5)) > 0]
    if draw(st.integers(0, 4)) == 0:
        after.append(draw(fields(TYPES)).with_name("new"))
    return list(draw(st.permutations(after))) if draw(st.integers(0, 3)) == 0 else after


@st.composite
def pairs(draw: st.DrawFn) -> tuple[pa.Schema, pa.Schema]:
    one = draw(SCHEMAS)
    other = pa.schema(draw(edited_fields(list(one))))
    return (one, other) if draw(st.booleans()) else (other, one)


@given(pairs(), st.sampled_from(["by-name", "refusing", "exact"]))
def test_no_wrong_verdict(pair: tuple[pa.Schema, pa.Schema], way: str) -> None:
    writer, reader = pair
    options: dict[str, Any] = {"refusing": {"unknown": "rejected"}, "exact": {"columns": "exact"}}.get(way, {})
    verdict = accepts(reader, writer, **options)
    if way == "exact":
        assert (verdict.kind is Kind.COMPATIBLE) == writer.equals(reader)
    elif verdict.kind is Kind.INCOMPATIBLE:
        judge_witness(verdict.witness, writer, reader, way)
    else:
        assert verdict.kind is Kind.COMPATIBLE
        assert way == "by-name" or set(writer.names) <= set(reader.names)
        for field in reader:
            assert field.nullable or field.name in writer.names
            if field.name in writer.names:
                read_as(column_of(writer.field(field.name)), field)


def column_of(field: pa.Field) -> pa.Array:
    """A column as it is read from a stream; passes over what pyarrow cannot send, or cuts wrongly (run ends in views)."""
    text = str(field.type)
    assume("list_view<" not in text or "run_end_encoded<" not in text)
    try:
        return streamed(sample_array(field.type, nulls=field.nullable), field)
    except (*WRONG, AssertionError):
        assume(condition=False)
        raise
