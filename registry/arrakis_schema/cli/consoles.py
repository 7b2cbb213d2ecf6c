"""Tables for people: in colour on a terminal, plain when piped."""

import sys
from io import StringIO
from shutil import get_terminal_size
from typing import cast

from rich.console import Console
from rich.text import Text

from arrakis_schema.cli.output import write
from arrakis_schema.text.printable import printable

_PLAIN_WIDTH = 200


def open_console() -> Console:
    """Return a console that writes to a buffer, as wide as the terminal; wide enough where there is none."""
    if sys.stdout.isatty():
        return Console(file=StringIO(), width=get_terminal_size().columns, force_terminal=True)
    return Console(file=StringIO(), width=_PLAIN_WIDTH, no_color=True, highlight=False)


def plain(text: str) -> Text:
    """Return untrusted text without interpreting markup."""
    return Text(printable(text))


def print_console(console: Console) -> None:
    """Print the buffer of a console; where it is piped, escape lines that begin like a command of a CI system."""
    collected = cast("StringIO", console.file).getvalue()
    if not sys.stdout.isatty():
        collected = "".join(f"{printable(line.rstrip(), sys.maxsize)}\n" for line in collected.split("\n")[:-1])
    write(collected)
