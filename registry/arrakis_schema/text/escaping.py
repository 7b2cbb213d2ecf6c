"""Untrusted text escaped for HTML, Markdown, XML, JSON and links, so that it is shown and never interpreted.

The elements and blocks of a page are in `reference`.
"""

import json
import re
from functools import lru_cache
from math import isfinite
from typing import Any
from urllib.parse import quote

_UNSHOWABLE = re.compile("[\0-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
_SURROGATE = re.compile("[\ud800-\udfff]")
# What HTML or Markdown reads as markup, in the dialect of Python-Markdown and in those of its common extensions.
_MARKUP = re.compile(
    r"""
      [!#$&*<>@\[\\\]^`{|}~\n\t\u2028\u2029]
    | (?<![^\W_])_ | _(?![^\W_])        # an underscore inside a word is no markup
    | ([-+=.:,;/'"])(?=\1)              # the same character twice
    | :(?=[\w+-]+:)                     # :emoji:
    | (?<=\w):(?=/)                     # https://
    | ^ (?: [-+=:?/%] | \d+(?=[.)](?:\s|$)) )   # the start of a block
    """,
    re.VERBOSE,
)
_NAMED = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
_SHORT = 200
_DECODED = re.compile(r"&#(\d{2,4});")
_KEPT = {ord(character) for character in "&<>\"'\n\t"}


def visible(text: str) -> str:
    r"""Return a text with an escape such as `\u001b` in place of each character that is invisible or misleading.

    These are control characters, marks that change the direction of a text, and what XML or UTF-8 cannot hold.
    """
    return _UNSHOWABLE.sub(lambda match: rf"\u{ord(match[0]):04x}", text.replace("\r\n", "\n"))


def literal(text: str) -> str:
    """Return a text escaped for HTML and Markdown alike, on one line; quotation marks are not escaped."""
    if text.isascii() and text.isalnum():
        return text
    return _escape_again(text) if len(text) <= _SHORT else _escape(text)


def _escape(text: str) -> str:
    """Return a text escaped for HTML and Markdown."""
    return _MARKUP.sub(lambda match: "".join(map(_reference, match[0])), visible(text))


_escape_again = lru_cache(maxsize=4096)(_escape)
"""The same for a name or a few words, which most pages of a site repeat."""


def attribute(text: str) -> str:
    """Return a text for the value of an attribute or the title of a block, between double quotes."""
    return literal(text).replace('"', "&quot;").replace("'", "&#x27;")


def restore_characters(html: str) -> str:
    """Return HTML with the character references that only Markdown needs turned back into characters."""
    return _DECODED.sub(lambda match: match[0] if int(match[1]) in _KEPT else chr(int(match[1])), html)


def one_line(text: str) -> str:
    """Return a text without line breaks, for a title or a list."""
    return " ".join(visible(text).split())


def json_text(value: Any) -> str:
    r"""Return a value as JSON in UTF-8; half a surrogate pair, which UTF-8 cannot hold, is written as `\\ud800`."""
    try:
        text = _dump(value)
    except ValueError:  # a number beyond those of JSON, which Python reads and writes all the same
        text = _dump(_finite(value))
    return _SURROGATE.sub(lambda match: rf"\\u{ord(match[0]):04x}", text) + "\n"


def href(path: str) -> str:
    """Return a path percent-encoded for a link."""
    return quote(path, safe="/", errors="surrogatepass")


def _dump(value: Any) -> str:
    """Return a value as JSON; raises `ValueError` for what JSON cannot represent."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def _finite(value: Any) -> Any:
    """Return a value with a string in place of each infinity and NaN."""
    if isinstance(value, dict):
        return {key: _finite(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(inner) for inner in value]
    return str(value) if isinstance(value, float) and not isfinite(value) else value


def _reference(character: str) -> str:
    """Return a character as a character reference, which HTML and Markdown show as text."""
    return _NAMED.get(character, f"&#{ord(character)};")
