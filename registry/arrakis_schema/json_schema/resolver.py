"""Where a reference leads: the JSON Schemas of a set of documents by path, URI, anchor and JSON Pointer.

Nothing is ever fetched: a reference leads to a document of the set, to a known meta-schema, or nowhere.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property
from itertools import chain, islice
from posixpath import basename, dirname, join, normpath, relpath
from typing import Any
from urllib.parse import unquote, urldefrag, urljoin, urlsplit

from arrakis_schema.errors import ArrakisSchemaError, MissingExtraError
from arrakis_schema.json_schema.identifiers import Identifiers, read_identifiers
from arrakis_schema.json_schema.positions import value_at
from arrakis_schema.json_schema.violations import short_json
from arrakis_schema.store.caching import Deriving
from arrakis_schema.store.dialects import read_aliased
from arrakis_schema.store.documents import DocumentSet
from arrakis_schema.store.files import DEEPEST_DOCUMENT, NOTATIONS
from arrakis_schema.store.parsing import parse_text
from arrakis_schema.text.json_pointer import escape_token
from arrakis_schema.text.short_repr import short_repr

SUFFIXES = NOTATIONS[".json"]
_META_SCHEMAS = ("http://json-schema.org/", "https://json-schema.org/")
_ABSENT: Any = object()
_NEAR, _LONGEST_NAME, _MOST_NAMES = 0.8, 80, 500
MOST_HINTS = 5
"""For how many references that lead nowhere something near is looked for."""


class DanglingReferenceError(ArrakisSchemaError):
    """A reference leads to no schema: `document` and `pointer` are the place of the reference, `problem` says why.

    `target` is the document that it leads to nevertheless, or else `uri` is what it names out of all documents.
    """

    def __init__(self, document: str, pointer: str, problem: str, target: str = "", uri: str = "") -> None:
        self.document, self.pointer, self.problem = document, pointer, problem
        self.target, self.uri = target, uri
        super().__init__(f"{document}#{pointer}: {problem}")


@dataclass(frozen=True, slots=True)
class SchemaPlace:
    """The place of a schema: its document (a path, or the URI of a meta-schema), and the JSON Pointer in it.

    `schema` is what stands there.
    """

    document: str
    pointer: str
    schema: Any

    __repr__ = short_repr

    def below(self, pointer: str, schema: Any) -> "SchemaPlace":
        """Return the place of a subschema; `pointer` leads there from this schema."""
        return SchemaPlace(self.document, self.pointer + pointer, schema)


class Schemas(Deriving):
    """The JSON Schemas of a set of documents, and where references between them lead. Threads may share it."""

    def __init__(self, documents: dict[str, Any], urls: Callable[[str], tuple[str, ...]]) -> None:
        """Take the parsed documents by path, and the URLs of each path: the first is the base of its references."""
        self.documents = documents
        self._urls, self._made, self._hints = urls, {}, 0
        self._identifiers: dict[str, Identifiers] = {}
        self._meta_schemas: dict[str, Any] = {}

    def schema(self, document: str) -> Any:
        """Return the schema of a document or of a meta-schema."""
        return self._meta_schemas[document] if document in self._meta_schemas else self.documents[document]

    def origin(self, document: str, pointer: str = "") -> SchemaPlace:
        """Return a place in a document."""
        return SchemaPlace(document, pointer, value_at(self.schema(document), pointer))

    def dialect(self, place: SchemaPlace) -> str:
        """Return the dialect that the resource of a place names, known or not; empty where it names none."""
        return self.identifiers(place.document).dialect(place.pointer)

    def lookup(self, place: SchemaPlace, keyword: str, reference: str) -> SchemaPlace:
        """Return where the reference in a keyword of a schema leads; raises `DanglingReferenceError`.

        A `$dynamicRef` leads where a `$ref` would: to the anchor of its own resource.
        """
        document, uri, fragment = self._resource(place, keyword, reference)
        identifiers = self.identifiers(document)
        resource = identifiers.resources.get(uri, "")
        pointer = _fragment_pointer(identifiers, identifiers.bases[resource], resource, unquote(fragment))
        schema = _ABSENT if pointer is None else value_at(self.schema(document), pointer, _ABSENT)
        if pointer is not None and isinstance(schema, dict | bool):
            return SchemaPlace(document, pointer, schema)
        names = "this document" if document == place.document else document
        if schema is _ABSENT:
            hint = self._near_fragment(document, resource, fragment, reference)
            raise dangling(place, keyword, f"{short_json(reference)} points to nothing in {names}{hint}", document)
        raise dangling(place, keyword, f"{short_json(reference)} points to no schema in {names}", document)

    def _resource(self, place: SchemaPlace, keyword: str, reference: str) -> tuple[str, str, str]:
        """Return the document that a reference leads to, the URI of the resource in it, and the fragment."""
        base = self.identifiers(place.document).base(place.pointer)
        try:
            uri, fragment = (base, reference[1:]) if reference.startswith("#") else urldefrag(urljoin(base, reference))
        except ValueError:
            raise dangling(place, keyword, f"{short_json(reference)} is not a URI reference") from None
        document = self._document_with(uri, place.document, reference)
        if document is None:
            problem = self._no_document(place.document, reference)
            raise dangling(place, keyword, problem, uri=urljoin(base, reference))
        return document, uri, fragment

    def identifiers(self, document: str) -> Identifiers:
        """Return what can be referred to in a document."""
        if document not in self._identifiers:
            base = document if document in self._meta_schemas else self._urls(document)[0]
            self._identifiers[document] = read_identifiers(self.schema(document), base)
        return self._identifiers[document]

    @cached_property
    def clashes(self) -> tuple[tuple[str, SchemaPlace, SchemaPlace], ...]:
        """The URIs that two different schemas claim by `$id`, in one document or in two, with both places."""
        first: dict[str, SchemaPlace] = {}
        clashing = []
        for document in sorted(self.documents):
            for uri, pointer in self.identifiers(document).resources.items():
                place = self.origin(document, pointer)
                earlier = first.setdefault(uri, place)
                if earlier.document != document and (not pointer or earlier.schema != place.schema):
                    clashing.append((uri, earlier, place))
            for uri, before, keyword in self.identifiers(document).repeated:
                earlier, place = self.origin(document, before), self.origin(document, keyword.rpartition("/")[0])
                if not uri.startswith("#") and earlier.schema != place.schema:
                    clashing.append((uri, earlier, place))
        return tuple(clashing)

    @cached_property
    def _owners(self) -> dict[str, str]:
        """The document of each URI: by `$id`, whole documents first, and by the URLs of its path."""
        owners: dict[str, str] = {}
        for document in sorted(self.documents):
            owners.setdefault(self.identifiers(document).bases[""], document)
        for document in sorted(self.documents):
            for uri in self.identifiers(document).resources:
                owners.setdefault(uri, document)
        for document in sorted(self.documents):
            for url in self._urls(document):
                owners.setdefault(url, document)
        return owners

    def _document_with(self, uri: str, referring: str, reference: str) -> str | None:
        """Return the document that has a resource, or the one at the path that the reference names."""
        if uri in self.identifiers(referring).resources:
            return referring
        if uri in self._owners:
            return self._owners[uri]
        path = _relative_path(referring, reference)
        if path in self.documents:
            return path
        return uri if uri.startswith(_META_SCHEMAS) and self._is_meta_schema(uri) else None

    def _is_meta_schema(self, uri: str) -> bool:
        """Return whether a URI is that of a known meta-schema, which is kept; raises `MissingExtraError`."""
        if uri not in self._meta_schemas:
            try:
                from jsonschema_specifications import REGISTRY  # noqa: PLC0415 - an extra
            except ModuleNotFoundError as error:
                raise MissingExtraError(str(error.name), "check") from error
            resource = REGISTRY.get(uri)
            if resource is None:
                return False
            self._meta_schemas[uri] = resource.contents
        return True

    def _no_document(self, referring: str, reference: str) -> str:
        """Return what is wrong with a reference to a document that is not there."""
        if self._hints >= MOST_HINTS:
            return f"{short_json(reference)} {_LEADS_OUT}"
        address = urldefrag(reference).url
        paths = [relpath(path, dirname(referring) or ".") for path in self.documents]
        candidates = {basename(name): name for name in (*paths, *(self._owners if urlsplit(address).scheme else ()))}
        near = self._nearest(address, paths)
        near += [candidates[name] for name in self._nearest(basename(address), candidates)]
        if near:
            return f"{short_json(reference)} leads to no document, and nothing is fetched; did you mean {near[0]}?"
        return f"{short_json(reference)} {_LEADS_OUT}"

    def _near_fragment(self, document: str, resource: str, fragment: str, reference: str) -> str:
        """Return a clause that suggests the nearest target of a reference in a document, or an empty text."""
        if self._hints >= MOST_HINTS:
            return ""
        identifiers, schema = self.identifiers(document), value_at(self.schema(document), resource)
        anchors = [f"#{name}" for uri, name in identifiers.anchors if uri == identifiers.bases[resource]]
        near = self._nearest(f"#{unquote(fragment)}", chain(definition_pointers(schema), anchors))
        return f"; did you mean {urldefrag(reference).url}{near[0]}?" if near else ""

    def _nearest(self, name: str, candidates: Iterable[str]) -> list[str]:
        """Return the name that is nearly this one, in a list, or an empty one."""
        self._hints += 1
        return nearest_name(name, candidates)


def dangling(place: SchemaPlace, keyword: str, problem: str, target: str = "", uri: str = "") -> DanglingReferenceError:
    """Return the error for the reference in a keyword of a schema that leads nowhere."""
    pointer = f"{place.pointer}/{escape_token(keyword)}"
    return DanglingReferenceError(place.document, pointer, f"{keyword} {problem}", target, uri)


_LEADS_OUT = "leads out of all documents here, and nothing is fetched: add the document that it leads to"


def definition_pointers(schema: Any) -> Iterator[str]:
    """Yield a reference to each definition of a schema."""
    for home in ("definitions", "$defs"):
        named = schema.get(home) if isinstance(schema, dict) else None
        yield from (f"#/{home}/{escape_token(name)}" for name in named) if isinstance(named, dict) else ()


def nearest_name(name: str, candidates: Iterable[str]) -> list[str]:
    """Return the known name that is nearly this one, in a list, or an empty one; in bounded time."""
    if len(name) > _LONGEST_NAME:
        return []
    short = (candidate for candidate in candidates if len(candidate) <= _LONGEST_NAME)
    return get_close_matches(name, list(islice(short, _MOST_NAMES)), 1, _NEAR)


def schemas_of(documents: DocumentSet) -> Schemas:
    """Return the JSON Schemas of a set of documents; those that cannot be read are left out, as lint reports them."""
    schemas: Schemas = documents.derived(_read_schemas)
    return schemas


def _read_schemas(documents: DocumentSet) -> Schemas:
    """Read the JSON Schemas of a set of documents."""
    parsed = {}
    for path in documents.documents:
        if path.endswith(SUFFIXES):
            try:
                aliases = documents.layout.aliases_of(path, documents.dialect_aliases)
                schema = read_aliased(parse_text(documents.read(path), path, DEEPEST_DOCUMENT), aliases)
            except ArrakisSchemaError:
                continue
            if isinstance(schema, dict | bool):
                parsed[path] = schema
    return Schemas(parsed, documents.urls)


def _fragment_pointer(identifiers: Identifiers, uri: str, resource: str, fragment: str) -> str | None:
    """Return the pointer in the document to what a fragment of a resource names, None if there is no such anchor."""
    if not fragment or fragment.startswith("/"):
        return resource + fragment
    return identifiers.anchors.get((uri, fragment))


def _relative_path(referring: str, reference: str) -> str | None:
    """Return the path that a relative reference names, seen from the document that has it."""
    address = urldefrag(reference).url
    parts = urlsplit(address)
    if parts.scheme or parts.netloc or parts.query or address.startswith("/") or not parts.path:
        return None
    return normpath(join(dirname(referring), unquote(parts.path)))


def refers_out(schema: Any) -> bool:
    """Return whether a reference somewhere in a document is more than a fragment."""
    todo = [schema]
    while todo:
        value = todo.pop()
        if isinstance(value, dict):
            for keyword in ("$ref", "$dynamicRef"):
                reference = value.get(keyword)
                if isinstance(reference, str) and not reference.startswith("#"):
                    return True
            todo += value.values()
        elif isinstance(value, list):
            todo += value
    return False
