"""Parses the lines of `schema.txt`: each field, its children and its metadata; then the metadata of the schema.

What is put in the place of the placeholders of a template, while its columns are read, is here as well.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import pyarrow as pa

from arrakis_schema.arrow.children import child_fields, is_wrapper, with_children
from arrakis_schema.arrow.tokens import PLACEHOLDER, Bindings, TypeTextError, json_string_end, read_json
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


class Recording:
    """Bindings that record each placeholder, and put a stand-in for it."""

    def __init__(self) -> None:
        self.placeholders: dict[str, None] = {}
        self.data_types: set[str] = set()

    def name(self, text: str) -> str:
        """Return the text, whose placeholders are recorded."""
        self.placeholders.update(dict.fromkeys(PLACEHOLDER.findall(text)))
        return text

    def data_type(self, placeholder: str) -> pa.DataType:
        """Return a stand-in for a data type, which is recorded."""
        self.placeholders[placeholder] = None
        self.data_types.add(placeholder)
        return _stand_in(placeholder)


def _stand_in(placeholder: str) -> pa.DataType:
    """Return the type of a placeholder that is not bound: Arrow's own for a type that the reader does not know."""
    return pa.opaque(pa.null(), placeholder, "template")


class Preview:
    """Bindings that leave names unchanged, and take the first data type allowed."""

    def __init__(self, allowed: Mapping[str, tuple[str, ...]]) -> None:
        self.allowed = allowed

    def name(self, text: str) -> str:
        """Return the text unchanged."""
        return text

    def data_type(self, placeholder: str) -> pa.DataType:
        """Return the first data type allowed, or a stand-in."""
        try:
            return pa.type_for_alias(self.allowed[placeholder][0])
        except (KeyError, IndexError, ValueError):
            return _stand_in(placeholder)


class Values:
    """Bindings to the values passed to `bind`."""

    def __init__(self, values: Mapping[str, object], allowed: Mapping[str, tuple[str, ...]]) -> None:
        self.values, self.allowed = values, allowed

    def name(self, text: str) -> str:
        """Return the text with the values of its placeholders."""
        return PLACEHOLDER.sub(lambda match: self._text(match.group(1)), text)

    def data_type(self, placeholder: str) -> pa.DataType:
        """Return the data type that is bound; raises `TemplateError`."""
        value = self._value(placeholder)
        if isinstance(value, pa.DataType):
            return value
        try:
            return pa.type_for_alias(value)
        except (ValueError, TypeError) as error:
            raise TemplateError(f"{placeholder} = {value!r} is not an Arrow data type") from error

    def _text(self, placeholder: str) -> str:
        value = self._value(placeholder)
        if isinstance(value, bool) or not isinstance(value, str | int | pa.DataType):
            raise TemplateError(f"{placeholder} = {value!r} is neither text nor an integer")
        return str(value)

    def _value(self, placeholder: str) -> object:
        if placeholder not in self.values:
            raise TemplateError(f"{placeholder!r} is missing; given: {', '.join(self.values) or 'nothing'}")
        value = self.values[placeholder]
        allowed = self.allowed.get(placeholder)
        names = {pa.type_for_alias(name) for name in allowed or ()} if isinstance(value, pa.DataType) else allowed
        if names is not None and allowed and value not in names:
            text = value if isinstance(value, pa.DataType) else repr(value)
            raise TemplateError(f"{placeholder} = {text} is not one of {', '.join(allowed)}")
        return value
