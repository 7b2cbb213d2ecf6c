"""Which files of a team are JSON Schemas, when nothing says so yet: by name, `$schema`, a reference or keywords.

What is proposed from them is in `system/proposal.py`.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from posixpath import splitext
from typing import Any
from urllib.parse import urlsplit

from arrakis_schema.errors import ArrakisSchemaError, DamagedStoreError
from arrakis_schema.languages import language_of
from arrakis_schema.store.dialects import DIALECTS, Aliases, named_dialect, read_aliased
from arrakis_schema.store.documents import Document, Documents
from arrakis_schema.store.files import NOTATIONS
from arrakis_schema.store.import_sources import Version
from arrakis_schema.store.layout import DocumentKind
from arrakis_schema.store.layout_settings import read_layout
from arrakis_schema.store.loading import parse_file

_NAMES = {uri: name for name, uri in DIALECTS.items()}
_HOLD_SCHEMAS = ("properties", "definitions", "$defs", "patternProperties")
_LIST_SCHEMAS = ("allOf", "anyOf", "oneOf")
_TYPES = frozenset({"array", "boolean", "integer", "null", "number", "object", "string"})


@dataclass(frozen=True, slots=True)
class SchemaFiles:
    """The files of all versions: the newest content of each JSON Schema, and the paths of the other JSON files.

    `dialects` are the meta-schemas of the team's own that they name, each with the dialect that it stands for;
    `guessed` are those whose dialect follows only from the keywords of the documents.
    """

    schemas: Mapping[str, bytes]
    others: frozenset[str]
    dialects: Mapping[str, str]
    guessed: frozenset[str]


def read_schema_files(versions: Sequence[Version], aliases: Aliases = (), *, discover: bool = True) -> SchemaFiles:
    """Return the files of some versions, oldest first; `aliases` are the declared meta-schemas of the team's own.

    With `discover`, other meta-schemas that the files name are found, too, and schemas that name no dialect where all
    others do not either.
    """
    contents = {path: content for version in versions for path, content in version.contents.items()}
    candidates = {path: content for path, content in contents.items() if path.endswith(NOTATIONS[".json"])}
    values = dict(_parse(candidates))
    dialects = _extended_dialects(values.values(), aliases) if discover else {}
    guessed = _guess_dialects(values.values(), dialects, aliases) if discover else {}
    found = {path for path in candidates if _is_schema(path, values.get(path), dialects, aliases)}
    found |= {path for path, value in values.items() if value.get("$schema") in guessed and _looks_like_schema(value)}
    if not found and discover:
        found = {path for path, value in values.items() if _looks_like_schema(value)}
    found |= _referred_to(candidates, found)
    schemas = {path: content for path, content in candidates.items() if path in found}
    return SchemaFiles(schemas, frozenset(candidates.keys() - found), dialects | guessed, frozenset(guessed))


def _parse(candidates: Mapping[str, bytes]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield each file that holds an object, with the object."""
    for path, content in candidates.items():
        with suppress(DamagedStoreError):
            if isinstance(value := parse_file(content, path), dict):
                yield path, value


def _is_schema(path: str, value: Mapping[str, Any] | None, dialects: Mapping[str, str], aliases: Aliases) -> bool:
    """Return whether a file is a JSON Schema by its name, or by the dialect that it names."""
    if splitext(path)[0].endswith(".schema"):
        return True
    named = None if value is None else value.get("$schema")
    return isinstance(named, str) and (named in dialects or _dialect_of(value, aliases) is not None)


def _dialect_of(value: Any, aliases: Aliases) -> str | None:
    """Return the URI of the dialect that a file names, itself or through a declared meta-schema; None for another."""
    named = read_aliased(value, aliases).get("$schema")
    return named_dialect(named) if isinstance(named, str) else None


