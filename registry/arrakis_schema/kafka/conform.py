"""Checks that the messages in a broker's topics conform: the newest messages, and every record of metadata."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from re import Pattern
from typing import Any, Protocol

from arrakis_schema.errors import ArrakisSchemaError, UnknownSchemaError
from arrakis_schema.findings.finding import Finding, Severity
from arrakis_schema.findings.reports import format_count
from arrakis_schema.kafka.messages import Checker, least_rows
from arrakis_schema.kafka.records import (
    Descriptions,
    DigestCheck,
    RecordChecker,
    Times,
    disagreements,
    mismatched_members,
)
from arrakis_schema.languages import language_of
from arrakis_schema.store.documents import Document
from arrakis_schema.store.kafka_settings import Topics, topics_of
from arrakis_schema.store.settings import REGISTRY_FILE
from arrakis_schema.store.store import Release
from arrakis_schema.tables import arrow_document

_CHECKERS: dict[str, Callable[[Release, str], Checker | RecordChecker]] = {
    "tables": lambda release, path: Checker(arrow_document(release, path), least_rows(release, path)),
    "records": RecordChecker,
}
"""How what a topic holds is checked, by `topic_holds` of the language of its document."""

_RECORD_RULES = {"reference-unknown", "length-differs", "record-differs"}


@dataclass(frozen=True, slots=True)
class PartitionRequest:
    """One partition to read, and how many of its newest messages: None for all."""

    topic: str
    partition: int
    newest: int | None


@dataclass(frozen=True, slots=True)
class ReadMessage:
    """One message as it was read, `value` None where it has none; `time` is the broker's, in milliseconds."""

    topic: str
    offset: int
    key: bytes | None
    value: bytes | None
    headers: bool
    time: int


@dataclass(frozen=True, slots=True)
class UnreadPartition:
    """A partition that was not read to its end, and the reason."""

    topic: str
    partition: int
    reason: str


class Source(Protocol):
    """What messages are read from: a broker, or a substitute for one in tests."""

    def topics(self) -> dict[str, list[int]]:
        """Return the topics with their partitions."""

    def policies(self, topics: list[str]) -> dict[str, str]:
        """Return the `cleanup.policy` of topics, as far as it is disclosed."""

    def read(self, requests: list[PartitionRequest]) -> Iterator[ReadMessage | UnreadPartition]:
        """Yield the messages of partitions."""


@dataclass(slots=True)
class Examined:
    """The findings, and the number of messages checked by topic."""

    findings: list[Finding] = field(default_factory=list)
    messages: dict[str, int] = field(default_factory=dict)
    undecided: bool = False

    @property
    def failed(self) -> bool:
        """Whether something does not conform."""
        return any(finding.severity is Severity.ERROR for finding in self.findings)


