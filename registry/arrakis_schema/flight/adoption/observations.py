"""What a server answered, or why it did not, and what follows for the settings and the requests of a draft."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from arrakis_schema.arrow.rows import rows_of
from arrakis_schema.store.flight_settings import REQUEST_MEMBER
from arrakis_schema.text.short_repr import short_repr

_TYPES: dict[type, str] = {
    bool: "boolean",
    int: "integer",
    float: "number",
    str: "string",
    list: "array",
    dict: "object",
}
_NESTED = [
    "",
    "[[documents]]",
    'files = "**/schema.txt"',
    'kind = "payload"',
    'examples = "examples/NAME/VARIANT.json"',
]
VERSION, BASE_URL = "0.1.0", "https://example.org/"


@dataclass(frozen=True)
class Observation:
    """One request that was answered: the request (None: no JSON), the schemas, and the batches that were read.

    `path` is the path that asked, where that is the whole request; `by_ticket` tells that the request was sent as a
    ticket, without GetFlightInfo; `unasked` says why nobody can ask so by a document.
    """

    endpoint: str
    request: Any
    schemas: tuple[pa.Schema, ...]
    batches: tuple[pa.RecordBatch, ...]
    path: tuple[str, ...] = ()
    by_ticket: bool = False
    unasked: str = ""

    __repr__ = short_repr

    @property
    def schema(self) -> pa.Schema:
        """The schema of the data, or that of the FlightInfo where no data was asked for."""
        return self.schemas[-1]


@dataclass(frozen=True, slots=True)
class Unanswered:
    """A request without an answer, and why."""

    endpoint: str
    reason: str


Observed = Iterator[Observation | Unanswered]


def plain_name(name: str) -> str:
    """Return a name that a folder can bear: lower-case ASCII, digits, - and _."""
    return re.sub(r"[^a-z0-9_]+", "-", name[:200].lower()).strip("-")[:60] or "flight"


def first_rows(batches: Sequence[pa.RecordBatch], most: int) -> list[dict[str, Any]]:
    """Return the first rows of these batches."""
    rows: list[dict[str, Any]] = []
    for batch in batches:
        rows += rows_of(batch.slice(0, most - len(rows)))
        if len(rows) >= most:
            break
    return rows


def infer_descriptor(endpoint: str, requests: Sequence[Any], member: str) -> dict[str, Any] | None:
    """Return a JSON Schema that accepts these and similar requests; None if none of them is a JSON object.

    `member` is the one that names the endpoint, empty where none does.
    """
    objects = [request for request in requests if isinstance(request, dict)]
    if not objects:
        return None
    identifier = f"{BASE_URL}versions/{VERSION}/endpoints/{endpoint}/descriptor.json"
    schema = {"$schema": "http://json-schema.org/draft-07/schema#", "$id": identifier, **_infer(objects)}
    names = {request[member] for request in objects if isinstance(request.get(member), str)}
    if len(names) == 1:
        schema["properties"][member] = {"const": names.pop()}
    return schema


def infer_settings(by_endpoint: Mapping[str, Sequence[Observation]]) -> str:
    """Return a `registry.toml` that sends requests to each endpoint in the way in which it answered.

    The member that holds the arguments is the one that is an object in all requests.
    """
    observed = [it for observations in by_endpoint.values() for it in observations]
    objects = [it.request for it in observed if isinstance(it.request, dict)]
    members = [
        name for name in (objects[0] if objects else ()) if all(isinstance(it.get(name), dict) for it in objects)
    ]
    flight = []
    if not objects and any(it.path for it in observed):
        flight.append('calls = "path"')
    if observed and all(it.by_ticket for it in observed):
        flight.append('calls = "ticket"')
    if objects and (member := discriminator_in(by_endpoint)) != REQUEST_MEMBER:
        flight.append(f"discriminator = {json.dumps(member)}")
    if len(members) == 1:
        flight.append(f"arguments = {json.dumps(members[0])}")
    lines = [f'version = "{VERSION}"', 'title = "Draft"', f'base_url = "{BASE_URL}"']
    lines += _NESTED if is_nested(by_endpoint) else []
    return "\n".join([*lines, *(["", "[flight]", *flight] if flight else [])]) + "\n"


def is_nested(by_endpoint: Mapping[str, Sequence[Observation]]) -> bool:
    """Return whether all requests are paths, and one path has several parts, which are folders then."""
    paths = [it.path for observations in by_endpoint.values() for it in observations]
    return all(paths) and any(len(path) > 1 for path in paths)


def discriminator_in(by_endpoint: Mapping[str, Sequence[Observation]]) -> str:
    """Return the member whose value is the name of the endpoint in each request; empty where there is none."""
    named = [
        {name for name, value in it.request.items() if isinstance(value, str) and plain_name(value) == endpoint}
        for endpoint, observations in by_endpoint.items()
        for it in observations
        if isinstance(it.request, dict)
    ]
    shared = set.intersection(*named) if named else set[str]()
    return REQUEST_MEMBER if REQUEST_MEMBER in shared else min(shared, default="")


def explain_unasked(by_endpoint: Mapping[str, Sequence[Observation]]) -> Iterator[str]:
    """Yield a sentence for each endpoint that `conform` cannot ask by the draft."""
    observed = {endpoint: observations[0] for endpoint, observations in by_endpoint.items()}
    alone = all(it.path for it in observed.values())
    with_requests = any(isinstance(it.request, dict) for it in observed.values())
    for endpoint, it in observed.items():
        mixed = it.path and (with_requests or (len(it.path) > 1 and not alone))
        if it.unasked or mixed:
            reason = it.unasked or "it is requested by a path, unlike the others"
            remedy = "name a request in JSON that the server answers with --endpoint NAME=FILE"
            yield f"{endpoint}: drafted, and `conform` cannot ask for it: {reason}; {remedy}"


def _infer(values: Sequence[Any]) -> dict[str, Any]:
    """Return a schema of these values: their types, and what their members and items have in common."""
    schema: dict[str, Any] = {}
    types = list(dict.fromkeys(_TYPES.get(type(value), "null") for value in values))
    types = [it for it in types if it != "integer" or "number" not in types]
    schema["type"] = types[0] if len(types) == 1 else types
    objects = [value for value in values if isinstance(value, dict)]
    if objects:
        names = dict.fromkeys(name for value in objects for name in value)
        schema["properties"] = {name: _infer([it[name] for it in objects if name in it]) for name in names}
        schema["required"] = [name for name in names if all(name in value for value in objects)]
    items = [item for value in values if isinstance(value, list) for item in value]
    if items:
        schema["items"] = _infer(items)
    return schema
