"""The command `validate`: it checks a message against a release, and prints each violation with its position."""

from argparse import Namespace

from arrakis_schema.cli.output import say
from arrakis_schema.cli.sources import read_argument
from arrakis_schema.errors import InvalidRequestError, MalformedRequestError
from arrakis_schema.json_schema.packets import parse_request
from arrakis_schema.json_schema.positions import Positions, escape_token, positions
from arrakis_schema.json_schema.requests import validator_of, violations_of
from arrakis_schema.json_schema.violations import Violation
from arrakis_schema.store.store import Release, open_store
from arrakis_schema.store.strict_json import parse_json


def run_validate(options: Namespace) -> int:
    """Print each violation of a message, or that the release accepts it; return 1 where it does not."""
    documented = open_store(options.root).release(options.release)
    release = documented.held(as_documented=options.as_documented)
    label, content = read_argument(options.file)
    try:
        violations = _violations(content, release, options.document)
    except MalformedRequestError as error:
        say(f"{label}: {error.problem}")
        return 1
    places = positions(content.decode("utf-8"))
    for violation in violations:
        line, column = _place(places, violation)
        say(f"{label}:{line}:{column}: {violation}")
    if not violations:
        say(f"{label}: accepted by {release.title}")
    elif release.corrected and not _violations(content, documented, options.document):
        say(f"{label}: refused by its corrections alone, and accepted by release {release.version} --as-documented")
    return 1 if violations else 0


def _violations(content: bytes, release: Release, document: str | None) -> list[Violation]:
    """Return what is wrong with a message: as a request, or as what one document describes."""
    try:
        if document is None:
            return list(violations_of(release, parse_request(content)))
        validator_of(release, document)(parse_json(content))
    except InvalidRequestError as error:
        return [error.violation]
    return []


def _place(places: Positions, violation: Violation) -> tuple[int, int]:
    """Return the line and column of a violation, or of what is around it."""
    return places.get("".join(f"/{escape_token(str(part))}" for part in violation.path), (1, 1))
