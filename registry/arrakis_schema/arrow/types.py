"""Parses the text of a data type: one function for each type that has parameters, all in one table.

The notation is that of `str(data_type)`; see https://arrow.apache.org/docs/format/Columnar.html for the types.
"""

import re
from collections.abc import Callable
from difflib import get_close_matches
from typing import Any

import pyarrow as pa

from arrakis_schema.arrow.tokens import Bindings, Scanner, TypeTextError

_UNIT = re.compile(r"ns|us|ms|s")


def parse_type(text: str, bindings: Bindings | None = None) -> pa.DataType:
    """Return the type of this text; raises `TypeTextError`."""
    scanner = type_scanner(text, bindings)
    data_type = scanner.type()
    end_of_line(scanner)
    return data_type


def type_scanner(text: str, bindings: Bindings | None) -> Scanner:
    """Return a scanner that knows every type."""
    return Scanner(text, bindings, _read)


def end_of_line(scanner: Scanner) -> None:
    """Raise `TypeTextError` unless everything has been read."""
    if scanner.position < len(scanner.text):
        raise TypeTextError(f"nothing may follow here, found {scanner.remainder()!r}")


def _read(scanner: Scanner, word: str) -> pa.DataType:
    """Read the parameters of the type of this name."""
    if word in SIMPLE:
        return SIMPLE[word]
    if word not in PARAMETRIC:
        near = ALIASES.get(word) or next(iter(get_close_matches(word, [*SIMPLE, *PARAMETRIC], 1)), None)
        raise TypeTextError(f"there is no type {word!r}" + (f"; did you mean {near!r}?" if near else ""))
    return PARAMETRIC[word](scanner)


def _unit(scanner: Scanner) -> str:
    return scanner.match(_UNIT, "a unit: s, ms, us or ns")


def _bracket_reader(
    make: Callable[[Any], pa.DataType], read: Callable[[Scanner], Any]
) -> Callable[[Scanner], pa.DataType]:
    """Return the reader of a type with one parameter in brackets."""

    def reader(scanner: Scanner) -> pa.DataType:
        scanner.expect("[")
        parameter = read(scanner)
        scanner.expect("]")
        return make(parameter)

    return reader


def _date(data_type: pa.DataType, unit: str) -> Callable[[Scanner], pa.DataType]:
    """Return the reader of a date type, whose unit is fixed."""

    def reader(scanner: Scanner) -> pa.DataType:
        scanner.expect(f"[{unit}]")
        return data_type

    return reader


def _timestamp(scanner: Scanner) -> pa.DataType:
    scanner.expect("[")
    unit = _unit(scanner)
    zone = scanner.until("]") if scanner.accept(", tz=") else None
    scanner.expect("]")
    return pa.timestamp(unit, zone)


def _decimal(make: Callable[[int, int], pa.DataType]) -> Callable[[Scanner], pa.DataType]:
    """Return the reader of a decimal of this width."""

    def reader(scanner: Scanner) -> pa.DataType:
        scanner.expect("(")
        precision = scanner.integer()
        scanner.expect(", ")
        scale = scanner.integer()
        scanner.expect(")")
        return make(precision, scale)

    return reader


def _list(make: Callable[[pa.Field], pa.DataType]) -> Callable[[Scanner], pa.DataType]:
    """Return the reader of a list type."""

    def reader(scanner: Scanner) -> pa.DataType:
        scanner.expect("<")
        item = scanner.field()
        scanner.expect(">")
        return make(item)

    return reader


def _fixed_size_list(scanner: Scanner) -> pa.DataType:
    scanner.expect("<")
    item = scanner.field()
    scanner.expect(">[")
    size = scanner.integer()
    scanner.expect("]")
    if size < 0:
        raise TypeTextError(f"a list has no size {size}")
    return pa.list_(item, size)


def _struct(scanner: Scanner) -> pa.DataType:
    return pa.struct(scanner.series("<", ", ", ">", scanner.field))


def _union(mode: str) -> Callable[[Scanner], pa.DataType]:
    """Return the reader of a union of this mode."""

    def reader(scanner: Scanner) -> pa.DataType:
        def member() -> tuple[pa.Field, int]:
            field = scanner.field()
            scanner.expect("=")
            return field, scanner.integer()

        members = scanner.series("<", ", ", ">", member)
        return pa.union([field for field, _ in members], mode, [code for _, code in members])

    return reader


def _map(scanner: Scanner) -> pa.DataType:
    scanner.expect("<")
    key = pa.field(*_read_named(scanner, "key"), nullable=False)
    scanner.expect(", ")
    item = pa.field(*_read_named(scanner, "value"))
    keys_sorted = scanner.accept(", keys_sorted")
    scanner.expect(">")
    return pa.map_(key, item, keys_sorted=keys_sorted)


