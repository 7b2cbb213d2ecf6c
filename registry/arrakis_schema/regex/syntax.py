"""A pattern in either dialect, as conditions that automata express or as a pattern for other engines."""

from functools import lru_cache

from arrakis_schema.regex.characters import Reading
from arrakis_schema.regex.ecma_syntax import read_ecma
from arrakis_schema.regex.python_syntax import read_python
from arrakis_schema.regex.translation import regular_parts, spell_out
from arrakis_schema.regex.tree import Part, UnsupportedPatternError


@lru_cache(maxsize=4096)
def parse(pattern: str, reading: Reading = Reading.ECMA) -> tuple[Part, ...]:
    """Return the parts of a pattern; raises `UnsupportedPatternError`."""
    if reading is Reading.ECMA:
        return regular_parts(read_ecma(pattern))
    return read_python(pattern, reading)


def spell_out_pattern(pattern: str, reading: Reading = Reading.ECMA) -> str:
    """Return a pattern with every set of characters written out, for engines that agree on nothing else.

    Raises `UnsupportedPatternError` for one that is not a regular language.
    """
    if reading is Reading.ECMA:
        return spell_out(read_ecma(pattern))
    parts = read_python(pattern, reading)
    if len(parts) > 1:
        raise UnsupportedPatternError("a pattern with look-ahead")
    return spell_out(parts[0].tree)
