"""Where the references of a document, or of a bundle, lead: to one of its own schemas, as nothing is fetched."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import unquote

from referencing.exceptions import InvalidAnchor, NoSuchAnchor, PointerToNowhere, Unresolvable

from arrakis_schema.json_schema.dialects import BELOW, DIALECTS, IN_PLACE, KEYWORDS
from arrakis_schema.json_schema.judge.resolution import dialect_at, resolver_in, resolver_of
from arrakis_schema.json_schema.keywords import Node, has_other_dialects, subschemas
from arrakis_schema.json_schema.resolver import MOST_HINTS, definition_pointers, nearest_name
from arrakis_schema.json_schema.violations import short_json
from arrakis_schema.regex.characters import Reading

_TARGET_MISSING = (PointerToNowhere, NoSuchAnchor, InvalidAnchor)
UNRESOLVABLE = (Unresolvable, ValueError, LookupError, TypeError, AttributeError)
"""What `referencing` raises for a reference that leads nowhere."""


@dataclass(frozen=True, slots=True)
class SchemaProblem:
    """What is wrong with a schema, and where: `location` is a JSON Pointer."""

    location: str
    text: str


@dataclass
class ReferenceGraph:
    """The references of a document: those that do not lead to one of its schemas, and those that form loops.

    `targets` are the schemas that references lead to, with a pointer to each; the others are keyed by the identity of a
    schema: its location, the schema itself, and the schemas that it applies to the same instance and to its children.
    `reading` is that of patterns.
    """

    document: Any
    dialect: str
    unresolved: list[SchemaProblem] = field(default_factory=list)
    targets: list[tuple[str, Any, Any]] = field(default_factory=list)
    places: dict[int, str] = field(default_factory=dict)
    schemas: dict[int, dict[str, Any]] = field(default_factory=dict)
    in_place: dict[int, list[Any]] = field(default_factory=dict)
    below: dict[int, list[Any]] = field(default_factory=dict)
    reading: Reading = Reading.ECMA

    @cached_property
    def is_mixed(self) -> bool:
        """Whether some schema of the document is written in another dialect."""
        return has_other_dialects(self.document, self.dialect)

    def dialect_of(self, resolver: Any) -> str:
        """Return the dialect of the schemas whose references a resolver resolves."""
        return dialect_at(resolver) if self.is_mixed else self.dialect

    def add(self, pointer: str, schema: Any, resolver: Any) -> None:
        """Add a schema and all its subschemas; `resolver` is that of the schema itself."""
        todo = [(Node(pointer, schema, declares=True, dialect=self.dialect_of(resolver)), resolver)]
        while todo:
            node, resolver = todo.pop()
            if not isinstance(node.schema, dict) or id(node.schema) in self.places:
                continue
            inner = [child for child in subschemas(node) if child.keyword in KEYWORDS[node.dialect]]
            alone = DIALECTS[node.dialect].ref_alone and "$ref" in node.schema
            self.places[id(node.schema)] = node.pointer
            self.schemas[id(node.schema)] = {} if alone else node.schema
            self.below[id(node.schema)] = [] if alone else [child.schema for child in inner if child.keyword in BELOW]
            self.in_place[id(node.schema)] = [
                *([] if alone else [child.schema for child in inner if child.keyword in IN_PLACE]),
                *self._targets_of(node, resolver),
            ]
            todo += [(child, resolver_in(resolver, child.schema, node.dialect)) for child in reversed(inner)]

    def _targets_of(self, node: Node, resolver: Any) -> Iterator[Any]:
        """Yield the schemas that the references of a schema lead to."""
        for keyword in DIALECTS[node.dialect].references:
            reference, pointer = node.schema.get(keyword), f"{node.pointer}/{keyword}"
            if not isinstance(reference, str):
                continue
            try:
                resolved = resolver.lookup(reference)
            except UNRESOLVABLE as error:
                self.unresolved.append(SchemaProblem(pointer, self._problem_text(keyword, reference, error)))
                continue
            if isinstance(resolved.contents, dict | bool):
                self.targets.append((pointer, resolved.contents, resolved.resolver))
                yield resolved.contents
            else:
                self.unresolved.append(SchemaProblem(pointer, f"{keyword} {short_json(reference)} points to no schema"))

    def _problem_text(self, keyword: str, reference: str, error: Exception) -> str:
        """Return what is wrong with a reference that leads nowhere, and what to do."""
        if isinstance(error, _TARGET_MISSING) or reference.startswith("#"):
            candidates = definition_pointers(self.document) if len(self.unresolved) < MOST_HINTS else ()
            hint = "".join(f"; did you mean {near}?" for near in nearest_name(unquote(reference), candidates))
            return f"{keyword} {short_json(reference)} points to nothing in this document{hint}"
        definitions = DIALECTS[self.dialect].definitions
        return (
            f"{keyword} {short_json(reference)} leads out of this document, and nothing is fetched: "
            f'copy the schema to "{definitions}" and refer to it as "#/{definitions}/NAME"'
        )

    def loops(self) -> Iterator[SchemaProblem]:
        """Yield the schemas that refer to themselves for the same instance: no validator terminates there."""
        done: set[int] = set()
        for start in self.places:
            path: dict[int, None] = {}
            todo = [(start, False)]
            while todo:
                schema, left = todo.pop()
                if left:
                    done.add(path.popitem()[0])
                elif schema in path:
                    yield SchemaProblem(
                        self.places[schema], "the references lead back here without descending into the instance"
                    )
                elif schema in self.in_place and schema not in done:
                    path[schema] = None
                    todo.append((schema, True))
                    todo += [(id(inner), False) for inner in reversed(self.in_place[schema])]


def follow_references(document: Any, dialect: str) -> ReferenceGraph:
    """Follow the references of a document that its meta-schema accepts; `targets` are left for the caller to check."""
    references = ReferenceGraph(document, dialect)
    references.add("", document, resolver_of(document, dialect))
    return references
