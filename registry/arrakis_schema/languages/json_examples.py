"""What a release says of the examples of a JSON Schema: why it refuses one, and how a client of it sends one.

It is found once for all releases of a store whose documents say the same.
"""

import json
from collections.abc import Hashable
from functools import partial
from typing import Any

from arrakis_schema.errors import ArrakisSchemaError, InvalidRequestError, InvalidSchemaError, ValidationLimitError
from arrakis_schema.json_schema.bundling import unversioned_content
from arrakis_schema.json_schema.keywords import without_annotations
from arrakis_schema.json_schema.requests import judging_paths, validate_against
from arrakis_schema.json_schema.resolver import refers_out
from arrakis_schema.json_schema.validators import declared_part, validator_of
from arrakis_schema.store.caching import make_once
from arrakis_schema.store.documents import Document, Example
from arrakis_schema.store.layout import DocumentKind
from arrakis_schema.store.loading import parse_file
from arrakis_schema.store.store import Release


def find_refusal(release: Release, document: Document, example: Example) -> str:
    """Return why a release refuses a message: as a request, or by this document alone.

    It is found once for all releases of a store whose documents assert the same.
    """
    message = parse_file(example.content, example.path)
    key, judge = _refusal_key(release, document, example, message), partial(_judge_message, release, document, message)
    try:
        return make_once(release.store, key, judge) if key else judge()
    except (InvalidSchemaError, ValidationLimitError) as error:
        return str(error)


def _refusal_key(release: Release, document: Document, example: Example, message: Any) -> Hashable:
    """Return what a refusal depends on, beside the settings; None if that is more than what a few documents assert."""
    try:
        paths = judging_paths(release, message) if document.kind is DocumentKind.REQUEST else (document.path,)
        assertions = [release.derived(_assertions, path) for path in paths]
    except ArrakisSchemaError:
        return None
    return ("refusal", document.path, example, *assertions) if assertions and all(assertions) else None


def _assertions(release: Release, path: str) -> str:
    """Return a document without annotations as JSON, made once for all releases; empty where it refers to others."""

    def write() -> str:
        schema = release.schema(path)
        return "" if refers_out(schema) else json.dumps(without_annotations(schema))

    return make_once(release.store, _content_key("assertions", release, path), write)


def _content_key(name: str, release: Release, path: str) -> tuple[str, str, bytes]:
    """Return the key of what is made of a document once for all releases whose documents differ in a number alone."""
    return name, path, release.derived(unversioned_content, path)


def _judge_message(release: Release, document: Document, message: Any) -> str:
    """Find why a release refuses a message; empty where it accepts it."""
    try:
        if document.kind is DocumentKind.REQUEST:
            validate_against(release, message)
        else:
            validator_of(release, document.name)(message)
    except InvalidRequestError as error:
        return str(error.violation)
    return ""


def without_undeclared(release: Release, document: Document, example: Example) -> Example:
    """Return an example without the members that a document does not declare; one that cannot be judged is kept."""

    def remove() -> Example:
        try:
            sent = declared_part(parse_file(example.content, example.path), release, document.path)
        except (InvalidSchemaError, ValidationLimitError):
            return example
        return Example(example.path, json.dumps(sent).encode())

    return make_once(release.store, (*_content_key("as sent", release, document.path), example), remove)
