"""Small pieces of HTML, for what Markdown has no words for; whatever stands in the documents is escaped."""

from collections.abc import Iterable, Mapping
from html import escape


def element(name: str, inside: str = "", /, **attributes: str) -> str:
    """Return an element around HTML; `class_` and `data_x` are written as HTML has them."""
    written = "".join(f' {key.strip("_").replace("_", "-")}="{escape(text)}"' for key, text in attributes.items())
    return f"<{name}{written}>{inside}</{name}>"


def chip(text: str, kind: str = "") -> str:
    """Return one fact as a chip."""
    return element("span", escape(text), **({"class_": kind} if kind else {}))


def facts(chips: Iterable[str]) -> str:
    """Return a line of facts."""
    return element("p", " ".join(chip for chip in chips if chip), class_="facts")


def meanings(told: Mapping[str, str]) -> str:
    """Return a list of names and what each means, without those that have nothing to say."""
    said = [element("dt", escape(name)) + element("dd", escape(text)) for name, text in told.items() if text]
    return element("dl", "".join(said), class_="meanings") if said else ""
