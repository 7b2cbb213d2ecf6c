"""The arguments of every command."""

import sys
from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, NoReturn

from arrakis_schema.cli import commands, limits
from arrakis_schema.cli.exit_codes import EXIT_CODES
from arrakis_schema.cli.output import write
from arrakis_schema.cli.show import SUMMARY, views
from arrakis_schema.findings.formats import FORMATS
from arrakis_schema.store.loading import data_root, declared_version
from arrakis_schema.store.settings import COLUMNS, WAYS
from arrakis_schema.text.printable import printable

_HELP_CODES = f"exit codes: {'; '.join(f'{code} {meaning}' for code, meaning in EXIT_CODES.items())}"


class Parser(ArgumentParser):
    """A parser that prints as the commands do: an argument is repeated as printable text."""

    def error(self, message: str) -> NoReturn:
        """Print the usage and the message, and exit with 2."""
        super().error(printable(message))

    def _print_message(self, message: str, file: Any = None) -> None:
        """Print the help or the version; a full disk is an error here, which argparse hides."""
        if file is sys.stdout:
            write(message)
        else:
            super()._print_message(message, file)


def parser() -> ArgumentParser:
    """Return the parser; `options.command` is the function to call, `options.name_of_command` what it is called."""
    top = Parser("arrakis-schema", description="The versioned schema registry.", epilog=_HELP_CODES)
    top.add_argument("--version", action="version", version=declared_version(data_root()))
    root = Parser(add_help=False)
    help_root = "the folder with schemas/ and versions/ (default: those in this package)"
    root.add_argument("--root", type=_folder, default=Path(data_root()), metavar="DIR", help=help_root)
    root.add_argument("--debug", action="store_true", help="show the traceback of an internal error")
    added = top.add_subparsers(required=True, metavar="COMMAND")

    def command(name: str, summary: str) -> ArgumentParser:
        described = f"{summary[0].upper()}{summary[1:]}."
        child = added.add_parser(name, help=summary, description=described, epilog=_HELP_CODES, parents=[root])
        child.set_defaults(command=commands.COMMANDS[name], name_of_command=name)
        if name not in limits.UNLIMITED:
            limits.add(child)
        return child

    command("list", "list the releases and their documents").add_argument("--release", metavar="V", help=_RELEASE)
    show = command("show", "show one document, or an endpoint with all its documents")
    show.add_argument(
        "name", metavar="NAME", help="an endpoint, descriptor, publication, metadata, or a document's path"
    )
    show.add_argument("--release", metavar="V", help=_RELEASE)
    show.add_argument("--as", dest="view", choices=views(), default=SUMMARY, help="what to show (default: summary)")
    lint = command("lint", "report what is wrong with each document by itself")
    lint.add_argument("names", metavar="NAME", nargs="*", help="the documents (default: all)")
    lint.add_argument("--release", metavar="V", help=_RELEASE)
    lint.add_argument("--format", choices=FORMATS, default="text", help="how to report it (default: text)")
    _validating(command)
    command("release", "freeze the working set under its declared version")
    verify = command("verify", "prove that every frozen byte is what versions/lock.json says")
    history = "prove too that releases were only added since a commit: git:COMMIT"
    verify.add_argument("--against", metavar="BASE", help=history)
    _comparing(command)
    _conforming(command)
    build = command("build", "write the site: a tree of files for any static host")
    build.add_argument("out", type=Path, metavar="OUT", help="a new or empty folder, or an earlier site to replace")
    serve = command("serve", "serve the site over HTTP until interrupted")
    serve.add_argument("--host", default="127.0.0.1", help="the address to listen on (default: 127.0.0.1)")
    serve.add_argument(
        "--port", type=int, default=8000, help="the port to listen on; 0 takes a free one (default: 8000)"
    )
    serve.add_argument("--workers", type=_count, default=1, help="how many processes answer (default: 1)")
    for site in (build, serve):
        trust = "run the hooks, plugins and theme of the root's mkdocs.yml: only where you trust its authors"
        site.add_argument("--trust-config", action="store_true", help=trust)
    serve.add_argument("--root-path", default="", metavar="PATH", help="the path that the site lies under (default: /)")
    return top


def _validating(command: Callable[[str, str], ArgumentParser]) -> None:
    """Add the command that holds a message against a release."""
    validate = command("validate", "hold a request against the schemas of a release")
    validate.add_argument("file", metavar="FILE", help="the message as JSON: a file, - for standard input, or a URL")
    validate.add_argument("--release", metavar="V", help=_RELEASE)
    document = "hold it against this document, as in metadata (default: those of the endpoint that it asks)"
    validate.add_argument("--document", metavar="NAME", help=document)


