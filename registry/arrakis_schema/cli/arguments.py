"""The arguments of every command."""

import sys
from argparse import Action, ArgumentParser
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

from arrakis_schema.cli import commands, limits
from arrakis_schema.cli.argument_values import default_root, parse_count, parse_folder, parse_names, parse_seconds
from arrakis_schema.cli.exit_codes import EXIT_CODES
from arrakis_schema.cli.output import write
from arrakis_schema.findings.formats import FORMATS
from arrakis_schema.store.loading import data_root, declared_version
from arrakis_schema.store.new_root import BASE_URL
from arrakis_schema.store.settings import COLUMNS, REGISTRY_FILE, WAYS
from arrakis_schema.text.printable import printable

_HELP_CODES = f"exit codes: {'; '.join(f'{code} {meaning}' for code, meaning in EXIT_CODES.items())}"


class Parser(ArgumentParser):
    """A parser that prints as the commands do: arguments in messages are made printable."""

    def error(self, message: str) -> NoReturn:
        """Print the usage and the message, and exit with 2."""
        super().error(printable(message))

    def _print_message(self, message: str, file: Any = None) -> None:
        """Print the help or the version; a full disk is an error, which argparse would hide."""
        if file is sys.stdout:
            write(message)
        else:
            super()._print_message(message, file)


class _PrintVersion(Action):
    """Print the declared version, which is read only here."""

    def __call__(self, parser: ArgumentParser, *_: Any) -> None:
        """Print it and exit with 0."""
        write(f"{declared_version(data_root())}\n")
        parser.exit()


def build_parser() -> ArgumentParser:
    """Return the parser; `options.command` is the function to call, `options.name_of_command` the command's name."""
    top = Parser("arrakis-schema", description="The versioned schema registry.", epilog=_HELP_CODES)
    top.add_argument("--version", action=_PrintVersion, nargs=0, help="show the version of this program and exit")
    common = _make_common_options()
    added = top.add_subparsers(required=True, metavar="COMMAND")

    def command(name: str, summary: str) -> ArgumentParser:
        described = f"{summary[0].upper()}{summary[1:]}."
        child = added.add_parser(
            name,
            help=summary,
            description=described,
            epilog=_HELP_CODES,
            parents=[common.get(name, common["root"])],
        )
        child.set_defaults(command=commands.COMMANDS[name], name_of_command=name)
        if name not in limits.UNLIMITED:
            limits.add_options(child)
        return child

    _add_init(command)
    _add_list_and_show(command)
    _add_lint(command)
    _add_validate(command)
    _add_import(command)
    command("release", "freeze the working set under its declared version")
    verify = command("verify", "verify every frozen file against versions/lock.json")
    history = "also verify that releases were only added since a commit: git:COMMIT"
    verify.add_argument("--against", metavar="BASE", help=history)
    _add_comparisons(command)
    _add_mock_and_conform(command)
    _add_adopt(command)
    _add_build_and_serve(command)
    return top


def _make_common_options() -> dict[str, Parser]:
    """Return the options that commands share: those that read a root (`root`), and the commands with others."""
    root, new_root, no_root = (Parser(add_help=False) for _ in range(3))
    elsewhere = f"the current one if it has {REGISTRY_FILE}, else those in this package"
    help_root = f"the folder with schemas/ and versions/ (default: {elsewhere})"
    root.add_argument("--root", type=parse_folder, default=default_root(), metavar="DIR", help=help_root)
    help_new = "the folder with schemas/ and versions/, which need not exist (default: the current one)"
    new_root.add_argument("--root", type=Path, default=Path(), metavar="DIR", help=help_new)
    for parent in (root, new_root, no_root):
        parent.add_argument("--debug", action="store_true", help="show the traceback of an internal error")
    return {"root": root, "import": new_root, "init": no_root}


