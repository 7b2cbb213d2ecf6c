"""The values of arguments: names, numbers, folders, addresses, and what stands in the files that options name.

What is wrong with a text raises `ArgumentTypeError`, which argparse reports with the usage; all else `OptionError`.
"""

import os
import re
from argparse import ArgumentTypeError
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path
from typing import Any

from arrakis_schema.errors import ArrakisSchemaError, MalformedRequestError
from arrakis_schema.store.files import exists
from arrakis_schema.store.loading import data_root
from arrakis_schema.store.parsing import parse_json
from arrakis_schema.store.settings import REGISTRY_FILE

FLIGHT = ("grpc://", "grpc+tls://", "grpc+tcp://")
KAFKA = "kafka://"
_TOKEN = "ARRAKIS_SCHEMA_TOKEN"  # noqa: S105 - the name of a variable


class OptionError(ArrakisSchemaError):
    """An option cannot be used."""


def parse_names(text: str) -> tuple[str, ...]:
    """Parse names that are separated by commas."""
    return tuple(name for name in text.replace(" ", "").lower().split(",") if name)


def parse_folder(text: str) -> Path:
    """Parse the path of an existing folder."""
    path = Path(text)
    with suppress(OSError, ValueError):  # a name that is too long, or a folder that may not be entered
        if path.is_dir():
            return path
    raise ArgumentTypeError(f"{text} is not a folder: expected a folder with schemas/ and versions/")


def default_root() -> Path:
    """Return the current folder if it is a root, which its settings show, and else the folder of the package's data."""
    return Path.cwd() if exists(".", REGISTRY_FILE) else Path(data_root())


def parse_seconds(text: str) -> float:
    """Parse a positive number of seconds."""
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0
    if not 0 < seconds < float("inf"):
        raise ArgumentTypeError(f"{text} is not a number of seconds above 0")
    return seconds


def parse_count(text: str) -> int:
    """Parse a number of at least 1."""
    if not text.isdecimal() or int(text) < 1:
        raise ArgumentTypeError(f"{text} is not a number of at least 1")
    return int(text)


def parse_limit(text: str) -> float:
    """Parse a number of at least 0."""
    try:
        number = float(text)
    except ValueError:
        number = -1
    if not 0 <= number < float("inf"):
        raise ArgumentTypeError(f"{text} is not a number of at least 0")
    return number


def parse_servers(url: str) -> str:
    """Parse the addresses in a URL, separated by commas."""
    servers = url.removeprefix(KAFKA).rstrip("/")
    if not url.startswith(KAFKA) or not all(re.fullmatch(r"[^\s/,]+:\d{1,5}", part) for part in servers.split(",")):
        raise OptionError(f"{url} is not {KAFKA}HOST:PORT, or several HOST:PORT with commas between")
    return servers


def parse_pattern(text: str | None) -> re.Pattern[str] | None:
    """Compile the expression for the names of topics."""
    try:
        return re.compile(text) if text is not None else None
    except re.error as error:
        raise OptionError(f"--topics {text!r} is not a regular expression: {error}") from error


def read_request(file: Path) -> Any:
    """Return the request in a file."""
    try:
        request = parse_json(read_option_file(file))
    except MalformedRequestError as error:
        raise OptionError(f"{file}: {error}") from error
    if not isinstance(request, dict):
        raise OptionError(f"{file} is not a request: expected a JSON object")
    return request


def read_token(file: Path | None) -> str:
    """Return the bearer token in a file, or in the environment; empty where there is none."""
    if file is None:
        return os.environ.get(_TOKEN, "").strip()
    token = read_option_file(file).decode("utf-8", "replace").strip()
    if not token.isascii() or not token.isprintable() or not token:
        raise OptionError(f"{file} does not hold a bearer token: expected one line of ASCII")
    return token


def read_properties(file: Path, ours: Collection[str]) -> dict[str, str]:
    """Read a properties file: one setting of librdkafka a line, as `name=value`; comments begin with `#`."""
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8"
        raise OptionError(f"{file} cannot be read: {reason}") from error
    settings = {}
    for number, line in enumerate(lines, 1):
        text = line.strip()
        if not text or text.startswith("#"):
            continue
        name, equals, value = (part.strip() for part in text.partition("="))
        if not equals or not name:
            raise OptionError(f"{file}, line {number} is not name=value")
        if name in ours:
            raise OptionError(f"{file}, line {number}: {name} cannot be set: reading must change nothing")
        settings[name] = value
    return settings


def read_option_file(file: Path) -> bytes:
    """Return the bytes of a file that an option names."""
    try:
        return file.read_bytes()
    except OSError as error:
        raise OptionError(f"{file} cannot be read: {error.strerror}") from error
