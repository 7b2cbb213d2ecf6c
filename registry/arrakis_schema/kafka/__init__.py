"""What travels through Kafka: messages and records held against their documents, and a live broker examined.

Messages need the extra `check`; a broker, the extra `kafka`.
"""

from arrakis_schema.kafka.messages import check_message

__all__ = ["check_message"]
