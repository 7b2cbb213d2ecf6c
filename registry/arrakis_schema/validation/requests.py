"""Is this request valid under the schemas of a release? First the envelope, then the endpoint, as clients check it.

The fast answer is compiled (fastjsonschema) and stops at the first violation; the complete one (jsonschema) is slow.
"""

import os
from collections.abc import Callable, Iterator
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import fastjsonschema

from arrakis_schema.errors import InvalidRequestError, MissingExtraError, UnknownSchemaError
from arrakis_schema.loading import data_root, declared_version, find_document, load_schema, release_folder
from arrakis_schema.validation.compiled import compile_schema, implies
from arrakis_schema.validation.violations import Violation, shortened, violation

ENVELOPE = "descriptor"
Root = str | os.PathLike[str] | None


def validate(request: Any, version: str | None = None, *, root: Root = None) -> None:
    """Raise `InvalidRequestError` unless the envelope and the endpoint of a release both accept this request.

    `version` is a release, an alias or None (this package's own). The error names the instance path, what was
    expected, what was found, and the release; for all violations at once see `iter_errors`. Validators are compiled
    on first use and kept: a schema that is edited later needs a new process. Raises `UnknownSchemaError` where there is
    no such release; an endpoint that the release does not have is a violation of `request`.
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

    `name` is as for `load_schema`, and so is `UnknownSchemaError`. Compiled on first use, once for each document and
    release. Unlike `validate`, the check of an endpoint does not ask the envelope (`"descriptor"`).
    """
    return _compiled(name.removesuffix(".json"), version, _text(root))


def iter_errors(request: Any, version: str | None = None, *, root: Root = None) -> Iterator[Violation]:
    """Yield every violation of the envelope and of the endpoint, in the order of their paths; none for a valid request.

    Needs the extra `check` (jsonschema), else raises `MissingExtraError`; takes some hundred times as long as
    `validate`. Raises `InvalidRequestError` where the envelope lets a request pass that names no endpoint of the
    release.
    """
    place = _text(root)
    found = set(_violations(ENVELOPE, version, place, request) if _has_envelope(version, place) else ())
    if not any(error.path in {(), ("request",)} for error in found):
        endpoint = _endpoint(_asked(request, version, place), version, place)
        found |= set(_violations(endpoint, version, place, request))
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
    check = compile_schema(load_schema(name, version, root=root))
    release = _release(version, root)

    def validate_instance(instance: Any) -> None:
        try:
            check(instance)
        except fastjsonschema.JsonSchemaValueException as error:
            raise InvalidRequestError(_translated(error, instance), name, release) from None

    return validate_instance


def _translated(error: Any, instance: Any) -> Violation:
    """Turn a fastjsonschema error into a violation."""
    keyword = "false" if error.rule is None else error.rule
    return violation(_path(error.path[1:], instance), keyword, error.rule_definition, error.value)


def _path(parts: list[str], instance: Any) -> tuple[str | int, ...]:
    """Find the instance path that fastjsonschema's parts mean: it writes indices as text and cuts names at dots."""
    path: list[str | int] = []
    rest = list(parts)
    while rest:
        if isinstance(instance, list):
            step: str | int = int(rest.pop(0))
        else:
            length = next((n for n in range(1, len(rest) + 1) if ".".join(rest[:n]) in instance), 1)
            step, rest = ".".join(rest[:length]), rest[length:]
        path.append(step)
        try:
            instance = instance[step]
        except (KeyError, IndexError, TypeError):
            break
    return tuple(path)


def _violations(name: str, version: str | None, root: str | None, request: Any) -> Iterator[Violation]:
    """Yield every violation of one document."""
    for error in _complete(name, version, root).iter_errors(request):
        keyword = "false" if error.validator is None else str(error.validator)
        yield violation(tuple(error.absolute_path), keyword, error.validator_value, error.instance)


@cache
def _complete(name: str, version: str | None, root: str | None) -> Any:
    """Build the jsonschema validator of one document."""
    try:
        import jsonschema  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise MissingExtraError("jsonschema", "check") from error
    schema = load_schema(name, version, root=root)
    return jsonschema.validators.validator_for(schema, default=jsonschema.Draft7Validator)(schema)
