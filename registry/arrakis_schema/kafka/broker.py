"""A read-only connection to a broker: it joins no group, commits no offset, creates no topic."""

import logging
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from time import monotonic
from typing import Any

from confluent_kafka import OFFSET_BEGINNING, Consumer, KafkaError, KafkaException, Message, TopicPartition
from confluent_kafka.admin import AdminClient, ConfigResource, ResourceType  # type: ignore[attr-defined]

from arrakis_schema.errors import ArrakisSchemaError
from arrakis_schema.kafka.conform import PartitionRequest, ReadMessage, UnreadPartition

LARGEST = 64 * 1024 * 1024
_OFFSET_TAIL = -2000  # librdkafka's RD_KAFKA_OFFSET_TAIL_BASE: so many messages before the end
_LONGEST_POLL = 0.5
_BATCH = 100
FIXED_SETTINGS = {
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
_FAILURE = re.compile(r"FAIL .*?\]: (?:\S+/\w+: )?(.*?)(?: \(after .*)?", re.DOTALL)
_PATIENCE = 3.0


class BrokerError(ArrakisSchemaError):
    """A broker cannot be reached, or is not a Kafka broker."""


class Broker:
    """A connection for reading; `close` ends it."""

    def __init__(self, servers: str, timeout: float, extra_settings: Mapping[str, str]) -> None:
        """Take the addresses, the seconds for the whole examination, and additional settings of librdkafka."""
        self.servers, self._failures = servers, _Failures()
        self._begin = monotonic()
        self._deadline = self._begin + timeout
        log = logging.Logger("librdkafka")  # noqa: LOG001 - a private logger
        log.addHandler(self._failures)
        settings: dict[str, Any] = {**extra_settings, **FIXED_SETTINGS, "bootstrap.servers": servers}
        try:
            self._consumer = Consumer(settings, logger=log)
            self._admin = AdminClient({**extra_settings, "bootstrap.servers": servers}, logger=log)
        except (KafkaException, ValueError, TypeError) as error:
            raise BrokerError(f"the settings of the consumer are not accepted: {_reason(error)}") from error

    def topics(self) -> dict[str, list[int]]:
        """Return the topics with their partitions; all at once, because requesting a single topic may create it."""
        reason = "no answer in time"
        while self._seconds_left() > 0 and not (self._failures.reasons and monotonic() - self._begin > _PATIENCE):
            try:
                listed = self._consumer.list_topics(timeout=self._poll_timeout())
            except KafkaException as error:
                reason = _reason(error)
                self._consumer.poll(0)  # delivers the log
            else:
                return {name: sorted(topic.partitions) for name, topic in listed.topics.items()}
        raise BrokerError(f"{self.servers} does not answer as a Kafka broker: {self._failures or reason}")

    def policies(self, topics: list[str]) -> dict[str, str]:
        """Return the `cleanup.policy` of topics, as far as the broker discloses it."""
        policies = {}
        resources = [ConfigResource(ResourceType.TOPIC, topic) for topic in topics]
        for batch in (resources[start : start + _BATCH] for start in range(0, len(resources), _BATCH)):
            for resource, future in self._admin.describe_configs(
                batch, request_timeout=max(1.0, self._seconds_left())
            ).items():
                with suppress(KafkaException, TimeoutError):
                    policy = future.result(max(1.0, self._seconds_left())).get("cleanup.policy")
                    policies.update({resource.name: policy.value} if policy is not None else {})
        return policies

    def read(self, requests: list[PartitionRequest]) -> Iterator[ReadMessage | UnreadPartition]:
        """Yield the messages of the partitions, each up to the end that it has when first read."""
        pending = {(request.topic, request.partition): request for request in requests}
        ends: dict[tuple[str, int], int] = {}
        self._consumer.assign(
            [TopicPartition(request.topic, request.partition, _start_offset(request.newest)) for request in requests]
        )
        while pending and self._seconds_left() > 0:
            message = self._consumer.poll(self._poll_timeout())
            if message is None:
                continue
            partition_key = str(message.topic()), message.partition() or 0
            if partition_key in pending:
                yield from self._step(message, pending, ends)
        for topic, partition in pending:
            failed = f": {self._failures}" if self._failures else ""
            yield UnreadPartition(topic, partition, f"it was not read to the end in time{failed}")
        self._consumer.unassign()

    def close(self) -> None:
        """End the connection."""
        self._consumer.close()

    def _step(
        self, message: Message, pending: dict[tuple[str, int], PartitionRequest], ends: dict[tuple[str, int], int]
    ) -> Iterator[ReadMessage | UnreadPartition]:
        """Yield the content of one answer of the broker, and close a partition that is complete."""
        partition_key = str(message.topic()), message.partition() or 0
        error = message.error()
        if error is not None:
            del pending[partition_key]
            if error.code() != KafkaError._PARTITION_EOF:  # noqa: SLF001 - the library's name of it
                yield UnreadPartition(*partition_key, error.str())
            return
        offset = message.offset() or 0
        if partition_key not in ends:
            ends[partition_key] = self._end_offset(partition_key, offset)
            first = ends[partition_key] - (pending[partition_key].newest or ends[partition_key])
            if offset < first:  # the broker misjudged its end, and started too early
                self._consumer.seek(TopicPartition(*partition_key, first))
                return
        yield _to_read_message(message, partition_key[0], offset)
        if offset >= ends[partition_key] - 1:
            del pending[partition_key]
            self._consumer.incremental_unassign([TopicPartition(*partition_key)])

    def _end_offset(self, partition_key: tuple[str, int], offset: int) -> int:
        """Return the end of a partition as of its last fetch."""
        watermarks = self._consumer.get_watermark_offsets(TopicPartition(*partition_key), cached=True)
        return max(int(watermarks[1]) if watermarks else 0, offset + 1)

    def _poll_timeout(self) -> float:
        """Return how long one call may wait; never a negative number, which would mean forever."""
        return max(0.01, min(_LONGEST_POLL, self._seconds_left()))

    def _seconds_left(self) -> float:
        """Return how many seconds are left."""
        return self._deadline - monotonic()


class _Failures(logging.Handler):
    """Collects what the library logs about failed connections; as a string, the last message."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.reasons: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a failure."""
        match = _FAILURE.fullmatch(record.getMessage())
        if match:
            self.reasons = [*self.reasons[-1:], match.group(1)]

    def __str__(self) -> str:
        return self.reasons[-1] if self.reasons else ""

    def __bool__(self) -> bool:
        return bool(self.reasons)


def _start_offset(newest: int | None) -> int:
    """Return the offset to start from."""
    return OFFSET_BEGINNING if newest is None else _OFFSET_TAIL - newest


def _to_read_message(message: Message, topic: str, offset: int) -> ReadMessage:
    """Return a message as it was read."""
    key, value = message.key(), message.value()
    return ReadMessage(
        topic, offset, _to_bytes(key), _to_bytes(value), bool(message.headers()), int(message.timestamp()[1])
    )


def _to_bytes(value: object) -> bytes | None:
    """Return a key or a value as bytes; the library may return text."""
    return value.encode() if isinstance(value, str) else value if isinstance(value, bytes) else None


def _reason(error: Exception) -> str:
    """Return the message of an error of the library."""
    inner = error.args[0] if error.args else error
    return inner.str() if isinstance(inner, KafkaError) else str(inner)
