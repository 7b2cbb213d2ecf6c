"""Does a reader's column take every value of a writer's column? One function for each family of types, in one table.

The families and what their values are: https://arrow.apache.org/docs/format/Columnar.html. What counts is the set of
values of a type, never a value that happens to be there: `pyarrow`'s own casts look at the values.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import pyarrow as pa

from arrakis_schema.compat.arrow_values import MANTISSA, biting, limits, sample
from arrakis_schema.compat.verdicts import Effect

_UNITS = {"s": 0, "ms": 1, "us": 2, "ns": 3}


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference between two columns, at a dotted path; `breaks` where the reader cannot take `value`."""

    path: str
    rule: str
    effect: Effect
    message: str
    breaks: bool
    value: Any = None

    def inside(self, wrap: Callable[[Any], Any]) -> "Difference":
        """Return the difference with its value inside the value of the parent."""
        return replace(self, value=wrap(self.value))


def differences(writer: pa.DataType, reader: pa.DataType, path: str) -> Iterator[Difference]:
    """Yield how the types of two columns differ."""
    if writer == reader and not _has_children(writer):
        return
    plain_writer, plain_reader = _decoded(writer), _decoded(reader)
    if (plain_writer, plain_reader) != (writer, reader):
        if (_encoding(writer), _encoding(reader)) != (_encoding(reader), _encoding(writer)):
            yield _encoded_otherwise(writer, reader, path)
        yield from differences(plain_writer, plain_reader, path)
        return
    family, other = _family(writer), _family(reader)
    if family != other or family is None:
        yield from _between_families(writer, reader, path)
    else:
        yield from FAMILIES[family](writer, reader, path)


def nullability(writer: pa.Field, reader: pa.Field, path: str) -> Iterator[Difference]:
    """Yield how two fields differ in what null means."""
    if writer.nullable and not reader.nullable:
        message = f"{path}: the writer may send null, the reader takes none"
        yield Difference(path, "nullable-tightened", Effect.NARROWED, message, breaks=True, value=None)
    elif reader.nullable and not writer.nullable:
        message = f"{path}: the reader takes null, the writer never sends it"
        yield Difference(path, "nullable-loosened", Effect.WIDENED, message, breaks=False)


def fields(writer: pa.Field, reader: pa.Field, path: str) -> Iterator[Difference]:
    """Yield how two fields differ in nullability and type."""
    yield from nullability(writer, reader, path)
    yield from differences(writer.type, reader.type, path)


def _has_children(data_type: pa.DataType) -> bool:
    """Tell whether types that pyarrow calls equal can still differ: in what their fields say."""
    return data_type.num_fields > 0 or isinstance(data_type, pa.BaseExtensionType | pa.DictionaryType)


def _decoded(data_type: pa.DataType) -> pa.DataType:
    """Return the type whose values these are: not dictionary- or run-end-encoded."""
    encoded = pa.types.is_dictionary(data_type) or pa.types.is_run_end_encoded(data_type)
    return _decoded(data_type.value_type) if encoded else data_type


def _encoding(data_type: pa.DataType) -> object:
    """Return what tells encodings of the same values apart."""
    if pa.types.is_dictionary(data_type):
        return "dictionary", data_type.index_type, data_type.ordered
    return ("run ends", data_type.run_end_type) if pa.types.is_run_end_encoded(data_type) else "plain"


def _encoded_otherwise(writer: pa.DataType, reader: pa.DataType, path: str) -> Difference:
    """Return the notice that the same values come in another encoding."""
    message = f"{path}: the same values in another encoding: {writer} for {reader}"
    return Difference(path, "encoding-changed", Effect.CHANGED, message, breaks=False, value=sample(writer))


def _unreadable(writer: pa.DataType, reader: pa.DataType, path: str, rule: str = "type-changed") -> Difference:
    """Return the difference that the reader's type lacks a value of the writer's."""
    message = f"{path}: the writer sends {writer}, the reader takes {reader}"
    effect = Effect.NARROWED if rule == "type-narrowed" else Effect.CHANGED
    return Difference(path, rule, effect, message, breaks=True, value=biting(writer, reader))


