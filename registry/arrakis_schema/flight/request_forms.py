"""What the requests of an endpoint look like in a release: what is fixed, what may be filled in, what is known."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from arrakis_schema.errors import InvalidRequestError
from arrakis_schema.json_schema.requests import checks
from arrakis_schema.json_schema.violations import Violation
from arrakis_schema.store.settings import Settings
from arrakis_schema.store.store import Release
from arrakis_schema.text.short_repr import short_repr


@dataclass(frozen=True, slots=True)
class Form:
    """A request of an endpoint before its arguments are filled in.

    `place` is the member that holds the arguments (empty: the request itself), `before` and `after` are the members
    around it (`around` has both, in order), `known` are the arguments that the release describes (None: servers take
    others too), `checks` hold the release against a request, `head` and `tail` are the JSON around the arguments.
    """

    name: str
    release: str
    place: str
    before: dict[str, Any]
    after: dict[str, Any]
    around: dict[str, Any]
    defaults: dict[str, Any]
    known: frozenset[str] | None
    checks: tuple[Callable[[Any], None], ...]
    head: bytes
    tail: bytes

    __repr__ = short_repr

    def request(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Return the request for all its arguments."""
        if not self.place:
            return {**self.before, **given, **self.after}
        request = self.around.copy()
        request[self.place] = given
        return request

    def refuse(self, args: Mapping[str, Any]) -> None:
        """Raise `InvalidRequestError` for an argument that is not described, where servers refuse those."""
        if self.known is None or args.keys() <= self.known:
            return
        name = next(name for name in args if name not in self.known)
        expected = f"one of the arguments {', '.join(sorted(self.known))}"
        path = (self.place, name) if self.place else (name,)
        stranger = Violation(path, "additionalProperties", expected, "one that is not described")
        raise InvalidRequestError(stranger, self.name, self.release)


def refuse_strangers(request: Any, release: Release) -> None:
    """Raise `InvalidRequestError` for an argument that the release does not describe, where servers refuse those."""
    asked = request.get("request") if isinstance(request, dict) else None
    if not isinstance(asked, str):
        return
    form = form_of(asked.lower(), release)
    inside = request.get(form.place) if form.place else request
    if isinstance(inside, dict):
        form.refuse(inside)


def form_of(endpoint: str, release: Release) -> Form:
    """Return the form of an endpoint's requests; raises `UnknownSchemaError` where the release has no such endpoint."""
    return release.derived(_form, endpoint)


def _form(opened: Release, endpoint: str) -> Form:
    """Make the form of an endpoint's requests."""
    schema, settings = opened.schema(opened.path_of(endpoint, ".json")), opened.settings
    release = opened.version
    place = settings.flight.arguments
    members = properties(schema)
    fixed = {name: one["const"] for name, one in members.items() if isinstance(one, dict) and "const" in one}
    stamp = settings.flight.release
    after = {stamp: release} if stamp and stamp in members else {}
    inside = members.get(place, {}) if place else schema
    declared = frozenset(properties(inside))
    known = declared if _rejects(settings, f"/{place}" if place else "") else None
    defaults = {name: value for name, value in _defaults(inside, settings).items() if name not in fixed}
    asked = checks(opened, str(fixed.get("request", endpoint)))
    around = {**fixed, place: None, **after} if place else {}
    texts = _around(around, place) if place else (b"", b"")
    return Form(endpoint, release, place, fixed, after, around, defaults, known, asked, *texts)


def _around(around: Mapping[str, Any], place: str) -> tuple[bytes, bytes]:
    """Return the JSON of a request before and after its arguments."""
    head, _, tail = json.dumps(around).rpartition(f"{json.dumps(place)}: null")
    return f"{head}{json.dumps(place)}: ".encode(), tail.encode()


def properties(schema: Any) -> dict[str, Any]:
    """Return the members that a schema describes."""
    found = schema.get("properties", {}) if isinstance(schema, dict) else {}
    return found if isinstance(found, dict) else {}


def _rejects(settings: Settings, pointer: str) -> bool:
    """Tell whether servers refuse unknown members of the object at this place of a request."""
    unknown = settings.reader("request").unknown
    return (unknown if isinstance(unknown, str) else unknown.get(pointer, "ignored")) == "rejected"


def _defaults(inside: Any, settings: Settings) -> dict[str, Any]:
    """Return what stands for each required argument that is left out: by the schema, by the settings, or null."""
    found: dict[str, Any] = {}
    members = properties(inside)
    for name in inside.get("required", []) if isinstance(inside, dict) else []:
        member = members.get(name)
        kinds = member.get("type") if isinstance(member, dict) else None
        if isinstance(member, dict) and "default" in member:
            found[name] = member["default"]
        elif name in settings.flight.defaults and name in members:
            found[name] = settings.flight.defaults[name]
        elif isinstance(kinds, list) and "null" in kinds:
            found[name] = None
    return found
