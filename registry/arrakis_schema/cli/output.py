"""What a command gives back: text on standard output and standard error, and reports of findings.

Nothing else in `cli/` prints. A line goes through `printable`; a report is made printable by its format.
"""

import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from io import TextIOWrapper
from pathlib import Path
from typing import TextIO

from arrakis_schema.errors import ArrakisSchemaError
from arrakis_schema.findings.finding import Finding
from arrakis_schema.findings.formats import FORMATS
from arrakis_schema.text.printable import MESSAGE, printable

_MOST_LINES = 20
_NAMES = ("stdin", "stdout", "stderr")
_FROM_THE_TOP = {"github", "gitlab", "sarif", "junit"}
"""The report formats whose readers show a finding at its line of a file of the repository."""


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


def print_report(findings: Sequence[Finding], form: str, root: Path | None) -> None:
    """Print findings in a report format."""
    write(FORMATS[form](place_findings(findings, form, root)))


def place_findings(findings: Sequence[Finding], form: str, root: Path | None) -> list[Finding]:
    """Return findings with the paths that a report format needs."""
    folder = _folder_in_repository(root) if form in _FROM_THE_TOP and root is not None else ""
    return [replace(finding, file=_place_file(finding.file, folder)) for finding in findings]


def _place_file(file: str, folder: str) -> str:
    """Return the path of a file in a folder; the location of a server is not changed."""
    return f"{folder}/{file}" if folder and "://" not in file else file


def _folder_in_repository(root: Path) -> str:
    """Return the path of a folder from the top of the work tree of git around it.

    Where there is none, as in a copy that a CI job was given, it is the path from the current folder, where jobs begin,
    and empty where that is not around it.
    """
    folder, current = root.resolve(), Path.cwd()
    around = (folder, *folder.parents)
    top = next((parent for parent in around if (parent / ".git").exists()), current if current in around else folder)
    return "" if top == folder else folder.relative_to(top).as_posix()


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
