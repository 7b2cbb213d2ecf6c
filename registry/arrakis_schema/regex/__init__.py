"""Regular expressions as JSON Schema has them: parsed, made into automata, and searched for a string."""

from arrakis_schema.regex.automaton import Automaton
from arrakis_schema.regex.characters import Reading
from arrakis_schema.regex.search import SearchLimitError, shortest
from arrakis_schema.regex.syntax import Part, UnsupportedPatternError, parse

__all__ = ["Automaton", "Part", "Reading", "SearchLimitError", "UnsupportedPatternError", "parse", "shortest"]
