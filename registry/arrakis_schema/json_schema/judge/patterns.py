"""Patterns as every check of this package reads them: as Python's `re`, except that `$` only matches at the end.

This is the only module that searches a text for a pattern of a schema, always in linear time.
"""

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any
from warnings import catch_warnings

from arrakis_schema.errors import ArrakisSchemaError
from arrakis_schema.regex import matcher

Searcher = Callable[[str], object]

_SPECIAL = frozenset(".^$*+?{}[]\\|()")
_PIECE = re.compile(r"\\.|(?P<opening>\[\^?)(?P<inside>\]?(?:\\.|[^\]\\])*)\]|\$", re.DOTALL)
_IN_CLASS = re.compile(r"\\.|(?P<operator>[\[&~|])", re.DOTALL)


class PatternError(ArrakisSchemaError, ValueError):
    """A pattern is not a regular expression."""


@lru_cache(maxsize=1024)
def searcher(pattern: str) -> Searcher:
    """Return the function that searches a text for a pattern; its result is truthy if there is a match.

    The function raises `LimitError` for a text that may take too long, which only happens for patterns that are no
    regular language. Raises `PatternError` for what is not a regular expression.
    """
    try:
        with catch_warnings(action="ignore", category=FutureWarning):  # syntax that a later Python may read differently
            compiled = re.compile(translate(pattern))
        return matcher(pattern, compiled.search)
    except (re.error, OverflowError, RecursionError) as error:
        raise PatternError(str(error)) from error


def is_valid(pattern: str) -> bool:
    """Tell whether a pattern is a regular expression."""
    try:
        searcher(pattern)
    except PatternError:
        return False
    return True


def search(pattern: str, text: Any) -> bool:
    """Tell whether a pattern matches anywhere in a text; False for a value that is not text."""
    return isinstance(text, str) and bool(searcher(pattern)(text))


def literal_text(pattern: str) -> str | None:
    """Return the text that a pattern without special characters looks for, or None."""
    return pattern if _SPECIAL.isdisjoint(pattern) else None


def translate(pattern: str) -> str:
    r"""Return the pattern for `re`: `$` becomes `\Z`, because in Python it also matches before a newline at the end.

    Characters that a later Python may read as set operators are escaped in a character class.
    """
    return _PIECE.sub(_translate_piece, pattern)


def _translate_piece(piece: re.Match[str]) -> str:
    """Return one piece of a pattern for `re`."""
    if piece["opening"]:
        return f"{piece['opening']}{_IN_CLASS.sub(_escape_operator, piece['inside'])}]"
    return r"\Z" if piece[0] == "$" else piece[0]


def _escape_operator(piece: re.Match[str]) -> str:
    """Return one piece of a character class for `re`."""
    return f"\\{piece[0]}" if piece["operator"] else piece[0]
