"""The validator of one document of a release: it raises an error for the first violation.

Which documents a request has to pass is said in `requests`.
"""

import os
from collections.abc import Callable
from typing import Any

from arrakis_schema.errors import InvalidRequestError
from arrakis_schema.json_schema.bundling import bundle_of
from arrakis_schema.json_schema.judge.judge import Judge
from arrakis_schema.json_schema.judge.patterns import READINGS
from arrakis_schema.json_schema.judge.unknown import UnknownMembers, without_strangers
from arrakis_schema.json_schema.violations import Violation
from arrakis_schema.store.settings import Reader
from arrakis_schema.store.store import Release, open_release

Root = str | os.PathLike[str] | None
Check = Callable[[Any], None]


def validator(
    name: str, version: str | Release | None = None, *, root: Root = None, as_documented: bool = False
) -> Check:
    """Return the compiled validator of one document: it raises `InvalidRequestError` for the first violation.

    `name` and `UnknownSchemaError` are as for `load_schema`; everything else is as for `validate`. Compiled on
    first use, once for each opened release. Unlike `validate`, the validator of an endpoint does not check the envelope
    (`"descriptor"`).
    """
    release = open_release(version, root).held(as_documented=as_documented)
    return validator_of(release, name)


def validator_of(release: Release, name: str) -> Check:
    """Return the compiled validator of one document of a release, taken as it is; see `validator`."""
    return release.derived(_validator, release.path_of(name, ".json"))


def _validator(release: Release, path: str) -> Check:
    """Make the validator of one document, which also checks for members that its reader rejects."""
    check, members = release.derived(compile_validator, path), release.derived(_members, path)
    if not members.rejects:
        return check
    check_members = check_of(members.first, path, release)

    def validate_instance(instance: Any) -> None:
        check(instance)
        check_members(instance)

    validate_instance.__qualname__ = check.__qualname__
    return validate_instance


def compile_validator(release: Release, path: str) -> Check:
    """Compile the validator of one document."""
    judge = release.derived(judge_of, path)
    judge.prepare()
    return check_of(judge.first, path, release, corrected=path in release.corrected)


def check_of(
    first: Callable[[Any], Violation | None], path: str, release: Release, *, corrected: bool = False
) -> Check:
    """Return the check that raises an error for the first violation.

    Of a `corrected` document it says where the document would accept as it is frozen.
    """
    name, version = release.name_of(path), release.version

    def validate_instance(instance: Any) -> None:
        violation_found = first(instance)
        if violation_found is not None:
            by_correction = corrected and _accepts_as_documented(release, path, instance)
            raise InvalidRequestError(violation_found, name, version, corrected=by_correction)

    validate_instance.__qualname__ = f"validator({name!r})"  # shown in a Python prompt
    return validate_instance


def _accepts_as_documented(contract: Release, path: str, instance: Any) -> bool:
    """Return whether a document accepts an instance without the corrections of a contract."""
    documented = contract.store.release(contract.version)
    return documented.derived(judge_of, path).first(instance) is None


def judge_of(release: Release, path: str) -> Judge:
    """Return the judge for one document."""
    schema, reading = release.schema(path), READINGS[reader_of(release, path).patterns]
    return Judge(schema, f"{release.folder}/{path}", reading, bundle=bundle_of(release.document(path), schema))


def _members(release: Release, path: str) -> UnknownMembers:
    """Return the members that one document declares."""
    return UnknownMembers([release.derived(judge_of, path)], reader_of(release, path).unknown)


def reader_of(release: Release, path: str) -> Reader:
    """Return how a document is read."""
    return release.settings.reader(release.kind_of(path).value)


def declared_part(message: Any, release: Release, path: str) -> Any:
    """Return a message without the members that a document does not declare: what those send who know the document."""
    return without_strangers(release.derived(judge_of, path), message)
