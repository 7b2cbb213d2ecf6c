"""By which URIs and anchors the schemas of one document can be referred to, in each dialect."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urldefrag, urljoin

from arrakis_schema.json_schema.dialects import KEYWORDS
from arrakis_schema.json_schema.keywords import Node, subschemas
from arrakis_schema.store.dialects import named_dialect

_LEGACY = ("/draft-04/", "/draft-06/", "/draft-07/")
_NAMING = frozenset({"id", "$id", "$anchor", "$dynamicAnchor", "$recursiveAnchor"})
_EVERY_KEYWORD = frozenset().union(*KEYWORDS.values())


@dataclass(frozen=True, slots=True)
class Identifiers:
    """What can be referred to in one document by a URI: its resources, and their anchors.

    `bases` has the base URI of each resource by its pointer, `resources` the reverse; `anchors` has the pointer of
    each anchor by the URI of its resource and its name. `dynamic` has the pointers of those anchors that a dynamic
    reference finds, by the pointer of their resource and the name, which is empty for `$recursiveAnchor`. `dialects`
    has the dialect of each resource by its pointer, as it is named.
    `repeated` has what names a schema that is not the first of that name: a URI or an anchor such as `#name`, the
    pointer of the first schema, and that of the keyword which repeats it.
    """

    bases: dict[str, str] = field(default_factory=dict)
    resources: dict[str, str] = field(default_factory=dict)
    anchors: dict[tuple[str, str], str] = field(default_factory=dict)
    dynamic: dict[str, dict[str, str]] = field(default_factory=dict)
    repeated: list[tuple[str, str, str]] = field(default_factory=list)
    dialects: dict[str, str] = field(default_factory=dict)

    def resource(self, pointer: str) -> str:
        """Return the pointer of the resource that a place is in."""
        while pointer not in self.bases:
            pointer = pointer.rpartition("/")[0]
        return pointer

    def base(self, pointer: str) -> str:
        """Return the base URI at a place."""
        return self.bases[self.resource(pointer)]

    def dialect(self, pointer: str) -> str:
        """Return the dialect at a place, as it is named; empty where none is."""
        return self.dialects[self.resource(pointer)]


def keywords_of(dialect: str) -> frozenset[str]:
    """Return the keywords of a dialect; those of all for one that is not known."""
    return KEYWORDS.get(named_dialect(dialect) or "", _EVERY_KEYWORD)


def read_identifiers(schema: Any, url: str) -> Identifiers:
    """Return what can be referred to in a document; `url` is the base of a relative `$id`."""
    identifiers = Identifiers()
    todo = [(Node("", schema, declares=True, dialect=dialect_uri(schema)), url, "")]
    while todo:
        node, base, resource = todo.pop()
        dialect = node.dialect
        named = _identifier(node.schema, dialect)
        if named is not None or not node.pointer:
            base, resource = _join_uri(base, named or ""), node.pointer
            identifiers.bases[node.pointer], identifiers.dialects[node.pointer] = base, dialect
            first = identifiers.resources.setdefault(base, node.pointer)
            if first != node.pointer:
                identifiers.repeated.append((base, first, f"{node.pointer}/{identifying_keyword(dialect)}"))
        if isinstance(node.schema, dict):
            keywords = keywords_of(dialect)
            if not _NAMING.isdisjoint(node.schema):
                for keyword, name in _anchors(node.schema, dialect):
                    first = identifiers.anchors.setdefault((base, name), node.pointer)
                    if first != node.pointer:
                        identifiers.repeated.append((f"#{name}", first, f"{node.pointer}/{keyword}"))
                for name in _dynamic_anchors(node, keywords, is_root=node.pointer == resource):
                    identifiers.dynamic.setdefault(resource, {}).setdefault(name, node.pointer)
            children = [(child, base, resource) for child in subschemas(node) if child.keyword in keywords]
            todo += reversed(children)
    return identifiers


def dialect_uri(schema: Any) -> str:
    """Return the dialect that a document names, known or not; empty where it names none."""
    named = schema.get("$schema") if isinstance(schema, dict) else None
    return named if isinstance(named, str) else ""


def identifying_keyword(dialect: str) -> str:
    """Return the keyword that names schemas in a dialect."""
    return "id" if "/draft-04/" in dialect else "$id"


def _identifier(schema: Any, dialect: str) -> str | None:
    """Return the URI reference that names a schema, if one does; an old dialect ignores it beside `$ref`."""
    if not isinstance(schema, dict) or (is_legacy(dialect) and "$ref" in schema):
        return None
    named = schema.get(identifying_keyword(dialect))
    return named if isinstance(named, str) and not named.startswith("#") else None


def _anchors(schema: dict[str, Any], dialect: str) -> Iterator[tuple[str, str]]:
    """Yield the names of the anchors of a schema, each with its keyword."""
    named = schema.get(identifying_keyword(dialect))
    if is_legacy(dialect) and isinstance(named, str) and named.startswith("#") and "$ref" not in schema:
        yield identifying_keyword(dialect), named[1:]
    if not dialect or not is_legacy(dialect):
        names = ((keyword, schema.get(keyword)) for keyword in ("$anchor", "$dynamicAnchor"))
        yield from ((keyword, name) for keyword, name in names if isinstance(name, str))


def _dynamic_anchors(node: Node, keywords: frozenset[str], *, is_root: bool) -> Iterator[str]:
    """Yield the names by which a dynamic reference finds a schema; that of `$recursiveAnchor` is empty."""
    name = node.schema.get("$dynamicAnchor")
    if "$dynamicAnchor" in keywords and isinstance(name, str):
        yield name
    if "$recursiveAnchor" in keywords and is_root and node.schema.get("$recursiveAnchor") is True:
        yield ""


def is_legacy(dialect: str) -> bool:
    """Return whether `$id` may name an anchor, and is ignored beside `$ref`; so does a document without a dialect."""
    return not dialect or any(draft in dialect for draft in _LEGACY)


def _join_uri(base: str, identifier: str) -> str:
    """Return the URI of a schema; one that cannot be parsed is left out, as lint reports it."""
    try:
        return urldefrag(urljoin(base, identifier)).url
    except ValueError:
        return base
