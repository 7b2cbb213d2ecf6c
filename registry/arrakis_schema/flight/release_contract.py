"""The contract of a release: its documents, the requests that they describe, and the examples that fit them.

A release without examples uses those of the working set that its documents accept or reject as intended.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from posixpath import join
from typing import Any

import pyarrow as pa

from arrakis_schema.arrow.payloads import payload_of
from arrakis_schema.arrow.template import Template
from arrakis_schema.errors import ArrakisSchemaError, InvalidRequestError
from arrakis_schema.flight.filters import FILTERS, Row
from arrakis_schema.json_schema.dispatch import declared_values
from arrakis_schema.json_schema.requests import (
    checks,
    known_arguments,
    request_path,
    validate_against,
)
from arrakis_schema.json_schema.violations import Violation, short_json
from arrakis_schema.store.documents import Example
from arrakis_schema.store.flight_settings import Flight
from arrakis_schema.store.layout import DocumentKind
from arrakis_schema.store.parsing import parse_json
from arrakis_schema.store.settings import Settings
from arrakis_schema.store.store import Release
from arrakis_schema.text.short_repr import short_repr


@dataclass(frozen=True, slots=True)
class Sample:
    """A request of an example file, and whether the release must refuse it."""

    name: str
    path: str
    request: Any
    refused: bool

    __repr__ = short_repr


@dataclass(frozen=True, slots=True)
class Form:
    """A request of an endpoint before its arguments are filled in.

    `argument_member` is the member that holds the arguments (empty: the request itself), `before` and `after` are the
    members around it (`around` has both, in order), `described` are the arguments that the release describes (None:
    servers ignore others), `checks` validate a request against the release, `head` and `tail` are the JSON around the
    arguments.
    """

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


@dataclass(frozen=True)
class Contract:
    """A release from the point of view of clients and servers."""

    release: Release

    __repr__ = short_repr

    @cached_property
    def flight(self) -> Flight:
        """How requests travel."""
        return self.release.settings.flight

    @cached_property
    def endpoints(self) -> tuple[str, ...]:
        """The endpoints of the release, in their order: those with requests, and payloads that a path asks for."""
        by_path = self._payloads if self.flight.calls == "path" else {}
        return tuple(sorted({*self._requests, *by_path}))

    @cached_property
    def _requests(self) -> Mapping[str, str]:
        """The path of the document of each endpoint's requests."""
        return _paths_by_name(self.release, DocumentKind.REQUEST)

    @cached_property
    def _payloads(self) -> Mapping[str, str]:
        """The path of each endpoint's payload."""
        return _paths_by_name(self.release, DocumentKind.PAYLOAD)

    def payload_path(self, endpoint: str) -> str:
        """Return the path of the payload of an endpoint; empty where the release has none."""
        return self._payloads.get(endpoint, "")

    def request_path(self, endpoint: str) -> str:
        """Return the path of the document of an endpoint's requests; empty if a path alone is the request."""
        return self._requests.get(endpoint, "")

    def payload(self, endpoint: str) -> pa.Schema | Template | None:
        """Return the registered payload of an endpoint; None where the release has none."""
        path = self.payload_path(endpoint)
        return payload_of(self.release, path) if path else None

    def endpoint_of(self, request: Any) -> str:
        """Return the endpoint that a request asks; raises `InvalidRequestError` where the release has none such."""
        return self.release.name_of(request_path(self.release, request))

    def accept(self, request: Any, endpoint: str = "") -> None:
        """Raise `InvalidRequestError` where the release refuses a request, of an endpoint that a path may name."""
        if not endpoint or self.flight.discriminator:
            validate_against(self.release, request)
        elif path := self.request_path(endpoint):
            for check in checks(self.release, path):
                check(request)
        elif request:
            nothing = Violation((), "maxProperties", "no members: its path alone asks for it", short_json(request))
            raise InvalidRequestError(nothing, endpoint, self.release.version)

    def samples(self, endpoint: str) -> Iterator[Sample]:
        """Yield the example requests of an endpoint that the release accepts or refuses as their folder says."""
        path = self.request_path(endpoint)
        if not path:
            yield Sample("the path alone", join(self.release.folder, self.payload_path(endpoint)), {}, refused=False)
            return
        for holder, example in self.examples(path):
            request = self._request_as_sent(endpoint, parse_json(example.content))
            if self.refuses(request, endpoint) is example.refused:
                yield Sample(example.name, join(holder.folder, example.path), request, example.refused)

    def rows(self, endpoint: str) -> list[dict[str, Any]]:
        """Return the rows of the longest example of an answer; none where there is no example."""
        return max(self.answers(endpoint), key=len, default=[])

    def select_rows(self, endpoint: str, args: Mapping[str, Any]) -> list[Row]:
        """Return the rows of an endpoint's example that a request selects; raises `NotAnsweredError`."""
        rows: list[Row] = list(self.rows(endpoint))
        columns = {name for row in rows for name in row}
        for name, setting in self.flight.filters.items():
            if args.get(name) is not None and setting.column in columns:
                rows = FILTERS[setting.keeps](rows, setting.column, args[name])
        return rows

    def answers(self, endpoint: str) -> list[list[dict[str, Any]]]:
        """Return the rows of each example of an answer, which are read once."""
        return self.release.derived(_read_answers, endpoint)

    def examples(self, document: str) -> Iterator[tuple[Release, Example]]:
        """Yield the examples of a document: the release's own, or those of the working set."""
        for holder in (self.release, self.release.store.release(None)):
            examples = holder.examples_of(document)
            if examples:
                yield from ((holder, example) for example in examples)
                return

    def refuses(self, request: Any, endpoint: str = "") -> bool:
        """Return whether the release refuses a request, of an endpoint that a path may name."""
        try:
            self.accept(request, endpoint)
        except ArrakisSchemaError:
            return True
        return False

    def _request_as_sent(self, endpoint: str, request: Any) -> Any:
        """Return a request as a client of this release sends it: with the release, and without later arguments."""
        form, stamp = form_of(endpoint, self.release), self.flight.release
        if not isinstance(request, dict):
            return request
        members = {name: value for name, value in request.items() if name != stamp or name in form.after}
        arguments = members.get(form.argument_member)
        if isinstance(arguments, dict) and form.described is not None:
            members[form.argument_member] = {name: value for name, value in arguments.items() if name in form.described}
        return {**members, **{name: value for name, value in form.after.items() if name in request}}


def _read_answers(release: Release, endpoint: str) -> list[list[dict[str, Any]]]:
    """Return the rows of each example of an answer."""
    contract, working = Contract(release), Contract(release.store.release(None))
    examples = contract.examples(contract.payload_path(endpoint) or working.payload_path(endpoint))
    return [json.loads(example.content).get("rows", []) for _, example in examples if not example.refused]


def _paths_by_name(release: Release, kind: DocumentKind) -> dict[str, str]:
    """Return the path of each document of a kind by its name."""
    return {release.name_of(path): path for path in reversed(release.documents) if release.kind_of(path) is kind}


def form_of(endpoint: str, release: Release) -> Form:
    """Return the form of an endpoint's requests; raises `UnknownSchemaError` where the release has no such endpoint."""
    return release.derived(_form, endpoint)


def _form(opened: Release, endpoint: str) -> Form:
    """Make the form of an endpoint's requests."""
    settings = opened.settings
    path = _path_of(endpoint, opened)
    if path is None:
        return Form("", {}, {}, {}, {}, None, (), b"", b"")
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
    return Form(argument_member, fixed, after, around, defaults, described, request_checks, *texts)


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
