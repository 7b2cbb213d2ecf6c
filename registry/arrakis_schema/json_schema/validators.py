"""The validator of one document of a release: it raises an error for the first violation.

A violation is also a member that the reader of the document does not know and rejects, as `registry.toml` says.
Which documents a request has to pass is said in `requests`.
"""

import os
from collections.abc import Callable, Iterator, Sequence
from copy import deepcopy
from typing import Any

from arrakis_schema.errors import InvalidRequestError
from arrakis_schema.json_schema.bundling import bundle_of, unversioned_content
from arrakis_schema.json_schema.declared_members import (
    Declared,
    NeedsInstanceError,
    Unknown,
    declared_at,
    rejected_places,
    undeclared_violation,
    unknown_members,
)
from arrakis_schema.json_schema.judge.judge import Judge
from arrakis_schema.json_schema.judge.patterns import READINGS
from arrakis_schema.json_schema.violations import Violation
from arrakis_schema.store.caching import make_once
from arrakis_schema.store.settings import Reader
from arrakis_schema.store.store import Release, open_release

Root = str | os.PathLike[str] | None
Check = Callable[[Any], None]


class UnknownMembers:
    """The members that documents declare together, at the places where their reader rejects others.

    What a place declares is computed once, unless it depends on the instance.
    """

    def __init__(self, judges: Sequence[Judge], unknown: Unknown) -> None:
        """Compute what is declared at the places where the reader rejects unknown members."""
        self._judges, self._unknown = judges, unknown
        self._places = _declared_places(judges, unknown)

    @property
    def rejects(self) -> bool:
        """Whether anything can be rejected."""
        return self._places is None or any(not declared.is_open for _, declared in self._places)

    @property
    def only_place(self) -> tuple[str, frozenset[str]] | None:
        """The only member of the instance in which something is rejected, and the names that it may have."""
        match [(path, declared.names) for path, declared in self._places or () if not declared.is_open]:
            case [((member,), names)]:
                return member, names
        return None

    def declared_at_place(self, path: tuple[str, ...]) -> Declared | None:
        """Return what a place declares in every instance; None where nothing is rejected, or where that varies."""
        declared = dict(self._places or ()).get(path)
        return None if declared is None or declared.is_open else declared

    def first_violation(self, instance: Any) -> Violation | None:
        """Return one violation, or None."""
        if self._places is None:
            return next(self.violations(instance), None)
        for path, declared in self._places:
            value = instance
            for name in path:
                value = value.get(name) if isinstance(value, dict) else None
            if isinstance(value, dict) and (names := declared.undeclared_names(value)):
                return undeclared_violation(path, names[0], declared)
        return None

    def violations(self, instance: Any) -> Iterator[Violation]:
        """Yield every violation."""
        applied = [judge.as_applied() for judge in self._judges]
        yield from unknown_members(applied, instance, self._unknown)


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
    check_members = check_of(members.first_violation, path, release)

    def validate_instance(instance: Any) -> None:
        check(instance)
        check_members(instance)

    validate_instance.__qualname__ = check.__qualname__
    return validate_instance


def compile_validator(release: Release, path: str) -> Check:
    """Compile the validator of one document."""
    judge = release.derived(judge_of, path)
    judge.require_soundness()
    return check_of(judge.first_violation, path, release, corrected=path in release.corrected)


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
    return documented.derived(judge_of, path).first_violation(instance) is None


def judge_of(release: Release, path: str) -> Judge:
    """Return the judge for one document; releases with the same document share what it is compiled to."""
    label, reading = f"{release.folder}/{path}", READINGS[reader_of(release, path).patterns]
    key = "judge", path, release.derived(unversioned_content, path), reading

    def compile_document() -> Judge:
        schema = release.schema(path)
        return Judge(schema, label, reading, bundle=bundle_of(release.document(path), schema))

    return make_once(release.store, key, compile_document).labelled(label)


def _members(release: Release, path: str) -> UnknownMembers:
    """Return the members that one document declares."""
    return UnknownMembers([release.derived(judge_of, path)], reader_of(release, path).unknown)


def reader_of(release: Release, path: str) -> Reader:
    """Return how a document is read."""
    return release.settings.reader(release.kind_of(path).value)


def declared_part(message: Any, release: Release, path: str) -> Any:
    """Return a message without the members that a document does not declare, as a client of this document sends it."""
    return without_undeclared_members(release.derived(judge_of, path), message)


def without_undeclared_members(judge: Judge, instance: Any) -> Any:
    """Return a copy of an instance without the members that a document does not declare where they are."""
    kept = deepcopy(instance)
    for undeclared in unknown_members([judge.as_applied()], instance, "rejected"):
        *path, name = undeclared.path
        holder = kept
        for step in path:
            holder = holder[step]
        del holder[name]
    return kept


def _declared_places(judges: Sequence[Judge], unknown: Unknown) -> list[tuple[tuple[str, ...], Declared]] | None:
    """Return what each place declares, or None if that depends on the instance: a number names a member or an item."""
    paths = rejected_places(unknown)
    if paths is None or any(name.isdecimal() for path in paths for name in path):
        return None
    for judge in judges:
        judge.require_soundness()
    try:
        return [(path, declared_at([judge.as_plainly_applied() for judge in judges], path)) for path in paths]
    except NeedsInstanceError:
        return None