def _add_build_and_serve(command: Callable[[str, str], ArgumentParser]) -> None:
    """Add `build` and `serve`."""
    build = command("build", "write the site: a tree of files for any static host")
    build.add_argument("out", type=Path, metavar="OUT", help="a new or empty folder, or an earlier site to replace")
    serve = command("serve", "serve the site over HTTP until interrupted")
    serve.add_argument("--host", default="127.0.0.1", help="the address to listen on (default: 127.0.0.1)")
    serve.add_argument(
        "--port", type=int, default=8000, help="the port to listen on; 0 takes a free one (default: 8000)"
    )
    serve.add_argument("--workers", type=parse_count, default=1, help="the number of worker processes (default: 1)")
    for site in (build, serve):
        trust = "run the hooks, plugins and theme of the root's mkdocs.yml: only if you trust its authors"
        site.add_argument("--trust-config", action="store_true", help=trust)
    serve.add_argument(
        "--root-path", default="", metavar="PATH", help="the path below which the site is served (default: /)"
    )


def _add_init(command: Callable[[str, str], ArgumentParser]) -> None:
    """Add the command that writes a new root."""
    child = command("init", "create a working folder for schemas of your own, with one document of each kind")
    folder = "the folder, which may be new or contain other files (default: the current one)"
    child.add_argument("folder", type=Path, nargs="?", default=Path(), metavar="FOLDER", help=folder)
    child.add_argument("--name", metavar="TITLE", help="the title of your API (default: the name of the folder)")
    url = f"the prefix of each $id; nothing has to be served there (default: {BASE_URL})"
    child.add_argument("--url", default=BASE_URL, metavar="URL", help=url)


def _add_list_and_show(command: Callable[[str, str], ArgumentParser]) -> None:
    """Add the commands that show releases and documents."""
    command("list", "list the releases and their documents").add_argument("--release", metavar="V", help=_RELEASE)
    show = command("show", "show one document, or an endpoint with all its documents")
    show.add_argument(
        "name", metavar="NAME", help="an endpoint, descriptor, publication, metadata, or a document's path"
    )
    show.add_argument("--release", metavar="V", help=_RELEASE)
    show.add_argument(
        "--as", dest="view", choices=commands.views(), default=commands.SUMMARY, help="what to show (default: summary)"
    )
    corrected = "apply the corrections of the release"
    show.add_argument("--corrected", action="store_true", help=corrected)


def _add_lint(command: Callable[[str, str], ArgumentParser]) -> None:
    """Add the command that checks each document by itself."""
    lint = command("lint", "report what is wrong with each document by itself")
    lint.add_argument("names", metavar="NAME", nargs="*", help="the documents (default: all)")
    lint.add_argument("--release", metavar="V", help=_RELEASE)
    lint.add_argument("--format", choices=FORMATS, default="text", help="how to report it (default: text)")
    explained = "print what a rule means, with an example, and check nothing; RULE is the name at the end of a finding"
    lint.add_argument("--explain", metavar="RULE", help=explained)


def _add_validate(command: Callable[[str, str], ArgumentParser]) -> None:
    """Add the command that validates a message against a release."""
    validate = command("validate", "validate a request against the schemas of a release")
    validate.add_argument("file", metavar="FILE", help="the message as JSON: a file, - for standard input, or a URL")
    validate.add_argument("--release", metavar="V", help=_RELEASE)
    document = "validate against this document, such as metadata (default: those of the request's endpoint)"
    validate.add_argument("--document", metavar="NAME", help=document)
    validate.add_argument("--as-documented", action="store_true", help=_AS_DOCUMENTED)


def _add_import(command: Callable[[str, str], ArgumentParser]) -> None:
    """Add the command that imports versions."""
    described = "freeze versions that were made elsewhere, unchanged: a folder, a folder of versions, or git tags"
    child = command("import", described)
    child.add_argument("source", type=Path, metavar="FOLDER", help="the folder, or with --git the repository")
    which = "import FOLDER, or with --git one tag, as this version (default: import its subfolders, or each tag)"
    child.add_argument("--as", dest="version", metavar="V", help=which)
    child.add_argument("--git", action="store_true", help="import the tags of the repository that FOLDER is in")
    child.add_argument("--tags", metavar="GLOB", default="v*", help="with --git: which tags (default: v*)")
    child.add_argument("--path", metavar="DIR", default="", help="with --git: the folder of the schemas (default: all)")


