"""The contract of a release: its documents, and the examples that fit them.

A release without examples uses those of the working set that its documents accept or reject as intended.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from posixpath import join
from typing import Any

import pyarrow as pa

from arrakis_schema.arrow.payloads import payload_of
from arrakis_schema.arrow.template import Template
from arrakis_schema.errors import ArrakisSchemaError, InvalidRequestError
from arrakis_schema.flight.requests import form_of
from arrakis_schema.json_schema.requests import checks, request_path, validate_against
from arrakis_schema.json_schema.violations import Violation, short_json
from arrakis_schema.store.documents import Example
from arrakis_schema.store.flight_settings import Flight
from arrakis_schema.store.layout import DocumentKind
from arrakis_schema.store.parsing import parse_json
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
