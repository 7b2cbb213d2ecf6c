"""The matrix: every client with every server, by their releases, or call by call by the versions of their software."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from arrakis_schema.errors import DamagedStoreError, UnknownSchemaError
from arrakis_schema.findings.verdicts import Kind, Verdict
from arrakis_schema.languages import language_of
from arrakis_schema.store.layout import DocumentKind
from arrakis_schema.store.records import SOFTWARE_FILE, Software
from arrakis_schema.store.store import Release
from arrakis_schema.system.comparisons import Comparisons
from arrakis_schema.system.relations import Answer, Call, Exchange, Relation, sent_names

_READ = frozenset({DocumentKind.PAYLOAD, DocumentKind.PUBLICATION})


def sides(comparisons: Comparisons, names: Iterable[str]) -> tuple[str, str]:
    """Return what the two sides are called: `client` and `server`, or the writers and the readers of publications."""
    listed = list(names)
    if not are_messages(comparisons, listed):
        return "client", "server"
    roles = {comparisons.store.layout.roles_of(path) for name in listed for path in comparisons.paths(name)}
    return roles.pop() if len(roles) == 1 else ("publisher", "subscriber")


def are_messages(comparisons: Comparisons, names: Iterable[str]) -> bool:
    """Return whether all documents of some names are publications: messages that are sent without a request."""
    kinds = {comparisons.kind_of(path) for name in names for path in comparisons.paths(name)}
    return kinds == {DocumentKind.PUBLICATION}


def matrix(comparisons: Comparisons, releases: list[Release]) -> Iterator[Relation]:
    """Yield the relation of every client with every server for every name, clients first."""
    for name in sent_names(releases):
        yield from grid(comparisons, name, releases)


def grid(comparisons: Comparisons, name: str, releases: list[Release]) -> Iterator[Relation]:
    """Yield the relation of every client with every server for one name, clients first."""
    for client in releases:
        yield from (comparisons.relation(name, client, server) for server in releases)


def equivalent_releases(comparisons: Comparisons, releases: list[Release]) -> dict[str, str]:
    """Return for each release the first one with the same meaning: the same documents, each accepted by the other."""
    first_alike: dict[str, str] = {}
    for number, release in enumerate(releases):
        twin = next((earlier for earlier in releases[:number] if _same(comparisons, earlier, release)), release)
        first_alike[release.version] = first_alike.get(twin.version, twin.version)
    return first_alike


def _same(comparisons: Comparisons, earlier: Release, later: Release) -> bool:
    """Return whether two releases have the same meaning."""
    if earlier.documents != later.documents:
        return False
    pairs = [(path, *pair) for path in earlier.documents for pair in ((earlier, later), (later, earlier))]
    return all(comparisons.exchange(*pair).answer is Answer.WORKS for pair in pairs)


def calls(comparisons: Comparisons, *, as_documented: bool = False) -> Iterator[Call]:
    """Yield every call of every version of a client to every version of a server, in the order of `software.toml`.

    A release counts with its corrections, unless `as_documented`. Raises `DamagedStoreError` for software of a release
    that does not exist.
    """
    table = comparisons.store.software
    reading = {"": comparisons}
    for client in table.clients:
        if client.unknown not in reading:
            reading[client.unknown] = comparisons.with_unknown_columns(client.unknown)
        for server in table.servers:
            pair = _SoftwarePair(reading[client.unknown], client, server, as_documented)
            for call, endpoints in client.calls.items():
                requests = tuple(pair.relation(endpoint, client.needs.get(call, ())) for endpoint in endpoints)
                for asking in client.titles():
                    yield from (Call(call, asking, answering, requests) for answering in server.titles())


def merge_alike(titles: Sequence[str], answers: Mapping[str, object]) -> list[list[str]]:
    """Return the titles in their order, those of neighbours with equal answers together."""
    return [list(group) for _, group in groupby(titles, answers.__getitem__)]


def range_of(group: Sequence[str]) -> str:
    """Return the name of some versions that follow each other: `weather 1.1.0 to 1.1.3`."""
    return group[0] if len(group) == 1 else f"{group[0]} to {group[-1].rpartition(' ')[2]}"


@dataclass(frozen=True, slots=True)
class _SoftwarePair:
    """A client and a server: each implements a release, and may read or send the payloads of another one."""

    comparisons: Comparisons
    client: Software
    server: Software
    as_documented: bool

    def relation(self, endpoint: str, needs: tuple[str, ...]) -> Relation:
        """Return whether they work together for one endpoint, whose payload may have columns that the client needs."""
        requests = self._relation(endpoint, self.client.release, self.server.release)
        payloads = self._relation(endpoint, self.client.payloads, self.server.payloads)
        exchanges = (
            *(one for one in requests.exchanges if self.comparisons.kind_of(one.document) is DocumentKind.REQUEST),
            *(
                self._with_needs(one, needs)
                for one in payloads.exchanges
                if self.comparisons.kind_of(one.document) in _READ
            ),
        )
        return Relation(endpoint, requests.client, requests.server, exchanges)

    def _with_needs(self, exchange: Exchange, needs: tuple[str, ...]) -> Exchange:
        """Return an exchange of a payload, which breaks without a column that the client has and needs."""
        if not needs or exchange.answer.breaks or exchange.answer is Answer.UNKNOWN:
            return exchange
        known, sent = (self._columns(software, exchange.document) for software in (self.client, self.server))
        missing = [name for name in needs if name in known and name not in sent]
        if not missing:
            return exchange
        reason = f"the client needs the column {missing[0]}, although it may be null in its document"
        verdict = Verdict(Kind.INCOMPATIBLE, reason=reason)
        return replace(exchange, answer=Answer.BREAKS, verdict=verdict)

    def _columns(self, software: Software, path: str) -> set[str]:
        """Return the names of the columns of a payload that some software reads or sends."""
        document = self._release(software.payloads).document(path)
        return {member.path for member in language_of(document).members(document)}

    def _relation(self, endpoint: str, client: str, server: str) -> Relation:
        """Return the relation of two releases for one endpoint."""
        return self.comparisons.relation(endpoint, self._release(client), self._release(server))

    def _release(self, version: str) -> Release:
        """Return a release that the file names."""
        try:
            release = self.comparisons.store.release(version)
        except UnknownSchemaError as error:
            raise DamagedStoreError([f"{SOFTWARE_FILE} names something that does not exist: {error}"]) from error
        return release.held(as_documented=self.as_documented)
