"""Versioned schemas of an API: load them, validate requests, bind payloads.

Each name is imported when it is first used, so that `load_schema` needs nothing but the standard library.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from arrakis_schema.arrow.payloads import load_payload
    from arrakis_schema.errors import (
        ArrakisSchemaError,
        DamagedStoreError,
        InvalidRequestError,
        InvalidSchemaError,
        MalformedRequestError,
        MissingExtraError,
        SchemaTextError,
        TemplateError,
        UnknownSchemaError,
        ValidationLimitError,
    )
    from arrakis_schema.flight import (
        RefusedRequestError,
        RequestValidator,
        assert_payload,
        descriptor,
        parse_ticket,
        payload_schema,
    )
    from arrakis_schema.json_schema.packets import Request, dump_request, parse_request
    from arrakis_schema.json_schema.requests import iter_errors, validate, validator
    from arrakis_schema.json_schema.violations import Violation
    from arrakis_schema.kafka import check_message
    from arrakis_schema.store.loading import load_schema
    from arrakis_schema.store.store import Release, open_release
    from arrakis_schema.store.versions import parse_version, supports
    from arrakis_schema.tables import check_table

    __version__: str
    """The version of this package: the one that `schemas/registry.toml` declares, as in `"0.6.0"`."""
    SCHEMA_VERSION: str
    """The version of the schemas that a client sends as `version`; the same as `__version__`."""

_ERRORS = "arrakis_schema.errors"
_REQUESTS = "arrakis_schema.json_schema.requests"
_PACKETS = "arrakis_schema.json_schema.packets"
_FLIGHT = "arrakis_schema.flight"
_STORE = "arrakis_schema.store.store"
_HOMES = {
    "ArrakisSchemaError": _ERRORS,
    "DamagedStoreError": _ERRORS,
    "InvalidRequestError": _ERRORS,
    "InvalidSchemaError": _ERRORS,
    "MalformedRequestError": _ERRORS,
    "MissingExtraError": _ERRORS,
    "RefusedRequestError": _FLIGHT,
    "Release": _STORE,
    "Request": _PACKETS,
    "RequestValidator": _FLIGHT,
    "SchemaTextError": _ERRORS,
    "TemplateError": _ERRORS,
    "UnknownSchemaError": _ERRORS,
    "ValidationLimitError": _ERRORS,
    "Violation": "arrakis_schema.json_schema.violations",
    "assert_payload": _FLIGHT,
    "check_message": "arrakis_schema.kafka",
    "check_table": "arrakis_schema.tables",
    "descriptor": _FLIGHT,
    "dump_request": _PACKETS,
    "iter_errors": _REQUESTS,
    "load_payload": "arrakis_schema.arrow.payloads",
    "load_schema": "arrakis_schema.store.loading",
    "open_release": _STORE,
    "parse_request": _PACKETS,
    "parse_ticket": _FLIGHT,
    "parse_version": "arrakis_schema.store.versions",
    "payload_schema": _FLIGHT,
    "supports": "arrakis_schema.store.versions",
    "validate": _REQUESTS,
    "validator": _REQUESTS,
}

__all__ = [
    "SCHEMA_VERSION",
    "ArrakisSchemaError",
    "DamagedStoreError",
    "InvalidRequestError",
    "InvalidSchemaError",
    "MalformedRequestError",
    "MissingExtraError",
    "RefusedRequestError",
    "Release",
    "Request",
    "RequestValidator",
    "SchemaTextError",
    "TemplateError",
    "UnknownSchemaError",
    "ValidationLimitError",
    "Violation",
    "__version__",
    "assert_payload",
    "check_message",
    "check_table",
    "descriptor",
    "dump_request",
    "iter_errors",
    "load_payload",
    "load_schema",
    "open_release",
    "parse_request",
    "parse_ticket",
    "parse_version",
    "payload_schema",
    "supports",
    "validate",
    "validator",
]


def __getattr__(name: str) -> object:
    """Import a public name on first use and keep it (PEP 562)."""
    if name in {"__version__", "SCHEMA_VERSION"}:
        from arrakis_schema.store.loading import data_root, declared_version  # noqa: PLC0415

        value: object = declared_version(data_root())
        globals().update(__version__=value, SCHEMA_VERSION=value)
    elif name in _HOMES:
        value = getattr(__import__(_HOMES[name], fromlist=[name]), name)  # importlib would cost 0.4 ms
    else:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """List the public names."""
    return sorted(__all__)