def _read_named(scanner: Scanner, usual: str) -> tuple[str, pa.DataType]:
    """Read a type, and after it in brackets the name if it is not the usual one."""
    data_type = scanner.type()
    if not scanner.accept(" ('"):
        return usual, data_type
    name = scanner.until("')")
    scanner.expect("')")
    return name, data_type


def _dictionary(scanner: Scanner) -> pa.DataType:
    scanner.expect("<values=")
    values = scanner.type()
    scanner.expect(", indices=")
    indices = scanner.type()
    scanner.expect(", ordered=")
    ordered = scanner.match(re.compile("[01]"), "0 or 1") == "1"
    scanner.expect(">")
    return pa.dictionary(indices, values, ordered)


def _run_end_encoded(scanner: Scanner) -> pa.DataType:
    scanner.expect("<run_ends: ")
    run_ends = scanner.type()
    scanner.expect(", values: ")
    values = scanner.type()
    scanner.expect(">")
    return pa.run_end_encoded(run_ends, values)


_NAME = re.compile(r"[^\[\]<>]+")


def read_extension(scanner: Scanner) -> pa.DataType:
    """Read the name of an extension type and its parameters."""
    scanner.expect("<")
    name = scanner.match(_NAME, "the name of an extension type")
    if name not in EXTENSIONS:
        raise TypeTextError(f"the extension type {name!r} is unknown; known are {', '.join(EXTENSIONS)}")
    data_type = EXTENSIONS[name](scanner)
    scanner.expect(">")
    return data_type


def _json(scanner: Scanner) -> pa.DataType:
    if not scanner.accept("[storage_type="):
        return pa.json_()
    storage = scanner.type()
    scanner.expect("]")
    return pa.json_(storage)


def _opaque(scanner: Scanner) -> pa.DataType:
    scanner.expect("[storage_type=")
    storage = scanner.type()
    scanner.expect(", type_name=")
    type_name = scanner.until(", vendor_name=")
    scanner.expect(", vendor_name=")
    vendor_name = scanner.until("]>")
    scanner.expect("]")
    return pa.opaque(storage, type_name, vendor_name)


def _tensor(scanner: Scanner) -> pa.DataType:
    scanner.expect("[value_type=")
    value_type = scanner.type()
    scanner.expect(", shape=")
    shape = scanner.series("[", ",", "]", scanner.integer)
    permutation = scanner.series("[", ",", "]", scanner.integer) if scanner.accept(", permutation=") else None
    names = scanner.series("[", ",", "]", lambda: scanner.until(",", "]")) if scanner.accept(", dim_names=") else None
    scanner.expect("]")
    return pa.fixed_shape_tensor(value_type, shape, dim_names=names, permutation=permutation)


EXTENSIONS: dict[str, Callable[[Scanner], pa.DataType]] = {
    "arrow.uuid": lambda _: pa.uuid(),
    "arrow.bool8": lambda _: pa.bool8(),
    "arrow.json": _json,
    "arrow.opaque": _opaque,
    "arrow.fixed_shape_tensor": _tensor,
}
"""The canonical extension types of Arrow, with their parameters: https://arrow.apache.org/docs/format/CanonicalExtensions.html"""

SIMPLE: dict[str, pa.DataType] = {
    str(data_type): data_type
    for data_type in (
        *(pa.null(), pa.bool_()),
        *(pa.int8(), pa.int16(), pa.int32(), pa.int64(), pa.uint8(), pa.uint16(), pa.uint32(), pa.uint64()),
        *(pa.float16(), pa.float32(), pa.float64()),
        *(pa.string(), pa.large_string(), pa.string_view(), pa.binary(), pa.large_binary(), pa.binary_view()),
        pa.month_day_nano_interval(),
    )
}
PARAMETRIC: dict[str, Callable[[Scanner], pa.DataType]] = {
    "date32": _date(pa.date32(), "day"),
    "date64": _date(pa.date64(), "ms"),
    "time32": _bracket_reader(pa.time32, _unit),
    "time64": _bracket_reader(pa.time64, _unit),
    "timestamp": _timestamp,
    "duration": _bracket_reader(pa.duration, _unit),
    "fixed_size_binary": _bracket_reader(pa.binary, Scanner.integer),
    "decimal32": _decimal(pa.decimal32),
    "decimal64": _decimal(pa.decimal64),
    "decimal128": _decimal(pa.decimal128),
    "decimal256": _decimal(pa.decimal256),
    "list": _list(pa.list_),
    "large_list": _list(pa.large_list),
    "list_view": _list(pa.list_view),
    "large_list_view": _list(pa.large_list_view),
    "fixed_size_list": _fixed_size_list,
    "struct": _struct,
    "map": _map,
    "dictionary": _dictionary,
    "sparse_union": _union("sparse"),
    "dense_union": _union("dense"),
    "run_end_encoded": _run_end_encoded,
    "extension": read_extension,
}
ALIASES = {"boolean": "bool", "float16": "halffloat", "float32": "float", "float64": "double", "utf8": "string"}
