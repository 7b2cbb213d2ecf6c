"""Whether a pattern is found in a text, never in more than linear time: `re` where that is proved, else an automaton.

A pattern that is no regular language (look-around, backreferences) is left to `re` for texts that it is sure to get
through; beyond that `LimitError` says so. Patterns are read as Python reads them.
"""

import re
from collections.abc import Callable
from functools import lru_cache

from arrakis_schema.errors import LimitError
from arrakis_schema.regex.automaton import anchored
from arrakis_schema.regex.characters import Reading
from arrakis_schema.regex.simulation import simulation
from arrakis_schema.regex.syntax import Part, Tree, UnsupportedPatternError, parse
from arrakis_schema.regex.ways import longest_match, runs, ways_through

Matcher = Callable[[str], bool]
_SPECIAL = frozenset(".^$*+?{}[]\\|()")
_MOST_WORK, _MOST_WORK_ANCHORED = 256, 10_000
_SHORT = 128
_MOST_STEPS = 1_000_000
_LONGEST_PATTERN = 200
_LOOP = re.compile(r"[*+]|\{\d*,\d*\}")
_OPTION = re.compile(r"(?<!\()\?")
_REPEATED_GROUP = re.compile(r"\)(?:[*+]|\{)")


@lru_cache(maxsize=1024)
def matcher(pattern: str) -> Matcher:
    """Return the function that tells whether a pattern is found in a text; it may raise `LimitError`.

    Raises `re.error` for what is no regular expression.
    """
    if _SPECIAL.isdisjoint(pattern):
        return lambda text: pattern in text
    compiled = re.compile(pattern)
    try:
        return _linear(compiled, parse(pattern, Reading.PYTHON))
    except UnsupportedPatternError:
        return _guarded(compiled)


def longest_text(pattern: str) -> int | None:
    """Return how long a text may be that a pattern can be matched against; None for any text, or where it is none."""
    try:
        re.compile(pattern)
        parts = parse(pattern, Reading.PYTHON)
        for part in parts:
            if not _is_safe(part.tree):
                simulation(part.tree, Reading.PYTHON)
    except UnsupportedPatternError:
        return _most_characters(pattern)
    except (re.error, OverflowError, RecursionError):
        return None
    return None


def _linear(compiled: re.Pattern[str], parts: tuple[Part, ...]) -> Matcher:
    """Return the matcher of a regular language."""
    search = compiled.search
    trees = [part.tree for part in parts]
    if all(map(_is_safe, trees)):
        return lambda text: search(text) is not None
    machines = [(simulation(part.tree, Reading.PYTHON), part.wanted) for part in parts]

    def run(text: str) -> bool:
        return all(machine.found_in(text) is wanted for machine, wanted in machines)

    if all(map(_is_deterministic, trees)):
        return lambda text: search(text) is not None if len(text) <= _SHORT else run(text)
    return run


@lru_cache(maxsize=1024)
def _is_safe(tree: Tree) -> bool:
    """Tell whether `re` searches any text in linear time."""
    work = runs(tree) * longest_match(tree)
    if anchored(tree):
        return work <= _MOST_WORK_ANCHORED or _is_deterministic(tree)
    return work <= _MOST_WORK


@lru_cache(maxsize=1024)
def _is_deterministic(tree: Tree) -> bool:
    """Tell whether `re` never goes back over a text that it has taken."""
    try:
        return ways_through(tree).deterministic()
    except UnsupportedPatternError:
        return False


def _guarded(compiled: re.Pattern[str]) -> Matcher:
    """Return a matcher that refuses texts which `re` may search for too long."""
    most, search = _most_characters(compiled.pattern), compiled.search

    def run(text: str) -> bool:
        if most is not None and len(text) > most:
            shown = compiled.pattern[:_LONGEST_PATTERN]
            raise LimitError(
                f"a text of {len(text)} characters is too long for the pattern {shown}, which allows {most}:"
                " write it without look-around, backreferences and word boundaries, or with fewer repetitions"
            )
        return search(text) is not None

    return run


@lru_cache(maxsize=1024)
def _most_characters(pattern: str) -> int | None:
    """Return the longest text that `re` is sure to search in few steps, by a count of what may repeat; None for any."""
    loops, groups = len(_LOOP.findall(pattern)), pattern.count("(") + 1
    choices = _power(pattern.count("|") / groups + 1, groups)
    fixed = choices * _power(2, len(_OPTION.findall(pattern)))
    if not loops and not _REPEATED_GROUP.search(pattern):
        return None if fixed <= _MOST_STEPS // 100 else 0
    growth = 2 * choices if _REPEATED_GROUP.search(pattern) else 1
    most = 0
    while most < _MOST_STEPS and _power(most + 2, loops + 1) * fixed * _power(growth, most + 1) <= _MOST_STEPS:
        most += 1 + most // 16
    return most


def _power(base: float, exponent: int) -> float:
    """Return a power; infinity where it is huge."""
    try:
        return float(base) ** exponent
    except OverflowError:
        return float("inf")
