"""Matching a pattern in linear time: by `re` if it is proved to be linear, else by an automaton.

A pattern that is no regular language (look-around, backreferences) is left to `re` for texts that are short enough;
a longer text raises `LimitError`. Patterns are read as `Reading.SEARCHED`, as by every validator here.
"""

import re
from collections.abc import Callable
from functools import lru_cache

from arrakis_schema.errors import LimitError
from arrakis_schema.regex.automaton import is_anchored
from arrakis_schema.regex.characters import Reading
from arrakis_schema.regex.glushkov import build_graph, count_paths, longest_match
from arrakis_schema.regex.simulation import simulation
from arrakis_schema.regex.syntax import Part, Tree, UnsupportedPatternError, parse

Search = Callable[[str], object]
Matcher = Callable[[str], object]
_MOST_WORK, _MOST_WORK_ANCHORED = 256, 10_000
_SHORT = 128
_MOST_STEPS = 1_000_000
_LONGEST_SHOWN = 80
_LOOP = re.compile(r"[*+]|\{\d*,\d*\}")
_OPTION = re.compile(r"(?<!\()\?")
_REPEATED_GROUP = re.compile(r"\)(?:[*+]|\{)")


def matcher(pattern: str, search: Search) -> Matcher:
    """Return the function that tells whether a pattern matches anywhere in a text; it may raise `LimitError`.

    `search` is that of `re`, for a pattern that means the same.
    """
    try:
        return _linear_matcher(search, parse(pattern, Reading.SEARCHED))
    except UnsupportedPatternError:
        return _limit_length(pattern, search)


def longest_text(pattern: str) -> int | None:
    """Return the maximal length of a text that a pattern can be matched against; None if there is none."""
    try:
        parts = parse(pattern, Reading.SEARCHED)
        for part in parts:
            if not _is_safe(part.tree):
                simulation(part.tree, Reading.SEARCHED)
    except UnsupportedPatternError:
        return _most_characters(pattern)
    return None


def _linear_matcher(search: Search, parts: tuple[Part, ...]) -> Matcher:
    """Return the matcher of a regular language."""
    trees = [part.tree for part in parts]
    if all(map(_is_safe, trees)):
        return search
    machines = [(simulation(part.tree, Reading.SEARCHED), part.must_match) for part in parts]

    def run(text: str) -> bool:
        return all(machine.found_in(text) is must_match for machine, must_match in machines)

    if all(map(_is_deterministic, trees)):
        return lambda text: search(text) if len(text) <= _SHORT else run(text)
    return run


@lru_cache(maxsize=1024)
def _is_safe(tree: Tree) -> bool:
    """Tell whether `re` searches any text in linear time."""
    work = count_paths(tree) * longest_match(tree)
    if is_anchored(tree):
        return work <= _MOST_WORK_ANCHORED or _is_deterministic(tree)
    return work <= _MOST_WORK


@lru_cache(maxsize=1024)
def _is_deterministic(tree: Tree) -> bool:
    """Tell whether `re` never backtracks."""
    try:
        return build_graph(tree).is_deterministic()
    except UnsupportedPatternError:
        return False


def _limit_length(pattern: str, search: Search) -> Matcher:
    """Return a matcher that raises `LimitError` for texts that `re` may search for too long."""
    most = _most_characters(pattern)
    if most is None:
        return search

    def run(text: str) -> object:
        if len(text) > most:
            short_pattern = pattern if len(pattern) <= _LONGEST_SHOWN else f"{pattern[:_LONGEST_SHOWN]}…"
            raise LimitError(
                f"a text of {len(text)} characters is too long for the pattern {short_pattern}, which allows {most}:"
                " write it without look-around, backreferences and word boundaries, or with fewer repetitions"
            )
        return search(text)

    return run


@lru_cache(maxsize=1024)
def _most_characters(pattern: str) -> int | None:
    """Return the maximal length of a text that `re` searches in few steps, by a count of repetitions; None for any."""
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
