"""Call every endpoint of a server with every example of a release, and check the answers against the contract."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from arrakis_schema.findings.finding import Finding, Severity
from arrakis_schema.flight.conform.answers import AnswerReader
from arrakis_schema.flight.conform.client import (
    BrokenError,
    ElsewhereError,
    NotAllowedError,
    Peer,
    RefusedError,
    TimedOutError,
    UnavailableError,
)
from arrakis_schema.flight.conform.drift import Drift
from arrakis_schema.flight.conform.listing import Listing
from arrakis_schema.flight.conform.observations import Counts, Notes
from arrakis_schema.flight.conform.promised import arguments_of
from arrakis_schema.flight.conform.substitution import (
    NothingOfferedError,
    refused_request,
    server_names,
    substitute_names,
)
from arrakis_schema.flight.release_contract import Contract, Sample


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
        drift, newer = self.drift, self.newer
        self.reader = AnswerReader(self.contract, self.peer, self.listing, self.may_write, newer, drift)

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
            notes.skip("all of it is", "the server does not offer it")
        else:
            try:
                self._samples(name, notes)
                if notes.asked_in_vain:
                    notes.skip("all of it is", "no example shows a request that the contract accepts")
            except (TimedOutError, NotAllowedError) as error:
                what = "no end within the time" if isinstance(error, TimedOutError) else "the server wants a token"
                notes.add_problem("undecided", f"not decided, {what}: {error.reason}", Severity.WARNING)
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
        except RefusedError as error:
            notes.refused += 1
            for fault in self.drift.of_refusal(name, request) if self.drift else ():
                notes.fault("", fault)
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
            notes.withhold(sample.name, f"the server does not have it: {error.reason}")
        except RefusedError as error:
            if self.claimed is not None and self.claimed.refuses(request, name):
                notes.not_yet.append(sample.name)
            elif not error.internal and self._asks_for_time(name, request):
                notes.withhold(sample.name, f"the server does not have it: {error.reason}")
            else:
                notes.unanswered.setdefault(error.reason, []).append(sample.name)
        else:
            notes.answered += 1

    def _asks_for_time(self, name: str, request: Any) -> bool:
        """Tell whether a request selects a time, whose data a server need not have."""
        args = arguments_of(self.contract, name, request)
        return any(args.get(argument) is not None for argument in self.contract.flight.times)
