"""Texts for which a backtracking matcher, as most languages have one, needs very many steps.

A pattern is exponential if a position leads back to itself with one text in two ways (Weber and Seidl, 1991, call it
EDA). The steps of each reported text are steps_counted, so there are no false reports; not every slow pattern is found.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from arrakis_schema.regex.automaton import Automaton, automaton, is_anchored
from arrakis_schema.regex.characters import LAST, Reading, in_ranges
from arrakis_schema.regex.glushkov import Counts, PositionGraph, build_graph
from arrakis_schema.regex.graphs import components
from arrakis_schema.regex.search import Search, SearchLimitError, find_shortest
from arrakis_schema.regex.simulation import simulation
from arrakis_schema.regex.syntax import parse
from arrakis_schema.regex.tree import Tree, UnsupportedPatternError

_SHORT, _LONG = 64, 256
_MANY_STEPS = 10_000_000
_ENDLESS = 1e10
_CUBIC = _LONG**3 // 12
_MOST_PAIRED = 100_000
_MOST_WORDS = 24
_MOST_STEPS_COUNTED = 200_000
_PREFERRED = "a0 -_./:A!~\n\0"
_ENDS = ("", "!", "~", " ", "\n", "\0", "a", "0")
_Pair = tuple[int, int]
_Graph = dict[_Pair, list[_Pair]]


@dataclass(frozen=True, slots=True)
class SlowText:
    """A text, and how many steps a backtracking matcher takes to find out that a pattern does not match it."""

    text: str
    steps: float

    @property
    def exponential(self) -> bool:
        """Whether the number of steps can only be explained by exponential growth."""
        return self.steps > _MANY_STEPS if len(self.text) <= _SHORT else self.steps > _ENDLESS


@lru_cache(maxsize=1024)
def slow_text(pattern: str) -> SlowText | None:
    """Return a text that is slow to match, the shortest that was found; None if none was found."""
    try:
        trees = [part.tree for part in parse(pattern)]
        texts = [slow for tree in trees if (slow := _Attack(tree).slowest()) is not None]
    except UnsupportedPatternError:
        return None
    return min(texts, key=lambda slow: len(slow.text), default=None)


class _Attack:
    """A tree, its positions and the classes of characters that they distinguish."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self.position_graph: PositionGraph = build_graph(tree)
        self.alphabet = _alphabet(self.position_graph)
        self.accepted = [
            sum(1 << number for number, code in enumerate(self.alphabet) if in_ranges(ranges, code))
            for ranges in self.position_graph.characters
        ]
        self.begins_anywhere = not is_anchored(tree)
        self.steps_counted = 0

    def slowest(self) -> SlowText | None:
        """Return a text that takes many steps, a short one if possible."""
        if self.position_graph.is_deterministic() and not self.begins_anywhere:
            return None
        words = dict.fromkeys(word for word in self._words() if word[1])
        slow = None
        for prefix, word in list(words)[:_MOST_WORDS]:
            short, long = self._steps(prefix, word)
            if short > _MANY_STEPS and (text := self._failing_text(prefix, word, _SHORT)) is not None:
                return SlowText(text, short)
            if slow is None and long > _CUBIC and (text := self._failing_text(prefix, word, _LONG)) is not None:
                slow = SlowText(text, long)
        return slow

    def _words(self) -> Iterator[tuple[str, str]]:
        """Yield words that may be slow when they are repeated, each with the prefix that leads to it."""
        yield from self._ambiguous_loops()
        singles = (chr(self.alphabet[_lowest(mask)]) for mask in dict.fromkeys(self.accepted) if mask)
        yield from (("", single) for single in list(singles)[: _MOST_WORDS // 2])
        match = _shortest_match(self.tree)
        yield from (("", word) for word in (match, match[:-1], match[1:]))

    def _failing_text(self, prefix: str, word: str, length: int) -> str | None:
        """Return the word repeated, with an end that makes the match fail; None if no end does."""
        body = prefix + word * ((length - 1 - len(prefix)) // len(word))
        machine = simulation(self.tree, Reading.ECMA)
        return next((body + end for end in _ENDS if not machine.search(body + end)), None)

    def _steps(self, prefix: str, word: str) -> tuple[float, float]:
        """Return the steps that a matcher takes through the repeated word: in a short text and in a longer one."""
        text = prefix + word * (_LONG // len(word))
        indices = {character: self._index(character) for character in set(text)}
        alive: dict[int, float] = {-1: 1.0}
        steps, short = 0.0, 0.0
        for number, character in enumerate(text[:_LONG], 1):
            alive = self._advance(alive, indices[character])
            steps += sum(alive.values())
            short = steps if number < _SHORT else short
            if short > _MANY_STEPS or self.steps_counted > _MOST_STEPS_COUNTED:
                break
        return short, steps

    def _advance(self, alive: dict[int, float], index: int) -> dict[int, float]:
        """Return the runs that are alive after one more character, by the position that each is at; -1 is the start."""
        after: dict[int, float] = {-1: 1.0} if self.begins_anywhere else {}
        for position, count in alive.items():
            follow = self.position_graph.first if position < 0 else self.position_graph.follow[position]
            self.steps_counted += len(follow)
            for target, times in follow.items():
                if self.accepted[target] >> index & 1:
                    after[target] = after.get(target, 0.0) + count * times
        return after

    def _index(self, character: str) -> int:
        """Return the number of the class that a character belongs to."""
        return self.alphabet.index(ord(character))

    def _ambiguous_loops(self) -> Iterator[tuple[str, str]]:
        """Yield, for each loop with two ways through it, the prefix that leads to it and the word of the loop."""
        graph = self._pairs()
        for loop in components(graph):
            same = next((pair for pair in loop if pair[0] == pair[1]), None)
            different = next((pair for pair in loop if pair[0] != pair[1]), None)
            if same is not None and different is not None:
                yield self._prefix_to(same[0]), self._path(same, different, loop) + self._path(different, same, loop)
        follow = self.position_graph.follow
        for loop in components(
            {(source, source): [(target, target) for target in after] for source, after in enumerate(follow)}
        ):
            steps = ((source, target) for source, _ in loop for target, times in follow[source].items() if times > 1)
            source, target = next((step for step in steps if (step[1], step[1]) in loop), (-1, -1))
            if source >= 0:
                yield (
                    self._prefix_to(source),
                    self._character(target) + self._path((target, target), (source, source), loop),
                )

    def _pairs(self) -> _Graph:
        """Return the pairs of positions that one text leads to from one position; of very many, some."""
        graph: _Graph = {}
        todo = deque((position, position) for position in range(len(self.accepted)))
        work = 0
        while todo:
            pair = todo.popleft()
            if pair in graph:
                continue
            left, right = (self.position_graph.follow[position] for position in pair)
            work += len(left) * len(right) + 1
            graph[pair] = [] if work > _MOST_PAIRED else self._both(left, right)
            todo += graph[pair]
        return graph

    def _both(self, left: Counts, right: Counts) -> list[_Pair]:
        """Return the pairs of positions that the same character leads to."""
        return [
            (first, second) if first <= second else (second, first)
            for first in left
            for second in right
            if self.accepted[first] & self.accepted[second]
        ]

    def _path(self, start: _Pair, end: _Pair, loop: _Graph) -> str:
        """Return the shortest text that leads from one pair to another within a loop."""
        texts, queue = {start: ""}, deque([start])
        while queue and end not in texts:
            pair = queue.popleft()
            for target in loop[pair]:
                if target not in texts:
                    both = self.accepted[target[0]] & self.accepted[target[1]]
                    texts[target] = texts[pair] + chr(self.alphabet[_lowest(both)])
                    queue.append(target)
        return texts.get(end, "")

    def _prefix_to(self, goal: int) -> str:
        """Return the shortest text that leads to a position."""
        texts = {
            position: self._character(position) for position in self.position_graph.first if self.accepted[position]
        }
        queue = deque(texts)
        while queue and goal not in texts:
            position = queue.popleft()
            for target in self.position_graph.follow[position]:
                if target not in texts and self.accepted[target]:
                    texts[target] = texts[position] + self._character(target)
                    queue.append(target)
        return texts.get(goal, "")

    def _character(self, position: int) -> str:
        """Return the most readable character that a position accepts."""
        return chr(self.alphabet[_lowest(self.accepted[position])])


def _alphabet(graph: PositionGraph) -> list[int]:
    """Return one character for each class that the positions distinguish, the most readable first."""
    distinct = set(graph.characters)
    edges = {edge for ranges in distinct for first, last in ranges for edge in (first, last + 1)}
    kinds: dict[tuple[bool, ...], int] = {}
    for code in (*map(ord, _PREFERRED), *sorted(code for code in edges if code <= LAST)):
        kinds.setdefault(tuple(in_ranges(ranges, code) for ranges in distinct), code)
    return list(kinds.values())


def _lowest(mask: int) -> int:
    """Return the number of the lowest bit."""
    return (mask & -mask).bit_length() - 1


def _shortest_match(tree: Tree) -> str:
    """Return the shortest text that a tree matches, or an empty text if that is unknown."""
    machine: Automaton = automaton(tree, Reading.ECMA)
    budget = iter(range(300))

    def tick() -> None:
        if next(budget, None) is None:
            raise SearchLimitError("too many states")

    try:
        return find_shortest(Search([machine], [], 1, None, ()), tick) or ""
    except SearchLimitError:
        return ""