def _widened(writer: pa.DataType, reader: pa.DataType, path: str, note: str = "") -> Difference:
    """Return the notice that the reader takes more values."""
    message = f"{path}: the reader takes {reader}, which holds every {writer}{note}"
    return Difference(path, "type-widened", Effect.WIDENED, message, breaks=False, value=sample(writer))


def _between_families(writer: pa.DataType, reader: pa.DataType, path: str) -> Iterator[Difference]:
    """Yield the difference of types of two families."""
    if pa.types.is_integer(writer) and pa.types.is_floating(reader):
        low, high = limits(writer)
        fits = max(-low, high + 1) <= 2 ** MANTISSA[reader]
        yield (_widened if fits else _unreadable)(writer, reader, path)
    elif pa.types.is_null(writer):
        yield _widened(writer, reader, path)
    else:
        yield _unreadable(writer, reader, path)


def _integer(writer: pa.DataType, reader: pa.DataType, path: str) -> Iterator[Difference]:
    (low, high), (lowest, highest) = limits(writer), limits(reader)
    if lowest <= low and high <= highest:
        yield _widened(writer, reader, path)
    else:
        yield _unreadable(writer, reader, path, "type-narrowed")


def _floating(writer: pa.DataType, reader: pa.DataType, path: str) -> Iterator[Difference]:
    if writer.bit_width < reader.bit_width:
        yield _widened(writer, reader, path)
    else:
        yield _unreadable(writer, reader, path, "type-narrowed")


def _decimal(writer: Any, reader: Any, path: str) -> Iterator[Difference]:
    if writer.scale != reader.scale:
        yield _unreadable(writer, reader, path)
    elif writer.precision > reader.precision:
        yield _unreadable(writer, reader, path, "type-narrowed")
    elif writer.precision < reader.precision:
        yield _widened(writer, reader, path)
    else:
        yield _encoded_otherwise(writer, reader, path)


def _same_values(writer: pa.DataType, reader: pa.DataType, path: str) -> Iterator[Difference]:
    yield _encoded_otherwise(writer, reader, path)


def _timed(writer: Any, reader: Any, path: str) -> Iterator[Difference]:
    if getattr(writer, "tz", None) != getattr(reader, "tz", None):
        yield _unreadable(writer, reader, path)
    elif _UNITS[writer.unit] > _UNITS[reader.unit]:
        yield _unreadable(writer, reader, path, "type-narrowed")
    else:
        yield _widened(writer, reader, path, ", in a smaller range of time")


def _fixed_size_binary(writer: pa.DataType, reader: pa.DataType, path: str) -> Iterator[Difference]:
    yield _unreadable(writer, reader, path)


def _list(writer: Any, reader: Any, path: str) -> Iterator[Difference]:
    if type(writer) is not type(reader):
        yield _encoded_otherwise(writer, reader, path)
    inner = fields(writer.value_field, reader.value_field, f"{path}[]")
    yield from (found.inside(lambda value: [value]) for found in inner)


def _fixed_size_list(writer: Any, reader: Any, path: str) -> Iterator[Difference]:
    if writer.list_size != reader.list_size:
        yield _unreadable(writer, reader, path)
        return
    inner = fields(writer.value_field, reader.value_field, f"{path}[]")
    yield from (found.inside(lambda value: [value] * writer.list_size) for found in inner)


def _map(writer: Any, reader: Any, path: str) -> Iterator[Difference]:
    if writer.key_type != reader.key_type:
        yield _unreadable(writer, reader, path)
        return
    if reader.keys_sorted and not writer.keys_sorted:
        yield _unreadable(writer, reader, path)
    inner = fields(writer.item_field, reader.item_field, f"{path}.value")
    yield from (found.inside(lambda value: [(sample(writer.key_type), value)]) for found in inner)


def _struct(writer: Any, reader: Any, path: str) -> Iterator[Difference]:
    yield from columns(list(writer), list(reader), f"{path}.", refuses_unknown=False)


def _union(writer: Any, reader: Any, path: str) -> Iterator[Difference]:
    shapes = [(kind.mode, kind.type_codes, [field.name for field in kind]) for kind in (writer, reader)]
    children = [
        found for pair in zip(writer, reader, strict=False) for found in fields(*pair, f"{path}.{pair[0].name}")
    ]
    if shapes[0] != shapes[1] or any(found.breaks for found in children):
        yield _unreadable(writer, reader, path)


