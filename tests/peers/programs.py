"""Each program beside an example sends that example: run with the real client against a server that takes notes."""

import json
import os
import runpy
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pyarrow as pa
from pyarrow import flight

from arrakis_schema import load_payload
from arrakis_schema.arrow import record_batch, strip_annotations

SCHEMAS = Path(__file__).parent.parent.parent / "schemas"
ANSWERS = {"find": "channels", "describe": "channels", "count": "count", "publish": "broker"}


class Notes(flight.FlightServerBase):  # type: ignore[misc]
    """A server that notes each request, answers with the examples, and breaks off a stream or an exchange."""

    def __init__(self) -> None:
        super().__init__("grpc://127.0.0.1:0")
        self.sent: list[dict[str, Any]] = []

    def get_flight_info(self, _: Any, descriptor: flight.FlightDescriptor) -> flight.FlightInfo:
        self.sent.append(json.loads(descriptor.command))
        endpoint = flight.FlightEndpoint(descriptor.command, [f"grpc://127.0.0.1:{self.port}"])
        return flight.FlightInfo(self._answer(descriptor.command).schema, descriptor, [endpoint], -1, -1)

    def do_get(self, _: Any, ticket: flight.Ticket) -> flight.RecordBatchStream:
        return flight.RecordBatchStream(self._answer(ticket.ticket))

    def do_exchange(self, _: Any, descriptor: flight.FlightDescriptor, *__: Any) -> None:
        self.sent.append(json.loads(descriptor.command))
        raise flight.FlightServerError("noted")

    def do_action(self, _: Any, action: flight.Action) -> Iterator[bytes]:
        yield json.dumps({"endpoints": {}, "action": action.type}).encode()

    def _answer(self, command: bytes) -> pa.Table:
        request = json.loads(command)
        name = request["request"].lower()
        if name not in ANSWERS:
            raise flight.FlightServerError("noted")
        file = SCHEMAS / f"endpoints/{name}/examples/schema/{ANSWERS[name]}.json"
        rows = json.loads(file.read_text())["rows"]
        return pa.Table.from_batches([record_batch(strip_annotations(load_payload(name)), rows)])


def main() -> int:
    """Print what each program sent and return 1 where that is not its example."""
    wrong = 0
    with Notes() as server:
        os.environ |= {"ARRAKIS_SERVER": f"grpc://127.0.0.1:{server.port}", "ARRAKIS_TOKEN": ""}
        for program in sorted(SCHEMAS.glob("endpoints/*/examples/*.arrakis.py")):
            wanted = json.loads((program.parent / f"{program.name.split('.')[0]}.json").read_text())
            server.sent.clear()
            with suppress(flight.FlightError, ValueError, pa.ArrowException):
                runpy.run_path(str(program))
            said = [one for one in server.sent if one["request"] == wanted["request"]]
            good = any({**one["args"], **wanted["args"]} == one["args"] for one in said)
            wrong += not good
            print("ok:" if good else f"not its example, but {server.sent}:", program.relative_to(SCHEMAS))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
