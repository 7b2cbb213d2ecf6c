"""A document with all that it refers to as one schema, which means the same and refers to nothing outside of itself.

Validation, comparison and lint work on it as on any other document, and report findings at the original places.
"""

import json
import re
from collections.abc import Iterable, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any
from urllib.parse import quote, urldefrag

from arrakis_schema.errors import DamagedStoreError
from arrakis_schema.json_schema.dialects import DIALECTS, dialect_of
from arrakis_schema.json_schema.identifiers import dialect_uri, identifying_keyword, is_legacy
from arrakis_schema.json_schema.keywords import means_the_same
from arrakis_schema.json_schema.links import Links, document_links, reach_from
from arrakis_schema.json_schema.positions import value_at
from arrakis_schema.json_schema.resolver import (
    DanglingReferenceError,
    Schemas,
    refers_out,
    schemas_of,
)
from arrakis_schema.store.dialects import named_dialect
from arrakis_schema.store.documents import Document, DocumentSet
from arrakis_schema.store.store import Release
from arrakis_schema.text.json_pointer import escape_token
from arrakis_schema.text.short_repr import short_repr

_IN_A_FRAGMENT = "/~!$&'()*+,;=:@?"
_PLAIN_ID = re.compile(r"[\w:/.+~-]+", re.ASCII)
_MAY_DEPEND_ON_ID = re.compile(r'"\$id":|"\$(?:ref|dynamicRef|recursiveRef)": "(?!#)')


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


def bundle_of(document: Document, schema: Any) -> Bundle:
    """Return the bundle of a document: `schema`, which it holds, itself where it refers to nothing else."""
    if document.among is None or not refers_out(schema):
        return Bundle(document.path, schema)
    bundle: Bundle = document.among.derived(_bundle, document.path)
    return Bundle(document.path, schema) if bundle.schema is None else bundle


def bundle_text(bundle: Bundle) -> bytes:
    """Return a bundle as JSON."""
    return (json.dumps(bundle.schema, indent=1, ensure_ascii=False) + "\n").encode()


def stored_bundle(document: Document) -> Bundle | None:
    """Return the bundle of a document that refers to others; None for one that does not, or cannot be read."""
    if document.among is None or (b"ref" not in document.content and b"\\u" not in document.content):
        return None
    bundle: Bundle | None = document.among.derived(_referring_bundle, document.path)
    return bundle


def _referring_bundle(documents: DocumentSet, path: str) -> Bundle | None:
    """Return the bundle of a document of a set that refers to others, or None."""
    schemas = schemas_of(documents)
    if path not in schemas.documents or not refers_out(schemas.documents[path]):
        return None
    bundle: Bundle = documents.derived(_bundle, path)
    return bundle


def reach_of(document: Document) -> bytes:
    """Return bytes that are equal for documents of equal bytes that refer to documents of equal bytes."""
    bundle, among = stored_bundle(document), document.among
    if bundle is None or among is None or not (bundle.parts or bundle.problems):
        return document.content
    reach: bytes = among.derived(_digest, document.path)
    return reach


def unversioned_content(release: Release, path: str) -> bytes:
    """Return bytes that are equal for documents that differ at most in the number of their release in their `$id`.

    No reference depends on that `$id`, so they mean the same.
    """
    try:
        schema: Any = release.schema(path)
        named = schema.get("$id") if isinstance(schema, dict) else None
        if isinstance(named, str) and release.version in named and _PLAIN_ID.fullmatch(named):
            text = json.dumps({name: value for name, value in schema.items() if name != "$id"})
            if not _MAY_DEPEND_ON_ID.search(text):
                return sha256(f"{named.replace(release.version, '')} {text}".encode()).digest()
    except (DamagedStoreError, RecursionError):
        pass
    return reach_of(release.document(path))


def _digest(documents: DocumentSet, path: str) -> bytes:
    """Return a digest of the bytes of a document and of all that it refers to."""
    bundle: Bundle = documents.derived(_bundle, path)
    digest = sha256(documents.read(path))
    for part in sorted(_reached_documents(documents, bundle)):
        inner = documents.read(part) if part in documents.documents else b""
        digest.update(b"\0".join((part.encode(), sha256(inner).digest())))
    for problem in bundle.problems:
        digest.update(str(problem).encode())
    return digest.digest()


def _reached_documents(documents: DocumentSet, bundle: Bundle) -> set[str]:
    """Return all documents that a bundle holds, and those that a reference with a problem leads to."""
    reached, todo = {bundle.path}, [bundle]
    while todo:
        inner = todo.pop()
        further = {problem.target for problem in inner.problems if problem.target} - reached
        reached |= {*inner.parts.values(), *further}
        todo += [documents.derived(_bundle, path) for path in further]
    return reached - {bundle.path}


def _bundle(documents: DocumentSet, path: str) -> Bundle:
    """Return the bundle of one document of a set; without a schema where the document cannot be read."""
    schemas = schemas_of(documents)
    return make_bundle(schemas, path) if path in schemas.documents else Bundle(path, None)


