"""Whether a reader's column takes every value of a writer's: one function for each family of types, in one table.

The families and their values: https://arrow.apache.org/docs/format/Columnar.html. What counts is the set of
values of a type, unlike in `pyarrow`'s own casts, which depend on the values present. Questions of size are
left out: more than 2 GiB of text, or 2**31 values, in one batch.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pyarrow as pa

from arrakis_schema.compat.arrow.differences import (
    Difference,
    Rows,
    between_families,
    date,
    decimal,
    encoding_changed,
    extension,
    fixed_size_binary,
    floating,
    integer,
    null,
    same_values,
    single_rows,
    time,
    time_count,
    type_unreadable,
    type_widened,
)
from arrakis_schema.compat.arrow.encodings import decode_type, holds_run_ends, is_converted, is_encoded, overflow
from arrakis_schema.compat.arrow.values import (
    LIST_TYPES,
    distinct_values,
    failing_values,
    is_bytes,
    is_small,
    is_text,
    sample,
)
from arrakis_schema.findings.verdicts import Effect


def differences(writer: pa.DataType, reader: pa.DataType, path: str) -> Iterator[Difference]:
    """Yield the differences between the types of two columns."""
    if writer == reader and not _has_children(writer):
        return
    if is_encoded(writer) or is_encoded(reader) or (writer != reader and not is_converted(writer, reader)):
        yield from _encodings(writer, reader, path)
        return
    family, reader_family = _family(writer), _family(reader)
    if family != reader_family or family is None:
        yield from between_families(writer, reader, path)
    else:
        yield from FAMILIES[family](writer, reader, path)


def nullability(writer: pa.Field, reader: pa.Field, path: str) -> Iterator[Difference]:
    """Yield the differences in the nullability of two fields."""
    if writer.nullable and not reader.nullable:
        message = f"{path}: the writer may send null, the reader does not accept it"
        yield Difference(path, "nullable-tightened", Effect.NARROWED, message, breaks=True, values=((None,),))
    elif reader.nullable and not writer.nullable:
        message = f"{path}: the reader accepts null, the writer never sends it"
        yield Difference(path, "nullable-loosened", Effect.WIDENED, message, breaks=False)


def fields(writer: pa.Field, reader: pa.Field, path: str) -> Iterator[Difference]:
    """Yield the differences in nullability and type of two fields."""
    yield from nullability(writer, reader, path)
    yield from differences(writer.type, reader.type, path)


def _has_children(data_type: pa.DataType) -> bool:
    """Return whether types that pyarrow considers equal can still differ in their fields."""
    return data_type.num_fields > 0 or isinstance(data_type, pa.BaseExtensionType | pa.DictionaryType)


def _encodings(writer: Any, reader: Any, path: str) -> Iterator[Difference]:
    """Yield the differences of two types if one is encoded, or if Arrow cannot convert between them."""
    if writer == reader:
        return
    inner = (
        [] if (writer, reader) == (decode_type(writer), decode_type(reader)) else _inside_encoding(writer, reader, path)
    )
    if not is_converted(writer, reader):
        message = f"{path}: Arrow cannot convert {writer}, which the writer sends, to {reader}"
        rows_tried = single_rows(failing_values(writer, reader))
        yield _encoding_unreadable(writer, reader, path, message, rows_tried)
    elif pa.types.is_dictionary(reader) and (count := overflow(writer, reader)):
        message = f"{path}: the writer may send {count:,} different values, the reader's {reader} can hold one fewer"
        rows = tuple(distinct_values(decode_type(writer), count))
        yield _encoding_unreadable(writer, reader, path, message, (rows,))
    elif _encoding(writer) != _encoding(reader):
        yield encoding_changed(writer, reader, path)
    yield from inner


def _encoding_unreadable(writer: Any, reader: Any, path: str, message: str, values: tuple[Rows, ...]) -> Difference:
    """Return the difference that the reader cannot take the writer's encoding."""
    sides = str(writer), str(reader)
    return Difference(path, "encoding-changed", Effect.CHANGED, message, breaks=True, values=values, sides=sides)


def _inside_encoding(writer: Any, reader: Any, path: str) -> Iterator[Difference]:
    """Yield the differences of the decoded values of two types, of which at least one is encoded."""
    types = [data_type.value_type if is_encoded(data_type) else data_type for data_type in (writer, reader)]
    yield from differences(types[0], types[1], path)


def _encoding(data_type: Any) -> object:
    """Return what distinguishes encodings of the same values."""
    return ("dictionary", data_type.index_type, data_type.ordered) if pa.types.is_dictionary(data_type) else "plain"


def _list(writer: Any, reader: Any, path: str) -> Iterator[Difference]:
    if type(writer) is not type(reader):
        yield encoding_changed(writer, reader, path)
    inner = fields(writer.value_field, reader.value_field, f"{path}[]")
    yield from (difference.wrap_values(lambda value: [value]) for difference in inner)


def _fixed_size_list(writer: Any, reader: Any, path: str) -> Iterator[Difference]:
    if writer.list_size != reader.list_size:
        yield type_unreadable(writer, reader, path)
        return
    inner = fields(writer.value_field, reader.value_field, f"{path}[]")
    if not is_small(writer):
        yield from (replace(difference, values=()) for difference in inner)
        return
    yield from (difference.wrap_values(lambda value: [value] * writer.list_size) for difference in inner)


