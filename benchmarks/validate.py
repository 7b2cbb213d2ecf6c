"""Validation of a request, envelope and endpoint, beside jsonschema as clients use it; the limit beside them."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import jsonschema_rs
import msgspec
from sides import interleaved, table, verdict

from arrakis_schema import load_schema, validate

PROJECT = Path(__file__).parent.parent


class Args(msgspec.Struct):
    channels: list[str]
    time: int | None
    replay_id: str | None = None


class Describe(msgspec.Struct):
    request: str
    args: Args
    version: str | None = None


def both(name: str, make: Any) -> Any:
    """Return a check of the envelope and then the endpoint."""
    envelope, endpoint = make(load_schema("descriptor")), make(load_schema(name))

    def check(request: Any) -> None:
        envelope.validate(request)
        endpoint.validate(request)

    return check


def compare(title: str, name: str, request: Any, wanted: float, **more: Any) -> None:
    slow, rust = both(name, jsonschema.Draft7Validator), both(name, jsonschema_rs.Draft7Validator)
    ways = {
        "arrakis_schema.validate": lambda: validate(request),
        "jsonschema.Draft7Validator": lambda: slow(request),
        "jsonschema_rs (limit)": lambda: rust(request),
        **more,
    }
    times = interleaved(ways)
    table(title, times, "arrakis_schema.validate")
    verdict("faster than jsonschema by", times["jsonschema.Draft7Validator"] / times["arrakis_schema.validate"], wanted)


def main() -> None:
    find = json.loads((PROJECT / "schemas/endpoints/find/examples/full.json").read_text())
    describe = {"request": "Describe", "args": {"channels": [f"H1:CAL-X_{n}" for n in range(1000)], "time": None}}
    compare("validate a Find", "find", find, 20)
    limit = {"msgspec.convert, types only (limit)": lambda: msgspec.convert(describe, Describe)}
    compare("validate a Describe of 1,000 channels", "describe", describe, 80, **limit)


if __name__ == "__main__":
    main()
