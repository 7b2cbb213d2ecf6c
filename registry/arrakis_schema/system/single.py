"""One change at a time: which of the differences between two JSON Schemas breaks somebody by itself."""

import copy
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

from arrakis_schema.compat import Change, InvalidSchemaError, Kind, Verdict
from arrakis_schema.compat.changes import changes
from arrakis_schema.compat.json_schemas import Question, contained
from arrakis_schema.compat.verdicts import Effect
from arrakis_schema.dialect.positions import unescaped

_MOST_CHANGES = 200
_MISSING: Any = object()


@dataclass(frozen=True, slots=True)
class Break:
    """A change that breaks a reader, the message that shows it, and where in the message."""

    change: Change
    witness: Any
    at: str


def breaks(question: Question, verdict: Verdict, *, reader_is_new: bool) -> Iterator[Break]:
    """Yield every change that breaks the reader by itself; where none does, those at fault in the verdict."""
    old, new = (question.writer, question.reader) if reader_is_new else (question.reader, question.writer)
    found = False
    for change in [one for one in changes(old, new) if one.effect is not Effect.ANNOTATION][:_MOST_CHANGES]:
        changed = with_one(old, new, change)
        if changed is _MISSING:
            continue
        pair = {"reader": changed} if reader_is_new else {"writer": changed}
        try:
            single = contained(replace(question, **pair))
        except InvalidSchemaError:
            continue
        if single.kind is Kind.INCOMPATIBLE:
            found = True
            yield Break(replace(change, at_fault=True), single.witness, single.at)
    if not found:
        yield from (Break(change, verdict.witness, verdict.at) for change in verdict.findings if change.at_fault)


def with_one(old: Any, new: Any, change: Change) -> Any:
    """Return the old schema with one change taken over from the new one."""
    value = _at(new, change.new)
    changed = copy.deepcopy(old)
    path = [unescaped(part) for part in change.old.split("/")[1:]]
    if not path:
        return value
    parent = changed
    for name, following in pairwise(path):
        parent = _child(parent, name, make=value is not _MISSING and not following.isdecimal())
        if parent is _MISSING:
            return _MISSING
    return _put(changed, parent, path[-1], value)


def _put(changed: Any, parent: Any, name: str, value: Any) -> Any:
    """Put a value into the parent, or take it out where there is none."""
    if isinstance(parent, dict):
        parent.pop(name, None)
        if value is not _MISSING:
            parent[name] = value
        return changed
    if not isinstance(parent, list) or not name.isdecimal():
        return _MISSING
    index = int(name)
    if value is _MISSING:
        del parent[index : index + 1]
    elif index < len(parent):
        parent[index] = value
    else:
        parent.append(value)
    return changed


def _child(parent: Any, name: str, *, make: bool) -> Any:
    """Return what an object or array holds under a name, made as an object where it lacks and should be."""
    if isinstance(parent, list):
        return parent[int(name)] if name.isdecimal() and int(name) < len(parent) else _MISSING
    if not isinstance(parent, dict):
        return _MISSING
    return parent.setdefault(name, {}) if make else parent.get(name, _MISSING)


def _at(document: Any, pointer: str) -> Any:
    """Return what a JSON Pointer leads to."""
    for part in pointer.split("/")[1:]:
        document = _child(document, unescaped(part), make=False)
    return document
