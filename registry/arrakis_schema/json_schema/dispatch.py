"""Which document of a release describes a request: the one that its discriminator names, or the one that accepts it.

The discriminator is the member that `[flight]` of `registry.toml` declares. Without one, the name in a Flight path
selects the document; without a name, each document is tried.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from posixpath import basename
from typing import Any

from arrakis_schema.errors import ArrakisSchemaError
from arrakis_schema.json_schema.violations import Violation, short_json, violation
from arrakis_schema.store.flight_settings import REQUEST_MEMBER
from arrakis_schema.store.layout import DocumentKind
from arrakis_schema.store.store import Release
from arrakis_schema.text.short_repr import short_repr

_MOST = 20


@dataclass(frozen=True, slots=True)
class Dispatch:
    """How the requests of a release are distinguished.

    `member` is the path of the discriminator in a request, empty where there is none; `documents` are the paths of the
    documents of requests, `by_value` the document of each of its values, `by_name` that of each name in lower case.
    `envelope` is the path of the envelope, if there is one.
    """

    member: tuple[str, ...]
    documents: tuple[str, ...]
    by_value: Mapping[Any, str]
    by_name: Mapping[str, str]
    envelope: str | None

    __repr__ = short_repr

    def find(self, request: Any) -> str | None:
        """Return the path of the document of a request.

        Raises `KeyError`, `TypeError` or `AttributeError` where the discriminator is missing or names none. None means
        that there is no discriminator, and more than one document.
        """
        value = request
        for name in self.member:
            value = value[name]
        if not self.member:
            return self.documents[0] if len(self.documents) == 1 else None
        if self.by_value and (path := self.by_value.get(_key(value))) is not None:
            return path
        return self.by_name[value.lower()]

    def document(self, value: Any) -> str | None:
        """Return the path of the document of requests whose discriminator has a value."""
        return self.by_value.get(_key(value))

    def explain(self, request: Any, names: Sequence[str]) -> Violation:
        """Return why no document is found for a request; `names` are those of the documents."""
        value, path = request, list[str]()
        if not self.member:
            names_listed = ", ".join(names[:_MOST])
            return Violation((), "anyOf", f"a request that one of these accepts: {names_listed}", short_json(request))
        for name in self.member:
            if not isinstance(value, dict) or name not in value:
                expected = "a string" if all(isinstance(key, str) for key in self.by_value) else "which names a request"
                return Violation(
                    tuple(path), "required", f'an object with the member "{name}", {expected}', short_json(value)
                )
            value = value[name]
            path.append(name)
        values = sorted({key if isinstance(key, str) else short_json(key[1]) for key in self.by_value})
        return violation(tuple(path), "enum", values or sorted(names), value)


def _key(value: Any) -> Any:
    """Return the key of a value: 1 is not true, and 1.0 is 1."""
    return value if isinstance(value, str) else (type(value) is bool, value)


def dispatch_of(release: Release) -> Dispatch:
    """Return how the requests of a release are distinguished."""
    return release.derived(_dispatch)


def declared_values(release: Release, path: str) -> tuple[Any, ...]:
    """Return the values that a document allows for the discriminator; none where it allows any."""
    from arrakis_schema.json_schema.members import member_tree  # noqa: PLC0415 - plain requests need no members

    label = ".".join(release.settings.flight.discriminator_path)
    with suppress(ArrakisSchemaError, UnicodeDecodeError):
        members = member_tree(release.document(path)).members
        return next((member.values for member in members if member.path == label), ())
    return ()


def _dispatch(release: Release) -> Dispatch:
    """Read how requests are distinguished."""
    member = release.settings.flight.discriminator_path
    documents = [path for path in release.documents if not release.document(path).format.tabular]
    requests = tuple(path for path in documents if release.kind_of(path) is DocumentKind.REQUEST)
    envelope = next((path for path in documents if release.kind_of(path) is DocumentKind.ENVELOPE), None)
    named = {release.name_of(path).lower(): path for path in reversed(requests)}
    short = {basename(name): path for name, path in reversed(named.items())}
    values = dict[Any, str]()
    if member and (release.layout.declared or member != (REQUEST_MEMBER,)):
        for value, path in _values(release, requests):
            values.setdefault(value, path)
    return Dispatch(member, requests, values, {**short, **named}, envelope)


def _values(release: Release, requests: Sequence[str]) -> Iterator[tuple[Any, str]]:
    """Yield each value of the discriminator that a document declares, with the document."""
    for path in requests:
        for value in declared_values(release, path):
            with suppress(TypeError):
                hash(value)
                yield _key(value), path
