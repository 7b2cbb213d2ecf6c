"""A document with all that it refers to as one schema, which means the same and refers to nothing outside of itself.

Judging, comparing and linting work on it as on any other document, and tell their findings by the original places.
"""

import json
from collections.abc import Iterable, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, NamedTuple
from urllib.parse import quote, urldefrag

from arrakis_schema.json_schema.keywords import DRAFT_07, Node, subschemas
from arrakis_schema.json_schema.positions import escape_token, value_at
from arrakis_schema.json_schema.resolver import (
    DanglingReferenceError,
    Origin,
    Schemas,
    identifying_keyword,
    is_legacy,
    keywords_of,
    named_dialect,
    refers_out,
    schemas_of,
)
from arrakis_schema.store.documents import Document, DocumentSet
from arrakis_schema.text.short_repr import short_repr

_REFERENCES = ("$ref", "$dynamicRef")
_DYNAMIC = ("$dynamicRef", "$dynamicAnchor", "$recursiveRef", "$recursiveAnchor")
_IN_A_FRAGMENT = "/~!$&'()*+,;=:@?"


@dataclass(frozen=True, slots=True)
class Bundle:
    """A document with all that it refers to as one `schema`.

    `parts` has the pointer of each document that was brought in, with its path (or the URI of a meta-schema);
    `problems` are the references that lead nowhere, in any of these documents.
    """

    path: str
    schema: Any
    parts: Mapping[str, str] = field(default_factory=dict)
    problems: tuple[DanglingReferenceError, ...] = ()

    __repr__ = short_repr

    def origin(self, pointer: str) -> tuple[str, str]:
        """Return the path of the document, and the pointer in it, that a pointer into the bundle stands for."""
        for start, path in self.parts.items():
            if f"{pointer}/".startswith(f"{start}/"):
                return path, pointer[len(start) :]
        return self.path, pointer


BUNDLED = ".bundle.json"
"""The suffix of the file that the site has beside a document that refers to others."""


class _Link(NamedTuple):
    """A reference of a schema, and where it leads."""

    place: Origin
    keyword: str
    target: Origin


@dataclass(slots=True)
class _Reach:
    """Every schema that a document applies or leads to, the references between them, and those that lead nowhere.

    `outer` has the references that lead out of all documents.
    """

    places: dict[tuple[str, str], Any] = field(default_factory=dict)
    outer: list[tuple[Origin, str, str]] = field(default_factory=list)
    links: list[_Link] = field(default_factory=list)
    problems: list[DanglingReferenceError] = field(default_factory=list)


def bundle_of(document: Document, schema: Any) -> Bundle:
    """Return the bundle of a document: `schema`, which it holds, itself where it refers to nothing else."""
    if document.among is None or not refers_out(schema):
        return Bundle(document.path, schema)
    bundle: Bundle = document.among.derived(_bundle, document.path)
    return Bundle(document.path, schema) if bundle.schema is None else bundle


def bundle_text(bundle: Bundle) -> bytes:
    """Return a bundle as JSON."""
    return (json.dumps(bundle.schema, indent=1, ensure_ascii=False) + "\n").encode()


def reach_of(document: Document) -> bytes:
    """Return bytes that are equal for documents of equal bytes that refer to documents of equal bytes."""
    if document.among is None or (b"ref" not in document.content and b"\\u" not in document.content):
        return document.content
    reach: bytes = document.among.derived(_reach, document.path)
    return reach


def _reach(documents: DocumentSet, path: str) -> bytes:
    """Return the bytes of a document of a set if it refers to no other one, or else a digest of all their bytes."""
    content, schemas = documents.read(path), schemas_of(documents)
    if path not in schemas.documents or not refers_out(schemas.documents[path]):
        return content
    bundle: Bundle = documents.derived(_bundle, path)
    if not bundle.parts and not bundle.problems:
        return content
    digest = sha256(content)
    for part in sorted(bundle.parts.values()):
        inner = documents.read(part) if part in schemas.documents else b""
        digest.update(b"\0".join((part.encode(), sha256(inner).digest())))
    for problem in bundle.problems:
        digest.update(str(problem).encode())
    return digest.digest()


def _bundle(documents: DocumentSet, path: str) -> Bundle:
    """Return the bundle of one document of a set; without a schema where the document cannot be read."""
    schemas = schemas_of(documents)
    return make_bundle(schemas, path) if path in schemas.documents else Bundle(path, None)


