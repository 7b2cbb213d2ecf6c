"""The requests of an endpoint: what they consist of in a release, and the descriptor of one."""

import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pyarrow import flight

from arrakis_schema.flight.tickets import descriptor_of
from arrakis_schema.json_schema.dispatch import declared_values
from arrakis_schema.json_schema.packets import write_request
from arrakis_schema.json_schema.requests import checks, known_arguments
from arrakis_schema.store.layout import DocumentKind
from arrakis_schema.store.settings import Settings
from arrakis_schema.store.store import Release, open_release
from arrakis_schema.text.short_repr import short_repr

_ENCODER = json.JSONEncoder(allow_nan=False, check_circular=False)
Root = str | os.PathLike[str] | None


def descriptor(
    endpoint: str,
    version: str | Release | None = None,
    *,
    root: Root = None,
    as_documented: bool = False,
    **args: Any,
) -> flight.FlightDescriptor:
    """Return the descriptor of a request to an endpoint with these arguments, after validating the request.

    Missing required members are filled in: the name of the request and the release, the defaults that
    `registry.toml` declares, and null where the release allows it. A member without a default stays missing.
    `version` is a release, an alias or None (this package's own). A frozen release is used with its corrections, or
    without them if `as_documented`.

    Raises `InvalidRequestError`, which names the argument and the reason, also for an argument that the release does
    not describe, and `UnknownSchemaError` for an endpoint or a release that does not exist.
    """
    release = open_release(version, root).held(as_documented=as_documented)
    form = form_of(endpoint, release)
    arguments = {**form.defaults, **args}
    request = form.request(arguments)
    for check in form.checks:
        check(request)
    if release.settings.flight.calls == "path":
        return descriptor_of(release.settings.flight, endpoint, request)
    try:
        encoded = _ENCODER.encode(arguments).encode("ascii") if form.argument_member else b""
    except (TypeError, ValueError, RecursionError):
        encoded = b""
    if (
        encoded.count(b"{") == 1 and b"[[" not in encoded and b"\\ud" not in encoded
    ):  # plainly what write_request writes
        return flight.FlightDescriptor.for_command(form.head + encoded + form.tail)
    return flight.FlightDescriptor.for_command(write_request(request))


@dataclass(frozen=True, slots=True)
class Form:
    """A request of an endpoint before its arguments are filled in.

    `argument_member` is the member that holds the arguments (empty: the request itself), `before` and `after` are the
    members around it (`around` has both, in order), `described` are the arguments that the release describes (None:
    servers ignore others), `checks` validate a request against the release, `head` and `tail` are the JSON around the
    arguments.
    """

    name: str
    release: str
    argument_member: str
    before: dict[str, Any]
    after: dict[str, Any]
    around: dict[str, Any]
    defaults: dict[str, Any]
    described: frozenset[str] | None
    checks: tuple[Callable[[Any], None], ...]
    head: bytes
    tail: bytes

    __repr__ = short_repr

    def request(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """Return the request for all its arguments."""
        if not self.argument_member:
            return {**self.before, **arguments, **self.after}
        request = self.around.copy()
        request[self.argument_member] = arguments
        return request


def form_of(endpoint: str, release: Release) -> Form:
    """Return the form of an endpoint's requests; raises `UnknownSchemaError` where the release has no such endpoint."""
    return release.derived(_form, endpoint)


def _form(opened: Release, endpoint: str) -> Form:
    """Make the form of an endpoint's requests."""
    settings = opened.settings
    path = _path_of(endpoint, opened)
    if path is None:
        return Form(endpoint, opened.version, "", {}, {}, {}, {}, None, (), b"", b"")
    schema = opened.schema(path)
    release = opened.version
    argument_member = settings.flight.arguments
    members = properties_of(schema)
    fixed = {
        name: member["const"] for name, member in members.items() if isinstance(member, dict) and "const" in member
    }
    fixed = {**_discriminator(opened, path), **fixed}
    stamp = settings.flight.release
    after = {stamp: release} if stamp and stamp in members else {}
    arguments_schema = members.get(argument_member, {}) if argument_member else schema
    described = known_arguments(opened, path, (argument_member,) if argument_member else ())
    defaults = {name: value for name, value in _defaults(arguments_schema, settings).items() if name not in fixed}
    request_checks = checks(opened, path)
    around = {**fixed, argument_member: None, **after} if argument_member else {}
    texts = _around(around, argument_member) if argument_member else (b"", b"")
    return Form(endpoint, release, argument_member, fixed, after, around, defaults, described, request_checks, *texts)


def _path_of(endpoint: str, release: Release) -> str | None:
    """Return the path of the document of an endpoint's requests; None where a Flight path alone asks for a payload."""
    paths = [path for path in release.documents if release.name_of(path) == endpoint]
    of_kind = {release.kind_of(path): path for path in paths}
    if DocumentKind.REQUEST in of_kind:
        return of_kind[DocumentKind.REQUEST]
    by_path = DocumentKind.PAYLOAD in of_kind and release.settings.flight.calls == "path"
    return None if by_path else release.path_of(endpoint, ".json")


def _discriminator(release: Release, path: str) -> dict[str, Any]:
    """Return the member that names what a document of requests asks for, where it has one value there."""
    member = release.settings.flight.discriminator_path
    values = declared_values(release, path) if len(member) == 1 else ()
    return {member[0]: values[0]} if len(values) == 1 else {}


def _around(around: Mapping[str, Any], argument_member: str) -> tuple[bytes, bytes]:
    """Return the JSON of a request before and after its arguments."""
    head, _, tail = json.dumps(around).rpartition(f"{json.dumps(argument_member)}: null")
    return f"{head}{json.dumps(argument_member)}: ".encode(), tail.encode()


def properties_of(schema: Any) -> dict[str, Any]:
    """Return the members that a schema describes."""
    members = schema.get("properties", {}) if isinstance(schema, dict) else {}
    return members if isinstance(members, dict) else {}


def _defaults(schema: Any, settings: Settings) -> dict[str, Any]:
    """Return the defaults of required arguments: from the schema, from the settings, or null."""
    defaults: dict[str, Any] = {}
    members = properties_of(schema)
    for name in schema.get("required", []) if isinstance(schema, dict) else []:
        member = members.get(name)
        kinds = member.get("type") if isinstance(member, dict) else None
        if isinstance(member, dict) and "default" in member:
            defaults[name] = member["default"]
        elif name in settings.flight.defaults and name in members:
            defaults[name] = settings.flight.defaults[name]
        elif isinstance(kinds, list) and "null" in kinds:
            defaults[name] = None
    return defaults
