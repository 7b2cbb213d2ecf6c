"""Which promises held for all rows that were seen: each is tried by the function that would hold it later."""

from collections import Counter
from collections.abc import Iterator, Sequence

import pyarrow as pa

from arrakis_schema.arrow.promises import MAKERS, REQUIREMENTS

_MOST_WORDS = 16
_LEAST_TIMES = 2
_CANDIDATES = (("nulls", "never"), ("rows", "alike"), ("above", "0"), ("at_least", "0"))
_IMPLIED = {"at_least": "above"}


def promises_that_held(field: pa.Field, columns: Sequence[pa.Array]) -> dict[str, str]:
    """Return the promises of a column that held in each batch, where enough was seen to say so."""
    seen = [column for column in columns if len(column)]
    held: dict[str, str] = {}
    for key, text in _candidates(field, seen):
        if _IMPLIED.get(key) not in held and holds(field, key, text, seen):
            held[key] = text
    return held


def holds(field: pa.Field, key: str, text: str, columns: Sequence[pa.Array]) -> bool:
    """Tell whether a promise is one that this column can make, and held in each batch."""
    if key not in MAKERS or not REQUIREMENTS[key][1](field, text):
        return False
    promise = MAKERS[key](field, text)
    try:
        return all(promise.holds(column) for column in columns)
    except (pa.ArrowException, TypeError, ValueError):  # a type that a promise cannot judge
        return False


def _candidates(field: pa.Field, seen: Sequence[pa.Array]) -> Iterator[tuple[str, str]]:
    """Yield the promises that the values seen say something about: nothing but nulls says nothing."""
    if not any(column.null_count < len(column) for column in seen):
        return
    for key, text in _CANDIDATES:
        if key != "rows" or any(len(column) >= _LEAST_TIMES for column in seen):
            yield key, text
    if pa.types.is_string(field.type):
        words = Counter(value for column in seen for value in column.to_pylist() if value is not None)
        few = 1 < len(words) <= _MOST_WORDS and min(words.values()) >= _LEAST_TIMES
        if few and all(word.isascii() and word.isprintable() and word.split() == [word] for word in words):
            yield "values", " ".join(sorted(words))
