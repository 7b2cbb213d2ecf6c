"""The history of an endpoint: the release that added each field, and the changes from release to release."""

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from itertools import pairwise
from typing import Any

from arrakis_schema.findings.verdicts import Change, Effect
from arrakis_schema.languages import language_of
from arrakis_schema.reference.facts.examples import JudgedExample, judge_examples
from arrakis_schema.reference.places import folder_of
from arrakis_schema.store.caching import Deriving, made_by_content
from arrakis_schema.store.corrections import Erratum
from arrakis_schema.store.documents import Document
from arrakis_schema.store.exceptions import Accepted, accepted_by_release
from arrakis_schema.store.layout import DocumentKind
from arrakis_schema.store.members import Member
from arrakis_schema.store.store import Release, Store, settings_identity
from arrakis_schema.system.comparisons import Comparisons
from arrakis_schema.system.relations import Exchange, documents_named, names

_ASKED = {DocumentKind.ENVELOPE, DocumentKind.REQUEST, DocumentKind.PAYLOAD}


@dataclass(frozen=True, slots=True)
class ReleaseStep:
    """What one release changed in a document, and whether clients and servers of the two releases work together.

    `older` are clients (or publishers) of the old release with servers (or subscribers) of the new one; its `reader`
    and its `writer` are the contracts of the two.
    """

    old: str
    new: str
    document: str
    older: Exchange
    reader: Release
    writer: Release

    @property
    def changes(self) -> list[Change]:
        """The differences in meaning, without those in annotations alone."""
        return [change for change in self.older.verdict.findings if change.effect is not Effect.ANNOTATION]