def _extended_dialects(values: Iterable[Mapping[str, Any]], aliases: Aliases) -> dict[str, str]:
    """Return the meta-schemas among some files that others name, each with the dialect of the meta-schema itself.

    A message may name its own schema in `$schema`, so a document that does not extend a dialect is not a meta-schema.
    """
    dialects, identified = dict[str, str](), _identified(values)
    for uri in _unknown(values, aliases):
        chain = [uri]
        while (meta_schema := identified.get(chain[-1].removesuffix("#"))) is not None and _is_meta_schema(meta_schema):
            if (known := _dialect_of(meta_schema, aliases)) is not None:
                dialects[uri] = _NAMES[known]
                break
            extended = meta_schema.get("$schema")
            if not isinstance(extended, str) or extended in chain:
                break
            chain.append(extended)
    return dialects


def _identified(values: Iterable[Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    """Return the files that have an identifier, by it."""
    found = dict[str, Mapping[str, Any]]()
    for value in values:
        for keyword in ("$id", "id"):
            if isinstance(identifier := value.get(keyword), str):
                found.setdefault(identifier.removesuffix("#"), value)
    return found


def _is_meta_schema(value: Mapping[str, Any]) -> bool:
    """Return whether a document describes schemas: it has a vocabulary, or refers to the meta-schema of a dialect."""
    todo: list[Any] = [value]
    while todo:
        item = todo.pop()
        if isinstance(item, dict):
            reference = item.get("$ref")
            if "$vocabulary" in item or (isinstance(reference, str) and named_dialect(reference) is not None):
                return True
            todo += item.values()
        elif isinstance(item, list):
            todo += item
    return False


def _guess_dialects(
    values: Iterable[Mapping[str, Any]], dialects: Mapping[str, str], aliases: Aliases
) -> dict[str, str]:
    """Return the meta-schemas from elsewhere that files name which look like schemas, each with a fitting dialect."""
    guessed, identified = dict[str, str](), _identified(values)
    for uri in _unknown(values, aliases):
        naming = [value for value in values if value.get("$schema") == uri and _looks_like_schema(value)]
        if naming and uri not in dialects and uri.removesuffix("#") not in identified:
            newest = "2020-12" if any("$defs" in value for value in naming) else "draft-07"
            oldest = any("id" in value and "$id" not in value for value in naming)
            guessed[uri] = "draft-04" if oldest else newest
    return guessed


def _unknown(values: Iterable[Mapping[str, Any]], aliases: Aliases) -> list[str]:
    """Return the absolute URIs that some files name in `$schema` and that are no dialect."""
    unknown = (value["$schema"] for value in values if "$schema" in value and _dialect_of(value, aliases) is None)
    return sorted({uri for uri in unknown if isinstance(uri, str) and _is_absolute(uri)})


def _is_absolute(uri: str) -> bool:
    """Return whether a text is a URL."""
    with suppress(ValueError):
        return bool(urlsplit(uri).scheme and urlsplit(uri).netloc)
    return False


def _looks_like_schema(value: Mapping[str, Any]) -> bool:
    """Return whether an object has keywords that hold schemas, and no `type` that a schema cannot have."""
    if isinstance(kind := value.get("type"), str) and kind not in _TYPES:
        return False
    maps = (value.get(keyword) for keyword in _HOLD_SCHEMAS)
    if any(isinstance(held, dict) and all(isinstance(part, dict | bool) for part in held.values()) for held in maps):
        return True
    return any(isinstance(value.get(keyword), list) for keyword in _LIST_SCHEMAS)


def _referred_to(candidates: Mapping[str, bytes], schemas: Iterable[str]) -> set[str]:
    """Return the other files that schemas refer to, directly or through one another."""
    found, left = set(schemas), list(schemas)
    entries = [{"files": f"**/*{suffix}", "kind": DocumentKind.PUBLICATION.value} for suffix in NOTATIONS[".json"]]
    layout = read_layout(entries)
    documents = Documents(candidates, ("https://import.invalid/",), (), layout)
    while left and len(found) < len(candidates):
        path = left.pop()
        for target in references_of(Document(path, candidates[path], (), documents, layout)):
            if target in candidates and target not in found:
                found.add(target)
                left.append(target)
    return found


def references_of(document: Document) -> list[str]:
    """Return the paths that a document refers to; none where it cannot be read."""
    with suppress(ArrakisSchemaError, UnicodeDecodeError, RecursionError):
        return [target for target, _ in language_of(document).references(document)]
    return []
