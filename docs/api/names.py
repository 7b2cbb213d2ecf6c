"""Public names in docstrings become links to their own headings; MkDocs runs this, and nobody else."""

import re
from functools import partial
from typing import Any

from griffe import Extension, Object

_CODE = re.compile(r"`(\w+)`(?!\])")
_MODULES = ("arrakis_schema", "arrakis_schema.compat", "arrakis_schema.arrow")


class Names(Extension):
    """Links `InvalidRequestError` in any docstring to where the name is explained."""

    def __init__(self) -> None:
        """Start with no names; they are known when the package has been read."""
        super().__init__()
        self._homes: dict[str, str] = {}

    def on_package(self, *, pkg: Any, **_: Any) -> None:
        """Learn the public names, then link them wherever a docstring has one."""
        for module in _MODULES:
            exports = pkg[module.partition(".")[2]].exports if "." in module else pkg.exports
            for name in map(str, exports or ()):
                self._homes.setdefault(name, f"{module}.{name}")
        self._walk(pkg)

    def _walk(self, parent: Any) -> None:
        """Link the names in the docstrings of an object and of its members."""
        if parent.docstring is not None:
            parent.docstring.value = _CODE.sub(partial(self._linked, parent.name), parent.docstring.value)
        for member in parent.members.values():
            if isinstance(member, Object):
                self._walk(member)

    def _linked(self, own: str, found: re.Match[str]) -> str:
        """Return the link for a public name, and everything else as it is."""
        name = found.group(1)
        return f"[`{name}`][{self._homes[name]}]" if name in self._homes and name != own else found.group()
