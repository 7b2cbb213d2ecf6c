"""The command `validate`: it checks a message against a release, and prints each violation with its position."""

from argparse import Namespace
from typing import Any

from arrakis_schema.cli.output import print_errors, print_line
from arrakis_schema.cli.sources import read_argument
from arrakis_schema.errors import InvalidRequestError, MalformedRequestError, MissingExtraError
from arrakis_schema.json_schema.packets import parse_request
from arrakis_schema.json_schema.positions import Positions, positions
from arrakis_schema.json_schema.requests import validate_against, violations_of
from arrakis_schema.json_schema.validators import validator_of
from arrakis_schema.json_schema.violations import Violation
from arrakis_schema.store.parsing import parse_json
from arrakis_schema.store.store import Release, open_store
from arrakis_schema.text.json_pointer import escape_token


def run_validate(options: Namespace) -> int:
    """Print each violation of a message, or that the release accepts it; return 1 where it does not."""
    documented = open_store(options.root).release(options.release)
    release = documented.held(as_documented=options.as_documented)
    label, content = read_argument(options.file)
    try:
        violations, remark = _violations(content, release, options.document)
    except MalformedRequestError as error:
        print_line(f"{label}: {error.problem}")
        return 1
    places = positions(content.decode("utf-8"))
    for violation in violations:
        line, column = _place(places, violation)
        print_line(f"{label}:{line}:{column}: {violation}")
    print_errors([remark] if violations and remark else [])
    if not violations:
        print_line(f"{label}: accepted by {release.title}")
    elif release.corrected and not _violations(content, documented, options.document)[0]:
        print_line(f"{label}: rejected because of corrections only; {release.version} accepts it --as-documented")
    return 1 if violations else 0


def _violations(content: bytes, release: Release, document: str | None) -> tuple[list[Violation], str]:
    """Return what is wrong with a message, as a request or as what one document describes, and why that is not all."""
    try:
        if document is None:
            return _violations_of_request(parse_request(content), release)
        validator_of(release, document)(parse_json(content))
    except InvalidRequestError as error:
        return [error.violation], ""
    return [], ""


def _violations_of_request(request: Any, release: Release) -> tuple[list[Violation], str]:
    """Return every violation of a request; without the extra that lists them, the first one, and the sentence on it."""
    try:
        return list(violations_of(release, request)), ""
    except MissingExtraError as missing:
        try:
            validate_against(release, request)
        except InvalidRequestError as error:
            return [error.violation], f"only the first violation is listed: {missing}"
    return [], ""


def _place(places: Positions, violation: Violation) -> tuple[int, int]:
    """Return the line and column of a violation, or of what is around it."""
    return places.get("".join(f"/{escape_token(str(part))}" for part in violation.path), (1, 1))
