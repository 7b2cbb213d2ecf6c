"""Where the command line writes: standard output and standard error, whatever they are and whatever the text is.

Nothing else in `cli/` prints. A line goes through `printable`; a report was made printable by its format.
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
    """Make the streams take any text: what the encoding lacks becomes an escape; a closed one leads nowhere."""
    for number, name in enumerate(_NAMES):
        if getattr(sys, name) is None:
            opened = os.open(os.devnull, os.O_RDWR)
            if opened != number:
                os.dup2(opened, number)
            setattr(sys, name, os.fdopen(number, "r" if number == 0 else "w", encoding="utf-8"))
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def say(text: str) -> None:
    """Print one line."""
    write(f"{printable(text, sys.maxsize)}\n")


def say_now(text: str) -> None:
    """Print one line, and do not wait for more."""
    say(text)
    flush()


def write(text: str) -> None:
    """Print lines that are printable. Raises `OutputError`, or `BrokenPipeError` where nobody reads any more."""
    try:
        sys.stdout.write(text)
    except OSError as error:
        raise _failed(error) from error


def write_bytes(content: bytes) -> None:
    """Print the bytes of a document as they are."""
    try:
        sys.stdout.flush()
        sys.stdout.buffer.write(content)
    except OSError as error:
        raise _failed(error) from error


def flush() -> None:
    """Hand over what was printed; raises as `write` does."""
    try:
        sys.stdout.flush()
    except OSError as error:
        raise _failed(error) from error


def complain(lines: list[str]) -> None:
    """Print the lines of an error to standard error, as far as that can be written."""
    shown = [f"arrakis-schema: {printable(line, 2 * MESSAGE)}" for line in lines[:_MOST_LINES] if line.strip()]
    shown += [f"arrakis-schema: and {len(lines) - _MOST_LINES:,} more"] if len(lines) > _MOST_LINES else []
    try:
        print(*shown, sep="\n", end="\n" if shown else "", file=sys.stderr, flush=True)
    except OSError:
        _discard(sys.stderr)


def _failed(error: OSError) -> OSError | OutputError:
    """Return the error to raise for standard output; what is still buffered goes nowhere."""
    _discard(sys.stdout)
    if isinstance(error, BrokenPipeError):
        return error
    return OutputError(f"standard output cannot be written: {error.strerror or error}")


def _discard(stream: TextIO) -> None:
    """Let a stream lead nowhere, so that nothing fails when Python flushes it at the end."""
    with suppress(OSError, ValueError):
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, stream.fileno())
        os.close(null)