@dataclass(frozen=True, eq=False)
class History(Deriving):
    """The releases of a store, the working set last, and what is in them; documents are read once.

    `folder` is the one that the pages about the documents of the current release are in.
    """

    store: Store
    folder: str
    releases: list[Release]
    comparisons: Comparisons
    errata: tuple[Erratum, ...]
    dates: dict[str, datetime]
    accepted: dict[str, list[Accepted]]
    _made: dict[Hashable, Any] = field(default_factory=dict)
    _members: dict[Hashable, Sequence[Member]] = field(default_factory=dict)
    _tables: dict[tuple[str, str], dict[str, Member]] = field(default_factory=dict)
    _examples: dict[tuple[str, str], list[JudgedExample]] = field(default_factory=dict)
    _steps: dict[tuple[str, str, str], list[ReleaseStep]] = field(default_factory=dict)

    @property
    def newest(self) -> Release:
        """The newest release, or the working set."""
        return self.releases[-1]

    @cached_property
    def current(self) -> Release:
        """The newest release that is frozen, whose pages are in `folder`; the working set where there is none."""
        return next((release for release in reversed(self.releases) if release.frozen), self.newest)

    @property
    def unreleased(self) -> Release | None:
        """The working set, whose pages are at `next/`; None where nothing is released yet, or nothing came since."""
        return None if self.newest is self.current else self.newest

    def page_release(self, name: str) -> Release | None:
        """Return the release whose page about a name is in `folder`.

        It is the current release, or the working set where only that has the name; None where neither has it.
        """
        return next((release for release in (self.current, self.newest) if self.documents(release, name)), None)

    @cached_property
    def has_rules(self) -> bool:
        """Whether the root folder has a page that explains the rules of compatibility."""
        return (self.store.root / "docs/changes.md").exists()

    def kind_of(self, path: str) -> DocumentKind:
        """Return the kind of the documents at a path."""
        return self.store.layout.kind_of(path)

    def previous_release(self, release: Release) -> Release | None:
        """Return the release before one."""
        index = self.releases.index(release)
        return self.releases[index - 1] if index else None

    def documents(self, release: Release, name: str) -> dict[str, Document]:
        """Return the documents of an endpoint or publication in a release, by path."""
        return release.derived(documents_named, name)

    def contracts(self, release: Release, name: str) -> dict[str, Document]:
        """Return the same with the corrections of the release: what verdicts are about."""
        return release.contract.derived(documents_named, name)

    def members(self, document: Document) -> Sequence[Member]:
        """Return the members of a document; releases with the same document share them."""
        release = document.among
        if not isinstance(release, Release):
            return language_of(document).members(document)
        key = release.derived(_content_of_members, document.path)
        if key not in self._members:
            self._members[key] = self.store.memo.recall(key, lambda: language_of(document).members(document))
        return self._members[key]

    def member(self, release: Release, name: str, path: str, address: str) -> Member | None:
        """Return the member at an address of a document in a release, or None."""
        key = release.version, path
        if key not in self._tables:
            document = self.documents(release, name).get(path)
            self._tables[key] = {member.anchor: member for member in self.members(document)} if document else {}
        return self._tables[key].get(address)

    def place_name(self, release: Release, paths: Sequence[str], location: str) -> str:
        """Return the path of the member at a location of one of these documents, or the location if there is none."""
        document = next((release.document(path) for path in paths if path in release.documents), None)
        return (document and language_of(document).place_name(document, location)) or location

    def examples(self, release: Release, document: Document) -> list[JudgedExample]:
        """Return the examples of a document, each with the reason why the release rejects it, if it does."""
        key = release.version, document.path
        if key not in self._examples:
            self._examples[key] = judge_examples(
                release.contract, self.newest, release.contract.document(document.path)
            )
        return self._examples[key]

    def steps(self, name: str) -> Iterator[ReleaseStep]:
        """Yield each change in the meaning of the documents of a name, the newest first."""
        for old, new in reversed(list(pairwise(self.releases))):
            yield from (step for step in self.steps_between(old, new, name) if step.changes)

    def steps_between(self, old: Release, new: Release, name: str) -> list[ReleaseStep]:
        """Return each difference of the documents of a name from one release to another, both with corrections."""
        key = old.version, new.version, name
        if key not in self._steps:
            before, after = self.contracts(old, name), self.contracts(new, name)
            shared = sorted(before.keys() & after.keys())
            reach = self.comparisons.reach
            different = [path for path in shared if reach(before[path]) != reach(after[path])]
            self._steps[key] = [self._step(old, new, path) for path in different]
        return self._steps[key]

    def last_changed_in(self, name: str, last: Release) -> str:
        """Return the last release up to one that added a document of a name or changed the meaning of one."""
        return self.derived(_last_changes, name)[last.version]

    def changes_anything(self, old: Release, new: Release, name: str) -> bool:
        """Return whether a release added a document of a name, or changed the meaning of one."""
        before, after = self.documents(old, name), self.documents(new, name)
        appeared = after.keys() - before.keys()
        unread = any(self._differ_unread(before[path], after[path]) for path in after.keys() & before.keys())
        return bool(appeared) or unread or any(step.changes for step in self.steps_between(old, new, name))

    def _differ_unread(self, old: Document, new: Document) -> bool:
        """Return whether two documents differ and cannot be compared."""
        problem = self.comparisons.problem
        return old.content != new.content and bool(problem(old) or problem(new))

    def _step(self, old: Release, new: Release, path: str) -> ReleaseStep:
        """Return what a release changed in a document, and what that means for those of the release before."""
        old, new = old.contract, new.contract
        answers = new.document(path).kind.is_answer
        writer, reader = (new, old) if answers else (old, new)
        older = self.comparisons.exchange(path, writer, reader)
        return ReleaseStep(old.version, new.version, path, older, reader, writer)

    def newer(self, step: ReleaseStep) -> Exchange:
        """Return whether clients of the new release work with servers of the old one; nobody asks without changes."""
        return self.comparisons.exchange(step.document, step.reader, step.writer)

    def breaking_changes(self, step: ReleaseStep) -> list[Change]:
        """Return the changes of a step that break the older clients by themselves; not every page names them."""
        if not step.older.answer.breaks:
            return []
        pair = step.reader.document(step.document), step.writer.document(step.document)
        breaks = self.comparisons.breaks(*pair, reader_is_new=not pair[0].kind.is_answer)
        return [breaking.change for breaking in breaks]

    def known_problems(self, release: Release, path: str) -> tuple[Erratum, ...]:
        """Return the known problems of a document in a release."""
        return tuple(
            erratum for erratum in self.errata if release.version in erratum.releases and path in erratum.documents
        )

    def unchanged_since(self, release: Release, path: str) -> str:
        """Return the first of the releases up to this one that all have the same document, and what it refers to."""
        return self.derived(_unchanged_since, path)[release.version]

    def earlier_problems(self, release: Release, path: str) -> tuple[Erratum, ...]:
        """Return the known problems of earlier releases of a document that are fixed in this release."""
        earlier = {erratum.version for erratum in self.releases[: self.releases.index(release)]}
        current = self.known_problems(release, path)
        about = [
            erratum for erratum in self.errata if path in erratum.documents and earlier.intersection(erratum.releases)
        ]
        return tuple(erratum for erratum in about if erratum not in current)

    def last_release(self, name: str) -> Release:
        """Return the newest release that has documents of a name."""
        return next(release for release in reversed(self.releases) if self.documents(release, name))

    def removed_in(self, name: str) -> str:
        """Return the release that removed the documents of a name, or nothing where the newest has some."""
        last = self.last_release(name)
        return "" if last is self.newest else self.releases[self.releases.index(last) + 1].version

    @property
    def names(self) -> list[str]:
        """The names that have a page in `folder`: those of the current release, and what the working set adds."""
        return [name for name in names([self.newest, self.current]) if self.page_release(name)]

    def page(self, release: Release, name: str) -> str:
        """Return the path of the page about a name in a release, without its suffix, from the top folder."""
        return f"{self.folders(release, name)[0]}/{folder_of(name)}"

    def folders(self, release: Release, name: str) -> list[str]:
        """Return the folders that have the page about a name in a release, the one to link to first.

        The page of a release at `releases/` stays there for ever, also while it is the current one.
        """
        folders = [self.folder] if self.page_release(name) is release else []
        if release.frozen:
            return [*folders, f"releases/{release.version}"]
        return ["next", *folders] if self.unreleased else folders

    def first_version(self, name: str) -> str:
        """Return the first release that has documents of a name."""
        return next(release.version for release in self.releases if self.documents(release, name))


