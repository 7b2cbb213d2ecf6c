"""The members of a document with descriptions from later releases, and the columns that are sent but not documented."""

from dataclasses import dataclass, replace

from arrakis_schema.languages import language_of
from arrakis_schema.reference.facts.history import History
from arrakis_schema.store.documents import Document
from arrakis_schema.store.members import Member
from arrakis_schema.store.store import Release


@dataclass(frozen=True, slots=True)
class DescribedMember:
    """A member, the release that its words are borrowed from (empty if they are its own), and what was seen of it.

    `documented` is the member in the document, None where only servers have it; `sent` is whether servers have it.
    `seen` is the first release whose servers have it and `software` what it was seen in, both empty where that is the
    first release that documents it. `since` is the first release that documents it, `seen_in` the first version of each
    program that implements a release with it.
    """

    member: Member
    described_in: str = ""
    documented: Member | None = None
    sent: bool = True
    seen: str = ""
    software: tuple[str, ...] = ()
    since: str = ""
    seen_in: tuple[str, ...] = ()


def described_members(history: History, release: Release, name: str, document: Document) -> list[DescribedMember]:
    """Return the members of a document in their order; where a member has no words, those of a later release.

    They are borrowed from the newest release in which the member has the same address and the same type.
    """
    return history.derived(_described_members, release, name, document.path)


def _described_members(history: History, release: Release, name: str, path: str) -> list[DescribedMember]:
    """Describe the members of a document."""
    document = history.documents(release, name)[path]
    since, seen = first_releases(history, name, document.path), first_software(history, name, document.path)
    return [
        DescribedMember(
            *_borrow_words(history, release, name, document.path, member),
            member,
            since=since.get(member.anchor, release.version),
            seen_in=seen.get(member.anchor, ()),
        )
        for member in history.members(document)
    ]


def sent_members(history: History, release: Release, name: str, document: Document) -> list[DescribedMember]:
    """Return the columns of a payload as they are really sent, then those that are only in the document."""
    return history.derived(_sent_members, release, name, document.path)


def _sent_members(history: History, release: Release, name: str, path: str) -> list[DescribedMember]:
    """Find the columns of a payload as they are really sent."""
    document = history.documents(release, name)[path]
    documented = {member.anchor: member for member in history.members(document)}
    sent = {member.anchor: member for member in history.members(history.contracts(release, name)[document.path])}
    return [
        DescribedMember(
            *_borrow_words(history, release, name, document.path, sent.get(anchor) or documented[anchor]),
            documented.get(anchor),
            anchor in sent,
            *_first_sighting(history, name, document.path, anchor),
        )
        for anchor in dict.fromkeys([*sent, *documented])
    ]


def first_releases(history: History, name: str, path: str) -> dict[str, str]:
    """Return for the address of each member of a document the first release that documents it."""
    return history.derived(_first_releases, name, path)


def _first_releases(history: History, name: str, path: str) -> dict[str, str]:
    """Find the first release of each member."""
    first: dict[str, str] = {}
    for release in history.releases:
        document = history.documents(release, name).get(path)
        for member in history.members(document) if document else ():
            first.setdefault(member.anchor, release.version)
    return first


def first_software(history: History, name: str, path: str) -> dict[str, tuple[str, ...]]:
    """Return for the address of each member the first version of each program that implements a release which has it.

    What counts is the contract of a release: its documents with their corrections.
    """
    return history.derived(_first_software, name, path)


def _first_software(history: History, name: str, path: str) -> dict[str, tuple[str, ...]]:
    """Find the first version of each program for each member."""
    first: dict[str, dict[str, str]] = {}
    for release in history.releases:
        oldest = _oldest_software(history, release)
        document = history.contracts(release, name).get(path) if oldest else None
        for member in history.members(document) if document else ():
            programs = first.setdefault(member.anchor, {})
            for program, version in oldest.items():
                programs.setdefault(program, version)
    return {
        address: tuple(f"{program} {version}" for program, version in programs.items())
        for address, programs in first.items()
    }


def _oldest_software(history: History, release: Release) -> dict[str, str]:
    """Return the oldest version of each program that implements a release."""
    known = history.store.software
    oldest: dict[str, str] = {}
    for software in (*known.clients, *known.servers):
        if software.release == release.version:
            oldest.setdefault(software.name, software.versions[0])
    return oldest


def summary_of(history: History, release: Release, name: str) -> str:
    """Return a summary of a name: that of its documents, or else that of the newest release that has one.

    A description that is known to be wrong is skipped.
    """
    start = history.releases.index(release)
    for version in (release, *reversed(history.releases[start + 1 :])):
        for path, document in history.documents(version, name).items():
            wrong = any(erratum.location == "/description" for erratum in history.known_problems(version, path))
            if text := "" if wrong else language_of(document).summary(document):
                return text
    return _topics_summary(history, release, name)


def _topics_summary(history: History, release: Release, name: str) -> str:
    """Return which Kafka topics hold the messages of a name; empty where the settings name none."""
    documents = history.documents(release, name)
    entries = [topics for topics in history.store.settings.topics if topics.document in documents]
    names = dict.fromkeys(name for topics in entries for name in topics.names)
    return f"The messages in the Kafka topics {' and '.join(names)}." if names else ""


def _borrow_words(history: History, release: Release, name: str, path: str, member: Member) -> tuple[Member, str]:
    """Return a member with words, and the release that they are borrowed from."""
    wordings = history.derived(_wordings, name, path).get((member.anchor, member.type), ())
    start = history.releases.index(release)
    for number, other in wordings:
        if number <= start:
            break
        words = {
            "description": other.description,
            "unit": other.unit,
            "null": other.null if member.nullable is not False else "",
            "omitted": "" if member.required else other.omitted,
        }
        missing = {key: text for key, text in words.items() if text and not getattr(member, key)}
        if missing:
            return replace(member, **missing), history.releases[number].version  # type: ignore[arg-type]
    return member, ""


def _wordings(history: History, name: str, path: str) -> dict[tuple[str, str], list[tuple[int, Member]]]:
    """Return for the address and the type of each member how releases word it, the newest first.

    Of neighbours that word it alike, the newest is listed, by its number.
    """
    wordings = dict[tuple[str, str], list[tuple[int, Member]]]()
    for number, release in reversed(list(enumerate(history.releases))):
        document = history.documents(release, name).get(path)
        for member in history.members(document) if document else ():
            listed = wordings.setdefault((member.anchor, member.type), [])
            if not listed or _words(listed[-1][1]) != _words(member):
                listed.append((number, member))
    return wordings


def _words(member: Member) -> tuple[str, ...]:
    """Return the words of a member."""
    return member.description, member.unit, member.null, member.omitted


def _first_sighting(history: History, name: str, path: str, anchor: str) -> tuple[str, tuple[str, ...]]:
    """Return the first release whose servers have a column, if none that early documents it, and the software."""
    for release in history.releases:
        if history.member(release, name, path, anchor):
            break
        contract = history.contracts(release, name).get(path)
        if contract and any(member.anchor == anchor for member in history.members(contract)):
            seen = [correction.seen for correction in release.corrections_of(path) if correction.text]
            return release.version, tuple(dict.fromkeys(software for group in seen for software in group))
    return "", ()
