"""The command `validate`: it checks a message against a release, and prints each violation with its position."""

from argparse import Namespace
from collections.abc import Iterator

from arrakis_schema.cli.output import say
from arrakis_schema.cli.sources import read_argument
from arrakis_schema.errors import InvalidRequestError, MalformedRequestError
from arrakis_schema.json_schema.packets import parse_request
from arrakis_schema.json_schema.positions import Positions, escape_token, positions
from arrakis_schema.json_schema.requests import iter_errors, validator
from arrakis_schema.json_schema.violations import Violation
from arrakis_schema.store.store import open_store
from arrakis_schema.store.strict_json import parse_json


def run_validate(options: Namespace) -> int:
    """Print each violation of a message, or that the release accepts it; return 1 where it does not."""
    store = open_store(options.root)
    release = store.release(options.release)
    label, content = read_argument(options.file)
    try:
        violations = list(_violations(content, options))
    except MalformedRequestError as error:
        say(f"{label}: {error.problem}")
        return 1
    except InvalidRequestError as error:
        violations = [error.violation]
    places = positions(content.decode("utf-8"))
    for violation in violations:
        line, column = _place(places, violation)
        say(f"{label}:{line}:{column}: {violation}")
    if not violations:
        say(f"{label}: accepted by release {release.version}")
    return 1 if violations else 0


def _violations(content: bytes, options: Namespace) -> Iterator[Violation]:
    """Yield what is wrong with a message: as a request, or as what one document describes."""
    if options.document is None:
        yield from iter_errors(parse_request(content), options.release, root=options.root)
    else:
        validator(options.document, options.release, root=options.root)(parse_json(content))


def _place(places: Positions, violation: Violation) -> tuple[int, int]:
    """Return the line and column of a violation, or of what is around it."""
    return places.get("".join(f"/{escape_token(str(part))}" for part in violation.path), (1, 1))