def make_bundle(schemas: Schemas, path: str) -> Bundle:
    """Return the bundle of the document at a path."""
    root = schemas.documents[path]
    reach = _follow_references(schemas, path)
    dialect = named_dialect(root)
    home = "definitions" if is_legacy(dialect) else "$defs"
    own = root.get(home, {})
    if not isinstance(own, dict):
        return Bundle(path, root, problems=tuple(reach.problems))
    names = _names(own, sorted({link.target.document for link in reach.links} - {path}))
    prefixes = {path: "", **{document: f"/{home}/{escape_token(name)}" for document, name in names.items()}}
    copies = {document: deepcopy(schemas.schema(document)) for document in prefixes}
    if not is_legacy(dialect) and any(_is_dynamic(schema) for schema in reach.places.values()):
        _write_uris(schemas, copies, reach.links)
    else:
        _write_pointers(schemas, copies, reach.links, prefixes)
    for place, keyword, uri in reach.outer:  # a relative one would depend on where the bundle stands
        value_at(copies[place.document], place.pointer)[keyword] = uri
    if names:
        copies[path][home] = {
            **copies[path].get(home, {}),
            **{name: copies[document] for document, name in names.items()},
        }
    parts = {pointer: document for document, pointer in prefixes.items() if pointer}
    return Bundle(path, copies[path], parts, tuple(reach.problems))


def _follow_references(schemas: Schemas, path: str) -> _Reach:
    """Follow the references of a document, and of all that they lead to."""
    reach, dialect = _Reach(), named_dialect(schemas.documents[path])
    todo = [schemas.origin(path)]
    while todo:
        place = todo.pop()
        if not isinstance(place.schema, dict) or (place.document, place.pointer) in reach.places:
            continue
        reach.places[place.document, place.pointer] = place.schema
        keywords = keywords_of(named_dialect(schemas.schema(place.document)) or dialect)
        for keyword in _REFERENCES:
            reference = place.schema.get(keyword)
            if isinstance(reference, str) and keyword in keywords:
                try:
                    target = schemas.lookup(place, keyword, reference)
                    _refuse_other_dialect(schemas, place, keyword, target, dialect)
                except DanglingReferenceError as error:
                    reach.problems.append(error)
                    reach.outer += [(place, keyword, error.uri)] if error.uri else []
                else:
                    reach.links.append(_Link(place, keyword, target))
                    todo.append(target)
        children = subschemas(Node(place.pointer, place.schema, declares=True))
        todo += [Origin(place.document, child.pointer, child.schema) for child in children if child.keyword in keywords]
    return reach


def _refuse_other_dialect(schemas: Schemas, place: Origin, keyword: str, target: Origin, dialect: str) -> None:
    """Raise `DanglingReferenceError` for a reference to a document in another dialect than that of the root."""
    named, expected = (urldefrag(uri).url for uri in (named_dialect(schemas.schema(target.document)), dialect))
    if named and named != (expected or DRAFT_07):
        raise DanglingReferenceError(
            place.document,
            f"{place.pointer}/{escape_token(keyword)}",
            f"{keyword} leads to {target.document}, which is written in another dialect: {named}, "
            f"and not {expected or DRAFT_07}",
        )


def _names(taken: Mapping[str, Any], documents: Iterable[str]) -> dict[str, str]:
    """Return the name of each document among the definitions of the bundle: its path, unless that is taken."""
    names: dict[str, str] = {}
    for document in documents:
        name = document
        while name in taken:
            name += "'"
        names[document] = name
    return names


def _is_dynamic(schema: dict[str, Any]) -> bool:
    """Tell whether what a reference of a schema leads to depends on the way to it, by resources."""
    return not schema.keys().isdisjoint(_DYNAMIC)


def _write_pointers(schemas: Schemas, copies: dict[str, Any], links: list[_Link], prefixes: Mapping[str, str]) -> None:
    """Write each reference as a pointer into the bundle; then nothing needs a name any more."""
    for link in links:
        pointer = prefixes[link.target.document] + link.target.pointer
        value_at(copies[link.place.document], link.place.pointer)[link.keyword] = f"#{quote(pointer, _IN_A_FRAGMENT)}"
    for document, copy in copies.items():
        identifiers, keyword = schemas.identifiers(document), identifying_keyword(schemas.schema(document))
        for pointer in (*identifiers.bases, *identifiers.anchors.values()):
            schema = value_at(copy, pointer)
            if isinstance(schema, dict):
                schema.pop(keyword, None)
                schema.pop("$anchor", None)
        if prefixes[document] and isinstance(copy, dict):
            copy.pop("$schema", None)


def _write_uris(schemas: Schemas, copies: dict[str, Any], links: list[_Link]) -> None:
    """Write each reference to another resource as a URI, and give each document one: dynamic references need them."""
    for link in links:
        if link.place.schema[link.keyword].startswith("#"):
            continue
        identifiers, fragment = schemas.identifiers(link.target.document), urldefrag(link.place.schema[link.keyword])[1]
        by_name = fragment and not fragment.startswith("/")
        base = identifiers.base(link.target.pointer if by_name else "")
        inner = fragment if by_name else quote(link.target.pointer, _IN_A_FRAGMENT)
        value_at(copies[link.place.document], link.place.pointer)[link.keyword] = f"{base}#{inner}"
    for document, copy in copies.items():
        if isinstance(copy, dict):
            copy["$id"] = schemas.identifiers(document).bases[""]
