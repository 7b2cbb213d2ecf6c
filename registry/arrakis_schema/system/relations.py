"""How well two releases work together for one name: the answer of each document, and the worst of them.

A name is that of an endpoint or a publication, and may have several documents. What the answers are made of is in
`system.comparisons`.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from arrakis_schema.findings.verdicts import Kind, Verdict, not_understood
from arrakis_schema.store.documents import Document
from arrakis_schema.store.store import Release, Store
from arrakis_schema.text.short_repr import short_repr


class Answer(StrEnum):
    """How well two releases work together, from best to worst."""

    WORKS = "works"
    PARTLY = "works, but a field is not understood"
    EDGE = "breaks only for messages that no example sends"
    UNKNOWN = "unknown: not documented"
    UNDECIDED = "undecided"
    BREAKS = "breaks"

    @property
    def breaks(self) -> bool:
        """Whether there is a message that breaks it, if only one that nobody is known to send."""
        return self in {Answer.BREAKS, Answer.EDGE}


_RANKS = {answer: rank for rank, answer in enumerate(Answer)}


def worst(answers: Iterable[Answer]) -> Answer:
    """Return the worst of some answers; nothing that can fail works."""
    return max(answers, key=_RANKS.__getitem__, default=Answer.WORKS)


@dataclass(frozen=True, slots=True)
class Exchange:
    """One document as one side writes it and the other reads it, and whether that works.

    `reader_schema` is the reader's parsed document where it breaks.
    """

    document: str
    writer: str
    reader: str
    answer: Answer
    verdict: Verdict
    reader_is_new: bool = True
    reader_schema: Any = field(default=None, repr=False, compare=False)

    @property
    def why(self) -> str:
        """Why the exchange does not fully work, in one sentence; empty if it does."""
        if self.answer is Answer.WORKS:
            return ""
        if self.answer in {Answer.UNDECIDED, Answer.UNKNOWN}:
            return self.verdict.reason
        fault = [change.told for change in self.verdict.findings if change.at_fault]
        passed = [change.message for change in not_understood(self.verdict, reader_is_new=self.reader_is_new)]
        return "; ".join(fault if self.answer.breaks else passed) or self.verdict.reason


@dataclass(frozen=True, slots=True)
class Relation:
    """A client of one release and a server of another (or a publisher and a subscriber), for one name."""

    name: str
    client: str
    server: str
    exchanges: tuple[Exchange, ...]

    @property
    def answer(self) -> Answer:
        """The worst answer of the exchanges."""
        return worst(exchange.answer for exchange in self.exchanges)


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a version of a client to a version of a server: the relations of its requests, in their order.

    `client` and `server` are written as in `weather 1.1.3`.
    """

    name: str
    client: str
    server: str
    requests: tuple[Relation, ...]

    __repr__ = short_repr

    @property
    def answer(self) -> Answer:
        """The worst answer of the requests."""
        return worst(request.answer for request in self.requests)

    @property
    def exchanges(self) -> tuple[Exchange, ...]:
        """The exchanges of all requests."""
        return tuple(exchange for request in self.requests for exchange in request.exchanges)


def answer_of(verdict: Verdict, *, reader_is_new: bool) -> Answer:
    """Return the answer that a verdict gives."""
    if verdict.kind is Kind.UNDECIDED:
        return Answer.UNDECIDED
    if verdict.kind is Kind.INCOMPATIBLE:
        return Answer.BREAKS
    return Answer.PARTLY if not_understood(verdict, reader_is_new=reader_is_new) else Answer.WORKS


def undocumented_exchange(
    path: str, client: Release, server: Release, of_client: Collection[str], of_server: Collection[str]
) -> Exchange:
    """Return the exchange of a document that not both releases have: nothing is known about it."""
    without = [side.version for side, paths in ((client, of_client), (server, of_server)) if path not in paths]
    reason = f"{' and '.join(dict.fromkeys(without))} {'does' if len(set(without)) == 1 else 'do'} not document it"
    return Exchange(path, server.version, client.version, Answer.UNKNOWN, Verdict(Kind.UNDECIDED, reason=reason))


def names(releases: list[Release]) -> list[str]:
    """Return the names of endpoints and publications in any of these releases, in their order."""
    return list(dict.fromkeys(name for release in releases for name in release.derived(_paths_by_name)))


def sent_names(releases: list[Release]) -> list[str]:
    """Return those of the names that messages are sent of: not those that other documents only refer to."""
    paths = (path for release in releases for path in release.documents if release.kind_of(path).is_sent)
    sent = {releases[0].name_of(path) for path in paths}
    return [name for name in names(releases) if name in sent]


def documents_named(release: Release, name: str) -> dict[str, Document]:
    """Return the documents of a name in a release, by path."""
    return {path: release.document(path) for path in release.derived(_paths_by_name).get(name, ())}


def paths_named(store: Store, name: str) -> tuple[str, ...]:
    """Return the paths of the documents of a name in any release."""
    return tuple(
        sorted({path for release in store.every_release() for path in release.derived(_paths_by_name).get(name, ())})
    )


def _paths_by_name(release: Release) -> dict[str, list[str]]:
    """Return the paths of the documents of each name of a release."""
    paths = dict[str, list[str]]()
    for path in release.documents:
        paths.setdefault(release.name_of(path), []).append(path)
    return paths
