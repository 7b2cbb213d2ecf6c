"""The member tree: each place of the messages that a JSON Schema describes, and the statements about it.

A place can be described by several schemas, which apply together or in one case only. What always holds is stated on
the member; what holds in one case is a variant of it; a member that exists in one case only is a member of that case.
"""

import json
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any

from arrakis_schema.errors import DamagedStoreError
from arrakis_schema.json_schema.admission import Admission
from arrakis_schema.json_schema.member_reader import MemberReader
from arrakis_schema.json_schema.places import MemberNode
from arrakis_schema.json_schema.resolver import SUFFIXES, Schemas, schemas_of
from arrakis_schema.store.documents import Document, DocumentSet
from arrakis_schema.store.layout import DocumentKind
from arrakis_schema.store.loading import parse_json_schema
from arrakis_schema.store.members import Member, Step, address_of, path_of
from arrakis_schema.text.json_pointer import unescape_token

MOST_MEMBERS = 1000
"""The maximal number of members of a document."""
_DEFINITIONS = ("definitions", "$defs")
_MEMBERS, _PATTERNS = "properties", "patternProperties"
_ITEMS = {"items", "prefixItems", "additionalItems", "unevaluatedItems", "contains"}
_OTHERS = {"additionalProperties", "unevaluatedProperties"}
_LISTS, _NAMED = {"allOf", "anyOf", "oneOf", "prefixItems", "items"}, {"dependencies", "dependentSchemas"}
_LONGEST_NAME = 80


@dataclass(frozen=True, slots=True)
class MemberPlaces:
    """The places that the schemas of a document are about: `at` finds them, and `name_at` names the first."""

    _places: dict[tuple[str, str], list[tuple[Step, ...]]]
    _document: str
    _prefix: str

    def at(self, pointer: str, document: str | None = None) -> tuple[list[tuple[Step, ...]], str]:
        """Return the places that the schema at a JSON Pointer is about, and what remains of the pointer below it."""
        document, start = self._document if document is None else document, pointer
        while (document, start) not in self._places and start:
            start = start.rpartition("/")[0]
        return self._places.get((document, start), []), pointer[len(start) :]

    def name_at(self, pointer: str) -> str:
        """Return the path of what a location is about, empty for the document as a whole.

        A location in a definition is named by the first place that the definition is used for.
        """
        places, remainder = self.at(pointer)
        name = extend_path(path_of(places[0]) if places else "", remainder)
        paths = dict.fromkeys(map(path_of, places))
        elsewhere = f" (and in {len(paths) - 1} more)" if len(paths) > 1 else ""
        if len(name) > _LONGEST_NAME:
            name = f"{name[: _LONGEST_NAME // 2]}…{name[-_LONGEST_NAME // 2 :]}"
        return f"{name}{elsewhere}"


@dataclass(frozen=True, slots=True)
class MemberTree(MemberPlaces):
    """The members of a document in their order; `at` finds those that a location is about."""

    members: tuple[Member, ...]

    def members_at(self, pointer: str, document: str | None = None) -> list[Member]:
        """Return the members that a location is about; none where it is about the document as a whole."""
        addresses = {address_of(steps, self._prefix) for steps in self.at(pointer, document)[0]}
        return [member for member in self.members if member.steps and member.anchor in addresses]


def member_tree(document: Document) -> MemberTree:
    """Return the members of a JSON Schema and of what it refers to; raises `DamagedStoreError` for one alone."""
    if document.among is None:
        return read_members(parse_json_schema(document.content, document.path), document.path)
    tree: MemberTree = document.among.derived(_member_tree_in, document.path, document.content)
    return tree


def read_members(schema: Any, path: str = "document.json", *, most: int = MOST_MEMBERS) -> MemberTree:
    """Return the members of a schema that stands alone."""
    return _read(Schemas({path: schema}, lambda path: (path,)), path, "", most)


