"""Solves strings: patterns as automata, lengths, and excluded words."""

from collections.abc import Callable, Collection, Sequence

from arrakis_schema.compat.logic import formulas as f
from arrakis_schema.compat.logic.connectives import size_limits
from arrakis_schema.compat.logic.formulas import Atom
from arrakis_schema.compat.logic.results import CLOSED, Model, Open, Result
from arrakis_schema.compat.logic.values import parse_canonical_values
from arrakis_schema.regex.automaton import Automaton, automaton
from arrakis_schema.regex.characters import Reading
from arrakis_schema.regex.search import Search, SearchLimitError, find_shortest
from arrakis_schema.regex.syntax import parse
from arrakis_schema.regex.tree import UnsupportedPatternError

_LONGEST = 1_000_000
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


def string(atoms: Collection[Atom], readings: Sequence[Reading], tick: Callable[[], None]) -> Result:
    """Return a string of which all atoms hold in each reading, a short and readable one."""
    minimum, maximum = size_limits(atoms)
    patterns: list[f.Matches] = []
    excluded: set[str] = set()
    for atom in atoms:
        match atom:
            case f.Matches():
                patterns.append(atom)
            case f.NoneOf(texts):
                excluded |= {value for value in parse_canonical_values(texts) if isinstance(value, str)}
    if maximum is not None and minimum > maximum:
        return CLOSED
    if not patterns and maximum != 0 and (simple := _repeat_letter(max(minimum, 1), excluded)) is not None:
        return simple
    return _search(patterns, Search((), (), minimum, maximum, excluded), readings, tick)


def _repeat_letter(length: int, excluded: set[str]) -> Result | None:
    """Return a letter repeated `length` times that is not excluded."""
    if length > _LONGEST:
        return Open(f"a string of {length} characters")
    return next((Model(letter * length) for letter in _LETTERS if letter * length not in excluded), None)


def _search(patterns: list[f.Matches], search: Search, readings: Sequence[Reading], tick: Callable[[], None]) -> Result:
    """Return the result of a search through the automata of the patterns."""
    try:
        required, forbidden = (
            [_machine(atom, reading) for atom in patterns if atom.holds == holds for reading in readings]
            for holds in (True, False)
        )
        text = find_shortest(Search(required, forbidden, search.minimum, search.maximum, search.excluded), tick)
    except (UnsupportedPatternError, SearchLimitError) as error:
        return Open(str(error))
    return CLOSED if text is None else Model(text)


def _machine(atom: f.Matches, reading: Reading) -> Automaton:
    """Return the automaton of one part of a pattern; an error names the pattern."""
    try:
        return automaton(parse(atom.pattern, reading)[atom.part].tree, reading)
    except UnsupportedPatternError as error:
        problem = str(error)
        text = problem if atom.pattern in problem else f"{problem}, in the pattern {atom.pattern}"
        raise UnsupportedPatternError(text) from error
