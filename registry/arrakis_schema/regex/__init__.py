"""Regular expressions as JSON Schema defines them: parsed, compiled to automata, matched, and solved for a string."""

from arrakis_schema.regex.automaton import Automaton
from arrakis_schema.regex.characters import Reading
from arrakis_schema.regex.matching import Matcher, ecma_matcher, longest_text, python_matcher
from arrakis_schema.regex.search import SearchLimitError, find_shortest
from arrakis_schema.regex.slowness import SlowText, slow_text
from arrakis_schema.regex.syntax import parse, spelled_out
from arrakis_schema.regex.tree import Part, PatternSyntaxError, UnsupportedPatternError

__all__ = [
    "Automaton",
    "Matcher",
    "Part",
    "PatternSyntaxError",
    "Reading",
    "SearchLimitError",
    "SlowText",
    "UnsupportedPatternError",
    "ecma_matcher",
    "find_shortest",
    "longest_text",
    "parse",
    "python_matcher",
    "slow_text",
    "spelled_out",
]
