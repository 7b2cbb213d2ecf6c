"""What is made from a value when it is first asked for, and kept on it: parsed documents, compiled validators."""

from collections.abc import Callable, Hashable
from typing import Any, Concatenate, ParamSpec, Self, TypeVar

Given = ParamSpec("Given")
Made = TypeVar("Made")


class Deriving:
    """A value that keeps what is made from it, so that nothing is made twice and nothing outlives its source."""

    _made: dict[Hashable, Any]

    def derived(self, make: Callable[Concatenate[Self, Given], Made], *args: Given.args, **named: Given.kwargs) -> Made:
        """Return `make(self, ...)`, made once; an error is not kept. Threads may make it twice, and get one."""
        key = (make, args, *named.items()) if named else (make, args)
        try:
            found: Made = self._made[key]
        except KeyError:
            found = self._made.setdefault(key, make(self, *args, **named))
        return found
