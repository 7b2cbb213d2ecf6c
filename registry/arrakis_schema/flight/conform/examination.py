"""Call every endpoint of a server with every example of a release, and check the answers against the contract.

Run as a program it is the process that does so: it reads a job, and prints what it finds as events.
"""

import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from arrakis_schema.errors import ArrakisSchemaError, UnknownSchemaError
from arrakis_schema.findings.finding import Finding, Severity
from arrakis_schema.flight.conform.answers import AnswerReader
from arrakis_schema.flight.conform.call_errors import (
    BrokenError,
    ElsewhereError,
    NotAllowedError,
    RefusedError,
    TimedOutError,
    UnavailableError,
    UnimplementedError,
)
from arrakis_schema.flight.conform.client import Access, Peer
from arrakis_schema.flight.conform.listing import (
    Listing,
    NothingOfferedError,
    refused_request,
    server_names,
    substitute_names,
)
from arrakis_schema.flight.conform.observations import Counts, Notes
from arrakis_schema.flight.conform.promises import Drift, PromiseCheck, arguments_of
from arrakis_schema.flight.conform.supervisor import read_server_info, run_job, with_end
from arrakis_schema.flight.release_contract import Contract, Sample
from arrakis_schema.store.flight_settings import Info
from arrakis_schema.store.store import Store, open_store
from arrakis_schema.text.printable import clean_line

_MOST_MEMBERS = 20


@dataclass(frozen=True, slots=True)
class ExaminedEndpoint:
    """How much of an endpoint was examined."""

    endpoint: str
    counts: Counts


@dataclass(frozen=True, slots=True)
class StartedEndpoint:
    """The examination of an endpoint begins."""

    endpoint: str


@dataclass
class ServerExamination:
    """One server and the contract to check it against; requests that make it write are sent only with `may_write`.

    `offered` are the endpoints that it says it has, `claimed` the contract that it claims to keep, if any. `newer` is
    the contract whose promises of values are held where `contract` makes none, `drift` the documents that it corrects.
    """

    contract: Contract
    peer: Peer
    offered: Sequence[str] | None = None
    may_write: bool = False
    claimed: Contract | None = None
    newer: Contract | None = None
    drift: Drift | None = None
    listing: Listing = field(init=False)
    reader: AnswerReader = field(init=False)

    def __post_init__(self) -> None:
        """Begin with an empty listing."""
        self.listing = Listing(self.contract)
        promises = PromiseCheck(self.contract, self.listing, self.newer, self.drift)
        self.reader = AnswerReader(self.contract, self.peer, self.listing, self.may_write, promises)

    def run(self) -> Iterator[Finding | ExaminedEndpoint | StartedEndpoint]:
        """Yield findings, endpoint by endpoint, the listing first: requests to the others use what it lists."""
        listing = self.contract.flight.listing
        names = sorted(self.contract.endpoints, key=lambda name: (name != listing, name))
        for name in names:
            yield StartedEndpoint(name)
            yield from self._endpoint(name)

    def _endpoint(self, name: str) -> Iterator[Finding | ExaminedEndpoint]:
        """Yield the findings of one endpoint; a call that times out ends its examination."""
        notes = Notes(self.contract, name)
        if self.offered is not None and name not in self.offered:
            notes.skip("", "the server does not offer it")
        else:
            try:
                self._samples(name, notes)
                if notes.has_no_valid_request:
                    notes.skip("", "no example shows a request that the contract accepts")
            except (TimedOutError, NotAllowedError) as error:
                what = (
                    "it did not finish in time" if isinstance(error, TimedOutError) else "the server requires a token"
                )
                notes.add_problem("undecided", f"undecided, {what}: {error.reason}", Severity.WARNING)
            notes.conclude()
        yield from notes.findings()
        yield ExaminedEndpoint(name, notes.counts)

    def _samples(self, name: str, notes: Notes) -> None:
        """Send every example of an endpoint, and then the requests that are made from what the server lists."""
        for sample in self.contract.samples(name):
            self._sample(name, sample, notes)
        if name == self.contract.flight.listing or not self.contract.flight.listing:
            self.listing.names = server_names(self.contract, self.peer, self.listing.rows)
        if self.reader.is_series(name):
            for values in self.listing.types(name).values():
                notes.types.update(dict.fromkeys(values, False))
        for sample in self.listing.samples(name):
            self._sample(name, sample, notes)

    def _sample(self, name: str, sample: Sample, notes: Notes) -> None:
        """Send one request, and note an answer that is broken."""
        notes.requests += 1
        try:
            (self._check_refused if sample.refused else self._check_accepted)(name, sample, notes)
        except BrokenError as error:
            notes.broken.setdefault(error.reason, []).append(sample.name)
        except NothingOfferedError as error:
            notes.requests -= 1
            notes.skip(sample.name, str(error))

    def _check_refused(self, name: str, sample: Sample, notes: Notes) -> None:
        """Send a request that must be refused, and read at most the first batch."""
        request = refused_request(self.contract, name, sample, self.listing.names)
        try:
            info = self.peer.info(self.contract.flight, name, request)
            if name not in {*self.contract.flight.writes, *self.contract.flight.exchange}:
                for endpoint in info.endpoints[:1]:
                    with self.peer.stream(endpoint) as stream:
                        stream.begin()
        except UnimplementedError:
            notes.refused += 1  # whatever is asked
        except RefusedError as error:
            notes.refused += 1
            for fault in self.drift.of_refusal(name, request) if self.drift else ():
                notes.add_fault("", fault)
            if error.internal:
                notes.silent.append(sample.name)
        except (UnavailableError, ElsewhereError):
            notes.refused += 1
        else:
            notes.lenient.append(sample.name)

    def _check_accepted(self, name: str, sample: Sample, notes: Notes) -> None:
        """Send a request that must be answered, and read the answer to its end."""
        names = self.listing.names if sample.path else {}
        request = substitute_names(self.contract, name, sample.request, names)
        try:
            info = self.peer.info(self.contract.flight, name, request)
            if self.contract.flight.calls != "ticket":
                self.reader.check_info(name, request, info, notes)
            self.reader.read(name, sample, request, info, notes)
        except ElsewhereError as error:
            notes.withhold(sample.name, error.reason)
        except UnavailableError as error:
            notes.withhold(sample.name, f"the server does not have the data: {error.reason}")
        except RefusedError as error:
            if self.claimed is not None and self.claimed.refuses(request, name):
                notes.not_yet.append(sample.name)
            elif not _is_fault(error) and self._asks_for_time(name, request):
                notes.withhold(sample.name, f"the server does not have the data: {error.reason}")
            else:
                notes.unanswered.setdefault(error.reason, []).append(sample.name)
        else:
            notes.answered += 1

    def _asks_for_time(self, name: str, request: Any) -> bool:
        """Return whether a request selects a time, whose data a server need not have."""
        args = arguments_of(self.contract, name, request)
        return any(args.get(argument) is not None for argument in self.contract.flight.times)