def _extension(writer: Any, reader: Any, path: str) -> Iterator[Difference]:
    if writer != reader:
        yield _unreadable(writer, reader, path)


def _null(_writer: pa.DataType, _reader: pa.DataType, _path: str) -> Iterator[Difference]:
    yield from ()


def columns(
    writer: list[pa.Field], reader: list[pa.Field], path: str, *, refuses_unknown: bool
) -> Iterator[Difference]:
    """Yield how two sets of columns, or the children of two structs, differ for a reader that goes by name."""
    sent, read = {field.name: field for field in writer}, {field.name: field for field in reader}
    for name, field in sent.items():
        if name in read:
            inner = fields(field, read[name], f"{path}{name}")
            yield from (found.inside(_member(name)) if path else found for found in inner)
        else:
            message = f"{path}{name}: the writer sends a column that the reader does not know"
            value = {name: sample(field.type)} if path else sample(field.type)
            yield Difference(f"{path}{name}", "column-added", Effect.CHANGED, message, refuses_unknown, value)
    for name, field in read.items():
        if name not in sent:
            said = "is filled with null" if field.nullable else "must be there"
            message = f"{path}{name}: the writer does not send a column that for the reader {said}"
            yield Difference(f"{path}{name}", "column-removed", Effect.CHANGED, message, not field.nullable)
    shared = [name for name in sent if name in read]
    if shared != [name for name in read if name in sent]:
        message = f"{path or 'columns '}come in another order: {', '.join(shared)}"
        yield Difference(path.rstrip("."), "column-reordered", Effect.CHANGED, message, breaks=False)


def _member(name: str) -> Callable[[Any], Any]:
    """Return what puts a value into an object as the member of this name."""
    return lambda value: {name: value}


def _family(data_type: pa.DataType) -> str | None:
    """Return the name of the family that a type belongs to."""
    if isinstance(data_type, pa.BaseExtensionType):
        return "extension"
    return next((name for name, test in _TESTS.items() if test(data_type)), None)


def _is_text(data_type: pa.DataType) -> bool:
    return data_type in {pa.string(), pa.large_string(), pa.string_view()}


def _is_bytes(data_type: pa.DataType) -> bool:
    return data_type in {pa.binary(), pa.large_binary(), pa.binary_view()}


def _is_list(data_type: pa.DataType) -> bool:
    return isinstance(data_type, pa.ListType | pa.LargeListType | pa.ListViewType | pa.LargeListViewType)


_TESTS: dict[str, Callable[[pa.DataType], bool]] = {
    "null": pa.types.is_null,
    "boolean": pa.types.is_boolean,
    "integer": pa.types.is_integer,
    "floating": pa.types.is_floating,
    "decimal": pa.types.is_decimal,
    "text": _is_text,
    "bytes": _is_bytes,
    "fixed_size_binary": pa.types.is_fixed_size_binary,
    "date": pa.types.is_date,
    "time": pa.types.is_time,
    "timestamp": pa.types.is_timestamp,
    "duration": pa.types.is_duration,
    "interval": lambda data_type: data_type == pa.month_day_nano_interval(),
    "map": pa.types.is_map,
    "list": _is_list,
    "fixed_size_list": pa.types.is_fixed_size_list,
    "struct": pa.types.is_struct,
    "union": pa.types.is_union,
}
FAMILIES: dict[str, Callable[[Any, Any, str], Iterator[Difference]]] = {
    "null": _null,
    "boolean": _null,
    "integer": _integer,
    "floating": _floating,
    "decimal": _decimal,
    "text": _same_values,
    "bytes": _same_values,
    "fixed_size_binary": _fixed_size_binary,
    "date": _same_values,
    "time": _timed,
    "timestamp": _timed,
    "duration": _timed,
    "interval": _null,
    "map": _map,
    "list": _list,
    "fixed_size_list": _fixed_size_list,
    "struct": _struct,
    "union": _union,
    "extension": _extension,
}
