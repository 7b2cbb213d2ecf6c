"""The commands `conform`, which holds what travels against what is registered, and `mock`."""

import os
import socket
from argparse import Namespace
from contextlib import suppress
from pathlib import Path

import pyarrow as pa

from arrakis_schema.cli.output import say, say_now, write
from arrakis_schema.errors import ArrakisSchemaError
from arrakis_schema.findings.formats import FORMATS
from arrakis_schema.flight.conform.client import Access
from arrakis_schema.flight.conform.supervisor import Report, examine
from arrakis_schema.flight.mock.server import MockServer
from arrakis_schema.store.store import open_release

CONFORMS, DIFFERS, UNDECIDED = 0, 1, 3
SCHEMES = ("grpc://", "grpc+tls://", "grpc+tcp://")
_LAST_PORT = 65535
TOKEN = "ARRAKIS_SCHEMA_TOKEN"  # noqa: S105 - the name of a variable


class OptionError(ArrakisSchemaError):
    """An option cannot be used."""


def conform(options: Namespace) -> int:
    """Print what a running server or broker does not keep to; return 0, 1, or 3 where it could not be decided."""
    if options.url.startswith("kafka://"):
        from arrakis_schema.cli.conforming_kafka import conform_kafka  # noqa: PLC0415 - it needs an extra

        return conform_kafka(options)
    if not options.url.startswith(SCHEMES):
        raise OptionError(f"{options.url} is not grpc://HOST:PORT, grpc+tls://HOST:PORT or kafka://HOST:PORT")
    certs = _read(options.tls_root_certs) if options.tls_root_certs else b""
    access = Access(options.url, options.timeout, _token(options), certs)
    report = examine(access, options.release, root=options.root, may_write=options.allow_publish)
    write(FORMATS[options.format](report.findings))
    if options.format == "text":
        say(_verdict(report))
    if not report.conforms:
        return DIFFERS
    return UNDECIDED if report.undecided else CONFORMS


def mock(options: Namespace) -> int:
    """Answer requests until interrupted."""
    release = open_release(options.release, options.root)
    host = f"[{options.host}]" if ":" in options.host else options.host
    try:
        _claim(options.host, options.port)
        server = MockServer(release, f"grpc://{host}:{options.port}")
    except (pa.ArrowException, OSError) as error:
        place = f"port {options.port} on {options.host}"
        raise OptionError(f"{place} cannot be listened on: choose another with --port") from error
    say_now(f"answering by release {release.version} at grpc://{host}:{server.port}")
    with suppress(KeyboardInterrupt):
        server.serve()
    return 0


def _claim(host: str, port: int) -> None:
    """Raise `OSError` unless this port is free: gRPC would share it with whoever listens there."""
    if not 0 <= port <= _LAST_PORT:
        raise OSError(f"there is no port {port}")
    with socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET):
        pass


def _verdict(report: Report) -> str:
    """Say how much was examined, and what came of it."""
    asked = sum(counts["answered"] + counts["refused"] for counts in report.examined.values())
    rows = sum(counts["rows"] for counts in report.examined.values())
    kept = (
        "undecided" if report.conforms and report.undecided else "conforms" if report.conforms else "does not conform"
    )
    return f"{kept}: release {report.release}, {asked:,} requests, {rows:,} rows"


def _token(options: Namespace) -> str:
    """Return the token to present, or nothing."""
    if options.token_file is None:
        return os.environ.get(TOKEN, "").strip()
    token = _read(options.token_file).decode("utf-8", "replace").strip()
    if not token.isascii() or not token.isprintable() or not token:
        raise OptionError(f"{options.token_file} does not hold a bearer token: one line of ASCII is wanted")
    return token


def _read(file: Path) -> bytes:
    """Return the bytes of a file that an option names."""
    try:
        return file.read_bytes()
    except OSError as error:
        raise OptionError(f"{file} cannot be read: {error.strerror}") from error