def make_bundle(schemas: Schemas, path: str) -> Bundle:
    """Return the bundle of the document at a path."""
    root = schemas.documents[path]
    if not isinstance(root, dict):
        return Bundle(path, root)
    dialect = dialect_of(root) or dialect_uri(root)
    home_keyword = "definitions" if is_legacy(dialect) else "$defs"
    reached = reach_from(schemas, path, dialect)
    problems = tuple(problem for links in reached.values() for problem in links.problems)
    definitions = root.get(home_keyword, {})
    if not isinstance(definitions, dict):
        return Bundle(path, root, problems=problems)
    names = _definition_names(definitions, sorted(reached.keys() - {path}))
    prefixes = {
        path: "",
        **{document: f"/{home_keyword}/{escape_token(name)}" for document, name in names.items()},
    }
    by_uri = any(links.is_dynamic and not is_legacy(dialect) for links in reached.values())
    if by_uri or not all(_means_the_same(schemas, *part, dialect) for part in reached.items()):
        copies = {document: _write_uris(schemas, document, links, dialect) for document, links in reached.items()}
    else:
        copies = {
            document: schemas.derived(_shared_part, document, dialect)
            if _is_shared(path, document, prefixes, links)
            and links is schemas.derived(document_links, document, dialect)
            else _write_pointers(schemas, document, links, prefixes)
            for document, links in reached.items()
        }
    schema = copies[path]
    if names:
        parts_by_name = {name: copies[document] for document, name in names.items()}
        schema[home_keyword] = {**schema.get(home_keyword, {}), **parts_by_name}
    parts = {pointer: document for document, pointer in prefixes.items() if pointer}
    return Bundle(path, schema, parts, problems)


def _means_the_same(schemas: Schemas, document: str, links: Links, dialect: str) -> bool:
    """Return whether a document is written in the dialect of the root, or plainly means the same there."""
    named = {named_dialect(name) or name for name in links.dialects} or {dialect}
    if named == {dialect}:
        return True
    document_dialect = named.pop()
    if named or not {document_dialect, dialect} <= DIALECTS.keys():
        return False
    parts = (value_at(schemas.schema(document), pointer) for pointer in links.places)
    return all(means_the_same(part, document_dialect, dialect) for part in parts)


def _definition_names(taken: Mapping[str, Any], documents: Iterable[str]) -> dict[str, str]:
    """Return the name of each document among the definitions of the bundle: its path, unless that is taken."""
    names: dict[str, str] = {}
    for document in documents:
        name = document
        while name in taken or name in names.values():
            name += "'"
        names[document] = name
    return names


def _is_shared(root: str, document: str, prefixes: Mapping[str, str], links: Links) -> bool:
    """Return whether a part is the same in every bundle: it does not lead back to the root, and nothing is renamed."""
    targets = {link.target.document for link in links.links}
    renamed = any(not prefixes[target].endswith(f"/{escape_token(target)}") for target in (*targets, document))
    return links.is_whole and document != root and root not in targets and not renamed


def _shared_part(schemas: Schemas, document: str, dialect: str) -> Any:
    """Return a document as it stands in the bundles of other documents of a dialect."""
    links = schemas.derived(document_links, document, dialect)
    home_keyword = "definitions" if is_legacy(dialect) else "$defs"
    targets = {document, *(link.target.document for link in links.links)}
    return _write_pointers(
        schemas, document, links, {path: f"/{home_keyword}/{escape_token(path)}" for path in targets}
    )


def _write_pointers(schemas: Schemas, document: str, links: Links, prefixes: Mapping[str, str]) -> Any:
    """Return a document whose references are pointers into the bundle, without the names that are no longer needed."""
    copy = _copy(schemas, document, links)
    for link in links.links:
        pointer = prefixes[link.target.document] + link.target.pointer
        value_at(copy, link.place.pointer)[link.keyword] = f"#{quote(pointer, _IN_A_FRAGMENT)}"
    identifiers, keyword = schemas.identifiers(document), identifying_keyword(dialect_uri(schemas.schema(document)))
    for pointer in (*identifiers.bases, *identifiers.anchors.values()):
        schema = value_at(copy, pointer)
        if isinstance(schema, dict):
            schema.pop(keyword, None)
            schema.pop("$anchor", None)
    if prefixes[document] and isinstance(copy, dict):
        copy.pop("$schema", None)
    return copy


def _write_uris(schemas: Schemas, document: str, links: Links, dialect: str) -> Any:
    """Return a document with a URI, whose references to others are URIs, too.

    Dynamic references need them, and documents in other dialects than that of the root: each says in which one it is
    written.
    """
    copy = _copy(schemas, document, links)
    for place, keyword, target in links.links:
        reference = place.schema[keyword]
        if reference.startswith("#"):
            continue
        identifiers, fragment = schemas.identifiers(target.document), urldefrag(reference).fragment
        by_name = fragment and not fragment.startswith("/")
        base = identifiers.base(target.pointer if by_name else "")
        inner = fragment if by_name else quote(target.pointer, _IN_A_FRAGMENT)
        value_at(copy, place.pointer)[keyword] = f"{base}#{inner}"
    document_dialect = dialect_uri(schemas.schema(document)) or dialect
    if isinstance(copy, bool):  # has no room for a name
        copy = {} if copy else {"not": {}}
    elif is_legacy(document_dialect) and "$ref" in copy:
        copy = _refer_below(copy)
    copy[identifying_keyword(document_dialect)] = schemas.identifiers(document).bases[""]
    if (named_dialect(document_dialect) or document_dialect) != dialect:
        copy["$schema"] = document_dialect
    return copy


def _refer_below(schema: dict[str, Any]) -> dict[str, Any]:
    """Return a schema that may have a name, of one whose `$ref` would hide it: other keywords had no effect there."""
    kept: dict[str, Any] = {name: schema[name] for name in ("$schema", "definitions", "$defs") if name in schema}
    return {**kept, "allOf": [{"$ref": schema["$ref"]}]}


def _copy(schemas: Schemas, document: str, links: Links) -> Any:
    """Return a copy of a document in which what leads out of all documents does not depend on where it stands."""
    copy = deepcopy(schemas.schema(document))
    for place, keyword, uri in links.outer:
        value_at(copy, place.pointer)[keyword] = uri
    return copy
