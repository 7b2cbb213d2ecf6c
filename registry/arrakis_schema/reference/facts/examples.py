"""Examples, and whether a release accepts them."""

from dataclasses import dataclass

from arrakis_schema.languages import refusal_of
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
    """Return the examples of a document, those that are accepted first, or those of the newest release without any."""
    home = release if release.examples_of(document.path) else newest
    examples = home.examples_of(document.path)
    judged = [JudgedExample(example, home, refusal_of(release, document, example)) for example in examples]
    return sorted(judged, key=lambda example: (bool(example.reason), _rank(example.example.name), example.example.name))


def _rank(name: str) -> int:
    """Return the place of an example in the list: the minimal one, the full one, the others."""
    return SHOWN.index(name) if name in SHOWN else len(SHOWN)
