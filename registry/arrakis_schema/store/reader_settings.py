"""`[readers]` of `registry.toml`: how the readers of each kind of document treat what they do not know."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from arrakis_schema.text.short_repr import short_repr

READ_KINDS = ("request", "payload", "publication")
WAYS = ("ignored", "rejected")
COLUMNS = ("by-name", "exact")
PATTERNS = ("ecma", "python")
_KEYS = {"unknown", "columns", "metadata", "patterns"}


@dataclass(frozen=True, slots=True)
class Reader:
    """How the readers of one kind of document treat unknown members and columns.

    `unknown` is `ignored` or `rejected`, or one of these for each JSON Pointer into the message; `columns` is `by-name`
    or `exact`; `metadata` are the keys of Arrow metadata that they use; `patterns` is `ecma` or `python`, their
    dialect of regular expressions.
    """

    unknown: str | Mapping[str, str] = "ignored"
    columns: str = "by-name"
    metadata: tuple[str, ...] = ()
    patterns: str = "ecma"

    __repr__ = short_repr

    @property
    def rejects_columns(self) -> bool:
        """Whether unknown columns are rejected: a table of columns is one place, that of the whole message."""
        return (self.unknown if isinstance(self.unknown, str) else self.unknown.get("")) == "rejected"


def read_readers(table: Any) -> dict[str, Reader]:
    """Return the readers of a table without problems."""
    return {kind: Reader(**{**entry, "metadata": tuple(entry.get("metadata", ()))}) for kind, entry in table.items()}


def reader_problems(table: Any) -> Iterator[str]:
    """Yield what is wrong with the table `readers`."""
    if not isinstance(table, dict) or not all(isinstance(entry, dict) for entry in table.values()):
        yield 'readers is a table of tables, as in [readers.payload] unknown = "rejected"'
        return
    for kind, entry in table.items():
        if kind not in READ_KINDS:
            yield f"readers.{kind} is none of {', '.join(READ_KINDS)}"
        yield from (f"unknown key readers.{kind}.{key}" for key in entry.keys() - _KEYS)
        unknown = entry.get("unknown", "ignored")
        ways = unknown.values() if isinstance(unknown, dict) else [unknown]
        if any(way not in WAYS for way in ways):
            yield f'readers.{kind}.unknown is "ignored" or "rejected", or one for each JSON Pointer'
        for pointer in unknown if isinstance(unknown, dict) else ():
            if pointer and not pointer.startswith("/"):
                yield f"readers.{kind}.unknown: {pointer!r} is not a JSON Pointer, such as '/args'"
        if entry.get("columns", "by-name") not in COLUMNS:
            yield f'readers.{kind}.columns is "by-name" or "exact"'
        if entry.get("patterns", "ecma") not in PATTERNS:
            yield f'readers.{kind}.patterns is "ecma" or "python"'
        metadata = entry.get("metadata", [])
        if not isinstance(metadata, list) or not all(isinstance(key, str) for key in metadata):
            yield f"readers.{kind}.metadata is a list of keys"
