"""The arguments of `conform`."""

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
    """Add the command; `seconds` and `count` read numbers, `release` says what a release is."""
    conform = command("conform", "tell whether what a running server or broker sends keeps to the documents")
    conform.add_argument("url", metavar="URL", help="kafka://HOST:PORT")
    conform.add_argument("--release", metavar="V", help=release)
    conform.add_argument("--format", choices=FORMATS, default="text", help="how to report it (default: text)")
    limit = "how long everything together may take, in seconds (default: 30)"
    conform.add_argument("--timeout", type=seconds, default=30.0, metavar="S", help=limit)
    add_kafka(conform, count)


def add_kafka(conform: ArgumentParser, count: Callable[[str], int]) -> None:
    """Add what only a broker is asked with."""
    group = conform.add_argument_group("kafka://")
    group.add_argument("--topics", metavar="REGEX", help="check only topics in whose names this is found")
    newest = "how many of the newest messages of a topic to check (default: 10)"
    group.add_argument("--newest", type=count, default=10, metavar="N", help=newest)
    config = "a properties file with settings of the consumer, such as TLS and SASL"
    group.add_argument("--consumer-config", type=Path, metavar="FILE", help=config)
