"""Examples, and whether a release accepts them."""

import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from arrakis_schema.languages import refusal_of, sent_example
from arrakis_schema.store.documents import Document, Example
from arrakis_schema.store.store import Release

SHOWN = ("minimal", "full")
"""The examples that a page shows in full."""


@dataclass(frozen=True, slots=True)
class JudgedExample:
    """An example, the release whose folder holds it, and why the release of the page rejects it (empty if accepted)."""

    example: Example
    home: Release
    reason: str

    @property
    def path(self) -> str:
        """Its path on the site."""
        return f"versions/{self.home.place}/{self.example.path}"

    @property
    def text(self) -> str:
        """The text of the file."""
        return self.example.content.decode("utf-8", "replace")


def judge_examples(release: Release, newest: Release, document: Document) -> list[JudgedExample]:
    """Return the examples of a document, those that are accepted first.

    A release without examples borrows those of the newest. If it accepts any that must still be accepted, the others
    are left out: what must be rejected today may never have been allowed, only not documented.
    """
    home = release if release.examples_of(document.path) else newest
    examples = home.examples_of(document.path)
    judged = [JudgedExample(example, home, refusal_of(release, document, example)) for example in examples]
    if home is not release and any(not example.reason and not example.example.refused for example in judged):
        judged = [example for example in judged if not example.example.refused]
    return sorted(judged, key=lambda example: (bool(example.reason), _rank(example.example.name), example.example.name))


def undeclared_members(release: Release, document: Document) -> list[str]:
    """Return the paths of the members that accepted examples of a release hold and its document does not declare.

    `$schema` is left out: it names the schema for editors.
    """
    undeclared = dict[str, None]()
    for example in release.examples_of(document.path):
        if not example.refused:
            sent = sent_example(release, document, example)
            undeclared |= dict.fromkeys(_missing_members(_parse_content(example.content), _parse_content(sent.content)))
    return [path for path in undeclared if path != "$schema"]


def _parse_content(content: bytes) -> Any:
    """Return what an example holds; None where it is not JSON."""
    with suppress(ValueError, RecursionError):
        return json.loads(content)
    return None


def _missing_members(whole: Any, part: Any, path: str = "") -> Iterator[str]:
    """Yield the paths of the members of a value that a part of it lacks."""
    if isinstance(whole, dict) and isinstance(part, dict):
        for name, value in whole.items():
            inner = f"{path}.{name}" if path else name
            yield from _missing_members(value, part[name], inner) if name in part else [inner]
    elif isinstance(whole, list) and isinstance(part, list):
        for before, after in zip(whole, part, strict=False):
            yield from _missing_members(before, after, f"{path}[]")


def _rank(name: str) -> int:
    """Return the place of an example in the list: the minimal one, the full one, the others."""
    return SHOWN.index(name) if name in SHOWN else len(SHOWN)