def _add_comparisons(command: Callable[[str, str], ArgumentParser]) -> None:
    """Add the commands that compare."""
    compare = command("compare", "decide whether one document can replace another, with a message that breaks if not")
    source = "a file, - for standard input, a URL, or NAME@RELEASE"
    compare.add_argument("old", metavar="OLD", help=source)
    compare.add_argument("new", metavar="NEW", help=source)
    directions = "backward: NEW reads what OLD writes (default); forward: the other way round; full: both"
    compare.add_argument("--direction", choices=("backward", "forward", "full"), default="backward", help=directions)
    policy = "additive: a writer sends what it declares (default); strict: everything that its schema accepts"
    compare.add_argument("--policy", choices=("additive", "strict"), default="additive", help=policy)
    unknown = "what the reader does with unknown members (default: as registry.toml declares)"
    compare.add_argument("--unknown", choices=WAYS, help=unknown)
    columns = "how the reader matches the columns of an Arrow schema (default: as registry.toml declares)"
    compare.add_argument("--columns", choices=COLUMNS, help=columns)
    check = command("check", "check whether the working set can be released: the command for CI")
    against = "a release, an alias, or git:COMMIT (default: the newest release)"
    check.add_argument("--against", metavar="BASE", help=against)
    transitive = "also compare with every release of the same major version"
    check.add_argument("--transitive", action="store_true", help=transitive)
    check.add_argument("--verbose", action="store_true", help="also list the accepted breaks, with their reasons")
    for subcommand in (compare, check):
        subcommand.add_argument("--format", choices=FORMATS, default="text", help="how to report it (default: text)")
    diff = command("diff", "show every difference between two releases")
    diff.add_argument("old", metavar="OLD", help=_RELEASE)
    diff.add_argument("new", metavar="NEW", nargs="?", help=_RELEASE)
    diff.add_argument("--annotations", action="store_true", help="also show differences in descriptions")
    matrix = command("matrix", "show which clients work with which servers")
    matrix.add_argument("names", metavar="NAME", nargs="*", help="the endpoints or publications (default: all)")
    matrix.add_argument("--why", action="store_true", help="show what breaks, and what would have to change")
    software = "show which versions of clients work with which versions of servers, call by call"
    matrix.add_argument("--software", action="store_true", help=software)
    matrix.add_argument("--format", choices=("text", "json"), default="text", help="how to print it (default: text)")
    for subcommand in (compare, check, matrix):
        steps = "the step limit for one pair, the same on every machine (default: 100000)"
        subcommand.add_argument("--steps", type=parse_count, default=100_000, metavar="N", help=steps)
        seconds = "the time limit for one pair, in seconds (default: 60)"
        subcommand.add_argument("--timeout", type=parse_seconds, default=60.0, metavar="S", help=seconds)
    for subcommand in (compare, check, matrix):
        subcommand.add_argument("--as-documented", action="store_true", help=_AS_DOCUMENTED)


_AS_DOCUMENTED = "use releases as they were frozen, without their corrections"
_RELEASE = "a release, an alias (latest, 0.5), or next: the working set (default: next)"


