"""Where references lead: the scope of each resource, which depends on the path to it if it has dynamic anchors.

References are resolved by `referencing` within the given documents: nothing is ever fetched.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

from referencing.exceptions import NoSuchResource, PointerToNowhere, Unresolvable

from arrakis_schema.compat.logic.results import UndecidedError
from arrakis_schema.compat.logic.values import member_names
from arrakis_schema.json_schema.dialects import DIALECTS, dialect_of
from arrakis_schema.json_schema.judge.resolution import SPECIFICATIONS
from arrakis_schema.json_schema.keywords import keyed_subschemas

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_IDENTIFIERS = frozenset(dialect.identifier for dialect in DIALECTS.values())


class UnresolvedReferenceError(UndecidedError):
    """A reference leads out of the known documents; `uri` is its absolute target."""

    def __init__(self, uri: str) -> None:
        """Take the URI."""
        super().__init__(f"the reference to {uri} leads to nothing in any of the documents")
        self.uri = uri


def refuse_other_dialect(schema: Any, dialect: str) -> None:
    """Raise `UndecidedError` if an embedded schema has another dialect than its parent."""
    if isinstance(schema, dict) and isinstance(schema.get("$schema"), str) and dialect_of(schema) != dialect:
        raise UndecidedError(f"an embedded schema is written in another dialect, {schema['$schema']}")


class Scopes:
    """The scopes of some documents, each made once."""

    def __init__(self) -> None:
        """Begin without any."""
        self._scopes: dict[tuple[int, frozenset[tuple[str, int]]], ReferenceScope] = {}
        self._anchors: dict[int, dict[str, Any]] = {}

    def enter(self, resolver: Any, dialect: str, outer: Mapping[str, _Anchor]) -> ReferenceScope:
        """Return the scope in the resource of a resolver; `outer` are the outermost dynamic anchors on the path to it.

        The resolver of the scope forgets that path, because `referencing` would apply it to a `$ref` too.
        """
        resolver = resolver._registry.resolver(resolver._base_uri)  # noqa: SLF001 - `referencing` has no public way
        contents = resolver.lookup("#").contents
        refuse_other_dialect(contents, dialect)
        declared = {name: _Anchor(schema, resolver) for name, schema in self._anchors_of(contents, dialect).items()}
        anchors = {**declared, **({} if _ends_recursion(contents, dialect) else outer)}
        key = id(contents), frozenset((name, id(anchor.schema)) for name, anchor in anchors.items())
        if key not in self._scopes:
            self._scopes[key] = ReferenceScope(
                contents, resolver, dialect, self, anchors, by_itself=anchors == declared
            )
        return self._scopes[key]

    def _anchors_of(self, contents: Any, dialect: str) -> dict[str, Any]:
        """Return the subschemas of one resource that have a dynamic anchor, by its name."""
        if not DIALECTS[dialect].dynamic_reference:
            return {}
        if id(contents) not in self._anchors:
            anchored = not member_names(contents).isdisjoint({"$dynamicAnchor", "$recursiveAnchor"})
            self._anchors[id(contents)] = dict(_dynamic_anchors(contents, dialect)) if anchored else {}
        return self._anchors[id(contents)]


def _dynamic_anchors(contents: Any, dialect: str) -> Iterator[tuple[str, Any]]:
    """Yield the dynamic anchors of a resource, without those of embedded resources."""
    if DIALECTS[dialect].dynamic_reference == "$recursiveRef":
        if (name := _dynamic_anchor(contents)) is not None:
            yield name, contents
        return
    todo = [contents]
    for schema in todo:  # grows meanwhile
        if (name := _dynamic_anchor(schema)) is not None:
            yield name, schema
        if isinstance(schema, dict):
            todo += [child for _, _, child in keyed_subschemas(schema) if not _is_resource(child)]


def _is_resource(schema: Any) -> bool:
    """Return whether a subschema is a resource of its own, in a dialect that has dynamic anchors."""
    return isinstance(schema, dict) and isinstance(schema.get("$id"), str)


def _dynamic_anchor(schema: Any) -> str | None:
    """Return the name of the dynamic anchor of a schema; that of `$recursiveAnchor` is empty, as in `"#"`."""
    if not isinstance(schema, dict):
        return None
    name = schema.get("$dynamicAnchor")
    return name if isinstance(name, str) else "" if schema.get("$recursiveAnchor") is True else None


def _ends_recursion(contents: Any, dialect: str) -> bool:
    """Return whether a resource hides those around it from a `$recursiveRef`: without an anchor it is the outermost."""
    return DIALECTS[dialect].dynamic_reference == "$recursiveRef" and _dynamic_anchor(contents) is None


@dataclass(frozen=True, slots=True)
class _Anchor:
    """A subschema with a dynamic anchor, and the resolver of its resource."""

    schema: Any
    resolver: Any


class ReferenceScope:
    """Resolves references in one resource; with dynamic anchors, that depends on the path to it.

    https://json-schema.org/draft/2020-12/json-schema-core#section-7.1
    """

    def __init__(  # noqa: PLR0913 - what references of a resource depend on
        self,
        contents: Any,
        resolver: Any,
        dialect: str,
        scopes: Scopes,
        anchors: Mapping[str, _Anchor],
        *,
        by_itself: bool,
    ) -> None:
        """Keep the resource, its resolver of `referencing`, all scopes, and the outermost dynamic anchor of each name.

        `by_itself` is whether the resource alone, without the path to it, has the same dynamic anchors.
        """
        self.base: str = resolver._base_uri  # noqa: SLF001 - `referencing` has no public way
        self.anchors, self.by_itself = anchors, by_itself
        self._contents, self._resolver, self._dialect, self._scopes = contents, resolver, dialect, scopes
        self._targets: dict[str, tuple[Any, ReferenceScope]] = {}

    def lookup(self, reference: str) -> tuple[Any, ReferenceScope]:
        """Return the schema that a reference leads to, and the scope there; raises `UndecidedError`."""
        if reference not in self._targets:
            contents, scope = self._lookup_inside(reference) or self._lookup_anywhere(reference)
            if not isinstance(contents, dict | bool):
                raise UndecidedError(f"the reference {reference!r} leads to what is not a schema")
            self._targets[reference] = contents, scope
        return self._targets[reference]

    def _lookup_inside(self, reference: str) -> tuple[Any, ReferenceScope] | None:
        """Return the target of a plain pointer to members below which no other resource begins; None for others."""
        if not reference.startswith("#/") or "%" in reference or "~" in reference:
            return None
        contents = self._contents
        for name in reference[2:].split("/"):
            if not (isinstance(contents, dict) and name in contents):
                return None
            contents = contents[name]
            if isinstance(contents, dict) and not _IDENTIFIERS.isdisjoint(contents):
                return None
        return contents, self

    def _lookup_anywhere(self, reference: str) -> tuple[Any, ReferenceScope]:
        """Return what `referencing` finds, in this resource or another one."""
        try:
            resolved = self._resolver.lookup(reference)
            return resolved.contents, self._enter(resolved.resolver)
        except (Unresolvable, NoSuchResource, PointerToNowhere, ValueError, LookupError, TypeError) as error:
            raise UnresolvedReferenceError(_full_uri(self.base, reference)) from error

    def lookup_dynamic(self, reference: str) -> tuple[Any, ReferenceScope]:
        """Return the target of a dynamic reference: the outermost anchor of its name, if it leads to an anchor at all.

        https://json-schema.org/draft/2020-12/json-schema-core#section-8.2.3.2
        """
        contents, scope = self.lookup(reference)
        name = reference.partition("#")[2]
        if _dynamic_anchor(contents) != name or name not in self.anchors:
            return contents, scope
        anchor = self.anchors[name]
        return anchor.schema, self._enter(anchor.resolver)

    def below(self, schema: Any, dialect: str) -> ReferenceScope:
        """Return the scope of a subschema: another one where it has an `$id`."""
        if not (isinstance(schema, dict) and isinstance(schema.get(DIALECTS[dialect].identifier), str)):
            return self
        resource = SPECIFICATIONS[dialect].create_resource(schema)
        return self._enter(self._resolver.in_subresource(resource))

    def _enter(self, resolver: Any) -> ReferenceScope:
        """Return the scope in the resource of a resolver, entered from this scope."""
        return self._scopes.enter(resolver, self._dialect, self.anchors)


def _full_uri(base: str, reference: str) -> str:
    """Return the absolute target of a reference, or the reference itself if it cannot be parsed."""
    try:
        return urljoin(base, reference)
    except ValueError:
        return reference
