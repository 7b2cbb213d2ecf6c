"""What the program is working on, so that an internal error can say it."""

from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def working_on(what: str) -> Iterator[None]:
    """Add to an exception that passes what was being worked on, such as the path of a document."""
    try:
        yield
    except Exception as error:
        if not hasattr(error, "__notes__"):
            error.add_note(what)
        raise
