"""Where in an instance an object may only hold declared members, and a JSON Schema that asserts only that."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from arrakis_schema.compat.logic.results import UndecidedError
from arrakis_schema.json_schema.declared_members import Unknown, rejected_places
from arrakis_schema.json_schema.dialects import DIALECTS, REFERENCES
from arrakis_schema.json_schema.positions import object_pointers
from arrakis_schema.text.short_repr import short_repr

if TYPE_CHECKING:
    from collections.abc import Iterator

    from arrakis_schema.compat.logic.nodes import SchemaNode

CLOSURE_URI = "urn:arrakis-schema:closure"


@dataclass(frozen=True, slots=True)
class Closure:
    """Where in the instance an object may only hold declared members: everywhere, or at some paths of names."""

    everywhere: bool = False
    places: frozenset[tuple[str, ...]] = frozenset()

    __repr__ = short_repr

    @property
    def here(self) -> bool:
        """Whether the current place is closed."""
        return self.everywhere or () in self.places

    def below(self, name: str | None) -> Closure:
        """Return the closure for the member of this name, or for an item or a member of any name."""
        if self.everywhere:
            return self
        return Closure(places=frozenset(path[1:] for path in self.places if path and path[0] == name))

    @property
    def names(self) -> set[str]:
        """The names of the members, or the indices of the items, that it closes alone or closes something in."""
        return {path[0] for path in self.places if path}


OPEN, CLOSED_EVERYWHERE = Closure(), Closure(everywhere=True)


def closure_of(unknown: Unknown) -> Closure:
    """Return the closure of a reader that rejects unknown members."""
    places = rejected_places(unknown)
    return CLOSED_EVERYWHERE if places is None else Closure(places=frozenset(places))


@dataclass(slots=True)
class Shape:
    """What a place asserts about members and items, which are numbers of other shapes."""

    members: dict[str, int] = field(default_factory=dict)
    patterns: dict[str, int] = field(default_factory=dict)
    others: int | None = None
    first: list[int] = field(default_factory=list)
    rest_items: int | None = None
    choices: list[list[tuple[SchemaNode, int]]] = field(default_factory=list)
    closed: bool = False

    @property
    def parts(self) -> Iterator[int]:
        """The shapes that this one refers to."""
        yield from (*self.members.values(), *self.patterns.values(), *self.first)
        yield from (number for number in (self.others, self.rest_items) if number is not None)
        yield from (number for choice in self.choices for _, number in choice)


class ClosureWriter:
    """Writes shapes as a JSON Schema, except for those that close nothing."""

    def __init__(self, shapes: dict[int, Shape], document: Any, dialect: str, uri: str) -> None:
        """Take the shapes of the places of a document, its dialect, and its URI."""
        self._shapes, self._document, self._uri = shapes, document, uri
        self._dialect = DIALECTS[dialect]
        self._definitions = self._dialect.definitions
        self._closing = _closing(shapes)
        self._pointers: dict[int, str] | None = None

    def document(self) -> Any:
        """Return the closure; the first shape is that of the whole instance."""
        if 0 not in self._closing:
            return True
        written = {str(number): self._write_shape(self._shapes[number]) for number in sorted(self._closing)}
        root = self._shape(0)
        named = {"$schema": self._dialect.uri, self._dialect.identifier: CLOSURE_URI}
        return {**named, "allOf": [root], self._definitions: written}

    def _write_shape(self, shape: Shape) -> dict[str, Any]:
        """Return one shape as a schema."""
        if shape.choices:
            return {
                "allOf": [
                    {"anyOf": [self._alternative(*alternative) for alternative in choice]} for choice in shape.choices
                ]
            }
        others = False if shape.closed else shape.others is None or self._shape(shape.others)
        members = {name: self._shape(number) for name, number in shape.members.items()}
        patterns = {pattern: self._shape(number) for pattern, number in shape.patterns.items()}
        assertions = {"properties": members, "patternProperties": patterns}
        if others is True:  # members without an assertion are left out
            listed = {
                keyword: {name: schema for name, schema in named.items() if schema is not True}
                for keyword, named in assertions.items()
            }
            return {**listed, **self._items(shape)}
        return {**assertions, "additionalProperties": others, **self._items(shape)}

    def _items(self, shape: Shape) -> dict[str, Any]:
        """Return the keywords of a shape for items."""
        first, rest_schema = (
            [self._shape(number) for number in shape.first],
            shape.rest_items is None or self._shape(shape.rest_items),
        )
        if not first:
            return {} if rest_schema is True else {"items": rest_schema}
        return {self._dialect.first_items: first, self._dialect.other_items: rest_schema}

    def _alternative(self, node: SchemaNode, number: int) -> dict[str, Any]:
        """Return a schema that asserts an alternative and the members that it declares."""
        return {"allOf": [self._schema_of(node), self._shape(number)]}

    def _shape(self, number: int) -> Any:
        """Return a reference to a shape, or `true` if it closes nothing."""
        return {"$ref": f"#/{self._definitions}/{number}"} if number in self._closing else True

    def _schema_of(self, node: SchemaNode) -> Any:
        """Return a schema equivalent to a node of the document: a copy, or a reference if it has references itself."""
        text = json.dumps(node.schema)
        if not any(f'"{keyword}"' in text for keyword in (*REFERENCES, self._dialect.identifier)):
            return node.schema
        if not node.scope.by_itself:
            raise UndecidedError("the policy cannot be applied to a oneOf below another resource with $dynamicAnchor")
        if self._pointers is None:
            self._pointers = dict(object_pointers(self._document))
        if id(node.schema) not in self._pointers:
            raise UndecidedError("the policy cannot be applied to a oneOf whose alternatives lead out of the document")
        return {"$ref": f"{self._uri}#{quote(self._pointers[id(node.schema)])}"}


def _closing(shapes: dict[int, Shape]) -> set[int]:
    """Return the shapes that close an object, themselves or in their parts."""
    users: dict[int, list[int]] = {}
    for number, shape in shapes.items():
        for part in shape.parts:
            users.setdefault(part, []).append(number)
    todo = [number for number, shape in shapes.items() if shape.closed]
    closing: set[int] = set()
    while todo:
        number = todo.pop()
        if number not in closing:
            closing.add(number)
            todo += users.get(number, ())
    return closing
