"""Differences between two columns, and one function for each family of types without children."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import pyarrow as pa

from arrakis_schema.compat.arrow.values import MANTISSA, failing_values, limits, sample
from arrakis_schema.findings.verdicts import Change, Effect

_UNITS = {"s": 0, "ms": 1, "us": 2, "ns": 3}
Rows = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference between two columns, at a dotted path.

    `rule` and `effect` run from the writer to the reader, `sides` are their types or names, and `message` says how
    they compare. `breaks` is True if the reader cannot take a value of `values`, each the rows (mostly one) of a column
    to try in turn; `unclear` if a name is ambiguous. `column` is the name of the column it belongs to, if any;
    `metadata` is the key that differs, with both values. `judged_by_schema` is True if the reader compares schemas, so
    that no value has to fail.
    """

    path: str
    rule: str
    effect: Effect
    message: str
    breaks: bool
    values: tuple[Rows, ...] = ()
    unclear: bool = False
    column: str | None = None
    metadata: dict[str, Any] | None = None
    judged_by_schema: bool = False
    sides: tuple[str, str] = ("", "")

    def of_column(self, name: str) -> "Difference":
        """Return the difference with the name of its column."""
        return replace(self, column=name)

    def wrap_values(self, wrap: Callable[[Any], Any]) -> "Difference":
        """Return the difference with its values wrapped in those of the parent."""
        return replace(self, values=tuple(tuple(map(wrap, rows)) for rows in self.values))


def single_rows(values: list[Any]) -> tuple[Rows, ...]:
    """Return the values as columns of one row."""
    return tuple((value,) for value in values)


def encoding_changed(writer: pa.DataType, reader: pa.DataType, path: str) -> Difference:
    """Return the difference that the same values come in another encoding."""
    message = f"{path}: the same values in another encoding: {writer} instead of {reader}"
    values, sides = ((sample(writer),),), (str(writer), str(reader))
    return Difference(path, "encoding-changed", Effect.CHANGED, message, breaks=False, values=values, sides=sides)


def type_unreadable(writer: pa.DataType, reader: pa.DataType, path: str, rule: str = "type-changed") -> Difference:
    """Return the difference that the reader's type lacks a value of the writer's."""
    message = f"{path}: the writer sends {writer}, the reader expects {reader}"
    effect = Effect.NARROWED if rule == "type-narrowed" else Effect.CHANGED
    values, sides = single_rows(failing_values(writer, reader)), (str(writer), str(reader))
    return Difference(path, rule, effect, message, breaks=True, values=values, sides=sides)


def type_widened(writer: pa.DataType, reader: pa.DataType, path: str) -> Difference:
    """Return the difference that the reader's type holds more values."""
    message = f"{path}: the reader expects {reader}, which can hold every {writer}"
    values, sides = ((sample(writer),),), (str(writer), str(reader))
    return Difference(path, "type-widened", Effect.WIDENED, message, breaks=False, values=values, sides=sides)


def between_families(writer: pa.DataType, reader: pa.DataType, path: str) -> Iterator[Difference]:
    """Yield the difference of types of two families."""
    if _holds(reader, writer):
        yield type_widened(writer, reader, path)
    else:
        yield type_unreadable(writer, reader, path, "type-narrowed" if _holds(writer, reader) else "type-changed")


def _holds(wide: pa.DataType, narrow: pa.DataType) -> bool:
    """Return whether a type holds every value of a type of another family: integers in floats, and null."""
    if pa.types.is_integer(narrow) and pa.types.is_floating(wide):
        low, high = limits(narrow)
        return bool(max(-low, high + 1) <= 2 ** MANTISSA[wide])
    return bool(pa.types.is_null(narrow))


def integer(writer: pa.DataType, reader: pa.DataType, path: str) -> Iterator[Difference]:
    """A range that is smaller at either end breaks."""
    (low, high), (lowest, highest) = limits(writer), limits(reader)
    if lowest <= low and high <= highest:
        yield type_widened(writer, reader, path)
    else:
        is_narrower = low <= lowest and highest <= high
        yield type_unreadable(writer, reader, path, "type-narrowed" if is_narrower else "type-changed")


def floating(writer: pa.DataType, reader: pa.DataType, path: str) -> Iterator[Difference]:
    """Fewer bits break."""
    if writer.bit_width < reader.bit_width:
        yield type_widened(writer, reader, path)
    else:
        yield type_unreadable(writer, reader, path, "type-narrowed")


