"""Locations in two documents that are compared, with the member that each is about, such as `stations[].height`."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from typing import Any

from arrakis_schema.findings.verdicts import Change, Effect
from arrakis_schema.json_schema.members import MemberPlaces, read_places
from arrakis_schema.text.json_pointer import escape_token

FLIPPED = {Effect.WIDENED: Effect.NARROWED, Effect.NARROWED: Effect.WIDENED}


class MemberPaths:
    """The member paths of one document, which is read when the first is asked for."""

    def __init__(self, document: Any) -> None:
        """Keep the document."""
        self._document = document

    @cached_property
    def _places(self) -> MemberPlaces:
        try:
            text = json.dumps(self._document)
        except (TypeError, ValueError, RecursionError):
            return read_places(self._document)
        return _places_of(_Written(text, self._document))

    def path_of(self, pointer: str) -> str:
        """Return the path of the members that a JSON Pointer into the document is about, empty for the root."""
        return self._places.name_at(pointer)


@dataclass(frozen=True, slots=True)
class _Written:
    """A document, known by its text: whoever compares many releases compares each document with many others."""

    text: str
    document: Any = field(compare=False)


@lru_cache(maxsize=64)
def _places_of(written: _Written) -> MemberPlaces:
    """Return the places of a document."""
    return read_places(written.document)


@dataclass(frozen=True, slots=True)
class Location:
    """A location in both documents, and the direction of effects: `negated` inside `not`, `unclear` inside `if`.

    `names` are the member paths of both documents.
    """

    names: tuple[MemberPaths, MemberPaths]
    old: str = ""
    new: str = ""
    negated: bool = False
    unclear: bool = False

    def below(self, *names: str | int, new_names: tuple[str | int, ...] = ()) -> Location:
        """Return the location below some names; `new_names` are those of the new document if they differ."""
        old, new = _join_pointer(self.old, names), _join_pointer(self.new, new_names or names)
        return Location(self.names, old, new, self.negated, self.unclear)

    def enter(self, keyword: str) -> Location:
        """Return the location inside a keyword, which may negate effects or make them unclear."""
        unclear = self.unclear or keyword in {"if", "oneOf", "contains"}
        return replace(self, negated=self.negated != (keyword == "not"), unclear=unclear)

    def change(self, rule: str, effect: Effect, message: str) -> Change:
        """Return a change at this location."""
        if effect is not Effect.ANNOTATION:
            effect = Effect.CHANGED if self.unclear else FLIPPED.get(effect, effect) if self.negated else effect
        old, new = self.names
        name = new.path_of(self.new) or old.path_of(self.old)
        text = f"inside `not`, {message}" if self.negated else message
        return Change(rule, self.old, self.new, effect, f"{name}: {text}" if name else text)


def _join_pointer(pointer: str, names: tuple[str | int, ...]) -> str:
    """Return a JSON Pointer with more names."""
    return "".join([pointer, *(f"/{escape_token(str(name))}" for name in names)])
