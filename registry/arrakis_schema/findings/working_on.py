"""What the program is working on, named in internal errors and in errors about limits of time or memory."""

from collections.abc import Iterator
from contextlib import contextmanager

from arrakis_schema.errors import ArrakisSchemaError


@contextmanager
def working_on(what: str) -> Iterator[None]:
    """Add what is being worked on, such as a path, as a note to an exception that is not one of our own errors."""
    try:
        yield
    except ArrakisSchemaError:
        raise
    except BaseException as error:
        if not hasattr(error, "__notes__"):
            error.add_note(what)
        raise