def _is_fault(error: RefusedError) -> bool:
    """Return whether a server failed or cannot answer at all, whatever is asked."""
    return error.internal or isinstance(error, UnimplementedError)


KINDS: dict[type, str] = {StartedEndpoint: "asking", ExaminedEndpoint: "examined", Finding: "finding"}


def examination_events(job: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield events: `about` (the server's description), `asking`, `finding`, `examined`, and last `end` or `failed`."""
    access = Access(
        job["location"],
        job["seconds"],
        job["token"],
        job["root_certs"].encode(),
        tuple(job.get("follow", ())),
        bool(job.get("replicas")),
    )
    return with_end(_examine(job, access), access.location, "examined")


def _examine(job: dict[str, Any], access: Access) -> Iterator[dict[str, Any]]:
    """Yield the events of an examination."""
    store = open_store(Path(job["root"]))
    peer = Peer(access)
    server_info = read_server_info(peer, store.settings.flight.info)
    as_documented = bool(job.get("as_documented"))
    contract = _contract_to_test(store, job["release"], server_info, as_documented=as_documented)
    about = _describe_server(server_info, store.settings.flight.info)
    _check_names(contract, job.get("required", ()))
    yield {"about": about, "release": contract.release.version}
    offered = server_info.get(store.settings.flight.info.endpoints)
    offered_names = [str(name) for name in offered] if isinstance(offered, list) else None
    claimed = _claimed_contract(store, server_info)
    newer = None if as_documented else Contract(store.release(None))
    drift = Drift(Contract(store.release(contract.release.version))) if contract.release.corrected else None
    examination = ServerExamination(contract, peer, offered_names, bool(job["may_write"]), claimed, newer, drift)
    for event in examination.run():
        yield {KINDS[type(event)]: asdict(event)}


def _contract_to_test(
    store: Store, release: str | None, server_info: dict[str, Any], *, as_documented: bool
) -> Contract:
    """Return the contract of the requested release, or else of the one that the server claims."""
    claimed = server_info.get(store.settings.flight.info.release)
    if release is not None:
        return Contract(store.release(release).held(as_documented=as_documented))
    if isinstance(claimed, str):
        try:
            return Contract(store.release(clean_line(claimed, 40)).held(as_documented=as_documented))
        except ArrakisSchemaError as error:
            raise ArrakisSchemaError(
                f"the server claims an unknown release: {error}; name one with --release"
            ) from error
    if not store.settings.flight.info.action:  # nothing to ask a server, so it is held to what `mock` answers by
        return Contract(store.release(None))
    raise ArrakisSchemaError("the server does not name its release: name one with --release")


def _check_names(contract: Contract, names: Iterable[str]) -> None:
    """Raise `UnknownSchemaError` for the name of an endpoint that the release does not have."""
    for name in names:
        if name not in contract.endpoints:
            raise UnknownSchemaError(f"{contract.release.title} has no endpoint {name!r}", contract.endpoints)


def _claimed_contract(store: Store, server_info: dict[str, Any]) -> Contract | None:
    """Return the contract that a server claims to keep, if that release exists."""
    claimed = server_info.get(store.settings.flight.info.release)
    try:
        return Contract(store.release(claimed).contract) if isinstance(claimed, str) else None
    except ArrakisSchemaError:
        return None


def _describe_server(server_info: dict[str, Any], info: Info) -> dict[str, str]:
    """Return the server's description of itself as texts of bounded length."""
    plain = {name: value for name, value in server_info.items() if isinstance(value, str | int | float | bool)}
    texts = {clean_line(name, 60): clean_line(value, 60) for name, value in list(plain.items())[:_MOST_MEMBERS]}
    claimed = server_info.get(info.release)
    return {**texts, "release": clean_line(claimed, 40) if isinstance(claimed, str) else ""}


if __name__ == "__main__":
    sys.exit(run_job(examination_events))