def _map(writer: Any, reader: Any, path: str) -> Iterator[Difference]:
    if writer.key_type != reader.key_type:
        yield type_unreadable(writer, reader, path)
        return
    if reader.keys_sorted and not writer.keys_sorted:
        yield type_unreadable(writer, reader, path, "type-narrowed")
    elif writer.keys_sorted and not reader.keys_sorted:
        yield type_widened(writer, reader, path)
    inner = fields(writer.item_field, reader.item_field, f"{path}.value")
    yield from (difference.wrap_values(lambda value: [(sample(writer.key_type), value)]) for difference in inner)


def _struct(writer: Any, reader: Any, path: str) -> Iterator[Difference]:
    name = next((name for kind in (writer, reader) for name in repeated_names(list(kind))), None)
    if name is not None:
        message = f"{path}: two fields are named {name!r}, so a name does not tell them apart"
        if writer != reader:
            yield Difference(path, "type-changed", Effect.CHANGED, message, breaks=False, unclear=True)
        return
    yield from compare_columns(list(writer), list(reader), f"{path}.", refuses_unknown=False)


def _union(writer: Any, reader: Any, path: str) -> Iterator[Difference]:
    if writer != reader:
        yield type_unreadable(writer, reader, path)


def compare_columns(
    writer: list[pa.Field], reader: list[pa.Field], path: str, *, refuses_unknown: bool
) -> Iterator[Difference]:
    """Yield the differences of two sets of columns, or the children of two structs, for a reader by name."""
    sent, read = {field.name: field for field in writer}, {field.name: field for field in reader}
    for name, field in sent.items():
        if name in read:
            inner = fields(field, read[name], f"{path}{name}")
            yield from (
                difference.wrap_values(_member(name)) if path else difference.of_column(name) for difference in inner
            )
        else:
            yield _not_read(field, path, refuses_unknown=refuses_unknown)
    for name, field in read.items():
        if name not in sent:
            yield _not_sent(field, path, writer)
    orders = [name for name in sent if name in read], [name for name in read if name in sent]
    if orders[0] != orders[1]:
        location, sides = path.rstrip("."), (", ".join(orders[0]), ", ".join(orders[1]))
        message = f"{f'{location}: the fields' if location else 'the columns'} come in another order: {sides[0]}"
        yield Difference(location, "column-reordered", Effect.CHANGED, message, breaks=False, sides=sides)


def _not_read(field: pa.Field, path: str, *, refuses_unknown: bool) -> Difference:
    """Return the difference that the reader does not know a column."""
    name, value = field.name, sample(field.type)
    message = f"{path}{name}: the writer sends a column that the reader does not know"
    values = (({name: value} if path else value,),)
    unknown = Difference(f"{path}{name}", "column-removed", Effect.CHANGED, message, refuses_unknown, values)
    return unknown if path else unknown.of_column(name)


def _not_sent(field: pa.Field, path: str, writer: list[pa.Field]) -> Difference:
    """Return the difference that the writer lacks a column."""
    name = field.name
    fills = field.nullable and not (path and pa.types.is_nested(field.type) and holds_run_ends(field.type))
    consequence = "the reader fills with null" if fills else "the reader requires"
    message = f"{path}{name}: the writer does not send this column, which {consequence}"
    others = {sibling.name: sample(sibling.type) for sibling in writer} if path else None
    missing = Difference(f"{path}{name}", "column-added", Effect.CHANGED, message, not fills, ((others,),))
    return missing if path else missing.of_column(name)


def repeated_names(fields: list[pa.Field]) -> list[str]:
    """Return the names that more than one field has."""
    counts = Counter(field.name for field in fields)
    return [name for name, count in counts.items() if count > 1]


def _member(name: str) -> Callable[[Any], Any]:
    """Return a function that wraps a value in an object, as the member of this name."""
    return lambda value: {name: value}


def _family(data_type: pa.DataType) -> str | None:
    """Return the name of the family that a type belongs to."""
    if isinstance(data_type, pa.BaseExtensionType):
        return "extension"
    return next((name for name, test in _TESTS.items() if test(data_type)), None)


_TESTS: dict[str, Callable[[pa.DataType], bool]] = {
    "null": pa.types.is_null,
    "boolean": pa.types.is_boolean,
    "integer": pa.types.is_integer,
    "floating": pa.types.is_floating,
    "decimal": pa.types.is_decimal,
    "text": is_text,
    "bytes": is_bytes,
    "fixed_size_binary": pa.types.is_fixed_size_binary,
    "date": pa.types.is_date,
    "time": pa.types.is_time,
    "timestamp": pa.types.is_timestamp,
    "duration": pa.types.is_duration,
    "interval": lambda data_type: data_type == pa.month_day_nano_interval(),
    "map": pa.types.is_map,
    "list": lambda data_type: isinstance(data_type, LIST_TYPES),
    "fixed_size_list": pa.types.is_fixed_size_list,
    "struct": pa.types.is_struct,
    "union": pa.types.is_union,
}
FAMILIES: dict[str, Callable[[Any, Any, str], Iterator[Difference]]] = {
    "null": null,
    "boolean": null,
    "integer": integer,
    "floating": floating,
    "decimal": decimal,
    "text": same_values,
    "bytes": same_values,
    "fixed_size_binary": fixed_size_binary,
    "date": date,
    "time": time,
    "timestamp": time_count,
    "duration": time_count,
    "interval": null,
    "map": _map,
    "list": _list,
    "fixed_size_list": _fixed_size_list,
    "struct": _struct,
    "union": _union,
    "extension": extension,
}
