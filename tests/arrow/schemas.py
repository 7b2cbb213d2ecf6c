"""Random Arrow schemas: every type that pyarrow can make, names and metadata of any kind."""

import pyarrow as pa
from hypothesis import strategies as st

NAMES = st.one_of(
    st.sampled_from(
        ["a", "time", "H1:GDS-CALIB_STRAIN", "", " lead", "trail ", "a: b", "x: int8 not null", 'q"q', '"', "'"]
    ),
    st.sampled_from(
        ["{channel}", "...", "-- field metadata --", "child 0, item", "new\nline", ">", "<a>", ", ", "')", "日本", "\0"]
    ),
    st.text(st.characters(codec="utf-8"), max_size=6),
)
UNITS = st.sampled_from(["s", "ms", "us", "ns"])
ZONES = st.one_of(st.none(), st.sampled_from(["UTC", "+07:30", "Europe/Berlin", "odd]zone", 'quo"te']))
INTEGERS = [pa.int8(), pa.int16(), pa.int32(), pa.int64(), pa.uint8(), pa.uint16(), pa.uint32(), pa.uint64()]
SIMPLE = [
    *(pa.null(), pa.bool_(), *INTEGERS, pa.float16(), pa.float32(), pa.float64(), pa.date32(), pa.date64()),
    *(pa.string(), pa.large_string(), pa.string_view(), pa.binary(), pa.large_binary(), pa.binary_view()),
    *(pa.month_day_nano_interval(), pa.time32("s"), pa.time32("ms"), pa.time64("us"), pa.time64("ns")),
    *(pa.uuid(), pa.bool8(), pa.json_(), pa.json_(pa.large_string())),
]
METADATA = st.one_of(
    st.none(),
    st.dictionaries(
        st.one_of(
            st.sampled_from([b"rate", b"description", b"", b"a: 'b", b"{x}", b"child 0, a"]), st.binary(max_size=4)
        ),
        st.one_of(
            st.sampled_from([b"it's", b"two\nlines", b"\xff\x00", b"{x}", b"x" * 300, b"' + 5", b""]),
            st.binary(max_size=9),
        ),
        min_size=1,
        max_size=3,
    ),
)


@st.composite
def fields(draw: st.DrawFn, types: st.SearchStrategy[pa.DataType]) -> pa.Field:
    data_type = draw(types)
    nullable = pa.types.is_null(data_type) or draw(st.booleans())
    return pa.field(draw(NAMES), data_type, nullable, draw(METADATA))


def decimals() -> st.SearchStrategy[pa.DataType]:
    makers = [(pa.decimal32, 9), (pa.decimal64, 18), (pa.decimal128, 38), (pa.decimal256, 76)]
    return st.one_of(
        *(st.builds(make, st.integers(1, most), st.integers(-most, most)) for make, most in makers),
    )


def leaves() -> st.SearchStrategy[pa.DataType]:
    return st.one_of(
        st.sampled_from(SIMPLE),
        st.builds(pa.timestamp, UNITS, ZONES),
        st.builds(pa.duration, UNITS),
        st.builds(pa.binary, st.integers(0, 99)),
        decimals(),
    )


@st.composite
def unions(draw: st.DrawFn, types: st.SearchStrategy[pa.DataType]) -> pa.DataType:
    members = draw(st.lists(fields(types), max_size=3))
    codes = draw(st.lists(st.integers(0, 127), min_size=len(members), max_size=len(members), unique=True))
    return pa.union(members, draw(st.sampled_from(["sparse", "dense"])), codes)


@st.composite
def maps(draw: st.DrawFn, types: st.SearchStrategy[pa.DataType]) -> pa.DataType:
    key = pa.field(draw(NAMES), draw(types.filter(lambda key: not pa.types.is_null(key))), nullable=False)
    key = key.with_metadata(draw(METADATA))
    return pa.map_(key, draw(fields(types)), keys_sorted=draw(st.booleans()))


@st.composite
def tensors(draw: st.DrawFn) -> pa.DataType:
    names = draw(st.one_of(st.none(), st.lists(NAMES.filter(bool), min_size=2, max_size=2)))
    permutation = draw(st.one_of(st.none(), st.just([1, 0])))
    return pa.fixed_shape_tensor(draw(st.sampled_from(INTEGERS)), [2, 3], dim_names=names, permutation=permutation)


def nested(types: st.SearchStrategy[pa.DataType]) -> st.SearchStrategy[pa.DataType]:
    lists = st.sampled_from([pa.list_, pa.large_list, pa.list_view, pa.large_list_view])
    return st.one_of(
        lists.flatmap(lambda make: st.builds(make, fields(types))),
        st.builds(pa.list_, fields(types), st.integers(0, 9)),
        st.builds(pa.struct, st.lists(fields(types), max_size=3)),
        maps(types),
        unions(types),
        st.builds(pa.dictionary, st.sampled_from(INTEGERS), types, st.booleans()),
        st.builds(pa.run_end_encoded, st.sampled_from([pa.int16(), pa.int32(), pa.int64()]), types),
        st.builds(pa.opaque, types, NAMES, NAMES),
        tensors(),
    )


TYPES = st.recursive(leaves(), nested, max_leaves=6)
SCHEMAS = st.builds(pa.schema, st.lists(fields(TYPES), max_size=4), METADATA)
