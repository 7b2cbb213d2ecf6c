"""What became of an endpoint: since when each field exists, and what changed from release to release."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise

from arrakis_schema.compat import Change, Effect
from arrakis_schema.documents import Document, Kind, kind_of
from arrakis_schema.reference.fields import Field, fields_of
from arrakis_schema.reference.markdown import escaped
from arrakis_schema.store import Erratum, Release, Store
from arrakis_schema.system.relations import Answer, Comparisons, Exchange

_OLDER = {
    Kind.ENVELOPE: "clients",
    Kind.REQUEST: "clients",
    Kind.PAYLOAD: "clients",
    Kind.PUBLICATION: "publishers",
}


@dataclass(frozen=True, slots=True)
class Step:
    """What one release changed in a document, and how those of the release before get on with it."""

    release: str
    document: str
    exchange: Exchange
    breaking: tuple[Change, ...]

    @property
    def changes(self) -> list[Change]:
        """The differences that are more than words."""
        return [change for change in self.exchange.verdict.findings if change.effect is not Effect.ANNOTATION]

    @property
    def told(self) -> str:
        """The changes as a list in Markdown, those that break marked, and what they mean for whom."""
        side = _OLDER[kind_of(self.document)]
        broken = {(one.rule, one.new) for one in self.breaking}
        rows = [f"- {'✗ ' if (one.rule, one.new) in broken else ''}{escaped(one.message)}" for one in self.changes]
        means = {
            Answer.BREAKS: f"**Older {side} break.**",
            Answer.UNDECIDED: f"Whether older {side} break is undecided.",
        }.get(self.exchange.answer, f"Older {side} go on working.")
        return "\n".join([means, "", *rows])


@dataclass(slots=True)
class History:
    """The releases of a store, the working set last, and what is in them; documents are read once."""

    store: Store
    releases: list[Release]
    comparisons: Comparisons
    errata: list[Erratum]
    _fields: dict[bytes, list[Field]] = field(default_factory=dict)
    _since: dict[str, dict[str, str]] = field(default_factory=dict)

    def documents(self, release: Release, name: str) -> dict[str, Document]:
        """Return the documents of a release that bear a name."""
        return self.comparisons.documents(release, name)

    def fields(self, document: Document) -> list[Field]:
        """Return the fields of a document."""
        if document.content not in self._fields:
            self._fields[document.content] = fields_of(document)
        return self._fields[document.content]

    def since(self, path: str, name: str) -> dict[str, str]:
        """Return for each field of a document the first release that has it."""
        if path not in self._since:
            found = self._since[path] = {}
            for release in self.releases:
                document = self.documents(release, name).get(path)
                for one in self.fields(document) if document else ():
                    found.setdefault(one.path, release.version)
        return self._since[path]

    def steps(self, name: str) -> Iterator[Step]:
        """Yield each change of the documents of a name, the newest first."""
        for old, new in reversed(list(pairwise(self.releases))):
            yield from self.between(old, new, name)

    def between(self, old: Release, new: Release, name: str) -> Iterator[Step]:
        """Yield each change of the documents of a name from one release to another."""
        before, after = self.documents(old, name), self.documents(new, name)
        for path in sorted(before.keys() & after.keys()):
            if before[path].content != after[path].content:
                yield self._step(old, new, path)

    def _step(self, old: Release, new: Release, path: str) -> Step:
        """Return what a release changed in a document, and which of the changes break those of the release before."""
        writer, reader = (new, old) if kind_of(path).answers else (old, new)
        exchange = self.comparisons.exchange(path, writer, reader)
        broken = []
        if exchange.answer is Answer.BREAKS:
            pair = self.store.document(reader, path), self.store.document(writer, path)
            broken = self.comparisons.breaks(*pair, reader_is_new=reader is new)
        return Step(new.version, path, exchange, tuple(one.change for one in broken))

    def known_problems(self, release: Release, path: str) -> list[Erratum]:
        """Return what is known to be wrong in a document of a release."""
        return [one for one in self.errata if release.version in one.releases and path in one.documents]

    def first(self, name: str) -> str:
        """Return the first release that has documents of a name."""
        return next(release.version for release in self.releases if self.documents(release, name))


def read_history(store: Store) -> History:
    """Return the history of a store."""
    return History(store, store.every_release(), Comparisons(store), store.errata())
