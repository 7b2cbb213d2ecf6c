"""Marks the differences at fault: those at the location where the reader rejects the witness."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from arrakis_schema.findings.rules import RULES
from arrakis_schema.findings.verdicts import Change, Effect
from arrakis_schema.json_schema.judge.complete import closest_error
from arrakis_schema.json_schema.positions import object_pointers, value_at
from arrakis_schema.json_schema.violations import violation
from arrakis_schema.text.json_pointer import extend_pointer, unescape_token

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from arrakis_schema.compat.closure import Closure

_TAGS = {"const", "enum"}


def describe_error(error: Any) -> str:
    """Return where the witness is rejected and why, in the words of a violation.

    Of the alternatives of `oneOf` and `anyOf`, the one that the witness nearly satisfies is reported.
    """
    return _describe_inner_error(error, _closest_inner_error(error))


def _closest_inner_error(error: Any) -> Any:
    """Return the most specific inner error: where constants distinguish alternatives, that of the matching one."""
    while error.context:
        named = [inner for inner in error.context if inner.validator in _TAGS and len(inner.relative_path) == 1]
        others = {inner.relative_schema_path[0] for inner in named}
        left = [inner for inner in error.context if inner.relative_schema_path[0] not in others]
        if not named or len({inner.relative_schema_path[0] for inner in left}) != 1:
            break
        error = min(left, key=lambda inner: len(inner.relative_path))
    return closest_error([error])


def describe_error_at(errors: Sequence[Any], location: str, document: Any) -> str:
    """Return the reader's error at a location in its document, or else its first error."""
    pointers = dict(object_pointers(document))
    for error in errors:
        todo = [error]
        while todo:
            inner = todo.pop(0)
            todo += inner.context or ()
            if not inner.context and f"{_pointer(inner, document, pointers)}/".startswith(f"{location}/"):
                return _describe_inner_error(error, inner)
    return describe_error(errors[0])


def _describe_inner_error(error: Any, inner: Any) -> str:
    """Return where the witness is rejected and why, by an inner error of another one."""
    steps = list(inner.absolute_path)
    ends = (steps[start:] for start in range(len(steps) + 1))  # a cached error lacks the path above it
    path = next((end for end in ends if _leads_to(error.instance, end, inner.instance)), None)
    if path is None:
        inner, path = error, []
    path_to_value = (*error.absolute_path, *path)
    return str(violation(path_to_value, str(inner.validator or "false"), inner.validator_value, inner.instance))


def _leads_to(value: Any, path: Sequence[Any], end: Any) -> bool:
    """Return whether a path leads from one value of a message to another."""
    for step in path:
        try:
            value = value[step]
        except (KeyError, IndexError, TypeError):
            return False
    return value is end


@dataclass(frozen=True, slots=True)
class RefusedWitness:
    """A witness, the validator's errors on it, the reader's document that they come from, and where it is closed."""

    witness: Any
    errors: Sequence[Any]
    document: Any
    closure: Closure

    def pointers(self) -> set[str]:
        """Return the locations in the reader's document that the errors come from, including inner errors."""
        by_identity = dict(object_pointers(self.document))
        todo, pointers = list(self.errors), set[str]()
        while todo:
            error = todo.pop()
            pointers.add(_pointer(error, self.document, by_identity))
            todo += error.context or ()
        return pointers


def mark_faults(changes: Sequence[Change], refusal: RefusedWitness, *, reader_is_new: bool) -> tuple[Change, ...]:
    """Return the changes with those at fault marked; if none is at the location of an error, add one for it.

    A change that loosens is at fault only if nothing else is: a member that is no longer declared may be rejected.
    """
    places = refusal.pointers()
    side = [change.new if reader_is_new else change.old for change in changes]
    loosens = Effect.WIDENED if reader_is_new else Effect.NARROWED
    effective = [change.effect is not Effect.ANNOTATION for change in changes]
    tightening = [change.effect not in {Effect.ANNOTATION, loosens} for change in changes]
    at_error = [any(_is_related(location, error) for error in places) for location in side]
    in_witness = [_is_sent(location, refusal.witness) for location in side]
    unknown = [here and _is_closed(location, refusal.closure) for location, here in zip(side, in_witness, strict=True)]
    by_tightening = (tightening, at_error), (tightening, in_witness)
    by_effect = (effective, at_error), (effective, unknown), (effective, in_witness)
    for candidates, where in (*by_tightening, *by_effect):
        faulty = [candidate and here for candidate, here in zip(candidates, where, strict=True)]
        if any(faulty):
            return tuple(replace(change, at_fault=at) for change, at in zip(changes, faulty, strict=True))
    return (*changes, _change_of_first_error(refusal)) if refusal.errors else _mark_first(changes, effective)


def _mark_first(changes: Sequence[Change], effective: Sequence[bool]) -> tuple[Change, ...]:
    """Return the changes with the first one that is not an annotation marked."""
    index = effective.index(True) if True in effective else -1
    return tuple(replace(change, at_fault=number == index) for number, change in enumerate(changes))


def _change_of_first_error(refusal: RefusedWitness) -> Change:
    """Return a change for the first error."""
    error = refusal.errors[0]
    location = _pointer(error, refusal.document, dict(object_pointers(refusal.document)))
    rule = f"{error.validator}-changed"
    rule_id = rule if rule in RULES else "schema-changed"
    return Change(rule_id, location, location, Effect.NARROWED, describe_error(error), at_fault=True)


def _is_related(location: str, error: str) -> bool:
    """Return whether a change and an error are at the same location, or one is inside the other."""
    return location == error or error.startswith(f"{location}/") or (location.startswith(f"{error}/") and error != "")


def _is_sent(location: str, witness: Any) -> bool:
    """Return whether a change is about a property that the witness has."""
    parts = location.split("/")[1:]
    if len(parts) % 2 or any(keyword != "properties" for keyword in parts[::2]) or not parts:
        return False
    for name in parts[1::2]:
        if not isinstance(witness, dict) or unescape_token(name) not in witness:
            return False
        witness = witness[unescape_token(name)]
    return True


def _is_closed(location: str, closure: Closure) -> bool:
    """Return whether the reader refuses unknown members in the object that has the property at a location."""
    for name in location.split("/")[2:-2:2]:
        closure = closure.below(unescape_token(name))
    return closure.here


def _pointer(error: Any, document: Any, pointers: Mapping[int, str]) -> str:
    """Return the location in the document that an error comes from, whatever references led there."""
    if id(error.schema) in pointers and error.validator is not None:
        return extend_pointer(pointers[id(error.schema)], error.validator)
    pointer, schema = "", document
    for part in error.absolute_schema_path:
        reference = schema.get("$ref") if isinstance(schema, dict) and part == "$ref" else None
        if isinstance(reference, str):
            pointer = unquote(reference.removeprefix("#"))
            schema = value_at(document, pointer)
        else:
            pointer, schema = extend_pointer(pointer, part), value_at(schema, extend_pointer("", part))
    return pointer
