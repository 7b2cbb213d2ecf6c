"""Which encodings of the same values Arrow converts into each other: dictionaries, run ends, offsets and views.

Held against pyarrow 19 to 26 by `tests/compat/test_arrow_types.py`. It is a table, not a question to the pyarrow that
is installed, so that a verdict is the same wherever it is asked for.
"""

from typing import Any

import pyarrow as pa

from arrakis_schema.compat.arrow.values import is_bytes, is_text, limits

_VIEWS = pa.ListViewType | pa.LargeListViewType
_MOST_VALUES = 2**31 - 1
"""More different values than fit into one batch are a matter of size, not of type."""


def is_encoded(data_type: pa.DataType) -> bool:
    """Tell whether a type encodes the values of another one: as a dictionary or as run ends."""
    return bool(pa.types.is_dictionary(data_type) or pa.types.is_run_end_encoded(data_type))


def decode_type(data_type: pa.DataType) -> pa.DataType:
    """Return the type whose values these are: not dictionary- or run-end-encoded."""
    return decode_type(data_type.value_type) if is_encoded(data_type) else data_type


def is_converted(writer: pa.DataType, reader: pa.DataType) -> bool:
    """Tell whether Arrow casts between two unequal types at all, as far as encodings go."""
    if pa.types.is_run_end_encoded(writer) or pa.types.is_run_end_encoded(reader):
        return False
    if pa.types.is_null(writer):
        return not (isinstance(reader, _VIEWS) or pa.types.is_union(reader) or holds_run_ends(reader))
    if isinstance(writer, _VIEWS) or isinstance(reader, _VIEWS):
        return False
    if pa.types.is_dictionary(writer) and not pa.types.is_dictionary(reader):
        return _is_flat(writer.value_type) and _is_flat(reader)
    if pa.types.is_dictionary(reader) and not pa.types.is_dictionary(writer):
        return _is_flat(writer) and (is_text(writer) or is_bytes(writer))
    return True


def holds_run_ends(data_type: pa.DataType) -> bool:
    """Tell whether run ends are anywhere inside a type: nothing but null is an invalid array of it."""
    child_types = [data_type.field(number).type for number in range(data_type.num_fields)]
    return bool(pa.types.is_run_end_encoded(data_type)) or any(map(holds_run_ends, child_types))


def overflow(writer: pa.DataType, reader: Any) -> int | None:
    """Return how many values need an index that the reader's dictionary lacks; None where none does."""
    if pa.types.is_null(writer):
        return None
    room = _room(reader)
    sent = _room(writer) if pa.types.is_dictionary(writer) else _MOST_VALUES
    return room + 1 if room < min(sent, _MOST_VALUES) else None


def _room(data_type: Any) -> int:
    """Return how many values the indices of a dictionary tell apart."""
    return limits(data_type.index_type)[1] + 1


def _is_flat(data_type: pa.DataType) -> bool:
    """Tell whether values can be taken out of a dictionary: not those of nested types and of views."""
    if isinstance(data_type, pa.BaseExtensionType):
        return _is_flat(data_type.storage_type)
    return not (pa.types.is_nested(data_type) or is_encoded(data_type) or data_type in _FLAT_VIEWS)


_FLAT_VIEWS = {pa.string_view(), pa.binary_view()}
