"""The options that say how to access a server: its address, a token, certificates."""

import os
from argparse import Namespace
from pathlib import Path

from arrakis_schema.errors import ArrakisSchemaError
from arrakis_schema.flight.conform.client import Access

SCHEMES = ("grpc://", "grpc+tls://", "grpc+tcp://")
TOKEN = "ARRAKIS_SCHEMA_TOKEN"  # noqa: S105 - the name of a variable


class OptionError(ArrakisSchemaError):
    """An option cannot be used."""


def read_access(options: Namespace) -> Access:
    """Return how to access the server that the options name."""
    certs = _read(options.tls_root_certs) if options.tls_root_certs else b""
    return Access(options.url, options.timeout, _read_token(options), certs)


def _read_token(options: Namespace) -> str:
    """Return the bearer token, empty where there is none."""
    if options.token_file is None:
        return os.environ.get(TOKEN, "").strip()
    token = _read(options.token_file).decode("utf-8", "replace").strip()
    if not token.isascii() or not token.isprintable() or not token:
        raise OptionError(f"{options.token_file} does not hold a bearer token: expected one line of ASCII")
    return token


def _read(file: Path) -> bytes:
    """Return the bytes of a file that an option names."""
    try:
        return file.read_bytes()
    except OSError as error:
        raise OptionError(f"{file} cannot be read: {error.strerror}") from error
