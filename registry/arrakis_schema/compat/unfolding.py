"""Makes two documents comparable: renames definitions, and inlines a `$ref` where the other document has none.

Only a `$ref` without siblings is inlined, so the meaning of each document stays the same.
"""

from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import unquote

from arrakis_schema.findings.verdicts import Change
from arrakis_schema.json_schema.dialects import ANNOTATIONS, DIALECTS, DRAFT_07, NAMED, dialect_of
from arrakis_schema.json_schema.keywords import keyed_subschemas, schemas_in
from arrakis_schema.json_schema.positions import value_at
from arrakis_schema.text.json_pointer import extend_pointer, unescape_token

_MOST, _DEEPEST = 100, 20
_MISSING: Any = object()


@dataclass(frozen=True, slots=True)
class Unfolded:
    """Both documents, and for each a map from its pointers to those of the original document."""

    old: Any
    new: Any
    old_places: Mapping[str, str] = field(default_factory=dict)
    new_places: Mapping[str, str] = field(default_factory=dict)

    @property
    def has_moves(self) -> bool:
        """Whether anything stands elsewhere than in the original documents."""
        return bool(self.old_places or self.new_places)

    def restore(self, change: Change) -> Change:
        """Return a change with the pointers of the original documents."""
        return replace(
            change,
            old=_original_pointer(change.old, self.old_places),
            new=_original_pointer(change.new, self.new_places),
        )


def unfold(old: Any, new: Any) -> Unfolded:
    """Return both documents with the same names of definitions, and inlined where the other document is."""
    if not any(_differing_schemas(old, new)) or not (_is_plain(old) and _is_plain(new)):
        return Unfolded(old, new)
    old, new = deepcopy(old), deepcopy(new)
    places: tuple[dict[str, str], dict[str, str]] = {}, {}
    for _ in range(_DEEPEST):
        if not (_rename_definitions(old, new, places[0]) or _inline_references(old, new, places)):
            break
    return Unfolded(old, new, *places)


def _is_plain(document: Any) -> bool:
    """Return whether a document has no anchors, dynamic references or inner `$id`, so that its schemas can be moved."""
    dialect = DIALECTS[dialect_of(document) or DRAFT_07]
    names = dialect.names | {dialect.dynamic_reference}
    in_root = names - {dialect.identifier}
    schemas = enumerate(schemas_in(document))
    return all((names if number else in_root).isdisjoint(schema) for number, schema in schemas)


def _differing_schemas(old: Any, new: Any) -> Iterator[tuple[str, Any, Any]]:
    """Yield the schemas at the same pointer of both documents, with it, of which at least one is only a reference."""
    todo = [("", old, new)]
    while todo:
        pointer, before, after = todo.pop()
        if before == after or not (isinstance(before, dict) and isinstance(after, dict)):
            continue
        targets = _target(before), _target(after)
        if targets[0] != targets[1]:
            yield pointer, before, after
        elif targets[0] is None:
            others = {(keyword, key): child for keyword, key, child in keyed_subschemas(after)}
            todo += [
                (extend_pointer(pointer, keyword, *([] if key is None else [key])), child, others[keyword, key])
                for keyword, key, child in keyed_subschemas(before)
                if (keyword, key) in others
            ]


def _target(schema: Any) -> str | None:
    """Return the pointer that a schema refers to if it is only a reference, else None."""
    reference = schema.get("$ref") if isinstance(schema, dict) else None
    if not isinstance(reference, str) or not reference.startswith("#/"):
        return None
    asserts = (name for name in schema if name not in ANNOTATIONS and not name.startswith("x-"))
    return unquote(reference[1:]) if set(asserts) == {"$ref"} else None


def _rename_definitions(old: Any, new: Any, places: dict[str, str]) -> bool:
    """Rename the definitions of the old document as in the new one; return whether any was renamed."""
    names: dict[str, str] = {}
    for _, before, after in _differing_schemas(old, new):
        was, becomes = _target(before), _target(after)
        if was is None or becomes is None or was in names or becomes.startswith(f"{was}/"):
            continue
        gone = value_at(new, was, _MISSING) is _MISSING and value_at(old, becomes, _MISSING) is _MISSING
        if gone and value_at(old, was, _MISSING) is not _MISSING and _move_definition(old, was, becomes):
            names[was] = becomes
            places[becomes] = _original_pointer(was, places)
    for schema in schemas_in(old) if names else ():
        target = _reference(schema)
        if target is not None and (renamed := _original_pointer(target, names)) != target:
            schema["$ref"] = f"#{renamed}"
    return bool(names)


def _reference(schema: Any) -> str | None:
    """Return the pointer that a schema refers to, if any."""
    reference = schema.get("$ref") if isinstance(schema, dict) else None
    return unquote(reference[1:]) if isinstance(reference, str) and reference.startswith("#/") else None


def _move_definition(document: Any, was: str, becomes: str) -> bool:
    """Move a definition to another name, or to the other keyword for definitions; return whether that was possible."""
    parents = [value_at(document, pointer.rpartition("/")[0], _MISSING) for pointer in (was, becomes)]
    keyword, _, name = becomes[1:].rpartition("/")
    if parents[1] is _MISSING and keyword in NAMED:
        parents[1] = document.setdefault(keyword, {})
    if not all(isinstance(parent, dict) for parent in parents):
        return False
    parents[1][unescape_token(name)] = parents[0].pop(unescape_token(was.rpartition("/")[2]))
    return True


def _inline_references(old: Any, new: Any, places: tuple[dict[str, str], dict[str, str]]) -> bool:
    """Inline the references that only one document has; return whether there were any."""
    written = False
    for pointer, *schemas in list(_differing_schemas(old, new)):
        for number, document in enumerate((old, new)):
            target = _target(schemas[number])
            if target is None or _reference(schemas[1 - number]) is not None or len(places[number]) > _MOST:
                continue
            definition = value_at(document, target, _MISSING)
            if isinstance(definition, dict) and pointer and not f"{pointer}/".startswith(f"{target}/"):
                _put(document, pointer, {**deepcopy(definition), **_siblings(schemas[number])})
                places[number][pointer] = _original_pointer(target, places[number])
                written = True
    return written


def _siblings(schema: dict[str, Any]) -> dict[str, Any]:
    """Return the siblings of a reference, which are annotations."""
    return {name: value for name, value in schema.items() if name != "$ref"}


def _put(document: Any, pointer: str, schema: Any) -> None:
    """Put a schema at a pointer."""
    above, _, name = pointer.rpartition("/")
    parent = value_at(document, above)
    parent[int(name) if isinstance(parent, list) else unescape_token(name)] = schema


def _original_pointer(pointer: str, places: Mapping[str, str]) -> str:
    """Return the original pointer, by the nearest enclosing pointer that was moved."""
    start = pointer
    while start and start not in places:
        start = start.rpartition("/")[0]
    return places[start] + pointer[len(start) :] if start else pointer
