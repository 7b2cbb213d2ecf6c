"""Which version of a client works with which version of a server, call by call, according to their contracts."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from arrakis_schema.errors import DamagedStoreError, UnknownSchemaError
from arrakis_schema.findings.verdicts import Kind, Verdict
from arrakis_schema.languages import language_of
from arrakis_schema.store.layout import DocumentKind
from arrakis_schema.store.software import SOFTWARE_FILE, Software
from arrakis_schema.store.store import Release
from arrakis_schema.system.answers import Answer, Call, Exchange, Relation
from arrakis_schema.system.comparisons import Comparisons

_READ = frozenset({DocumentKind.PAYLOAD, DocumentKind.PUBLICATION})


def calls(comparisons: Comparisons, *, as_documented: bool = False) -> Iterator[Call]:
    """Yield every call of every version of a client to every version of a server, in the order of the file.

    Raises `DamagedStoreError` for software of a release that does not exist.
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
