"""A broker, read and never written: no group is joined, no offset is committed, no topic is created."""

import logging
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from time import monotonic
from typing import Any

from confluent_kafka import OFFSET_BEGINNING, Consumer, KafkaError, KafkaException, Message, TopicPartition
from confluent_kafka.admin import AdminClient, ConfigResource, ResourceType  # type: ignore[attr-defined]

from arrakis_schema.errors import ArrakisSchemaError
from arrakis_schema.kafka.reading import Read, Unread, Wanted

LARGEST = 64 * 1024 * 1024
_OFFSET_TAIL = -2000  # librdkafka's RD_KAFKA_OFFSET_TAIL_BASE: so many messages before the end
_SLICE = 0.5
_BATCH = 100
OURS = {
    "group.id": "arrakis-schema-conform",
    "enable.auto.commit": False,
    "enable.auto.offset.store": False,
    "allow.auto.create.topics": False,
    "enable.partition.eof": True,
    "auto.offset.reset": "earliest",
    "fetch.wait.max.ms": 100,
    "receive.message.max.bytes": LARGEST + 1024 * 1024,
    "fetch.max.bytes": LARGEST,
    "message.max.bytes": LARGEST,
}
_FAILED = re.compile(r"FAIL .*?\]: (?:\S+/\w+: )?(.*?)(?: \(after .*)?", re.DOTALL)
_PATIENCE = 3.0


class BrokerError(ArrakisSchemaError):
    """A broker cannot be reached, or what answers is none."""


class Broker:
    """A connection for reading; `close` ends it."""

    def __init__(self, servers: str, timeout: float, more: Mapping[str, str]) -> None:
        """Take the addresses, the seconds that everything together may take, and more settings of librdkafka."""
        self.servers, self._failures = servers, _Failures()
        self._begin = monotonic()
        self._until = self._begin + timeout
        log = logging.Logger("librdkafka")  # noqa: LOG001 - one of our own, which nobody else hears
        log.addHandler(self._failures)
        settings: dict[str, Any] = {**more, **OURS, "bootstrap.servers": servers}
        try:
            self._consumer = Consumer(settings, logger=log)
            self._admin = AdminClient({**more, "bootstrap.servers": servers}, logger=log)
        except (KafkaException, ValueError, TypeError) as error:
            raise BrokerError(f"the settings of the consumer are not accepted: {_reason(error)}") from error

    def topics(self) -> dict[str, list[int]]:
        """Return the topics with their partitions; asked for all at once, because asking for one may create it."""
        why = "no answer in time"
        while self._left() > 0 and not (self._failures.reasons and monotonic() - self._begin > _PATIENCE):
            try:
                listed = self._consumer.list_topics(timeout=self._slice())
            except KafkaException as error:
                why = _reason(error)
                self._consumer.poll(0)  # brings the log
            else:
                return {name: sorted(topic.partitions) for name, topic in listed.topics.items()}
        raise BrokerError(f"{self.servers} does not answer as a Kafka broker: {self._failures or why}")

    def policies(self, topics: list[str]) -> dict[str, str]:
        """Return the `cleanup.policy` of topics; one that is not told, or may not be asked for, is left out."""
        found = {}
        asked = [ConfigResource(ResourceType.TOPIC, topic) for topic in topics]
        for batch in (asked[start : start + _BATCH] for start in range(0, len(asked), _BATCH)):
            for resource, future in self._admin.describe_configs(batch, request_timeout=max(1.0, self._left())).items():
                with suppress(KafkaException, TimeoutError):
                    said = future.result(max(1.0, self._left())).get("cleanup.policy")
                    found.update({resource.name: said.value} if said is not None else {})
        return found

    def read(self, wanted: list[Wanted]) -> Iterator[Read | Unread]:
        """Yield the messages of the partitions up to the end that each has when it is first read."""
        open_ = {(one.topic, one.partition): one for one in wanted}
        ends: dict[tuple[str, int], int] = {}
        self._consumer.assign([TopicPartition(one.topic, one.partition, _start(one.newest)) for one in wanted])
        while open_ and self._left() > 0:
            message = self._consumer.poll(self._slice())
            if message is None:
                continue
            place = str(message.topic()), message.partition() or 0
            if place in open_:
                yield from self._step(message, open_, ends)
        for topic, partition in open_:
            failed = f": {self._failures}" if self._failures else ""
            yield Unread(topic, partition, f"it was not read to its end in time{failed}")
        self._consumer.unassign()

    def close(self) -> None:
        """End the connection."""
        self._consumer.close()

    def _step(
        self, message: Message, open_: dict[tuple[str, int], Wanted], ends: dict[tuple[str, int], int]
    ) -> Iterator[Read | Unread]:
        """Yield what one answer of the broker holds, and close a partition that is read."""
        place = str(message.topic()), message.partition() or 0
        error = message.error()
        if error is not None:
            del open_[place]
            if error.code() != KafkaError._PARTITION_EOF:  # noqa: SLF001 - the library's name of it
                yield Unread(*place, error.str())
            return
        offset = message.offset() or 0
        if place not in ends:
            ends[place] = self._end(place, offset)
            first = ends[place] - (open_[place].newest or ends[place])
            if offset < first:  # a broker that misjudges its end starts too early
                self._consumer.seek(TopicPartition(*place, first))
                return
        yield _read(message, place[0], offset)
        if offset >= ends[place] - 1:
            del open_[place]
            self._consumer.incremental_unassign([TopicPartition(*place)])

    def _end(self, place: tuple[str, int], offset: int) -> int:
        """Return the end of a partition as its last fetch said it."""
        watermarks = self._consumer.get_watermark_offsets(TopicPartition(*place), cached=True)
        return max(int(watermarks[1]) if watermarks else 0, offset + 1)

    def _slice(self) -> float:
        """Return how long to wait once; never less than nothing, which would mean for ever."""
        return max(0.01, min(_SLICE, self._left()))

    def _left(self) -> float:
        """Return how many seconds are left."""
        return self._until - monotonic()


class _Failures(logging.Handler):
    """What the library logs about connections that fail: the last, and as a text how it words it."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.reasons: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a failure."""
        found = _FAILED.fullmatch(record.getMessage())
        if found:
            self.reasons = [*self.reasons[-1:], found.group(1)]

    def __str__(self) -> str:
        return self.reasons[-1] if self.reasons else ""

    def __bool__(self) -> bool:
        return bool(self.reasons)


def _start(newest: int | None) -> int:
    """Return the offset to begin with."""
    return OFFSET_BEGINNING if newest is None else _OFFSET_TAIL - newest


def _read(message: Message, topic: str, offset: int) -> Read:
    """Return a message as it was read."""
    key, value = message.key(), message.value()
    return Read(topic, offset, _bytes(key), _bytes(value), bool(message.headers()), int(message.timestamp()[1]))


def _bytes(value: object) -> bytes | None:
    """Return a key or a value, which the library may give as text."""
    return value.encode() if isinstance(value, str) else value if isinstance(value, bytes) else None


def _reason(error: Exception) -> str:
    """Return what an error of the library says."""
    inner = error.args[0] if error.args else error
    return inner.str() if isinstance(inner, KafkaError) else str(inner)
