"""Rules over the documents of a release as a set: whether each can be requested, and referred to."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from posixpath import basename, dirname
from typing import Any

from arrakis_schema.errors import MalformedRequestError
from arrakis_schema.findings.finding import Finding, Severity
from arrakis_schema.json_schema.dispatch import declared_values, dispatch_of
from arrakis_schema.json_schema.identifiers import identifying_keyword
from arrakis_schema.json_schema.positions import nearest, positions_in
from arrakis_schema.json_schema.resolver import Schemas
from arrakis_schema.json_schema.violations import short_json
from arrakis_schema.store.documents import Document
from arrakis_schema.store.flight_settings import REQUEST_MEMBER
from arrakis_schema.store.layout import DocumentKind
from arrakis_schema.store.parsing import parse_text
from arrakis_schema.store.store import Release
from arrakis_schema.text.printable import printable

SET_RULES = {
    "document-unreachable": "Every document can be reached by the value of `request`, and has a unique name.",
    "id-clash": "No two schemas of a release have the same `$id`, unless one is an embedded copy of the other.",
}
_NO_MEMBER = (
    "does not describe the member {}, which distinguishes requests: describe it,"
    " or name another member as the discriminator in [flight] of registry.toml"
)
Problem = tuple[Severity, str]
_REQUEST = re.compile(r"[a-z0-9][a-z0-9_-]*", re.ASCII)


def find_unreachable(documents: Iterable[Document], release: Release) -> Iterator[Finding]:
    """Yield a finding for each document of a release that no request or no name leads to."""
    every = {document.path: document for document in documents}
    envelope = next((document for document in every.values() if document.kind is DocumentKind.ENVELOPE), None)
    accepted = None if envelope is None else _requests(envelope)
    names: dict[tuple[str, str], str] = {}
    by_folder = not release.layout.declared and release.settings.flight.discriminator == REQUEST_MEMBER
    for path, document in every.items():
        first = names.setdefault((document.name.lower(), document.format.name), path)
        unreachable = _by_request(document, accepted, every) if by_folder else _by_discriminator(document, release)
        for severity, message in (*unreachable, *_by_name(document, first)):
            yield Finding(f"{release.folder}/{path}", 1, 1, "document-unreachable", severity, "", message)


def find_id_clashes(schemas: Schemas, documents: Mapping[str, Document], folder: str) -> Iterator[Finding]:
    """Yield a finding for each schema whose `$id` another schema of the release has already."""
    for uri, first, second in schemas.clashes:
        pointer = f"{second.pointer}/{identifying_keyword(schemas.dialect(second))}"
        line, column = nearest(positions_in(documents[second.document].text, second.document), pointer)
        document = "" if first.document == second.document else first.document
        named = f"{document}#{first.pointer}" if first.pointer else document or "this document"
        message = (
            f"{printable(uri)} is already the URI of {named}, so no reference leads here: give this schema another $id"
        )
        yield Finding(f"{folder}/{second.document}", line, column, "id-clash", Severity.ERROR, pointer, message)


def _by_request(document: Document, accepted: list[str] | None, paths: Collection[str]) -> Iterator[Problem]:
    """Yield why no request leads to a document by the name of its folder.

    `accepted` are the requests that the envelope accepts, None any.
    """
    folder = basename(dirname(document.path))
    if document.kind is DocumentKind.PAYLOAD and not any(
        path.startswith(f"endpoints/{folder}/descriptor.") for path in paths
    ):
        yield Severity.WARNING, "there is no descriptor.json beside it that describes the request"
    if document.kind is not DocumentKind.REQUEST:
        return
    if not _REQUEST.fullmatch(folder):
        yield Severity.ERROR, "no request leads to this folder: name it by the value of `request`, in lower case"
        return
    requests = _requests(document)
    if requests is None and accepted is None and not _describes(document, REQUEST_MEMBER):
        yield Severity.WARNING, _NO_MEMBER.format(REQUEST_MEMBER)
    if requests is not None and folder not in map(str.lower, requests):
        remedy = (
            f"rename the folder to {requests[0].lower()}, or correct `request`" if requests else "correct `request`"
        )
        yield Severity.ERROR, f"no request leads to this folder: {remedy}"
    elif accepted is not None and not set(accepted).intersection(_leading(folder, requests or accepted)):
        yield (
            Severity.ERROR,
            "endpoints/descriptor.json accepts no such request: add it to the values of `request` there",
        )


def _by_discriminator(document: Document, release: Release) -> Iterator[Problem]:
    """Yield why no request leads to a document by the member that `[flight]` names, or that all requests have."""
    member, dispatch = release.settings.flight.discriminator, dispatch_of(release)
    if not member or document.path not in dispatch.documents:
        return
    values = declared_values(release, document.path)
    taken = {short_json(value): dispatch.document(value) for value in values}
    for value, path in taken.items():
        if path != document.path:
            yield (
                Severity.ERROR,
                f"{member} {value} already leads to {path}: give the requests of this document another value",
            )
    if not values and not _describes(document, member):
        yield Severity.WARNING, _NO_MEMBER.format(member)


def _describes(document: Document, member: str) -> bool:
    """Return whether a schema may say anything of a member: it does not where it describes others alone."""
    if b'"properties"' not in document.content:
        return True
    return f'"{member.rpartition("/")[2]}"'.encode() in document.content or b'"$ref"' in document.content


def _leading(folder: str, requests: list[str]) -> set[str]:
    """Return the values of `request` that lead to a folder."""
    return {value for value in requests if value.lower() == folder}


def _by_name(document: Document, first: str) -> Iterator[Problem]:
    """Yield why a document cannot be loaded by its name; `first` is the first document of that name and format."""
    if first != document.path:
        yield (
            Severity.WARNING,
            f"{first} has the same name, {document.name}, so the name leads to only one of them: rename one",
        )


def _requests(document: Document) -> list[str] | None:
    """Return the values that the member `request` may have; None where the schema does not say."""
    try:
        schema = parse_text(document.content, document.path)
    except MalformedRequestError:
        return None
    members: Any = schema.get("properties") if isinstance(schema, dict) else None
    member = members.get("request") if isinstance(members, dict) else None
    if not isinstance(member, dict):
        return None
    values = [member["const"]] if "const" in member else member.get("enum")
    return [value for value in values if isinstance(value, str)] if isinstance(values, list) else None
