"""What the program is working on, so that an internal error, and a limit of time or memory, can say it."""

from collections.abc import Iterator
from contextlib import contextmanager

from arrakis_schema.errors import ArrakisSchemaError


@contextmanager
def working_on(what: str) -> Iterator[None]:
    """Add to a fault or a limit that passes what was being worked on, such as a path; our own errors say it."""
    try:
        yield
    except ArrakisSchemaError:
        raise
    except BaseException as error:
        if not hasattr(error, "__notes__"):
            error.add_note(what)
        raise
