"""The draft of a request's schema, and of the settings, from the requests that a server lists."""

import json
from collections.abc import Sequence
from typing import Any

_TYPES: dict[type, str] = {
    bool: "boolean",
    int: "integer",
    float: "number",
    str: "string",
    list: "array",
    dict: "object",
}


VERSION, BASE_URL = "0.1.0", "https://example.org/"


def infer_descriptor(endpoint: str, requests: Sequence[Any]) -> dict[str, Any] | None:
    """Return a JSON Schema that accepts these requests and what is like them; None where none is a JSON object."""
    objects = [request for request in requests if isinstance(request, dict)]
    if not objects:
        return None
    identifier = f"{BASE_URL}versions/{VERSION}/endpoints/{endpoint}/descriptor.json"
    schema = {"$schema": "http://json-schema.org/draft-07/schema#", "$id": identifier, **_infer(objects)}
    names = {request.get("request") for request in objects if isinstance(request.get("request"), str)}
    if len(names) == 1:
        schema["properties"]["request"] = {"const": names.pop()}
    return schema


def infer_settings(requests: Sequence[Any]) -> str:
    """Return a `registry.toml`: the member that holds the arguments is the one that is an object in all requests."""
    objects = [request for request in requests if isinstance(request, dict)]
    members = [
        name for name in (objects[0] if objects else ()) if all(isinstance(it.get(name), dict) for it in objects)
    ]
    lines = [f'version = "{VERSION}"', 'title = "Draft"', f'base_url = "{BASE_URL}"']
    if len(members) == 1:
        lines += ["", "[flight]", f"arguments = {json.dumps(members[0])}"]
    return "\n".join(lines) + "\n"


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
