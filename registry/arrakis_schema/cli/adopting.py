"""The command `adopt`, which drafts documents for a server that runs."""

from argparse import Namespace
from pathlib import Path
from typing import Any

from arrakis_schema.cli.access import SCHEMES, OptionError, read_access
from arrakis_schema.cli.output import print_line
from arrakis_schema.errors import ArrakisSchemaError
from arrakis_schema.findings.reports import format_count
from arrakis_schema.flight.adoption.adopt import adopt, write_adoption
from arrakis_schema.flight.adoption.observation import plain_name
from arrakis_schema.store.strict_json import parse_json


def run_adopt(options: Namespace) -> int:
    """Write drafts of the documents of a server to a new folder."""
    if not options.url.startswith(SCHEMES):
        raise OptionError(f"{options.url} is not grpc://HOST:PORT or grpc+tls://HOST:PORT")
    names, requests = _endpoints(options.endpoint)
    adoption = adopt(read_access(options), options.release, root=options.root, endpoints=names, requests=requests)
    write_adoption(adoption, options.out)
    for sentence in adoption.sentences:
        print_line(sentence)
    basis = f"the examples of {adoption.release}" if adoption.release else "requests for the flights that it lists"
    files = format_count(len(adoption.files), "file")
    print_line(f"wrote {files} to {options.out}, drafted from the answers to {basis}: review them")
    return 0


def _endpoints(texts: list[str]) -> tuple[list[str], dict[str, Any]]:
    """Return the endpoints that are named, and the requests of those that are given as NAME=FILE."""
    names, requests = [], {}
    for text in texts:
        name, equals, file = text.partition("=")
        if plain_name(name) != name:
            raise OptionError(f"{name!r} is not the name of an endpoint: expected lower-case letters, digits, - and _")
        names.append(name)
        if equals:
            requests[name] = _read_request(Path(file))
    return names, requests


def _read_request(file: Path) -> Any:
    """Return the request in a file."""
    try:
        request = parse_json(file.read_bytes())
    except OSError as error:
        raise OptionError(f"{file} cannot be read: {error.strerror}") from error
    except ArrakisSchemaError as error:
        raise OptionError(f"{file}: {error}") from error
    if not isinstance(request, dict):
        raise OptionError(f"{file} is not a request: expected a JSON object")
    return request
