"""Programs that send a request or a message, and read what comes back: as texts to copy, made from the examples."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

_WIDTH = 72
_BROKER, _SERVER = "HOST:9092", "grpc://HOST:PORT"
_PLACEHOLDER = re.compile(r"\{(\w+)\}")
MOST_BATCHES = 3
"""How many batches a program reads of a stream that does not end by itself."""


def python_literal(value: Any, used: int = 0, indent: int = 0) -> str:
    """Return a JSON value as Python, on one line where it fits behind `used` characters."""
    flat = _flat(value)
    if used + len(flat) <= _WIDTH or not isinstance(value, dict | list) or not value:
        return flat
    inner = " " * (indent + 4)
    pairs = list(value.items()) if isinstance(value, dict) else [(None, item) for item in value]
    lines = []
    for key, item in pairs:
        head = f"{inner}{_flat(key)}: " if isinstance(value, dict) else inner
        lines.append(f"{head}{python_literal(item, len(head) + 1, indent + 4)},\n")
    opening, closing = "{}" if isinstance(value, dict) else "[]"
    return f"{opening}\n{''.join(lines)}{' ' * indent}{closing}"


def _flat(value: Any) -> str:
    """Return a JSON value as Python on one line."""
    if isinstance(value, dict):
        return f"{{{', '.join(f'{_flat(key)}: {_flat(item)}' for key, item in value.items())}}}"
    if isinstance(value, list):
        return f"[{', '.join(map(_flat, value))}]"
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str) else repr(value)


def assignment(name: str, value: Any) -> str:
    """Return the statement that gives a JSON value a name."""
    return f"{name} = {python_literal(value, len(name) + 3)}"


@dataclass(frozen=True, slots=True)
class RequestCode:
    """A request to an endpoint, None where the name alone asks, and how it is sent: see `calls` of the settings."""

    endpoint: str
    request: Any
    calls: str

    @property
    def named(self) -> list[str]:
        """The lines that give the request a name."""
        return [] if self.request is None else [assignment("request", self.request)]

    @property
    def descriptor(self) -> str:
        """The line that makes the descriptor."""
        if self.calls != "path":
            return "descriptor = flight.FlightDescriptor.for_command(json.dumps(request))"
        parts = [*map(_flat, self.endpoint.split("/")), *(["json.dumps(request)"] if self.request else [])]
        return f"descriptor = flight.FlightDescriptor.for_path({', '.join(parts)})"


def asking_program(call: RequestCode, *, endless: bool) -> str:
    """Return a program that sends a request by Arrow Flight and prints the answer; of an endless one, its beginning."""
    direct = call.calls == "ticket"
    ticket, indent = ("ticket", "    ") if direct else ("endpoint.ticket", "        ")
    reading = [f"print(client.do_get({ticket}).read_all())"]
    if endless:
        reading = [
            f"reader = client.do_get({ticket})",
            f"for chunk in islice(reader, {MOST_BATCHES}):  # without an end it never stops",
            "    print(chunk.data)",
            "reader.cancel()",
        ]
    asking = [] if direct else ["    for endpoint in client.get_flight_info(descriptor).endpoints:"]
    return "\n".join(
        [
            *_imports(call, endless=endless),
            "from pyarrow import flight",
            "",
            *call.named,
            "ticket = flight.Ticket(json.dumps(request).encode())" if direct else call.descriptor,
            f'with flight.connect("{_SERVER}") as client:',
            *asking,
            *(f"{indent}{line}" for line in reading),
        ]
    )


def _imports(call: RequestCode, *, endless: bool) -> list[str]:
    """Return the imports of the standard library, and the line after them."""
    lines = ["import json"] if call.request else []
    lines += ["from itertools import islice"] if endless else []
    return [*lines, ""] if lines else []


def exchanging_program(call: RequestCode, schema: str, rows: Sequence[Any]) -> str:
    """Return a program that sends rows with a request by DoExchange, and prints those that come back.

    `schema` is the code that makes the schema of the rows.
    """
    return "\n".join(
        [
            *_imports(call, endless=False),
            schema.replace("import pyarrow as pa\n", "import pyarrow as pa\nfrom pyarrow import flight\n").rstrip(),
            assignment("rows", list(rows)),
            *call.named,
            call.descriptor,
            f'with flight.connect("{_SERVER}") as client:',
            "    writer, reader = client.do_exchange(descriptor)",
            "    with writer:",
            "        writer.begin(schema)",
            "        writer.write_batch(pa.RecordBatch.from_pylist(rows, schema))",
            "        writer.done_writing()",
            "        print(reader.read_all())",
        ]
    )


def topic_text(name: str) -> str:
    """Return the name of a topic with its placeholders as words to replace."""
    return _PLACEHOLDER.sub(lambda match: match[1].upper(), name)


def receiving_program(topic: str, *, tabular: bool) -> str:
    """Return a program that reads the oldest message of a topic and decodes it."""
    decoding = (
        ["with pa.ipc.open_stream(message.value()) as stream:", "    print(stream.read_all())"]
        if tabular
        else ["value = message.value()", "print(message.key(), value and json.loads(value))"]
    )
    return "\n".join(
        [
            *(["import pyarrow as pa"] if tabular else ["import json", ""]),
            "from confluent_kafka import OFFSET_BEGINNING, Consumer, TopicPartition",
            "",
            f'settings = {{"bootstrap.servers": "{_BROKER}", "group.id": "reader", "enable.auto.commit": False}}',
            "consumer = Consumer(settings)",
            f"consumer.assign([TopicPartition({_flat(topic_text(topic))}, 0, OFFSET_BEGINNING)])",
            "message = consumer.poll(30)",
            "consumer.close()",
            "if message is None or message.error():",
            '    raise SystemExit(f"no message: {message and message.error()}")',
            *decoding,
        ]
    )


def publishing_rows(topic: str, schema: str, rows: Sequence[Any]) -> str:
    """Return a program that publishes rows as one Arrow IPC stream; `schema` is the code that makes their schema."""
    return "\n".join(
        [
            schema.replace(
                "import pyarrow as pa\n", "import pyarrow as pa\nfrom confluent_kafka import Producer\n"
            ).rstrip(),
            assignment("rows", list(rows)),
            "sink = pa.BufferOutputStream()",
            "with pa.ipc.new_stream(sink, schema) as writer:",
            "    writer.write_batch(pa.RecordBatch.from_pylist(rows, schema))",
            f'producer = Producer({{"bootstrap.servers": "{_BROKER}"}})',
            f"producer.produce({_flat(topic_text(topic))}, sink.getvalue().to_pybytes())",
            "producer.flush(30)",
        ]
    )


def publishing_record(topic: str, record: Any) -> str:
    """Return a program that publishes a record: a key, and a value as JSON."""
    return "\n".join(
        [
            "import json",
            "",
            "from confluent_kafka import Producer",
            "",
            assignment("value", record["value"]),
            f'producer = Producer({{"bootstrap.servers": "{_BROKER}"}})',
            "producer.produce(",
            f"    {_flat(topic_text(topic))}, json.dumps(value).encode(), key={_flat(record['key'])}",
            ")",
            "producer.flush(30)",
        ]
    )
