"""The values of arguments: names, folders, seconds, counts, limits. What is wrong raises `ArgumentTypeError`."""

from argparse import ArgumentTypeError
from contextlib import suppress
from pathlib import Path


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
