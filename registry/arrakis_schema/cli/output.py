"""The output of the command line: any text, to whatever standard output and standard error are.

Nothing else in `cli/` prints. A line goes through `printable`; a report is made printable by its format.
"""

import os
import sys
from contextlib import suppress
from io import TextIOWrapper
from typing import TextIO

from arrakis_schema.errors import ArrakisSchemaError
from arrakis_schema.text.printable import MESSAGE, printable

_MOST_LINES = 20
_NAMES = ("stdin", "stdout", "stderr")


class OutputError(ArrakisSchemaError):
    """Standard output cannot be written."""


def open_streams() -> None:
    """Make the streams accept any text: escape what the encoding lacks; replace closed streams by the null device."""
    for number, name in enumerate(_NAMES):
        if getattr(sys, name) is None:
            opened = os.open(os.devnull, os.O_RDWR)
            if opened != number:
                os.dup2(opened, number)
            setattr(sys, name, os.fdopen(number, "r" if number == 0 else "w", encoding="utf-8"))
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def print_line(text: str) -> None:
    """Print one line."""
    write(f"{printable(text, sys.maxsize)}\n")


def print_now(text: str) -> None:
    """Print one line, and flush."""
    print_line(text)
    flush()


def write(text: str) -> None:
    """Print lines that are printable. Raises `OutputError`, or `BrokenPipeError` where the reader is gone."""
    try:
        sys.stdout.write(text)
    except OSError as error:
        raise _output_error(error) from error


def write_bytes(content: bytes) -> None:
    """Print the bytes of a document as they are."""
    try:
        sys.stdout.flush()
        sys.stdout.buffer.write(content)
    except OSError as error:
        raise _output_error(error) from error


def flush() -> None:
    """Flush standard output; raises as `write` does."""
    try:
        sys.stdout.flush()
    except OSError as error:
        raise _output_error(error) from error


def print_errors(lines: list[str]) -> None:
    """Print the lines of an error to standard error, as far as that can be written."""
    printed = [f"arrakis-schema: {printable(line, 2 * MESSAGE)}" for line in lines[:_MOST_LINES] if line.strip()]
    printed += [f"arrakis-schema: and {len(lines) - _MOST_LINES:,} more"] if len(lines) > _MOST_LINES else []
    try:
        print(*printed, sep="\n", end="\n" if printed else "", file=sys.stderr, flush=True)
    except OSError:
        _discard(sys.stderr)


def _output_error(error: OSError) -> OSError | OutputError:
    """Return the error to raise for standard output, and discard what is still buffered."""
    _discard(sys.stdout)
    if isinstance(error, BrokenPipeError):
        return error
    return OutputError(f"standard output cannot be written: {error.strerror or error}")


def _discard(stream: TextIO) -> None:
    """Redirect a stream to the null device, so that Python's final flush cannot fail."""
    with suppress(OSError, ValueError):
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, stream.fileno())
        os.close(null)
