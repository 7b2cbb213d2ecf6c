"""Does what is in the topics of a broker keep to the documents? The newest messages, and every record of metadata."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from re import Pattern

from arrakis_schema.errors import ArrakisSchemaError, UnknownSchemaError
from arrakis_schema.findings.finding import Finding, Severity
from arrakis_schema.kafka.descriptions import Descriptions
from arrakis_schema.kafka.messages import Checker
from arrakis_schema.kafka.reading import Read, Source, Unread, Wanted
from arrakis_schema.kafka.records import RecordChecker
from arrakis_schema.store.documents import Document
from arrakis_schema.store.kafka_settings import Topics, topics_of
from arrakis_schema.store.settings import REGISTRY_FILE
from arrakis_schema.store.store import Release
from arrakis_schema.tables import arrow_document

_CHECKERS: dict[str, Callable[[Release, str], Checker | RecordChecker]] = {
    "arrow": lambda release, path: Checker(arrow_document(release, path)),
    "json-schema": RecordChecker,
}
_OF_RECORDS = {"reference-unknown", "length-differs"}


@dataclass(slots=True)
class Examined:
    """What was found, and how much was looked at: messages by topic."""

    findings: list[Finding] = field(default_factory=list)
    messages: dict[str, int] = field(default_factory=dict)
    undecided: bool = False

    @property
    def failed(self) -> bool:
        """Whether something does not conform."""
        return any(found.severity is Severity.ERROR for found in self.findings)


class Examination:
    """One look at a source, by the documents of one release."""

    def __init__(self, release: Release) -> None:
        """Read the documents that the topics are declared to hold; raises `UnknownSchemaError` where one is missing."""
        self._release, self._topics = release, release.settings.topics
        if not self._topics:
            raise UnknownSchemaError(f"{REGISTRY_FILE} has no [[topics]]: what is in Kafka is not said", ())
        self._files = {one.document: self._document(one.document) for one in self._topics}
        self._checkers = {path: self._checker(path) for path in self._files}
        asked = [one.references for one in self._checkers.values() if isinstance(one, Checker) and one.references]
        self._described = Descriptions(self._topics, {name for one in asked for name in one.members})
        self._seen: dict[tuple[str, str, str], tuple[Finding, int]] = {}
        self.examined = Examined()

    def run(self, source: Source, newest: int, chosen: Pattern[str] | None = None) -> Examined:
        """Examine a source: the topics whose names fit `chosen`, and in each this many of the newest messages."""
        there = source.topics()
        held = {name: topics for name in sorted(there) if (topics := topics_of(self._topics, name))}
        wanted = {name for name in held if chosen is None or chosen.search(name)}
        self.examined.messages = dict.fromkeys(sorted(wanted), 0)
        self._layout(source, there, {name: held[name] for name in wanted})
        described = {one.described_by for one in self._topics if one.described_by}
        first = [name for name in held if held[name].document in described]
        rest = [name for name in held if name in wanted and name not in first]
        for names in (first, rest):
            parts = [Wanted(name, part, self._newest(held[name], newest)) for name in names for part in there[name]]
            for read in source.read(parts) if parts else ():
                self._take(read, held[read.topic], reported=read.topic in wanted)
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
        language = self._files[path].format.name
        if language not in _CHECKERS:
            raise ArrakisSchemaError(f"{path} is written in {language}, of which no message can be checked")
        return _CHECKERS[language](self._release, path)

    def _newest(self, topics: Topics, newest: int) -> int | None:
        """Return how many messages of a topic are read: all, where they are records with keys."""
        return None if isinstance(self._checkers[topics.document], RecordChecker) else newest

    def _layout(self, source: Source, there: Mapping[str, list[int]], held: Mapping[str, Topics]) -> None:
        """Note each topic that has not as many partitions as it must, or is not kept as it must be."""
        asked = [name for name, topics in sorted(held.items()) if topics.cleanup]
        for name, policy in (source.policies(asked) if asked else {}).items():
            if policy != held[name].cleanup:
                message = f"{name}: expected the cleanup policy {held[name].cleanup}, found {policy}"
                self._add(name, self._about(held[name], "cleanup-differs", message))
        for name, topics in sorted(held.items()):
            count = len(there[name])
            if topics.partitions and count != topics.partitions:
                message = f"{name}: expected {_counted(topics.partitions, 'partition')}, found {count}"
                self._add(name, self._about(topics, "partitions-differ", message))

    def _take(self, read: Read | Unread, topics: Topics, *, reported: bool) -> None:
        """Check one message."""
        if isinstance(read, Unread):
            self.examined.undecided = True
            message = f"{read.topic}, partition {read.partition}: {read.why}"
            self._add(read.why, self._about(topics, "undecided", message, Severity.WARNING))
            return
        found = [*self._envelope(read, topics), *self._content(read, topics)]
        if reported:
            self.examined.messages[read.topic] += 1
            for one in found:
                self._add(read.topic, replace(one, message=f"{read.topic}, offset {read.offset}: {one.message}"))

    def _envelope(self, read: Read, topics: Topics) -> Iterator[Finding]:
        """Yield what is wrong around the value of a message."""
        if topics.key == "none" and (read.key is not None or read.headers):
            found = "a key" if read.key is not None else "headers"
            yield self._about(topics, "message-key", f"expected neither key nor headers, found {found}")

    def _content(self, read: Read, topics: Topics) -> list[Finding]:
        """Return what is wrong with the value of a message."""
        checker = self._checkers[topics.document]
        if isinstance(checker, RecordChecker):
            record, found = checker.check(read.key, read.value, topics.key_member)
            if record is not None:
                self._described.note(topics.document, read.topic, record, read.time)
            return found
        if read.value is None:
            return [self._about(topics, "message-malformed", "the message has no value")]
        if not self._described.describes(read.topic):
            return checker.check(read.value)
        found = checker.check(read.value, partial(self._described.expected, read.topic))
        return [self._dated(one, read) for one in found]

    def _dated(self, found: Finding, read: Read) -> Finding:
        """Return a finding as a warning where the message may be older than the records that it was held against."""
        if found.rule in _OF_RECORDS and read.time < self._described.newest:
            message = f"{found.message} (sent before the newest record)"
            return replace(found, severity=Severity.WARNING, message=message)
        return found

    def _about(self, topics: Topics, rule: str, message: str, severity: Severity = Severity.ERROR) -> Finding:
        """Return a finding about a document as a whole."""
        return Finding(f"{self._release.folder}/{topics.document}", 1, 1, rule, severity, "", message)

    def _add(self, group: str, found: Finding) -> None:
        """Note a finding; of many alike in one group, such as a topic, the first and how many there are."""
        place = group, found.rule, found.location
        first, count = self._seen.get(place, (found, 0))
        self._seen[place] = first, count + 1

    def _conclude(self) -> None:
        """Put together what was found, and what stayed open because there was nothing to look at."""
        for found, count in self._seen.values():
            more = f" (and {count - 1:,} more like it)" if count > 1 else ""
            self.examined.findings.append(replace(found, message=found.message + more))
        for topics in self._topics:
            names = [name for name in self.examined.messages if topics_of(self._topics, name) is topics]
            if not any(self.examined.messages[name] for name in names):
                self.examined.undecided = True
                where = f"{_counted(len(names), 'topic')} of the names {', '.join(topics.names)}"
                message = f"there is no message to check in {where}"
                self.examined.findings.append(self._about(topics, "undecided", message, Severity.WARNING))


def _counted(number: int, thing: str) -> str:
    """Return a number with its noun."""
    return f"{number} {thing}{'' if number == 1 else 's'}"
