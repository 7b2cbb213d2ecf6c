"""Matching a pattern in linear time: by `re` if it is proved to be linear, else by an automaton.

What no automaton expresses is left to a backtracking matcher, for texts that are short enough; a longer text raises
`LimitError`. In ECMA-262 these are backreferences; of Python's patterns, those that are not regular languages.
"""

import re
from collections.abc import Callable
from functools import lru_cache, partial

from arrakis_schema.errors import LimitError
from arrakis_schema.regex.automaton import is_anchored
from arrakis_schema.regex.backtracking import MOST_STEPS, find
from arrakis_schema.regex.characters import Reading
from arrakis_schema.regex.ecma_syntax import read_ecma
from arrakis_schema.regex.glushkov import build_graph
from arrakis_schema.regex.lookaround import LookaroundMatcher, lookaround_matcher
from arrakis_schema.regex.python_syntax import read_python
from arrakis_schema.regex.simulation import simulation
from arrakis_schema.regex.translation import has_part, regular_parts, to_python
from arrakis_schema.regex.tree import (
    BackReference,
    Boundary,
    Look,
    Part,
    Tree,
    UnsupportedPatternError,
    count_paths,
    longest_match,
)
from arrakis_schema.text.printable import CLAUSE, cut

Matcher = Callable[[str], object]
_MOST_WORK, _MOST_WORK_ANCHORED = 256, 10_000
_SHORT = 128
_MOST_STEPS = 1_000_000
_STEPS_EACH = 8
_LOOP = re.compile(r"[*+]|\{\d*,\d*\}")
_OPTION = re.compile(r"(?<!\()\?")
_REPEATED_GROUP = re.compile(r"\)(?:[*+]|\{)")


def ecma_matcher(pattern: str) -> Matcher:
    """Return the function that tells whether a pattern of ECMA-262 matches anywhere in a text.

    It may raise `LimitError` for a pattern with backreferences. Raises `PatternSyntaxError` for what is not a pattern.
    """
    tree = read_ecma(pattern)
    if has_part(tree, BackReference):
        return partial(find, pattern, tree)
    try:
        parts = _examined_parts(tree)
    except UnsupportedPatternError:
        return _lookaround_matcher(pattern, tree)
    return _linear_matcher(to_python(tree), parts, Reading.ECMA, lambda: partial(find, pattern, tree))


def python_matcher(pattern: str, translated: str) -> Matcher:
    """Return the same for a pattern of Python; `translated` means the same to `re`, and may raise its errors."""
    search = re.compile(translated).search
    limited = partial(_limit_length, pattern, search)
    try:
        return _linear_matcher(
            translated, read_python(pattern, Reading.PYTHON_STRICT_END), Reading.PYTHON_STRICT_END, limited
        )
    except UnsupportedPatternError:
        return limited()


def longest_text(pattern: str, reading: Reading = Reading.ECMA) -> int | None:
    """Return the maximal length of a text that a pattern can be matched against; None if there is none."""
    try:
        if reading is Reading.ECMA and has_part(read_ecma(pattern), Look, Boundary, BackReference):
            LookaroundMatcher(read_ecma(pattern))
        else:
            _check_size(pattern, reading)
    except UnsupportedPatternError:
        return _most_characters(pattern, _MOST_STEPS if reading is not Reading.ECMA else MOST_STEPS // _STEPS_EACH)
    return None


def _check_size(pattern: str, reading: Reading) -> None:
    """Raise `UnsupportedPatternError` for a pattern that is too large for an automaton, and not safe without."""
    parts = _examined_parts(read_ecma(pattern)) if reading is Reading.ECMA else read_python(pattern, reading)
    for part in parts:
        if not _is_safe(part.tree):
            simulation(part.tree, reading)


def _examined_parts(tree: Tree) -> tuple[Part, ...]:
    """Return the parts of a tree; one that `re` gets through may repeat as often as it likes."""
    if not has_part(tree, Look, Boundary) and _is_safe(tree):
        return (Part(tree, must_match=True),)
    return regular_parts(tree)


def _lookaround_matcher(pattern: str, tree: Tree) -> Matcher:
    """Return the matcher of a pattern with look-around, or of a large one."""
    try:
        return lookaround_matcher(tree).search
    except UnsupportedPatternError:
        return partial(find, pattern, tree)


def _linear_matcher(
    translated: str, parts: tuple[Part, ...], reading: Reading, limited: Callable[[], Matcher]
) -> Matcher:
    """Return the matcher of a regular language; `limited` makes the one for a pattern that is too large."""
    search = re.compile(translated).search
    trees = [part.tree for part in parts]
    if all(map(_is_safe, trees)):
        return search
    try:
        machines = [(simulation(part.tree, reading), part.must_match) for part in parts]
    except UnsupportedPatternError:
        return limited()

    def run(text: str) -> bool:
        return all(machine.search(text) is must_match for machine, must_match in machines)

    if all(map(_is_deterministic, trees)):
        return lambda text: search(text) if len(text) <= _SHORT else run(text)
    return run


@lru_cache(maxsize=1024)
def _is_safe(tree: Tree) -> bool:
    """Return whether `re` searches any text in linear time."""
    work = count_paths(tree) * longest_match(tree)
    if is_anchored(tree):
        return work <= _MOST_WORK_ANCHORED or _is_deterministic(tree)
    return work <= _MOST_WORK


@lru_cache(maxsize=1024)
def _is_deterministic(tree: Tree) -> bool:
    """Return whether `re` never backtracks."""
    try:
        return build_graph(tree).is_deterministic()
    except UnsupportedPatternError:
        return False


def _limit_length(pattern: str, search: Matcher) -> Matcher:
    """Return a matcher that raises `LimitError` for texts that it may take too long to search."""
    most = _most_characters(pattern)
    if most is None:
        return search

    def run(text: str) -> object:
        if len(text) > most:
            raise LimitError(
                f"a text of {len(text)} characters is too long for the pattern {cut(pattern, CLAUSE)}, which allows"
                f" {most}: write it without look-around, backreferences and word boundaries, or with fewer repetitions"
            )
        return search(text)

    return run


@lru_cache(maxsize=1024)
def _most_characters(pattern: str, steps: int = _MOST_STEPS) -> int | None:
    """Return the maximal length of a text that is searched in few steps, by a count of repetitions; None for any."""
    loops, groups = len(_LOOP.findall(pattern)), pattern.count("(") + 1
    choices = _power(pattern.count("|") / groups + 1, groups)
    fixed = choices * _power(2, len(_OPTION.findall(pattern)))
    if not loops and not _REPEATED_GROUP.search(pattern):
        return None if fixed <= steps // 100 else 0
    growth = 2 * choices if _REPEATED_GROUP.search(pattern) else 1
    most = 0
    while most < steps and _power(most + 2, loops + 1) * fixed * _power(growth, most + 1) <= steps:
        most += 1 + most // 16
    return most


def _power(base: float, exponent: int) -> float:
    """Return a power; infinity where it is huge."""
    try:
        return float(base) ** exponent
    except OverflowError:
        return float("inf")
