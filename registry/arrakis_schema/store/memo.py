"""What is known from an earlier build of the same site: the results of functions, under all that they depend on."""

from collections.abc import Callable, Hashable, Mapping
from typing import Any, TypeVar

Value = TypeVar("Value")


class Memo:
    """Results of functions, each under a key that holds all that it depends on: so none is ever out of date.

    `Memo()` remembers nothing, `Memo({})` what is asked of it, and `Memo(earlier.used)` what was asked of an earlier
    one, too; what nobody asks for again is forgotten.
    """

    def __init__(self, known: Mapping[Hashable, Any] | None = None) -> None:
        """Take what is known."""
        self._known = known
        self.used: dict[Hashable, Any] = {}

    def recall(
        self, key: tuple[Hashable, ...], make: Callable[[], Value], holds: Callable[[Value], bool] = lambda _: True
    ) -> Value:
        """Return what is known under the key, or what `make` returns; an error is not remembered.

        The key begins with the name of what is made. Of what it cannot hold, `holds` tells whether it is as it was.
        """
        if self._known is None:
            return make()
        known = self.known(key)
        value: Value = known if known is not None and holds(known) else make()
        self.used[key] = value
        return value

    def known(self, key: tuple[Hashable, ...]) -> Any:
        """Return what is known under the key, which is then used; None where nothing is."""
        value = self.used[key] if key in self.used else (self._known or {}).get(key)
        if value is not None:
            self.used[key] = value
        return value
