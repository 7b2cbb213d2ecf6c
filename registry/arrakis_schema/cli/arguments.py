"""The arguments of every command."""

from argparse import ArgumentParser, ArgumentTypeError
from pathlib import Path

from arrakis_schema.cli import commands
from arrakis_schema.cli.show import VIEWS
from arrakis_schema.loading import data_root, declared_version
from arrakis_schema.report import FORMATS

_EXIT_CODES = "exit codes: 0 fine; 1 something is wrong with the schemas; 2 wrong usage, or files that cannot be read"


def parser() -> ArgumentParser:
    """Return the parser; `options.command` is the function to call."""
    top = ArgumentParser("arrakis-schema", description="The versioned schema registry.", epilog=_EXIT_CODES)
    top.add_argument("--version", action="version", version=declared_version(data_root()))
    root = ArgumentParser(add_help=False)
    help_root = "the folder with schemas/ and versions/ (default: the Arrakis schemas of this package)"
    root.add_argument("--root", type=_folder, default=Path(data_root()), metavar="DIR", help=help_root)
    added = top.add_subparsers(required=True, metavar="COMMAND")

    def command(name: str, summary: str) -> ArgumentParser:
        described = f"{summary[0].upper()}{summary[1:]}."
        child = added.add_parser(name, help=summary, description=described, epilog=_EXIT_CODES, parents=[root])
        child.set_defaults(command=commands.COMMANDS[name])
        return child

    command("list", "list the releases and their documents").add_argument("--release", metavar="V", help=_RELEASE)
    show = command("show", "show one document, or an endpoint with all its documents")
    show.add_argument(
        "name", metavar="NAME", help="an endpoint, descriptor, publication, metadata, or a document's path"
    )
    show.add_argument("--release", metavar="V", help=_RELEASE)
    show.add_argument("--as", dest="view", choices=VIEWS, default="summary", help="what to show (default: summary)")
    lint = command("lint", "report what is wrong with each document by itself")
    lint.add_argument("names", metavar="NAME", nargs="*", help="the documents (default: all)")
    lint.add_argument("--release", metavar="V", help=_RELEASE)
    lint.add_argument("--format", choices=FORMATS, default="text", help="how to report it (default: text)")
    command("release", "freeze the working set under its declared version")
    command("verify", "prove that every frozen byte is what versions/lock.json says")
    build = command("build", "write the site: a tree of files for any static host")
    build.add_argument("out", type=Path, metavar="OUT", help="a new or empty folder, or an earlier site to replace")
    serve = command("serve", "serve the site over HTTP until interrupted")
    serve.add_argument("--host", default="127.0.0.1", help="the address to listen on (default: 127.0.0.1)")
    serve.add_argument(
        "--port", type=int, default=8000, help="the port to listen on; 0 takes a free one (default: 8000)"
    )
    serve.add_argument("--workers", type=_count, default=1, help="how many processes answer (default: 1)")
    serve.add_argument("--root-path", default="", metavar="PATH", help="the path that the site lies under (default: /)")
    return top


_RELEASE = "a release, an alias (latest, 0.5), or next: the working set (default: next)"


def _folder(text: str) -> Path:
    """Return an existing folder."""
    path = Path(text)
    if not path.is_dir():
        raise ArgumentTypeError(f"{text} is not a folder: a folder with schemas/ and versions/ is wanted")
    return path


def _count(text: str) -> int:
    """Return a number of at least one."""
    if not text.isdecimal() or int(text) < 1:
        raise ArgumentTypeError(f"{text} is not a number of at least 1")
    return int(text)