def _comparing(command: Callable[[str, str], ArgumentParser]) -> None:
    """Add the commands that compare."""
    compare = command("compare", "tell whether one document can take the place of another, with a message that breaks")
    source = "a file, - for standard input, a URL, or NAME@RELEASE"
    compare.add_argument("old", metavar="OLD", help=source)
    compare.add_argument("new", metavar="NEW", help=source)
    directions = "backward: NEW reads what OLD writes (default); forward: the other way round; full: both"
    compare.add_argument("--direction", choices=("backward", "forward", "full"), default="backward", help=directions)
    policy = "additive: a writer sends what it declares (default); strict: inclusion of sets"
    compare.add_argument("--policy", choices=("additive", "strict"), default="additive", help=policy)
    unknown = "what the reader does with members it does not know (default: what registry.toml says)"
    compare.add_argument("--unknown", choices=WAYS, help=unknown)
    columns = "how the reader takes the columns of an Arrow schema (default: what registry.toml says)"
    compare.add_argument("--columns", choices=COLUMNS, help=columns)
    check = command("check", "tell whether the working set may be released: the command for CI")
    against = "a release, an alias, or git:COMMIT (default: the newest release)"
    check.add_argument("--against", metavar="BASE", help=against)
    transitive = "compare with every release of the same major version too"
    check.add_argument("--transitive", action="store_true", help=transitive)
    check.add_argument("--verbose", action="store_true", help="list the accepted breaks with their reasons too")
    for one in (compare, check):
        one.add_argument("--format", choices=FORMATS, default="text", help="how to report it (default: text)")
    diff = command("diff", "show every difference of two releases")
    diff.add_argument("old", metavar="OLD", help=_RELEASE)
    diff.add_argument("new", metavar="NEW", nargs="?", help=_RELEASE)
    diff.add_argument("--annotations", action="store_true", help="show differences in words too")
    matrix = command("matrix", "show which client gets on with which server")
    matrix.add_argument("names", metavar="NAME", nargs="*", help="the endpoints or publications (default: all)")
    matrix.add_argument("--why", action="store_true", help="say what breaks")
    for one in (compare, check, matrix):
        steps = "how many steps the search may take for one pair, the same on every machine (default: 100000)"
        one.add_argument("--steps", type=_count, default=100_000, metavar="N", help=steps)
        seconds = "how long one pair may take at the most, in seconds (default: 60)"
        one.add_argument("--timeout", type=_seconds, default=60.0, metavar="S", help=seconds)


_RELEASE = "a release, an alias (latest, 0.5), or next: the working set (default: next)"


def _conforming(command: Callable[[str, str], ArgumentParser]) -> None:
    """Add `mock` and `conform`."""
    mock = command("mock", "answer requests over Flight by the contract of a release, from its examples")
    mock.add_argument("--release", metavar="V", help=_RELEASE)
    mock.add_argument("--host", default="127.0.0.1", help="the address to listen on (default: 127.0.0.1)")
    mock.add_argument("--port", type=int, default=0, help="the port to listen on; 0 takes a free one (default: 0)")
    conform = command("conform", "tell whether a running server or broker keeps its contract")
    conform.add_argument("url", metavar="URL", help="grpc://HOST:PORT, grpc+tls://HOST:PORT or kafka://HOST:PORT")
    conform.add_argument(
        "--release", metavar="V", help=f"{_RELEASE.partition(' (default')[0]} (default: what it claims)"
    )
    conform.add_argument("--format", choices=FORMATS, default="text", help="how to report it (default: text)")
    limit = "how long everything together may take, in seconds (default: 30)"
    conform.add_argument("--timeout", type=_seconds, default=30.0, metavar="S", help=limit)
    _of_flight(conform)
    _of_kafka(conform)


def _of_flight(conform: ArgumentParser) -> None:
    """Add what only a Flight server is asked with."""
    group = conform.add_argument_group("grpc://")
    allow = "ask also what makes the server write: data of the endpoints that publish, and DoExchange"
    group.add_argument("--allow-publish", action="store_true", help=allow)
    token = "a file with the bearer token (default: the variable ARRAKIS_SCHEMA_TOKEN, or none)"  # noqa: S105 - words
    group.add_argument("--token-file", type=Path, metavar="FILE", help=token)
    certs = "a PEM file with the certificates to trust (default: those of the system)"
    group.add_argument("--tls-root-certs", type=Path, metavar="FILE", help=certs)


def _of_kafka(conform: ArgumentParser) -> None:
    """Add what only a broker is asked with."""
    group = conform.add_argument_group("kafka://")
    group.add_argument("--topics", metavar="REGEX", help="check only topics in whose names this is found")
    newest = "how many of the newest messages of a topic to check (default: 10)"
    group.add_argument("--newest", type=_count, default=10, metavar="N", help=newest)
    config = "a properties file with settings of the consumer, such as TLS and SASL"
    group.add_argument("--consumer-config", type=Path, metavar="FILE", help=config)


def _folder(text: str) -> Path:
    """Return an existing folder."""
    path = Path(text)
    with suppress(OSError, ValueError):  # a name that is too long, or a folder that may not be entered
        if path.is_dir():
            return path
    raise ArgumentTypeError(f"{text} is not a folder: a folder with schemas/ and versions/ is wanted")


def _seconds(text: str) -> float:
    """Return a positive number of seconds."""
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0
    if not 0 < seconds < float("inf"):
        raise ArgumentTypeError(f"{text} is not a number of seconds above 0")
    return seconds


def _count(text: str) -> int:
    """Return a number of at least one."""
    if not text.isdecimal() or int(text) < 1:
        raise ArgumentTypeError(f"{text} is not a number of at least 1")
    return int(text)