def _add_mock_and_conform(command: Callable[[str, str], ArgumentParser]) -> None:
    """Add `mock` and `conform`."""
    mock = command("mock", "answer requests over Flight according to a release, from its examples")
    mock.add_argument("--release", metavar="V", help=_RELEASE)
    mock.add_argument("--host", default="127.0.0.1", help="the address to listen on (default: 127.0.0.1)")
    mock.add_argument("--port", type=int, default=0, help="the port to listen on; 0 takes a free one (default: 0)")
    conform = command("conform", "check whether a running server or broker conforms to its contract")
    conform.epilog = (
        "exit codes: 0 conforms; 1 does not conform; 2 not reached, not a Flight server, or a wrong option;"
        " 3 undecided: something could not be fully examined, or an endpoint of --require was not"
    )
    conform.add_argument("url", metavar="URL", help="grpc://HOST:PORT, grpc+tls://HOST:PORT or kafka://HOST:PORT")
    conform.add_argument(
        "--release", metavar="V", help=f"{_RELEASE.partition(' (default')[0]} (default: the one that it claims)"
    )
    conform.add_argument("--format", choices=FORMATS, default="text", help="how to report it (default: text)")
    log = "append a record of the result to this file, one line of JSON"
    conform.add_argument("--log", type=Path, metavar="FILE", help=log)
    limit = "the time limit for the whole examination, in seconds (default: 30)"
    conform.add_argument("--timeout", type=parse_seconds, default=30.0, metavar="S", help=limit)
    for subcommand in (mock, conform):
        subcommand.add_argument("--as-documented", action="store_true", help=_AS_DOCUMENTED)
    strict = "compare with the frozen documents: known differences are failures, too"
    conform.add_argument("--strict", action="store_true", help=strict)
    _add_flight_options(conform)
    _add_kafka_options(conform)


def _add_adopt(command: Callable[[str, str], ArgumentParser]) -> None:
    """Add `adopt`."""
    adopt = command("adopt", "draft documents from what a running server sends")
    adopt.add_argument("url", metavar="URL", help="grpc://HOST:PORT or grpc+tls://HOST:PORT")
    adopt.add_argument("--out", type=Path, required=True, metavar="DIR", help="the folder to write: new or empty")
    named = f"{_RELEASE.partition(' (default')[0]} (default: the one that it claims, or else what it lists)"
    adopt.add_argument("--release", metavar="V", help=named)
    endpoint = "request only this endpoint; with =FILE, send the JSON request in the file; may be repeated"
    adopt.add_argument("--endpoint", action="append", default=[], metavar="NAME[=FILE]", help=endpoint)
    limit = "the time limit for all requests, in seconds (default: 30)"
    adopt.add_argument("--timeout", type=parse_seconds, default=30.0, metavar="S", help=limit)
    _add_credentials(adopt.add_argument_group("access"))


def _add_flight_options(conform: ArgumentParser) -> None:
    """Add the options for a Flight server."""
    group = conform.add_argument_group("grpc://")
    allow = "also send requests that make the server write: data of endpoints that publish, and DoExchange"
    group.add_argument("--allow-publish", action="store_true", help=allow)
    require = "endpoints that must answer with data, separated by commas; otherwise the result is undecided"
    group.add_argument("--require", type=parse_names, default=(), metavar="NAMES", help=require)
    follow = "also contact this host if the server's data is there; all: any host (default: only the host of URL)"
    group.add_argument("--follow", action="append", metavar="HOST", help=follow)
    replicas = "read the data at each location that the server names, not only at the first one"
    group.add_argument("--replicas", action="store_true", help=replicas)
    _add_credentials(group)


def _add_credentials(group: Any) -> None:
    """Add the options for a token and certificates."""
    token = "a file with the bearer token (default: the variable ARRAKIS_SCHEMA_TOKEN, or none)"  # noqa: S105 - words
    group.add_argument("--token-file", type=Path, metavar="FILE", help=token)
    certs = "a PEM file with the certificates to trust (default: those of the system)"
    group.add_argument("--tls-root-certs", type=Path, metavar="FILE", help=certs)


def _add_kafka_options(conform: ArgumentParser) -> None:
    """Add the options for a broker."""
    group = conform.add_argument_group("kafka://")
    group.add_argument("--topics", metavar="REGEX", help="check only topics whose names contain a match")
    newest = "how many of the newest messages of a topic to check (default: 10)"
    group.add_argument("--newest", type=parse_count, default=10, metavar="N", help=newest)
    config = "a properties file with settings of the consumer, such as TLS and SASL"
    group.add_argument("--consumer-config", type=Path, metavar="FILE", help=config)
