"""Small pieces of HTML, for what Markdown has no words for; whatever stands in the documents is text in them.

They may stand in a page of Markdown wherever they like: nothing in them is read as Markdown either.
"""

import re
from collections.abc import Iterable, Mapping

from arrakis_schema.escaping import attribute, literal

_BLANK = re.compile(r"^\s|\s$|\s\s|[^\S ]")


def element(name: str, inside: str = "", /, **attributes: str) -> str:
    """Return an element around HTML; `class_` and `data_x` are written as HTML has them."""
    written = "".join(f' {key.strip("_").replace("_", "-")}="{attribute(text)}"' for key, text in attributes.items())
    return f"<{name}{written}>{inside}</{name}>"


def chip(text: str, kind: str = "") -> str:
    """Return one fact as a chip."""
    return element("span", literal(text), **({"class_": kind} if kind else {}))


def verbatim(text: str) -> str:
    """Return a text as code, with all its blanks; an empty one as two quotation marks."""
    kind = {"class_": "exact"} if _BLANK.search(text) else {}
    return element("code", literal(text) or "&quot;&quot;", **kind)


def facts(chips: Iterable[str]) -> str:
    """Return a line of facts."""
    return element("p", " ".join(chip for chip in chips if chip), class_="facts")


def meanings(told: Mapping[str, str]) -> str:
    """Return a list of names and what each means, without those that have nothing to say."""
    said = [element("dt", literal(name)) + element("dd", literal(text)) for name, text in told.items() if text]
    return element("dl", "".join(said), class_="meanings") if said else ""
