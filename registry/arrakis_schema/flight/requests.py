"""Requests for programs that send or receive them: the descriptor of one, and the validator of clients and servers."""

import json
import os
from functools import cache
from typing import Any

from pyarrow import flight

from arrakis_schema.errors import InvalidRequestError, ValidationLimitError
from arrakis_schema.flight.release_contract import form_of, properties_of
from arrakis_schema.flight.tickets import descriptor_of
from arrakis_schema.json_schema.packets import write_request
from arrakis_schema.json_schema.requests import validate_by_documents
from arrakis_schema.json_schema.violations import Violation
from arrakis_schema.store.store import Release, open_release
from arrakis_schema.text.short_repr import format_record

_ENCODER = json.JSONEncoder(allow_nan=False, check_circular=False)
Root = str | os.PathLike[str] | None


def descriptor(
    endpoint: str,
    version: str | Release | None = None,
    *,
    root: Root = None,
    as_documented: bool = False,
    **args: Any,
) -> flight.FlightDescriptor:
    """Return the descriptor of a request to an endpoint with these arguments, after validating the request.

    Missing required members are filled in: the name of the request and the release, the defaults that
    `registry.toml` declares, and null where the release allows it. A member without a default stays missing.
    `version` is a release, an alias or None (this package's own). A frozen release is used with its corrections, or
    without them if `as_documented`.

    Raises `InvalidRequestError`, which names the argument and the reason, also for an argument that the release does
    not describe, and `UnknownSchemaError` for an endpoint or a release that does not exist.
    """
    release = open_release(version, root).held(as_documented=as_documented)
    form = form_of(endpoint, release)
    arguments = {**form.defaults, **args}
    request = form.request(arguments)
    for check in form.checks:
        check(request)
    if release.settings.flight.calls == "path":
        return descriptor_of(release.settings.flight, endpoint, request)
    try:
        encoded = _ENCODER.encode(arguments).encode("ascii") if form.argument_member else b""
    except (TypeError, ValueError, RecursionError):
        encoded = b""
    if (
        encoded.count(b"{") == 1 and b"[[" not in encoded and b"\\ud" not in encoded
    ):  # plainly what write_request writes
        return flight.FlightDescriptor.for_command(form.head + encoded + form.tail)
    return flight.FlightDescriptor.for_command(write_request(request))


class RefusedRequestError(InvalidRequestError, flight.FlightServerError):  # type: ignore[misc] # pyarrow has no types
    """A request is invalid, as a Flight error: a server that raises it sends the message to the client.

    If jsonschema is installed, it is also a `jsonschema.ValidationError`, so code that catches that keeps working.
    """

    def __init__(self, violation: Violation, document: str, release: str, *, corrected: bool = False) -> None:
        flight.FlightServerError.__init__(self)  # sets what Flight reads
        InvalidRequestError.__init__(self, violation, document, release, corrected=corrected)
        self.args = (str(InvalidRequestError(violation, document, release, corrected=corrected)),)


class RequestValidator:
    """Validates requests against one release, by default this package's own; safe to share between threads.

    It can replace the validator of a client or a server, which has the same interface. A frozen release is used with
    its corrections, or without them if `as_documented`.
    """

    def __init__(
        self,
        version: str | Release | None = None,
        *,
        root: str | os.PathLike[str] | None = None,
        as_documented: bool = False,
    ) -> None:
        """Open the release; documents are read and compiled on first use."""
        self._release = open_release(version, root).held(as_documented=as_documented)

    def __repr__(self) -> str:
        """Show the release."""
        return format_record(type(self).__name__, {"release": self._release.version})

    def known_args(self, request: Any) -> frozenset[str]:
        """Return the names of the arguments that the release describes for a request, given by name or enum member."""
        endpoint = str(getattr(request, "name", request)).lower()
        schema = self._release.schema(self._release.path_of(endpoint, ".json"))
        member = self._release.settings.flight.arguments
        return frozenset(properties_of(properties_of(schema).get(member) if member else schema))

    def validate(self, payload: Any) -> None:
        """Raise `RefusedRequestError`, which names the field and the reason, if a request is invalid.

        Undeclared arguments are accepted: the caller compares with `known_args`, and knows the releases of both sides.
        Raises `pyarrow.flight.FlightServerError` for a request that is too large to be validated.
        """
        try:
            validate_by_documents(self._release, payload)
        except InvalidRequestError as error:
            refusal = _refusal_type()(error.violation, error.document, error.release, corrected=error.corrected)
            raise refusal from error
        except ValidationLimitError as error:
            raise flight.FlightServerError(str(error)) from error


@cache
def _refusal_type() -> type[RefusedRequestError]:
    """Return the class of refusals; jsonschema is imported only for the first one."""
    try:
        from jsonschema import ValidationError  # noqa: PLC0415 - nobody waits for it who sends valid requests
    except ModuleNotFoundError:
        return RefusedRequestError

    class RefusedByJsonSchemaError(RefusedRequestError, ValidationError):
        """Both at once, with the members that jsonschema has: `message`, `path`, `validator`."""

        def __init__(self, violation: Violation, document: str, release: str, *, corrected: bool = False) -> None:
            super().__init__(violation, document, release, corrected=corrected)
            text = str(self.args[0])
            ValidationError.__init__(self, text, validator=violation.keyword, path=violation.path)
            self.args = (text,)

    return RefusedByJsonSchemaError
