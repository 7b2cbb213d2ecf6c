"""The places of things on the site: the folder of a name, and the ids of headings."""

import re
from hashlib import sha256
from posixpath import commonpath, dirname

from arrakis_schema.text.escaping import href

RELEASES = "releases/"
"""The folder of the pages of releases."""
_PLAIN = re.compile(r"(?!(?i:index|readme)$)\w[\w.-]*")
_LONGEST = 100
_STRANGE = re.compile(r"[^\w.-]+|(?<![A-Za-z0-9])_+|_+(?![A-Za-z0-9])", re.ASCII)
"""Characters not allowed in an id; underscores at the edge of a word mean emphasis, and begin the ids of the theme."""


def folder_of(name: str) -> str:
    """Return the folder of the page of a name: the name, or a word and a number if the name does not suit a URL."""
    return name if all(map(_PLAIN.fullmatch, name.split("/"))) else f"{_word(name)}-{_number(name)}"


def anchor(name: str) -> str:
    """Return the id of a heading that is a name: the name where that can be one, and else a word and a number."""
    return name if _word(name) == name else f"{_word(name)}-{_number(name)}"


def shared_folder(names: list[str]) -> str:
    """Return the folder that all names are in, with a slash at its end; empty where there is none."""
    return f"{commonpath([dirname(name) for name in names])}/".removeprefix("/") if names else ""


def matrix_path(name: str) -> str:
    """Return the path of the matrix of an endpoint, from the top folder."""
    return href(f"matrix/{folder_of(name)}.md")


def _word(text: str) -> str:
    """Return a text without the characters that an id must not have."""
    return _STRANGE.sub("", text)[:_LONGEST] or "nameless"


def _number(text: str) -> str:
    """Return a short number that no other text is likely to have."""
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:8]
