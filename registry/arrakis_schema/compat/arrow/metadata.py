"""Differences in the metadata of two schemas, their columns and their children, which are paired by name."""

from collections import Counter
from collections.abc import Collection, Iterator
from typing import Any

import pyarrow as pa

from arrakis_schema.arrow.children import child_fields
from arrakis_schema.arrow.promises import ANNOTATIONS
from arrakis_schema.compat.arrow.differences import Difference
from arrakis_schema.compat.arrow.encodings import decode_type
from arrakis_schema.compat.arrow.values import LIST_TYPES
from arrakis_schema.findings.verdicts import Effect

Metadata = dict[bytes, bytes] | None


def schema_metadata(sent: pa.Schema, read: pa.Schema, meaningful: Collection[str]) -> Iterator[Difference]:
    """Yield a difference for each key that differs; it breaks if the reader relies on the key."""
    for writer, reader in _by_name(list(sent), list(read)):
        for difference in _field(writer, reader, reader.name, meaningful):
            yield difference.of_column(reader.name)
    yield from _keys(sent.metadata, read.metadata, "", meaningful)


def _field(sent: pa.Field, read: pa.Field, path: str, meaningful: Collection[str]) -> Iterator[Difference]:
    """Yield the differences in the metadata of two fields and their children."""
    yield from _keys(sent.metadata, read.metadata, path, meaningful)
    for writer, reader in _pair_children(decode_type(sent.type), decode_type(read.type)):
        yield from _field(writer, reader, f"{path}.{reader.name}", meaningful)


def _pair_children(sent: pa.DataType, read: pa.DataType) -> Iterator[tuple[pa.Field, pa.Field]]:
    """Yield the corresponding children of two types; types of different shapes have none."""
    if all(pa.types.is_struct(kind) or pa.types.is_union(kind) for kind in (sent, read)):
        yield from _by_name(child_fields(sent), child_fields(read))
    elif type(sent) is type(read) or all(isinstance(kind, LIST_TYPES | pa.FixedSizeListType) for kind in (sent, read)):
        yield from zip(child_fields(sent), child_fields(read), strict=False)


def _by_name(sent: list[pa.Field], read: list[pa.Field]) -> Iterator[tuple[pa.Field, pa.Field]]:
    """Yield the fields of the same name; the second of a name is paired with the second."""
    named = dict(_number_fields(sent))
    yield from ((named[key], field) for key, field in _number_fields(read) if key in named)


def _number_fields(fields: list[pa.Field]) -> Iterator[tuple[tuple[str, int], pa.Field]]:
    """Yield each field with its name and the number of earlier fields of this name."""
    counts: Counter[str] = Counter()
    for field in fields:
        yield (field.name, counts[field.name]), field
        counts[field.name] += 1


def _keys(sent: Metadata, read: Metadata, path: str, meaningful: Collection[str]) -> Iterator[Difference]:
    """Yield a difference for each key whose value differs."""
    ours, theirs = sent or {}, read or {}
    for key in sorted({*ours, *theirs}):
        if ours.get(key) != theirs.get(key):
            name = key.decode("utf-8", "replace")
            effect = Effect.ANNOTATION if name in ANNOTATIONS else Effect.CHANGED
            message = f"{path}: the metadata {name!r} differs"
            location = f"{path}#{name}" if path else f"#{name}"
            values: dict[str, Any] = {"key": name, "writer": _text(ours.get(key)), "reader": _text(theirs.get(key))}
            sides = _quote(ours.get(key)), _quote(theirs.get(key))
            yield Difference(
                location, "metadata-changed", effect, message, name in meaningful, metadata=values, sides=sides
            )


def _quote(value: bytes | None) -> str:
    """Return a value of metadata for a message."""
    return "nothing" if value is None else repr(_text(value))


def _text(value: bytes | None) -> str | None:
    """Return a value of metadata as text."""
    return None if value is None else value.decode("utf-8", "replace")
