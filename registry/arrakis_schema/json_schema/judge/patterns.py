"""Patterns as every check of this package reads them: as ECMA-262 with the flag u, which JSON Schema specifies.

A reader in Python can be declared in `registry.toml`; then they are read as `re` does, except that `$` only matches at
the end. This is the only module that searches a text for a pattern of a schema, always in linear time.
"""

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any
from warnings import catch_warnings

from arrakis_schema.errors import ArrakisSchemaError
from arrakis_schema.json_schema.keywords import walk
from arrakis_schema.regex.characters import Reading
from arrakis_schema.regex.matching import ecma_matcher, python_matcher
from arrakis_schema.regex.syntax import spell_out_pattern
from arrakis_schema.regex.tree import PatternSyntaxError, UnsupportedPatternError

Searcher = Callable[[str], object]

_SPECIAL = frozenset(".^$*+?{}[]\\|()")
_PIECE = re.compile(r"\\.|(?P<opening>\[\^?)(?P<inside>\]?(?:\\.|[^\]\\])*)\]|\$", re.DOTALL)
_IN_CLASS = re.compile(r"\\.|(?P<operator>[\[&~|])", re.DOTALL)


class PatternError(ArrakisSchemaError, ValueError):
    """A pattern is not a regular expression."""


READINGS = {"ecma": Reading.ECMA, "python": Reading.PYTHON_STRICT_END}
"""The readings by their names in `registry.toml`."""


@lru_cache(maxsize=1024)
def searcher(pattern: str, reading: Reading = Reading.ECMA) -> Searcher:
    """Return the function that searches a text for a pattern; its result is truthy if there is a match.

    The function raises `LimitError` for a text that may take too long, which only happens for patterns that are no
    regular language. Raises `PatternError` for what is not a regular expression in this reading.
    """
    try:
        if reading is Reading.ECMA:
            return ecma_matcher(pattern)
        with catch_warnings(action="ignore", category=FutureWarning):  # syntax that a later Python may read differently
            re.compile(pattern)  # the error names the place in this one, not in the translated one
            return python_matcher(pattern, translate(pattern))
    except (re.error, PatternSyntaxError, OverflowError, RecursionError) as error:
        raise PatternError(str(error)) from error


def is_valid(pattern: str, reading: Reading = Reading.ECMA) -> bool:
    """Return whether a pattern is a regular expression."""
    try:
        searcher(pattern, reading)
    except PatternError:
        return False
    return True


def search(pattern: str, text: Any, reading: Reading = Reading.ECMA) -> bool:
    """Return whether a pattern matches anywhere in a text; False for a value that is not text."""
    return isinstance(text, str) and bool(searcher(pattern, reading)(text))


def patterns_in(schema: Any) -> Iterator[str]:
    """Yield every pattern of a document, also those that are names in `patternProperties`."""
    for node in walk(schema):
        if isinstance(node.schema, dict):
            named = node.schema.get("patternProperties")
            yield from (named if isinstance(named, dict) else ())
            yield from (pattern for pattern in [node.schema.get("pattern")] if isinstance(pattern, str))


def spell_out_patterns(schema: Any, reading: Reading) -> dict[str, str | None]:
    """Return each pattern of a document as ECMA-262 writes it; None for one that is not a regular language."""
    spelled: dict[str, str | None] = {}
    for pattern in patterns_in(schema):
        try:
            spelled[pattern] = spell_out_pattern(pattern, reading)
        except UnsupportedPatternError:
            spelled[pattern] = None
    return spelled


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
