"""Kafka: check messages and records against their documents, and examine a live broker.

Checking messages needs the extra `check`; examining a broker needs the extra `kafka`.
"""

from arrakis_schema.kafka.messages import check_message

__all__ = ["check_message"]