def decimal(writer: Any, reader: Any, path: str) -> Iterator[Difference]:
    """Another scale is another type; of one scale, fewer digits break."""
    if writer.scale != reader.scale:
        yield type_unreadable(writer, reader, path)
    elif writer.precision > reader.precision:
        yield type_unreadable(writer, reader, path, "type-narrowed")
    elif writer.precision < reader.precision:
        yield type_widened(writer, reader, path)
    else:
        yield encoding_changed(writer, reader, path)


def same_values(writer: pa.DataType, reader: pa.DataType, path: str) -> Iterator[Difference]:
    """Each type of the family holds the same values."""
    yield encoding_changed(writer, reader, path)


def date(writer: pa.DataType, reader: pa.DataType, path: str) -> Iterator[Difference]:
    """64 bits of milliseconds hold more days than 32 bits of days."""
    if reader == pa.date32():
        yield type_unreadable(writer, reader, path, "type-narrowed")
    else:
        yield type_widened(writer, reader, path)


def time(writer: Any, reader: Any, path: str) -> Iterator[Difference]:
    """The time of day in a coarser unit breaks."""
    if _UNITS[writer.unit] > _UNITS[reader.unit]:
        yield type_unreadable(writer, reader, path, "type-narrowed")
    else:
        yield type_widened(writer, reader, path)


def time_count(writer: Any, reader: Any, path: str) -> Iterator[Difference]:
    """A timestamp or duration: in a coarser unit it loses digits, in a finer one its range."""
    if getattr(writer, "tz", None) != getattr(reader, "tz", None) or _UNITS[writer.unit] > _UNITS[reader.unit]:
        yield type_unreadable(writer, reader, path)
    else:
        difference = type_unreadable(writer, reader, path)
        message = (
            f"{path}: the writer sends {writer}, the reader expects {reader}, which covers a smaller range of time"
        )
        most = (2**63 - 1,)
        yield replace(difference, message=message, values=(most, *(rows for rows in difference.values if rows != most)))


def fixed_size_binary(writer: pa.DataType, reader: pa.DataType, path: str) -> Iterator[Difference]:
    """Another width is another type."""
    yield type_unreadable(writer, reader, path)


def extension(writer: Any, reader: Any, path: str) -> Iterator[Difference]:
    """Another extension is another type, whatever it is stored as."""
    if writer != reader:
        yield type_unreadable(writer, reader, path)


def null(_writer: pa.DataType, _reader: pa.DataType, _path: str) -> Iterator[Difference]:
    """There is only one such type, or only one in use."""
    yield from ()


_EMPTY_NAME = re.compile(r"(?:^|(?<=\.))(?=[.\[]|$)")
_OPPOSITES = (
    ("column-added", "column-removed"),
    ("nullable-tightened", "nullable-loosened"),
    ("type-narrowed", "type-widened"),
)
_OPPOSITE = {rule: opposite for pair in _OPPOSITES for rule, opposite in (pair, pair[::-1])}
_WORDS = {
    "column-added": "added",
    "column-removed": "removed",
    "column-reordered": "order changed from {old} to {new}",
    "nullable-tightened": "may no longer be null",
    "nullable-loosened": "may now be null",
    "metadata-changed": "metadata {key!r} changed from {old} to {new}",
}
_TYPE = "type changed from {old} to {new}"


def describe_difference(difference: Difference, witness: Any, *, reader_is_new: bool) -> Change:
    """Return a difference as a change."""
    rule, effect, (old, new) = difference.rule, difference.effect, difference.sides
    if not reader_is_new:
        rule, effect, old, new = _OPPOSITE.get(rule, rule), effect.opposite, new, old
    path, _, key = difference.path.rpartition("#") if difference.metadata else (difference.path, "", "")
    name = "columns" if rule == "column-reordered" and not path else "the schema"
    name = name if difference.column is None and not path else _label_path(path)
    message = f"{name}: {_WORDS.get(rule, _TYPE).format(old=old, new=new, key=key)}"
    prefix = f"{path}: "
    clause = difference.message.removeprefix(prefix)
    meeting = f"{name}: {clause}" if difference.message.startswith(prefix) else clause
    return Change(rule, difference.path, difference.path, effect, message, difference.breaks, witness, meeting)


def _label_path(path: str) -> str:
    """Return the path of a column or child as it is written in a message, where an empty name is quoted."""
    return _EMPTY_NAME.sub('""', path)
