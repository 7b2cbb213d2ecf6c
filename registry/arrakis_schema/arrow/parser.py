"""Parses the lines of `schema.txt`: each field, its children and its metadata; then the metadata of the schema."""

from dataclasses import dataclass, field

import pyarrow as pa

from arrakis_schema.arrow.children import child_fields, is_wrapper, with_children
from arrakis_schema.arrow.tokens import Bindings, TypeTextError, json_string_end, read_json
from arrakis_schema.arrow.types import end_of_line, type_scanner
from arrakis_schema.errors import SchemaTextError, TemplateError

FIELD_METADATA, SCHEMA_METADATA = "-- field metadata --", "-- schema metadata --"
_UNCUT = "print the schema with to_string(truncate_metadata=False, element_size_limit=1_000_000)"


@dataclass(slots=True)
class Lines:
    """The lines of a text and how far they have been read; `first` is the number of the first one."""

    lines: list[str]
    bindings: Bindings | None = None
    first: int = 1
    position: int = field(default=0, init=False)

    @property
    def line(self) -> str | None:
        """The next line, or None at the end."""
        return self.lines[self.position] if self.position < len(self.lines) else None

    def error(self, problem: object) -> SchemaTextError:
        """Return the error for a problem in the next line."""
        return SchemaTextError(self.first + self.position, str(problem))


def parse_schema(text: str) -> pa.Schema:
    """Return the schema of a text, as `format_schema` writes it or pyarrow prints it uncut; braces have no meaning.

    Raises `SchemaTextError` with the line.
    """
    lines = Lines(text.removesuffix("\n").split("\n") if text.strip() else [])
    fields = []
    while lines.line not in {None, SCHEMA_METADATA}:
        fields.append(read_field(lines))
    return pa.schema(fields, metadata=read_schema_metadata(lines))


def read_schema_metadata(lines: Lines) -> dict[str | bytes, str | bytes] | None:
    """Read the metadata of the schema, which ends the text."""
    metadata = _read_metadata(lines, "", SCHEMA_METADATA)
    if lines.line is not None:
        raise lines.error(f"nothing may follow the metadata of the schema, found {lines.line!r}")
    return metadata


def read_field(lines: Lines, depth: int = 0, prefix: str = "") -> pa.Field:
    """Read a field with its children and its metadata; `depth` is 0 for a column."""
    indent = " " * max(0, 4 * depth - 2)
    declared = _read_line(lines, indent + prefix)
    fields = _read_children(lines, declared.type, depth + 1)
    metadata = _read_metadata(lines, " " * (2 * depth + 2), FIELD_METADATA)
    try:
        return pa.field(declared.name, with_children(declared.type, fields), declared.nullable, metadata)
    except (pa.ArrowException, ValueError, TypeError) as error:
        raise lines.error(error) from error


def _read_line(lines: Lines, start: str) -> pa.Field:
    """Read the line of a field: what stands before the name, the name, the type, `not null`."""
    line = lines.line or ""
    if line.endswith(" chars omitted)"):
        raise lines.error(f"pyarrow has cut this line: {_UNCUT}")
    if line.startswith(" ") and not start:
        raise lines.error(f"expected a column at the start of the line, found {line!r}")
    scanner = type_scanner(line, lines.bindings)
    try:
        scanner.expect(start)
        declared = scanner.field()
        end_of_line(scanner)
    except TypeTextError as error:
        raise lines.error(error) from error
    lines.position += 1
    return declared


def _read_children(lines: Lines, data_type: pa.DataType, depth: int) -> list[pa.Field]:
    """Read the lines of the children, all or none; they must agree with the line of the type."""
    declared = child_fields(data_type)
    indent = " " * max(0, 4 * depth - 2)
    if not declared or not (lines.line or "").startswith(f"{indent}child 0, ") or _is_metadata(lines.line or ""):
        return []
    fields = []
    for number, expected in enumerate(declared):
        start = lines.position
        child = read_field(lines, depth, f"child {number}, ")
        if not _agree(child, expected, data_type):
            lines.position = start
            raise lines.error(f"child {number} is {child.name}: {child.type}, but the line above says otherwise")
        fields.append(child)
    return fields


def _agree(child: pa.Field, declared: pa.Field, parent: pa.DataType) -> bool:
    """Return whether a child's line agrees with its parent's, which leaves out nullability for a map or a wrapper."""
    silent = is_wrapper(parent) or isinstance(parent, pa.MapType)
    same_nullable = silent or child.nullable == declared.nullable
    return child.name == declared.name and same_nullable and _shape(child.type) == _shape(declared.type)


def _shape(data_type: pa.DataType) -> object:
    """Return the structure of a type, without nullability and metadata."""
    parts = [(child.name, _shape(child.type)) for child in child_fields(data_type)]
    return type(data_type), parts or str(data_type)


def _read_metadata(lines: Lines, indent: str, header: str) -> dict[str | bytes, str | bytes] | None:
    """Read a block of metadata, if there is one."""
    if lines.line != indent + header:
        return None
    lines.position += 1
    pairs: dict[str | bytes, str | bytes] = {}
    while (line := lines.line) is not None and _belongs(line, indent):
        key, value = _read_pair(lines, line.removeprefix(indent))
        pairs[key] = value
        lines.position += 1
    if not pairs:
        raise lines.error(f"no key: 'value' follows {header!r}")
    return pairs


def _belongs(line: str, indent: str) -> bool:
    """Return whether a line is metadata at this indentation."""
    return (
        line.startswith(indent)
        and not line.startswith(indent + " ")
        and (not indent or _is_metadata(line) or _is_cut(line))
    )


def _is_metadata(line: str) -> bool:
    """Return whether a line is a pair of metadata: the line of a field never ends with a quotation mark."""
    return line.endswith(("'", '"'))


def _is_cut(line: str) -> bool:
    """Return whether pyarrow has cut a value: `'begin' + 56`."""
    head, plus, number = line.rpartition(" + ")
    return bool(plus) and number.isdigit() and head.endswith("'")


def _read_pair(lines: Lines, line: str) -> tuple[bytes, bytes]:
    """Read `key: 'value'`, either of them quoted if need be."""
    if _is_cut(line):
        raise lines.error(f"pyarrow has cut this value: {_UNCUT}")
    try:
        key, quoted = _read_key(line)
        value = read_json(quoted) if quoted.startswith('"') else _fill(lines, _unquote(quoted))
        return key.encode("utf-8", "surrogateescape"), value.encode("utf-8", "surrogateescape")
    except TemplateError:
        raise
    except (ValueError, UnicodeEncodeError) as error:
        raise lines.error(f"expected key: 'value', found {line!r}") from error


def _read_key(line: str) -> tuple[str, str]:
    """Read the key, and return what follows its colon."""
    if line.startswith('"'):
        end = json_string_end(line, 0)
        if line[end : end + 2] != ": ":
            raise ValueError(line)
        return read_json(line[:end]), line[end + 2 :]
    ends = [index for end in (": '", ': "') if (index := line.find(end)) >= 0]
    if not ends:
        raise ValueError(line)
    return line[: min(ends)], line[min(ends) + 2 :]


def _unquote(text: str) -> str:
    """Return the text between the quotation marks; raises ValueError if there are none."""
    if len(text) < 2 or not text.startswith("'") or not text.endswith("'"):  # noqa: PLR2004
        raise ValueError(text)
    return text[1:-1]


def _fill(lines: Lines, text: str) -> str:
    """Fill the placeholders of an unquoted value."""
    return lines.bindings.name(text) if lines.bindings else text
