"""The contract of a release: its documents, and the examples that fit them.

A release without examples of its own borrows those of the working set that its documents judge the same way.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from posixpath import join
from typing import Any

import pyarrow as pa

from arrakis_schema.arrow import Template
from arrakis_schema.arrow.payloads import payload_of
from arrakis_schema.errors import ArrakisSchemaError
from arrakis_schema.flight.request_forms import form_of
from arrakis_schema.json_schema.requests import validate_against
from arrakis_schema.store.documents import DocumentKind, Example
from arrakis_schema.store.flight_settings import Flight
from arrakis_schema.store.store import Release
from arrakis_schema.store.strict_json import parse_json
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
        """The endpoints of the release, in their order."""
        return tuple(
            self.release.name_of(path)
            for path in self.release.documents
            if self.release.kind_of(path) is DocumentKind.REQUEST
        )

    def payload(self, endpoint: str) -> pa.Schema | Template | None:
        """Return the registered payload of an endpoint; None where the release has none."""
        path = f"endpoints/{endpoint}/schema.txt"
        return payload_of(self.release, path) if path in self.release.documents else None

    def file(self, endpoint: str, name: str) -> str:
        """Return the path of a document of an endpoint, relative to the root folder."""
        return join(self.release.folder, "endpoints", endpoint, name)

    def accept(self, request: Any) -> None:
        """Raise `InvalidRequestError` where the release refuses a request."""
        validate_against(self.release, request)

    def samples(self, endpoint: str) -> Iterator[Sample]:
        """Yield the example requests of an endpoint that the release accepts or refuses as their folder says."""
        for holder, example in self.examples(f"endpoints/{endpoint}/descriptor.json"):
            request = self._request_as_sent(endpoint, parse_json(example.content))
            if self.refuses(request) is example.refused:
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

    def refuses(self, request: Any) -> bool:
        """Tell whether the release refuses a request."""
        try:
            self.accept(request)
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
    examples = Contract(release).examples(f"endpoints/{endpoint}/schema.txt")
    return [json.loads(example.content).get("rows", []) for _, example in examples if not example.refused]
