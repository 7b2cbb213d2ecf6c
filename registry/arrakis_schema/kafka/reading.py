"""The messages that are read from a broker, and the protocol of a source of messages."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol


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
