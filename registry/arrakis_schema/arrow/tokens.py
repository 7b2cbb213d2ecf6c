r"""The tokens of `schema.txt`: a scanner for one line, and names and metadata that are quoted.

One rule for quotes: what pyarrow prints and could not be parsed again is written as a JSON string. So is a name or
value that holds a literal `{word}`, which unquoted would be a placeholder. A byte of metadata that is not UTF-8 is
written `\udcXX`, as Python's `surrogateescape` does. Ordinary pyarrow output needs neither and is left unchanged.
"""

import json
import re
from collections.abc import Callable
from typing import Protocol, TypeVar

import pyarrow as pa

from arrakis_schema.errors import ArrakisSchemaError

PLACEHOLDER = re.compile(r"\{([A-Za-z_][A-Za-z0-9_]*)\}", re.ASCII)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_STARTS = (" ", '"', ">")
MAX_DEPTH = 64
_T = TypeVar("_T")
_WORD = re.compile(r"[a-z][a-z0-9_]*", re.ASCII)
_INTEGER = re.compile(r"-?\d{1,10}", re.ASCII)


def format_name(name: str, end: str = ": ") -> str:
    """Return a field's name, quoted if need be; `end` is the text that follows it."""
    return json.dumps(name) if needs_quotes(name) or end in name else name


def needs_quotes(text: str) -> bool:
    """Return whether a name or a metadata key must be quoted to be parsed again."""
    return text.startswith(_STARTS) or bool(_CONTROL.search(text) or PLACEHOLDER.search(text))


def format_metadata(key: bytes, value: bytes) -> str:
    """Return one line of metadata: `key: 'value'`."""
    name, text = key.decode("utf-8", "surrogateescape"), value.decode("utf-8", "surrogateescape")
    plain_key = not needs_quotes(name) and ": '" not in name and ': "' not in name and _is_utf8(name)
    plain_value = not (_CONTROL.search(text) or PLACEHOLDER.search(text)) and _is_utf8(text)
    quoted = f"'{text}'" if plain_value else json.dumps(text)
    return f"{name if plain_key else json.dumps(name)}: {quoted}"


def read_json(text: str) -> str:
    """Return the value of a quoted text; raises ValueError if it is not one JSON string."""
    value = json.loads(text)
    if not isinstance(value, str):
        raise ValueError(text)  # noqa: TRY004 - the text is wrong, not the caller
    return value


def json_string_end(text: str, start: int) -> int:
    """Return where the JSON string that begins at `start` ends; raises ValueError if it does not end."""
    _, end = json.JSONDecoder().raw_decode(text, start)
    return end


def _is_utf8(text: str) -> bool:
    """Return whether the text was decoded without surrogate escapes."""
    return not any("\ud800" <= character <= "\udfff" for character in text)


class TypeTextError(ValueError):
    """A text is not a type; the parser of lines adds the line number."""


class Bindings(Protocol):
    """The values of placeholders, which are looked up while a text is parsed."""

    def name(self, text: str) -> str:
        """Fill the placeholders of an unquoted name or value of metadata."""

    def data_type(self, placeholder: str) -> pa.DataType:
        """Return the type that a placeholder stands for."""


class Scanner:
    """One line of text and how far it has been read."""

    def __init__(self, text: str, bindings: Bindings | None, read: Callable[["Scanner", str], pa.DataType]) -> None:
        """Begin at the first character; `read` reads the rest of the type whose name has been read."""
        self.text, self.bindings, self._read = text, bindings, read
        self.position = self.depth = 0

    def accept(self, token: str) -> bool:
        """Read the token if it comes next."""
        present = self.text.startswith(token, self.position)
        self.position += len(token) if present else 0
        return present

    def expect(self, token: str) -> None:
        """Read the token, which must come next."""
        if not self.accept(token):
            raise TypeTextError(f"expected {token!r}, found {self.remainder()!r}")

    def remainder(self) -> str:
        """Return the text that has not been read, cut for a message."""
        return self.text[self.position : self.position + 40]

    def match(self, pattern: re.Pattern[str], expected: str) -> str:
        """Read what the pattern matches, which must come next."""
        matched = pattern.match(self.text, self.position)
        if matched is None:
            raise TypeTextError(f"expected {expected}, found {self.remainder()!r}")
        self.position = matched.end()
        return matched.group()

    def integer(self) -> int:
        """Read an integer."""
        return int(self.match(_INTEGER, "an integer"))

    def until(self, *ends: str) -> str:
        """Read the text before the nearest of these ends, or a JSON string; the end itself is left."""
        if self.text.startswith('"', self.position):
            return self.read_quoted()
        indices = [index for end in ends if (index := self.text.find(end, self.position)) >= 0]
        if not indices:
            raise TypeTextError(f"expected {ends[0]!r} after {self.remainder()!r}")
        start, self.position = self.position, min(indices)
        return self.text[start : self.position]

    def read_quoted(self) -> str:
        """Read a JSON string."""
        start = self.position
        try:
            self.position = json_string_end(self.text, start)
            value = read_json(self.text[start : self.position])
            value.encode("utf-8")
        except ValueError as error:
            raise TypeTextError(f"a quoted name is not a JSON string: {self.text[start : start + 40]}") from error
        return value

    def name(self) -> str:
        """Read a field's name and the colon behind it."""
        plain = not self.text.startswith('"', self.position)
        name = self.until(": ")
        self.expect(": ")
        return self.bindings.name(name) if plain and self.bindings else name

    def field(self) -> pa.Field:
        """Read a name, a type and `not null`."""
        name = self.name()
        data_type, nullable = self.type(), not self.accept(" not null")
        if pa.types.is_null(data_type) and not nullable:
            raise TypeTextError("a field of type null cannot be not null")
        return pa.field(name, data_type, nullable=nullable)

    def type(self) -> pa.DataType:
        """Read one type."""
        placeholder = PLACEHOLDER.match(self.text, self.position)
        if placeholder and self.bindings:
            self.position = placeholder.end()
            return self.bindings.data_type(placeholder.group(1))
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise TypeTextError(f"types nest more than {MAX_DEPTH} levels")
        word = self.match(_WORD, "a type")
        try:
            data_type = self._read(self, word)
        except (pa.ArrowException, ValueError, TypeError, OverflowError) as error:
            raise (
                error if isinstance(error, TypeTextError | ArrakisSchemaError) else TypeTextError(f"{word}: {error}")
            ) from error
        self.depth -= 1
        return data_type

    def series(self, opening: str, separator: str, closing: str, read: Callable[[], _T]) -> list[_T]:
        """Read `opening a separator b … closing`."""
        self.expect(opening)
        items: list[_T] = []
        while not self.accept(closing):
            if items:
                self.expect(separator)
            items.append(read())
        return items
