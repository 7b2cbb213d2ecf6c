"""Is this request valid under the schemas of a release? First the envelope, then the endpoint, as clients check it.

The fast answer is compiled and stops at the first violation; the complete one (jsonschema) is slow.
"""

import os
from collections.abc import Callable, Iterator
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from arrakis_schema.errors import InvalidRequestError, UnknownSchemaError
from arrakis_schema.json_schema.judge.implication import implies
from arrakis_schema.json_schema.judge.judge import Judge
from arrakis_schema.json_schema.violations import Violation, shortened, violation
from arrakis_schema.store.loading import data_root, declared_version, find_document, load_schema, release_folder

ENVELOPE = "descriptor"
Root = str | os.PathLike[str] | None


def validate(request: Any, version: str | None = None, *, root: Root = None) -> None:
    """Raise `InvalidRequestError` unless the envelope and the endpoint of a release both accept this request.

    `version` is a release, an alias or None (this package's own). The error names the instance path, what was
    expected, what was found, and the release; for all violations at once see `iter_errors`. Validators are compiled
    on first use and kept: a schema that is edited later needs a new process. Raises `UnknownSchemaError` where there is
    no such release; an endpoint that the release does not have is a violation of `request`.

    Raises `InvalidSchemaError` for a document that is not a valid JSON Schema or refers to another one (nothing is ever
    fetched), and `ValidationLimitError` for a request that nests too deeply to be followed. Documents that
    cannot be compiled, those with keywords such as `contains` or with references in a circle among them, need the extra
    `check`, else `MissingExtraError`.
    """
    place = _text(root)
    try:
        for check in checks(request["request"], version, place):
            check(request)
    except (KeyError, TypeError, InvalidRequestError):
        if _has_envelope(version, place):  # the envelope's own violation comes first
            _compiled(ENVELOPE, version, place)(request)
        _asked(request, version, place)
        raise


def validator(name: str, version: str | None = None, *, root: Root = None) -> Callable[[Any], None]:
    """Return the compiled validator of one document: it raises `InvalidRequestError` for the first violation.

    `name` is as for `load_schema`, and so is `UnknownSchemaError`; other errors are those of `validate`. Compiled on
    first use, once for each document and release. Unlike `validate`, the check of an endpoint does not ask the envelope
    (`"descriptor"`).
    """
    return _compiled(name.removesuffix(".json"), version, _text(root))


def iter_errors(request: Any, version: str | None = None, *, root: Root = None) -> Iterator[Violation]:
    """Yield every violation of the envelope and of the endpoint, in the order of their paths; none for a valid request.

    Needs the extra `check` (jsonschema), else raises `MissingExtraError`; takes some hundred times as long as
    `validate`. Raises `InvalidRequestError` where the envelope lets a request pass that names no endpoint of the
    release.
    """
    place = _text(root)
    found = set(_judge(ENVELOPE, version, place).every(request) if _has_envelope(version, place) else ())
    if not any(error.path in {(), ("request",)} for error in found):
        endpoint = _endpoint(_asked(request, version, place), version, place)
        found |= set(_judge(endpoint, version, place).every(request))
    yield from sorted(found, key=lambda error: ([str(part) for part in error.path], error.keyword))


def _text(root: Root) -> str | None:
    """Return the root folder as text: what the caches below are keyed by."""
    return None if root is None else os.fspath(root)


@lru_cache(maxsize=256)
def checks(asked: str, version: str | None, root: str | None) -> tuple[Callable[[Any], None], ...]:
    """Return the checks of the request that is asked, as `validate` makes them: the endpoint's, and the envelope's.

    The envelope's comes first, and is left out if it adds nothing.
    """
    endpoint = _endpoint(asked, version, root)
    envelope_adds = _has_envelope(version, root) and not implies(
        *(load_schema(name, version, root=root) for name in (endpoint, ENVELOPE))
    )
    names = (ENVELOPE, endpoint) if envelope_adds else (endpoint,)
    return tuple(_compiled(name, version, root) for name in names)


def _asked(request: Any, version: str | None, root: str | None) -> str:
    """Return the name of the request; raise `InvalidRequestError` where there is none, whatever the envelope says."""
    asked = request.get("request") if isinstance(request, dict) else None
    if not isinstance(asked, str):
        nameless = Violation((), "required", 'an object with the member "request", a string', shortened(request))
        raise InvalidRequestError(nameless, ENVELOPE, _release(version, root))
    return asked


@lru_cache(maxsize=256)
def _has_envelope(version: str | None, root: str | None) -> bool:
    """Tell whether a release has an envelope that all its requests share."""
    try:
        find_document(ENVELOPE, version, data_root(root), ("endpoints/{}.json",))
    except UnknownSchemaError:
        release_folder(data_root(root), version)  # an unknown release is an error, a missing envelope is not
        return False
    return True


def _endpoint(asked: str, version: str | None, root: str | None) -> str:
    """Return the endpoint that a request asks: its folder bears the request's name in lower case."""
    name = str(asked).lower()
    try:
        find_document(name, version, data_root(root), ("endpoints/{}/descriptor.json",))
    except UnknownSchemaError as error:
        known = violation(("request",), "enum", list(error.available), asked)
        raise InvalidRequestError(known, ENVELOPE, _release(version, root)) from error
    return name


def _release(version: str | None, root: str | None) -> str:
    """Return the full name of a release: what an alias stands for, the declared version for the working set."""
    base = data_root(root)
    folder = release_folder(base, version)
    return declared_version(base) if folder == "schemas" else Path(folder).name


@cache
def _compiled(name: str, version: str | None, root: str | None) -> Callable[[Any], None]:
    """Compile the validator of one document."""
    judge, release = _judge(name, version, root), _release(version, root)
    judge.prepare()

    def validate_instance(instance: Any) -> None:
        found = judge.first(instance)
        if found is not None:
            raise InvalidRequestError(found, name, release)

    return validate_instance


@cache
def _judge(name: str, version: str | None, root: str | None) -> Judge:
    """Return what judges by one document."""
    return Judge(load_schema(name, version, root=root), f"{name} of release {_release(version, root)}")