class Examination:
    """One examination of a source by the documents of one release."""

    def __init__(self, release: Release) -> None:
        """Read the documents that the topics are declared to hold; raises `UnknownSchemaError` where one is missing."""
        self._release, self._topics = release, release.settings.topics
        if not self._topics:
            raise UnknownSchemaError(f"{REGISTRY_FILE} has no [[topics]]: declare which document a topic holds", ())
        self._files = {topics.document: self._document(topics.document) for topics in self._topics}
        self._checkers = {path: self._checker(path) for path in self._files}
        references = [checker.references for checker in self._checkers.values() if isinstance(checker, Checker)]
        members = {name for reference in references if reference for name in reference.members}
        members |= {name for topics in self._topics for name in (*topics.alike, topics.series.stride) if name}
        self._descriptions = Descriptions(self._topics, members)
        self._repetitions: dict[tuple[str, str, str], tuple[Finding, int]] = {}
        self._summaries: dict[str, DigestCheck] = {}
        self._times: dict[str, Times] = {}
        self.examined = Examined()

    def run(self, source: Source, newest: int, chosen: Pattern[str] | None = None) -> Examined:
        """Examine a source: the topics whose names fit `chosen`, and in each this many of the newest messages."""
        partitions = source.topics()
        declared = {name: topics for name in sorted(partitions) if (topics := topics_of(self._topics, name))}
        selected = {name for name in declared if chosen is None or chosen.search(name)}
        self.examined.messages = dict.fromkeys(sorted(selected), 0)
        self._check_layout(source, partitions, {name: declared[name] for name in selected})
        description_documents = {topics.described_by for topics in self._topics if topics.described_by}
        metadata_topics = [name for name in declared if declared[name].document in description_documents]
        data_topics = [name for name in declared if name in selected and name not in metadata_topics]
        for names in (metadata_topics, data_topics):
            parts = [
                PartitionRequest(name, part, self._message_limit(declared[name], newest))
                for name in names
                for part in partitions[name]
            ]
            for read in source.read(parts) if parts else ():
                self._check_message(read, declared[read.topic], reported=read.topic in selected)
        self._conclude()
        return self.examined

    def _document(self, path: str) -> Document:
        """Return a document of the release."""
        release = self._release
        if path not in release.documents:
            raise UnknownSchemaError(f"release {release.version} has no document {path}", release.documents)
        return release.document(path)

    def _checker(self, path: str) -> Checker | RecordChecker:
        """Return the check of a document."""
        document = self._files[path]
        holds = language_of(document).topic_holds
        if not holds:
            raise ArrakisSchemaError(f"{path} is written in {document.format.name}, whose messages cannot be checked")
        return _CHECKERS[holds](self._release, path)

    def _message_limit(self, topics: Topics, newest: int) -> int | None:
        """Return how many messages of a topic are read: all, where they are records with keys."""
        return None if isinstance(self._checkers[topics.document], RecordChecker) else newest

    def _check_layout(
        self, source: Source, partitions: Mapping[str, list[int]], declared: Mapping[str, Topics]
    ) -> None:
        """Note each topic whose number of partitions or cleanup policy differs from the settings."""
        topics_with_policy = [name for name, topics in sorted(declared.items()) if topics.cleanup]
        for name, policy in (source.policies(topics_with_policy) if topics_with_policy else {}).items():
            if policy != declared[name].cleanup:
                message = f"{name}: expected the cleanup policy {declared[name].cleanup}, found {policy}"
                self._note(name, self._document_finding(declared[name], "cleanup-differs", message))
        for name, topics in sorted(declared.items()):
            count = len(partitions[name])
            if topics.partitions and count != topics.partitions:
                message = f"{name}: expected {format_count(topics.partitions, 'partition')}, found {count}"
                self._note(name, self._document_finding(topics, "partitions-differ", message))

    def _check_message(self, read: ReadMessage | UnreadPartition, topics: Topics, *, reported: bool) -> None:
        """Check one message."""
        if isinstance(read, UnreadPartition):
            self.examined.undecided = True
            message = f"{read.topic}, partition {read.partition}: {read.reason}"
            self._note(read.reason, self._document_finding(topics, "undecided", message, Severity.WARNING))
            return
        findings = [*self._check_envelope(read, topics), *self._check_value(read, topics)]
        if reported:
            self.examined.messages[read.topic] += 1
            for finding in findings:
                self._note(
                    read.topic, replace(finding, message=f"{read.topic}, offset {read.offset}: {finding.message}")
                )

    def _check_envelope(self, read: ReadMessage, topics: Topics) -> Iterator[Finding]:
        """Check the key and the headers of a message."""
        if topics.key == "none" and (read.key is not None or read.headers):
            extra = "a key" if read.key is not None else "headers"
            yield self._document_finding(topics, "message-key", f"expected neither key nor headers, found {extra}")

    def _check_value(self, read: ReadMessage, topics: Topics) -> list[Finding]:
        """Return what is wrong with the value of a message."""
        checker = self._checkers[topics.document]
        if isinstance(checker, RecordChecker):
            record, findings = checker.check(read.key, read.value, topics.key_member)
            return [*findings, *self._check_record(read, topics, record)] if record is not None else findings
        if read.value is None:
            return [self._document_finding(topics, "message-malformed", "the message has no value")]
        if not self._descriptions.describes(read.topic):
            return [*checker.check(read.value), *self._check_time(read, topics, checker)]
        findings = checker.check(read.value, partial(self._descriptions.expectations, read.topic))
        return [
            *(self._downgrade_if_older(finding, read) for finding in findings),
            *self._check_time(read, topics, checker),
        ]

    def _check_record(self, read: ReadMessage, topics: Topics, record: Mapping[str, Any]) -> Iterator[Finding]:
        """Keep a record, and yield what is wrong with it in its topic."""
        self._descriptions.note(topics.document, read.topic, record, read.time)
        key, value = str(record["key"]), record["value"]
        if topics.digest.key:
            summary = self._summaries.setdefault(read.topic, DigestCheck(topics.digest, topics.key_member))
            summary.note(key, value)
        for rule, message in mismatched_members(topics.placeholders_of(read.topic), topics.repeats, value):
            yield self._document_finding(topics, rule, f"the record of the key {key!r}: {message}")

    def _check_time(self, read: ReadMessage, topics: Topics, checker: Checker) -> Iterator[Finding]:
        """Yield what is wrong with the time of a message, after those before it."""
        series, references = topics.series, checker.references
        rows = (
            checker.columns(read.value or b"", (series.time, references.column)) if series.time and references else None
        )
        if rows is None or references is None:
            return
        times, numbers = rows
        if not times or times[0] is None:
            return
        records = {number: self._descriptions.record(read.topic, references.member, number) for number in numbers}
        time_checks = self._times.setdefault(read.topic, Times(series))
        for rule, message in time_checks.laws(times[0], records):
            yield self._document_finding(topics, rule, message)

    def _downgrade_if_older(self, finding: Finding, read: ReadMessage) -> Finding:
        """Return a finding, as a warning if the message may be older than the records that it was checked against."""
        if finding.rule in _RECORD_RULES and read.time < self._descriptions.newest:
            message = f"{finding.message} (sent before the newest record)"
            return replace(finding, severity=Severity.WARNING, message=message)
        return finding

    def _document_finding(
        self, topics: Topics, rule: str, message: str, severity: Severity = Severity.ERROR
    ) -> Finding:
        """Return a finding about a document as a whole."""
        return Finding(f"{self._release.folder}/{topics.document}", 1, 1, rule, severity, "", message)

    def _note(self, group: str, finding: Finding) -> None:
        """Note a finding; repetitions in one group, such as a topic, are only counted."""
        key = group, finding.rule, finding.location
        first, count = self._repetitions.get(key, (finding, 0))
        self._repetitions[key] = first, count + 1

    def _summarize(self) -> None:
        """Note where the records of a topic disagree with each other, or with their digest."""
        for topic, records in self._descriptions.by_topic():
            topics = topics_of(self._topics, topic)
            checker = self._checkers[topics.document] if topics else None
            if topics and isinstance(checker, Checker) and checker.references:
                for rule, message in disagreements(topic, records, checker.references.member, topics.alike):
                    self._note(
                        topic, self._document_finding(replace(topics, document=topics.described_by), rule, message)
                    )
        for topic, summary in self._summaries.items():
            topics = topics_of(self._topics, topic)
            if topics is None:
                continue
            for rule, message in summary.laws():
                self._note(topic, self._document_finding(topics, rule, f"{topic}: {message}"))

    def _conclude(self) -> None:
        """Collect the findings, and note the topics that are undecided because they hold no message."""
        self._summarize()
        for finding, count in self._repetitions.values():
            repetitions = f" (and {count - 1:,} more like it)" if count > 1 else ""
            self.examined.findings.append(replace(finding, message=finding.message + repetitions))
        for topics in self._topics:
            names = [name for name in self.examined.messages if topics_of(self._topics, name) is topics]
            if not any(self.examined.messages[name] for name in names):
                self.examined.undecided = True
                where = f"{format_count(len(names), 'topic')} of the names {', '.join(topics.names)}"
                message = f"there is no message to check in {where}"
                self.examined.findings.append(self._document_finding(topics, "undecided", message, Severity.WARNING))
