"""What an examination notes about one endpoint: deviations, without duplicates, and the findings made from them."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from posixpath import join

import pyarrow as pa

from arrakis_schema.arrow.members import line_of
from arrakis_schema.findings.finding import Finding, Severity
from arrakis_schema.findings.reports import format_count
from arrakis_schema.flight.release_contract import Contract

_MOST = 50


@dataclass(frozen=True, slots=True)
class Deviation:
    """One way in which sent data differs from the registered payload."""

    location: str
    rule: str
    severity: Severity
    message: str
    witness: str = ""


@dataclass(frozen=True, slots=True)
class Counts:
    """How much of an endpoint was examined: requests sent, answered and refused, batches and rows received.

    Of a series, `types_seen` of `types_listed` data types were streamed.
    """

    requests: int = 0
    answered: int = 0
    refused: int = 0
    batches: int = 0
    rows: int = 0
    types_seen: int = 0
    types_listed: int = 0


@dataclass
class Notes:
    """The notes on an endpoint; `faults` maps a fault to where it was seen, `types` a data type to whether it came.

    Of a series, `filled` are the columns of which samples came, and `gaps` maps those of which a stream had none to
    their data types.

    Of the faults of values the first by rule and place is kept, and how many more there were.
    """

    contract: Contract
    endpoint: str
    requests: int = 0
    answered: int = 0
    refused: int = 0
    batches: int = 0
    rows: int = 0
    faults: dict[Deviation, list[str]] = field(default_factory=dict)
    broken: dict[str, list[str]] = field(default_factory=dict)
    unanswered: dict[str, list[str]] = field(default_factory=dict)
    not_yet: list[str] = field(default_factory=list)
    lenient: list[str] = field(default_factory=list)
    silent: list[str] = field(default_factory=list)
    empty: list[str] = field(default_factory=list)
    skipped: dict[str, list[str]] = field(default_factory=dict)
    withheld: bool = False
    types: dict[str, bool] = field(default_factory=dict)
    filled: set[str] = field(default_factory=set)
    gaps: dict[str, set[str]] = field(default_factory=dict)
    repeats: dict[tuple[str, str], int] = field(default_factory=dict)

    @property
    def counts(self) -> Counts:
        """How much was examined so far."""
        received, listed = sum(self.types.values()), len(self.types)
        return Counts(self.requests, self.answered, self.refused, self.batches, self.rows, received, listed)

    @property
    def has_no_valid_request(self) -> bool:
        """Whether no request was sent that must be answered."""
        return not (self.answered or self.skipped or self.faults or self.broken or self.unanswered or self.not_yet)

    def add_fault(self, source: str, fault: Deviation) -> None:
        """Note a fault, and where it was seen."""
        places = self.faults.setdefault(fault, [])
        if source not in places:
            places.append(source)

    def withhold(self, what: str, why: str) -> None:
        """Note that the server did not return the requested data, although that is no fault."""
        self.withheld = True
        self.skip(what, why)

    def add_value_fault(self, source: str, fault: Deviation) -> None:
        """Note a fault of values: the first of its rule and column, of which the others are counted."""
        key = fault.rule, fault.location
        first = next((known for known in self.faults if (known.rule, known.location) == key), None)
        if first is None:
            self.add_fault(source, fault)
        elif first != fault:
            self.repeats[key] = self.repeats.get(key, 0) + 1

    def count_batch(self, batch: pa.RecordBatch) -> None:
        """Count a batch that came."""
        self.batches += 1
        self.rows += batch.num_rows

    def conclude(self) -> None:
        """Note what stayed undecided: an endpoint that never answered, data types that never came."""
        requested = self.answered or self.faults or self.broken or self.unanswered or self.not_yet
        if not requested and self.withheld:
            self.add_problem("undecided", "undecided: it answered no request", Severity.WARNING)
        if self.empty and self.answered:
            what = f"no rows came of {_join_names(self.empty)}, although the server did not say that it has none"
            self.add_problem("undecided", f"undecided: {what}", Severity.WARNING)
        missing = [name for name, seen in self.types.items() if not seen]
        if missing and self.answered:
            what = f"no samples came of {_join_names(missing)}, although they are listed"
            self.add_problem("undecided", f"undecided: {what}", Severity.WARNING)
        gaps = [column for column, types in self.gaps.items() if column not in self.filled and not types & set(missing)]
        if gaps:
            what = f"of {_join_names(gaps)} only gaps came"
            self.add_problem("undecided", f"undecided: {what}", Severity.WARNING)

    def add_problem(self, rule: str, message: str, severity: Severity = Severity.ERROR, location: str = "") -> None:
        """Note something that is wrong with a request or an answer as a whole."""
        self.add_fault("", Deviation(location, rule, severity, message))

    def skip(self, what: str, why: str) -> None:
        """Note what was not examined: a clause without its verb, or nothing for the whole endpoint."""
        self.skipped.setdefault(why, []).append(what)

    def findings(self) -> Iterator[Finding]:
        """Yield the findings, the first fifty of them."""
        for fault, sources in list(self.faults.items())[:_MOST]:
            yield self._finding(fault, sources)
        if len(self.faults) > _MOST:
            message = f"{self.endpoint}: not shown: {format_count(len(self.faults) - _MOST, 'more finding')}"
            yield self._notice("not-examined", message)
        for rule, template, group in self._groups():
            for reason, samples in group.items():
                message = f"{self.endpoint}: {template.format(_join_names(samples))}: {reason}"
                yield self._about_requests(rule, Severity.ERROR, message)
        for why, what in self.skipped.items():
            skipped = f"{_join_names(what)} not examined".lstrip()
            yield self._notice("not-examined", f"{self.endpoint}: {skipped}: {why}")
        if self.not_yet:
            message = (
                f"{self.endpoint}: the server rejects {_join_names(self.not_yet)}, as the release that it claims does"
            )
            yield self._notice("request-refused", message)
        if self.lenient:
            message = f"{self.endpoint}: the server answers {_join_names(self.lenient)}, which the contract rejects"
            yield self._notice("request-answered", message)
        if self.silent:
            message = (
                f"{self.endpoint}: the server rejects {_join_names(self.silent)} as an internal error, without a reason"
            )
            yield self._notice("refusal-unexplained", message)

    def _groups(self) -> list[tuple[str, str, dict[str, list[str]]]]:
        """Return the groups of problems with answers: the rule, a message, and the examples by reason."""
        return [
            ("answer-broken", "no whole answer to {}", self.broken),
            ("request-refused", "the server rejects {}, which the contract accepts", self.unanswered),
        ]

    def _finding(self, fault: Deviation, sources: list[str]) -> Finding:
        """Return the finding for a fault; one about a column is located at the column's line."""
        places = " and ".join(source for source in sources if source)
        more = self.repeats.get((fault.rule, fault.location), 0)
        count = f" (and {more:,} more like it)" if more else ""
        message = f"{self.endpoint}{f' ({places})' if places else ''}: {fault.message}{count}"
        is_column = bool(places)
        path = self.contract.payload_path(self.endpoint) if is_column else ""
        path = path or self._request_document
        line, column = self._place(path, fault.location) if is_column else (1, 1)
        file = join(self.contract.release.folder, path)
        return Finding(file, line, column, fault.rule, fault.severity, fault.location, message, fault.witness)

    @property
    def _request_document(self) -> str:
        """The path of the document to which findings about requests belong."""
        return self.contract.request_path(self.endpoint) or self.contract.payload_path(self.endpoint)

    def _place(self, path: str, location: str) -> tuple[int, int]:
        """Return line and column of a registered column."""
        document = self.contract.release.document(path)
        return (line_of(document.text, location), 1) if document.format.tabular else (1, 1)

    def _notice(self, rule: str, message: str) -> Finding:
        """Return a finding that does not fail the examination."""
        return self._about_requests(rule, Severity.NOTICE, message)

    def _about_requests(self, rule: str, severity: Severity, message: str) -> Finding:
        """Return a finding about requests as a whole."""
        file = join(self.contract.release.folder, self._request_document)
        return Finding(file, 1, 1, rule, severity, "", message)


def _join_names(names: list[str]) -> str:
    """Join some names for a message."""
    unique = list(dict.fromkeys(names))
    return ", ".join(unique[:12]) + (f" and {len(unique) - 12} more" if len(unique) > 12 else "")  # noqa: PLR2004