def read_places(schema: Any, path: str = "document.json") -> MemberPlaces:
    """Return the places of a schema that stands alone: its members without their statements."""
    reader, root = _reading(Schemas({path: schema}, lambda path: (path,)), path, "", MOST_MEMBERS)
    try:
        reader.record_places(root)
    except RecursionError:
        return MemberPlaces({}, path, "")
    return MemberPlaces(reader.places, path, "")


class MemberPaths:
    """The member paths of one document, which is read on first use."""

    def __init__(self, document: Any) -> None:
        """Keep the document."""
        self._document = document

    @cached_property
    def _places(self) -> MemberPlaces:
        try:
            text = json.dumps(self._document)
        except (TypeError, ValueError, RecursionError):
            return read_places(self._document)
        return _places_of(_DocumentText(text, self._document))

    def path_of(self, pointer: str) -> str:
        """Return the path of the members that a JSON Pointer into the document is about, empty for the root."""
        return self._places.name_at(pointer)


@dataclass(frozen=True, slots=True)
class _DocumentText:
    """A document as a cache key, by its text: in a comparison of many releases each document is compared many times."""

    text: str
    document: Any = field(compare=False)


@lru_cache(maxsize=64)
def _places_of(written: _DocumentText) -> MemberPlaces:
    """Return the places of a document."""
    return read_places(written.document)


def _member_tree_in(documents: DocumentSet, path: str, content: bytes) -> MemberTree:
    """Read the members of a document among others; one that cannot be read has a note instead."""
    try:
        parse_json_schema(content, path)
    except DamagedStoreError as error:
        return MemberTree({}, path, "", (_note(f"Nothing can be listed: {error}.", ""),))
    schemas = schemas_of(documents)
    if path not in schemas.documents:
        return read_members(parse_json_schema(content, path), path)
    layout = documents.layout
    names = {layout.name_of(other) for other in documents.documents if other != path and other.endswith(SUFFIXES)}
    shares_name = layout.kind_of(path) is DocumentKind.PUBLICATION and layout.name_of(path) in names
    return _read(schemas, path, "message-" if shares_name else "", MOST_MEMBERS)


def _read(schemas: Schemas, path: str, prefix: str, most: int) -> MemberTree:
    """Read the members of one of several schemas; `prefix` is that of their addresses."""
    reader, root = _reading(schemas, path, prefix, most)
    try:
        reader.unfold(root)
        members = tuple(reader.members(root))
    except RecursionError:
        members = (_note("The schemas of this document nest too deeply to be listed.", prefix),)
    return MemberTree(reader.places, path, prefix, members)


def _note(text: str, prefix: str) -> Member:
    """Return a document as a whole, of which nothing is told but a note."""
    return Member("", address_of((), prefix), "any", nullable=None, required=True, note=text)


def _reading(schemas: Schemas, path: str, prefix: str, most: int) -> tuple["MemberReader", MemberNode]:
    """Return the reader of one of several schemas, and the document as a whole."""
    admission = Admission(schemas)
    return MemberReader(admission, prefix, most), MemberNode((), [admission.root(path)])


def extend_path(name: str, pointer: str) -> str:
    """Return a name with the members that a pointer goes through."""
    parts = [unescape_token(part) for part in pointer.split("/")[1:]]
    while parts:
        keyword, *parts = parts
        if keyword in _DEFINITIONS and parts:
            name = f"definition {parts.pop(0)}"
        elif keyword == _MEMBERS and parts:
            name = f"{name}.{parts.pop(0)}" if name else parts.pop(0)
        elif keyword == _PATTERNS and parts:
            name = f"{name}.<{parts.pop(0)}>" if name else f"<{parts.pop(0)}>"
        elif keyword in _ITEMS:
            name = f"{name}[]"
        elif keyword in _OTHERS:
            name = f"{name}.*" if name else "*"
        if (keyword in _LISTS and parts and parts[0].isdecimal()) or (keyword in _NAMED and parts):
            parts.pop(0)
    return name
