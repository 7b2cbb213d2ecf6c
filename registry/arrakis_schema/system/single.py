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
from arrakis_schema.dialect.positions import member, unescaped, value_at

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
    value = value_at(new, change.new, _MISSING)
    changed = copy.deepcopy(old)
    path = [unescaped(part) for part in change.old.split("/")[1:]]
    if not path:
        return value
    parent = changed
    for name, following in pairwise(path):
        if isinstance(parent, dict) and value is not _MISSING and not following.isdecimal():
            parent.setdefault(name, {})
        parent = member(parent, name, _MISSING)
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
