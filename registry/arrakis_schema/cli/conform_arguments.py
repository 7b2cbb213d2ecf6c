"""The arguments of the commands that travel: `mock` and `conform`."""

from argparse import ArgumentParser
from collections.abc import Callable
from pathlib import Path

from arrakis_schema.report import FORMATS


def add(
    command: Callable[[str, str], ArgumentParser],
    seconds: Callable[[str], float],
    count: Callable[[str], int],
    release: str,
) -> None:
    """Add the commands; `seconds` and `count` read numbers, `release` says what a release is."""
    mock = command("mock", "answer requests over Flight by the contract of a release, from its examples")
    mock.add_argument("--release", metavar="V", help=release)
    mock.add_argument("--host", default="127.0.0.1", help="the address to listen on (default: 127.0.0.1)")
    mock.add_argument("--port", type=int, default=0, help="the port to listen on; 0 takes a free one (default: 0)")
    conform = command("conform", "tell whether a running server or broker keeps its contract")
    conform.add_argument("url", metavar="URL", help="grpc://HOST:PORT, grpc+tls://HOST:PORT or kafka://HOST:PORT")
    conform.add_argument(
        "--release", metavar="V", help=f"{release.partition(' (default')[0]} (default: what it claims)"
    )
    conform.add_argument("--format", choices=FORMATS, default="text", help="how to report it (default: text)")
    limit = "how long everything together may take, in seconds (default: 30)"
    conform.add_argument("--timeout", type=seconds, default=30.0, metavar="S", help=limit)
    add_flight(conform)
    add_kafka(conform, count)


def add_flight(conform: ArgumentParser) -> None:
    """Add what only a Flight server is asked with."""
    group = conform.add_argument_group("grpc://")
    allow = "ask also what makes the server write: data of the endpoints that publish, and DoExchange"
    group.add_argument("--allow-publish", action="store_true", help=allow)
    token = "a file with the bearer token (default: the variable ARRAKIS_SCHEMA_TOKEN, or none)"  # noqa: S105 - words
    group.add_argument("--token-file", type=Path, metavar="FILE", help=token)
    certs = "a PEM file with the certificates to trust (default: those of the system)"
    group.add_argument("--tls-root-certs", type=Path, metavar="FILE", help=certs)


def add_kafka(conform: ArgumentParser, count: Callable[[str], int]) -> None:
    """Add what only a broker is asked with."""
    group = conform.add_argument_group("kafka://")
    group.add_argument("--topics", metavar="REGEX", help="check only topics in whose names this is found")
    newest = "how many of the newest messages of a topic to check (default: 10)"
    group.add_argument("--newest", type=count, default=10, metavar="N", help=newest)
    config = "a properties file with settings of the consumer, such as TLS and SASL"
    group.add_argument("--consumer-config", type=Path, metavar="FILE", help=config)
