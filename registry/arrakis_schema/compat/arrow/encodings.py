"""Which encodings of the same values Arrow converts into each other: dictionaries, run ends, offsets and views.

Checked against pyarrow 19 to 26 by `tests/compat/test_arrow_types.py`. It does not depend on the pyarrow that
is installed, so that a verdict is the same everywhere.
"""

from typing import Any

import pyarrow as pa

from arrakis_schema.compat.arrow.values import is_bytes, is_text, limits

_VIEWS = pa.ListViewType | pa.LargeListViewType
_MOST_VALUES = 2**31 - 1
"""More different values than fit into one batch are a question of size, not of type."""


def is_encoded(data_type: pa.DataType) -> bool:
    """Return whether a type encodes the values of another one: as a dictionary or as run ends."""
    return bool(pa.types.is_dictionary(data_type) or pa.types.is_run_end_encoded(data_type))


def decode_type(data_type: pa.DataType) -> pa.DataType:
    """Return the type of the decoded values, which is not dictionary- or run-end-encoded."""
    return decode_type(data_type.value_type) if is_encoded(data_type) else data_type


def is_converted(writer: pa.DataType, reader: pa.DataType) -> bool:
    """Return whether Arrow can cast between two unequal types, as far as encodings are concerned."""
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
    """Return whether a type contains run ends at any depth: an array of nulls alone is invalid for it."""
    child_types = [data_type.field(number).type for number in range(data_type.num_fields)]
    return bool(pa.types.is_run_end_encoded(data_type)) or any(map(holds_run_ends, child_types))


def overflow(writer: pa.DataType, reader: Any) -> int | None:
    """Return how many different values overflow the index of the reader's dictionary; None if none do."""
    if pa.types.is_null(writer):
        return None
    room = _room(reader)
    sent = _room(writer) if pa.types.is_dictionary(writer) else _MOST_VALUES
    return room + 1 if room < min(sent, _MOST_VALUES) else None


def _room(data_type: Any) -> int:
    """Return how many different values the indices of a dictionary can address."""
    return limits(data_type.index_type)[1] + 1


def _is_flat(data_type: pa.DataType) -> bool:
    """Return whether values can be decoded from a dictionary, unlike those of nested types and of views."""
    if isinstance(data_type, pa.BaseExtensionType):
        return _is_flat(data_type.storage_type)
    return not (pa.types.is_nested(data_type) or is_encoded(data_type) or data_type in _FLAT_VIEWS)


_FLAT_VIEWS = {pa.string_view(), pa.binary_view()}
