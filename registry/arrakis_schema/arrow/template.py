"""A schema whose columns depend on the request: placeholders in braces, and columns that repeat.

A column whose name holds a placeholder is repeated for each mapping that is bound. The historical notation for this
is a pair of columns with `...` between them, whose placeholders end in `_1` and `_N`. Metadata under a key that is a
placeholder lists the values that may be put there.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

import pyarrow as pa

from arrakis_schema.arrow.parser import (
    SCHEMA_METADATA,
    Lines,
    Preview,
    Recording,
    Values,
    parse_schema,
    read_field,
    read_schema_metadata,
)
from arrakis_schema.arrow.printer import format_schema
from arrakis_schema.arrow.tokens import PLACEHOLDER, Bindings
from arrakis_schema.errors import SchemaTextError, TemplateError, TooManyColumnsError
from arrakis_schema.store.files import MOST_COLUMNS
from arrakis_schema.text.short_repr import format_record, short_repr

AND_SO_ON = "..."
_ALLOWED = re.compile(rf"  {PLACEHOLDER.pattern}: '(.*)'", re.ASCII)


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a template: its lines, the number of the first one, and the placeholders in them."""

    lines: tuple[str, ...]
    line: int
    placeholders: tuple[str, ...]
    allowed: Mapping[str, tuple[str, ...]]
    repeated: bool

    __repr__ = short_repr


@dataclass(frozen=True, slots=True)
class Template:
    """A schema with placeholders; `bind` returns a `pyarrow.Schema`."""

    text: str
    columns: tuple[Column, ...] = field(compare=False)
    tail: tuple[str, ...] = field(compare=False, default=())

    def __repr__(self) -> str:
        """Show what it binds, and the names of its columns."""
        names = [column.lines[0].partition(": ")[0] for column in self.columns]
        return format_record("Template", {"values": self.values, "repeated": self.repeated, "columns": names})

    @property
    def values(self) -> tuple[str, ...]:
        """The placeholders outside repeated columns, which `bind` takes by name."""
        return _placeholder_names(column for column in self.columns if not column.repeated)

    @property
    def repeated(self) -> tuple[str, ...]:
        """The placeholders of the repeated columns, which each mapping passed to `bind` must contain."""
        return _placeholder_names(column for column in self.columns if column.repeated)

    @property
    def allowed(self) -> dict[str, tuple[str, ...]]:
        """The values allowed for each placeholder that declares them."""
        return {name: values for column in self.columns for name, values in column.allowed.items()}

    @property
    def data_types(self) -> frozenset[str]:
        """The placeholders that stand for data types."""
        recording = Recording()
        for column in self.columns:
            read_field(_lines_of(column, recording))
        return frozenset(recording.data_types)

    def bind(self, columns: Iterable[Mapping[str, object]] = (), /, **values: object) -> pa.Schema:
        """Return the schema for these columns and values.

        `columns` gives one mapping for each repeated column, in this order; members that are not placeholders are
        ignored, so the rows of an answer can be passed as they are. `values` fill the other placeholders. A data
        type is a `pyarrow.DataType` or its name ("float64"), every other value is text or an integer.

        Raises `TemplateError` for a value that is missing, not allowed or not a type, and for two columns of one name.
        """
        mappings = list(columns)
        self._refuse_unknown_values(mappings, values)
        fields = [bound for column in self.columns for bound in _bind_column(column, mappings, values)]
        names = [bound.name for bound in fields]
        twice = next((name for name in names if names.count(name) > 1), None) if len(set(names)) < len(names) else None
        if twice is not None:
            raise TemplateError(f"two columns would be named {twice!r}")
        return pa.schema(fields, metadata=read_schema_metadata(Lines(list(self.tail))))

    def preview(self) -> list[pa.Field]:
        """Return one field for each column: names with their placeholders, and the first data type allowed."""
        return [
            _without_lists(column, read_field(_lines_of(column, Preview(column.allowed)))) for column in self.columns
        ]

    @property
    def unbound(self) -> pa.Schema:
        """The unbound schema: names with their placeholders, `arrow.opaque` for unknown data types."""
        fields = [_unbound_field(column.lines, column.line) for column in self.columns]
        return pa.schema(fields, metadata={"template": " ".join((*self.values, *self.repeated))})

    def _refuse_unknown_values(self, columns: list[Mapping[str, object]], values: Mapping[str, object]) -> None:
        """Raise `TemplateError` for values without a placeholder."""
        if columns and not self.repeated:
            raise TemplateError(f"this template has no repeated column; bind {', '.join(self.values)} by name")
        unknown = [name for name in values if name not in self.values]
        if unknown:
            names = ", ".join(self.values) or "nothing by name: give one mapping for each repeated column"
            raise TemplateError(f"there is no placeholder {unknown[0]!r} to bind by name; this template binds {names}")


def parse_document(text: str) -> pa.Schema | Template:
    """Return the schema in a `schema.txt`, or the template if it has placeholders.

    Raises `SchemaTextError` with the line, and `TooManyColumnsError` beyond the limit.
    """
    return _parse_document(text)


@lru_cache(maxsize=32)
def _parse_document(text: str) -> pa.Schema | Template:
    """Parse a text; consecutive releases mostly have the same text."""
    blocks, tail = _blocks(text.removesuffix("\n").split("\n") if text.strip() else [])
    if len(blocks) > MOST_COLUMNS:
        raise TooManyColumnsError(1, f"{len(blocks):,} columns, but at most {MOST_COLUMNS:,} are allowed")
    columns = [_read_column(lines, number) for number, lines in _merge_pairs(blocks)]
    if not any(column.placeholders for column in columns):
        return parse_schema(text)
    read_schema_metadata(Lines(list(tail), first=text.count("\n") + 1 - len(tail)))
    return Template(text.removesuffix("\n") + "\n", tuple(columns), tail)


