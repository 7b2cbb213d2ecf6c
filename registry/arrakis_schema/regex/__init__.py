"""Regular expressions as JSON Schema defines them: parsed, compiled to automata, matched, and solved for a string."""

from arrakis_schema.regex.automaton import Automaton
from arrakis_schema.regex.characters import Reading
from arrakis_schema.regex.matching import Matcher, longest_text, matcher
from arrakis_schema.regex.search import SearchLimitError, find_shortest
from arrakis_schema.regex.slowness import SlowText, slow_text
from arrakis_schema.regex.syntax import Part, UnsupportedPatternError, parse

__all__ = [
    "Automaton",
    "Matcher",
    "Part",
    "Reading",
    "SearchLimitError",
    "SlowText",
    "UnsupportedPatternError",
    "find_shortest",
    "longest_text",
    "matcher",
    "parse",
    "slow_text",
]
