"""Validation of requests against the schemas of a release: first the envelope, then the endpoint.

The compiled validators are fast and stop at the first violation; the complete one (jsonschema) is slow.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from arrakis_schema.errors import InvalidRequestError
from arrakis_schema.json_schema.dialects import DRAFT_07, dialect_inside, dialect_of, has_effect
from arrakis_schema.json_schema.dispatch import Dispatch, dispatch_of
from arrakis_schema.json_schema.judge.fast import Accepts
from arrakis_schema.json_schema.judge.judge import NOT_PLAIN
from arrakis_schema.json_schema.validators import (
    Check,
    Root,
    UnknownMembers,
    check_of,
    compile_validator,
    judge_of,
    reader_of,
)
from arrakis_schema.json_schema.violations import Violation, place_order
from arrakis_schema.store.store import Release, open_release

ENVELOPE = "descriptor"
_UNKNOWN = (KeyError, TypeError, AttributeError, InvalidRequestError)
_SAME = {"type", "pattern", "const"}
_MOST_NAMES = 1000


def validate(
    request: Any, version: str | Release | None = None, *, root: Root = None, as_documented: bool = False
) -> None:
    """Raise `InvalidRequestError` unless the envelope and the endpoint of a release both accept a request.

    A member that neither declares is rejected if `registry.toml` declares that the reader rejects unknown members.

    `version` is a release, an alias, None (this package's own) or a release from `open_release`. A frozen release is
    used with its corrections, which describe how it really behaves, or without them if `as_documented`. The error has
    the instance path, what was expected, what was found, and the release; see `iter_errors` for all violations at once.
    Validators are compiled on first use and kept on the release; with your own `root`, the release is read again in
    each call, so open it once for many calls. Raises `UnknownSchemaError` for an unknown release; an endpoint that
    the release does not have is a violation of `request`.

    A `$ref` may lead to another document of the release, by path or `$id`; nothing is ever fetched. Raises
    `InvalidSchemaError` for a document that is not a valid JSON Schema or has a reference that cannot be resolved, and
    `ValidationLimitError` for a request that nests too deeply. Documents that cannot be compiled, such as those with
    `contains` or with circular references, need the extra `check`, otherwise `MissingExtraError` is raised. With the
    extra `fast`, a request must consist of JSON values: a Decimal may be accepted as a number.
    """
    release = version if isinstance(version, Release) else open_release(version, root)
    (release if as_documented else release.contract).derived(_request_check)(request)


def validate_against(release: Release, request: Any) -> None:
    """Raise `InvalidRequestError` unless a release, taken as it is, accepts a request; see `validate`."""
    release.derived(_request_check)(request)


def validate_by_documents(release: Release, request: Any) -> None:
    """Raise `InvalidRequestError` unless the documents accept a request, whatever members they do not declare."""
    try:
        validate_against(release, request)
    except InvalidRequestError as refusal:
        try:
            path = request_path(release, request)
        except InvalidRequestError:
            raise refusal from None
        for check in _document_checks(release, path):
            check(request)


def judging_paths(release: Release, request: Any) -> tuple[str, ...]:
    """Return the paths of the documents that judge a request: none if it does not say which."""
    dispatch = dispatch_of(release)
    try:
        path = dispatch.find(request)
    except (KeyError, TypeError, AttributeError):
        return ()
    return () if path is None else (path,) if dispatch.envelope is None else (dispatch.envelope, path)


def _request_check(release: Release) -> Check:
    """Make the check of any request of a release, which caches the check of each document."""
    dispatch = dispatch_of(release)
    checks_by_name = _ChecksByName(release, dispatch)
    if len(dispatch.member) != 1 or dispatch.by_value:
        return _thorough_request_check(release, dispatch, checks_by_name)
    (member,) = dispatch.member

    def check_request(request: Any) -> None:
        try:
            checks_by_name[request[member]](request)
        except _UNKNOWN:
            _refuse(release, dispatch, request)
            raise

    return check_request


def _thorough_request_check(release: Release, dispatch: Dispatch, checks_by_name: "_ChecksByName") -> Check:
    """Make the check of requests that are distinguished in any way."""

    def check_request(request: Any) -> None:
        try:
            path = dispatch.find(request)
            if path is not None:
                checks_by_name.of_document(path)(request)
            elif not any(_accepts(release, document, request) for document in dispatch.documents):
                raise KeyError
        except _UNKNOWN:
            _refuse(release, dispatch, request)
            raise

    return check_request


def _refuse(release: Release, dispatch: Dispatch, request: Any) -> None:
    """Raise the error of the envelope, or else the error that there is no document; return if there is neither."""
    if dispatch.envelope:
        release.derived(compile_validator, dispatch.envelope)(request)
    request_path(release, request)


class _ChecksByName(dict[str, Check]):
    """The check of each name as it is sent, made on first use; `KeyError` for an unknown name.

    Some spellings of each name are cached.
    """

    def __init__(self, release: Release, dispatch: Dispatch) -> None:
        super().__init__()
        self._release, self._by_name = release, dispatch.by_name

    def __missing__(self, name: str) -> Check:
        check = self.of_document(self._by_name[name.lower()])
        if len(self) < _MOST_NAMES:
            self[name] = check
        return check

    def of_document(self, path: str) -> Check:
        """Return the check of the requests that a document describes."""
        return self._release.derived(_check_in_turn, path)


def _check_in_turn(release: Release, path: str) -> Check:
    """Make one check of those that `validate` makes."""
    made = checks(release, path)
    if len(made) == 1:
        return made[0]

    def check_all(request: Any) -> None:
        for check in made:
            check(request)

    return check_all


def iter_errors(
    request: Any, version: str | Release | None = None, *, root: Root = None, as_documented: bool = False
) -> Iterator[Violation]:
    """Yield every violation of the envelope and of the endpoint, in the order of their paths; none for a valid request.

    Needs the extra `check` (jsonschema), otherwise raises `MissingExtraError`; takes about a hundred times as long as
    `validate`. Raises `InvalidRequestError` if the envelope accepts a request that names no endpoint of the
    release. `version` and `as_documented` are as for `validate`.
    """
    yield from violations_of(open_release(version, root).held(as_documented=as_documented), request)


def violations_of(release: Release, request: Any) -> Iterator[Violation]:
    """Yield every violation of a release, taken as it is; see `iter_errors`."""
    dispatch = dispatch_of(release)
    violations = set(release.derived(judge_of, dispatch.envelope).violations(request) if dispatch.envelope else ())
    around = {dispatch.member[:length] for length in range(len(dispatch.member) + 1)}
    if not any(error.path in around for error in violations):
        path = request_path(release, request)
        violations |= set(release.derived(judge_of, path).violations(request))
        members = release.derived(_members_of_request, path)
        violations |= set(members.violations(request) if members.rejects else ())
    yield from sorted(violations, key=place_order)


def checks(release: Release, path: str) -> tuple[Check, ...]:
    """Return the checks that `validate` makes for a request that a document describes: the envelope's and its own.

    The envelope's check comes first, and is left out if it adds nothing.
    """
    return release.derived(_checks, path)


def _checks(release: Release, endpoint: str) -> tuple[Check, ...]:
    """Make the checks of a request."""
    judging = _document_checks(release, endpoint)
    members = release.derived(_members_of_request, endpoint)
    thorough = [*judging, *([check_of(members.first_violation, endpoint, release)] if members.rejects else [])]
    accepts = None if len(judging) > 1 else release.derived(judge_of, endpoint).quick
    if accepts is None or (members.rejects and members.only_place is None):
        return tuple(thorough)
    return (_quick_check(accepts, members, thorough),)


def _document_checks(release: Release, endpoint: str) -> list[Check]:
    """Return the checks of the envelope, if it adds anything, and of the document."""
    envelope = dispatch_of(release).envelope
    envelope_adds = envelope is not None and not implies(release.schema(endpoint), release.schema(envelope))
    paths = [envelope, endpoint] if envelope is not None and envelope_adds else [endpoint]
    return [release.derived(compile_validator, path) for path in paths]


def _quick_check(accepts: Accepts, members: UnknownMembers, thorough: Sequence[Check]) -> Check:
    """Return the check that asks the others only about a request that is not plainly valid."""
    member, names = members.only_place or ("", frozenset())

    def validate_request(request: Any) -> None:
        try:
            if accepts(request) and (not member or names.issuperset(request[member])):
                return
        except (*NOT_PLAIN, KeyError, AttributeError):
            pass
        for check in thorough:
            check(request)

    return validate_request


def known_arguments(release: Release, document: str, path: tuple[str, ...]) -> frozenset[str] | None:
    """Return the names that the envelope and a document declare at a path; None if others are not rejected."""
    declared = release.derived(_members_of_request, document).declared_at_place(path)
    return None if declared is None else declared.names


def _members_of_request(release: Release, path: str) -> UnknownMembers:
    """Return the members that the envelope and an endpoint declare."""
    envelope = dispatch_of(release).envelope
    paths = [path] if envelope is None else [envelope, path]
    return UnknownMembers([release.derived(judge_of, part) for part in paths], reader_of(release, path).unknown)


def request_path(release: Release, request: Any) -> str:
    """Return the path of the document of a request; raises `InvalidRequestError` if there is none."""
    dispatch = dispatch_of(release)
    try:
        path = dispatch.find(request)
    except (KeyError, TypeError, AttributeError):
        path = None
    else:
        path = path or next((path for path in dispatch.documents if _accepts(release, path, request)), None)
    if path is None:
        names = sorted(map(release.name_of, dispatch.documents))
        document = release.name_of(dispatch.envelope) if dispatch.envelope else ENVELOPE
        raise InvalidRequestError(dispatch.explain(request, names), document, release.version)
    return path


def _accepts(release: Release, path: str, request: Any) -> bool:
    """Return whether a document accepts a request."""
    try:
        for check in checks(release, path):
            check(request)
    except InvalidRequestError:
        return False
    return True


def implies(schema: Any, weaker: Any) -> bool:
    """Return whether everything that `schema` accepts is plainly accepted by `weaker` too; False if in doubt.

    Then the envelope need not be checked for a request that its endpoint has accepted.
    """
    if dialect_of(schema) != dialect_of(weaker):  # a keyword may mean something else there
        return False
    return _implies(schema, weaker, dialect_of(schema) or DRAFT_07)


def _implies(schema: Any, weaker: Any, dialect: str) -> bool:
    """Return whether a schema of a document plainly implies one of another document of the same dialect."""
    if not isinstance(schema, dict) or not isinstance(weaker, dict) or "$ref" in schema:
        return False
    if {dialect_inside(schema, dialect), dialect_inside(weaker, dialect)} != {dialect}:
        return False
    asserted = [keyword for keyword in weaker if has_effect(keyword, dialect)]
    return all(_holds(schema, keyword, weaker[keyword], dialect) for keyword in asserted)


def _holds(schema: dict[str, Any], keyword: str, value: Any, dialect: str) -> bool:
    """Return whether the schema plainly asserts this keyword with this value, or a stricter one."""
    asserted = schema.get(keyword)
    if keyword == "properties" and isinstance(asserted, dict) and isinstance(value, dict):
        return all(name in asserted and _implies(asserted[name], child, dialect) for name, child in value.items())
    if keyword == "required" and isinstance(asserted, list) and isinstance(value, list):
        return all(name in asserted for name in value)
    if keyword == "enum" and isinstance(value, list) and isinstance(schema.get("const"), str):
        return has_effect("const", dialect) and schema["const"] in value
    return keyword in _SAME and isinstance(value, str) and asserted == value