@lru_cache(maxsize=256)
def _unbound_field(lines: tuple[str, ...], first: int) -> pa.Field:
    """Return an unbound column, which is asked for wherever two templates meet."""
    return read_field(Lines(list(lines), Preview({}), first))


def _placeholder_names(columns: Iterable[Column]) -> tuple[str, ...]:
    """Return the placeholders of these columns, each once."""
    return tuple(dict.fromkeys(name for column in columns for name in column.placeholders))


def _bind_column(
    column: Column, columns: list[Mapping[str, object]], values: Mapping[str, object]
) -> Iterator[pa.Field]:
    """Yield the bound columns of a column of the template: itself, or one column for each mapping."""
    name = _unbound_field(column.lines, column.line).name if columns and column.repeated else ""
    placeholders = _placeholders_beside_name(column, name)
    parsed: dict[tuple[object, ...], pa.Field] = {}
    for mapping in columns if column.repeated else [values]:
        bindings = Values(mapping, column.allowed)
        bound = parsed.get(key) if (key := _key_of(mapping, placeholders)) is not None else None
        if bound is None:
            bound = _without_lists(column, read_field(_lines_of(column, bindings)))
            parsed.update({} if key is None else {key: bound})
            yield bound
        else:
            yield bound.with_name(bindings.name(name))


def _placeholders_beside_name(column: Column, name: str) -> tuple[str, ...]:
    """Return the placeholders of a column that do not stand in its name alone."""
    first, *others = column.lines
    text = "\n".join([first.removeprefix(name), *others])
    return tuple(placeholder for placeholder in column.placeholders if f"{{{placeholder}}}" in text)


def _key_of(mapping: Mapping[str, object], names: tuple[str, ...]) -> tuple[object, ...] | None:
    """Return what two mappings that bind a column alike except for its name have in common; None if that is unclear."""
    values = [mapping.get(name) for name in names]
    if not all(isinstance(value, str | int | pa.DataType) for value in values):
        return None
    return tuple((type(value), value) for value in values)


def _lines_of(column: Column, bindings: Bindings) -> Lines:
    """Return the lines of a column, to be parsed with these bindings."""
    return Lines(list(column.lines), bindings, column.line)


def _without_lists(column: Column, field: pa.Field) -> pa.Field:
    """Return a field without the metadata that lists the allowed values of placeholders."""
    declared = {f"{{{name}}}".encode() for name in column.allowed}
    metadata = {key: value for key, value in (field.metadata or {}).items() if key not in declared}
    return field.with_metadata(metadata or None)


def _blocks(lines: list[str]) -> tuple[list[tuple[int, tuple[str, ...]]], tuple[str, ...]]:
    """Split the lines into columns, each with the number of its first line, and the metadata of the schema."""
    starts = [number for number, line in enumerate(lines) if not line.startswith(" ")]
    end = next((number for number in starts if lines[number] == SCHEMA_METADATA), len(lines))
    starts = [number for number in starts if number < end]
    if end and starts[:1] != [0]:
        raise SchemaTextError(1, f"expected a column at the start of the line, found {lines[0]!r}")
    ends = [*starts[1:], end] if starts else []
    blocks = [(start + 1, tuple(lines[start:stop])) for start, stop in zip(starts, ends, strict=True)]
    return blocks, tuple(lines[end:])


def _merge_pairs(blocks: list[tuple[int, tuple[str, ...]]]) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Yield the columns; a pair with `...` between them becomes one repeated column."""
    remaining = list(blocks)
    while remaining:
        number, lines = remaining.pop(0)
        if lines[0] == AND_SO_ON:
            raise SchemaTextError(
                number, f"{AND_SO_ON!r} stands between a column with placeholders in _1 and one in _N"
            )
        if remaining and remaining[0][1] == (AND_SO_ON,):
            merged = _without_suffix(lines, "1")
            if len(remaining) < 2 or _without_suffix(remaining[1][1], "N") != merged or merged == lines:  # noqa: PLR2004
                raise SchemaTextError(
                    remaining[0][0], f"the columns on both sides of {AND_SO_ON!r} differ in more than _1 and _N"
                )
            remaining, lines = remaining[2:], merged
        yield number, lines


def _without_suffix(lines: tuple[str, ...], suffix: str) -> tuple[str, ...]:
    """Return the lines with `{name_1}` written `{name}`."""
    return tuple(re.sub(rf"\{{(\w+)_{suffix}\}}", r"{\1}", line, flags=re.ASCII) for line in lines)


def _read_column(lines: tuple[str, ...], number: int) -> Column:
    """Read a column with its placeholders and their allowed values."""
    recording = Recording()
    reading = Lines(list(lines), recording, number)
    read_field(reading)
    if reading.line is not None:
        raise reading.error(f"this line does not belong to a field: {reading.line!r}")
    declared = filter(None, map(_ALLOWED.fullmatch, lines))
    allowed = {match.group(1): tuple(match.group(2).split()) for match in declared}
    unlisted = [name for name in allowed if name not in recording.placeholders]
    if unlisted:
        raise SchemaTextError(number, f"{{{unlisted[0]}}} has allowed values, but does not occur in the column")
    repeated = PLACEHOLDER.search(lines[0].partition(": ")[0]) is not None and not lines[0].startswith('"')
    return Column(lines, number, tuple(recording.placeholders), allowed, repeated)


def format_document(document: pa.Schema | Template) -> str:
    """Return the text of a `schema.txt`, which ends with one newline."""
    return document.text if isinstance(document, Template) else f"{format_schema(document)}\n"