def _last_changes(history: History, name: str) -> dict[str, str]:
    """Find for each release the last one up to it that changed a name; the first that has it where none did."""
    changed = [history.first_version(name)]
    for old, new in pairwise(history.releases):
        changed.append(new.version if history.changes_anything(old, new, name) else changed[-1])
    return {release.version: version for release, version in zip(history.releases, changed, strict=True)}


def _unchanged_since(history: History, path: str) -> dict[str, str]:
    """Find for each release the first of the consecutive ones up to it that have the same bytes of a document."""
    since, content = dict[str, str](), None
    for before, release in pairwise([history.releases[0], *history.releases]):
        old, document = content, release.document(path) if path in release.documents else None
        content = None if document is None else history.comparisons.reach(document)
        since[release.version] = since[before.version] if content is not None and content == old else release.version
    return since


def _content_of_members(release: Release, path: str) -> tuple[Hashable, ...]:
    """Return all that the members of a document depend on: what it holds, and what else has its name."""
    document, settings = release.document(path), settings_identity(release.store)
    content = language_of(document).unversioned(document)
    return "members", settings, path, *documents_named(release, document.name), content


def read_history(store: Store) -> History:
    """Return the history of a store, which is made once."""
    return store.derived(_read_history)


def forget_history(store: Store) -> None:
    """Drop the history of a store, with the verdicts and validators that it needed: they fill memory."""
    store.forget(_read_history, made_by_content)
    for release in store.every_release():
        release.contract.forget()
        release.forget()


def _read_history(store: Store) -> History:
    """Make the history of a store."""
    releases, comparisons = store.every_release(), Comparisons(store, words=False)
    return History(
        store, _pages_folder(releases), releases, comparisons, store.errata, store.dates, accepted_by_release(store)
    )


def _pages_folder(releases: Sequence[Release]) -> str:
    """Return the folder of the pages about documents, which depends only on the first documents of a store."""
    first = next((release for release in releases if release.documents), None)
    asked = first is None or any(first.kind_of(path) in _ASKED for path in first.documents)
    return "endpoints" if asked else "documents"
