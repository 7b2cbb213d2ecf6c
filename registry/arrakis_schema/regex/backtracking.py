"""Patterns that no automaton expresses, matched as in ECMA-262: by backtracking, in a limited number of steps.

https://262.ecma-international.org/11.0/#sec-pattern-semantics: a group is forgotten at each repetition, and the text of
a group that has not matched is empty. Only backreferences need this.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from arrakis_schema.errors import LimitError
from arrakis_schema.regex.characters import Reading, class_escape, in_ranges
from arrakis_schema.regex.tree import (
    BackReference,
    Boundary,
    Chars,
    Choice,
    Concatenation,
    Edge,
    Group,
    Look,
    Repeat,
    Tree,
    subtrees,
)
from arrakis_schema.text.printable import CLAUSE, cut

MOST_STEPS = 200_000
_WORD = class_escape("w", Reading.ECMA)


@dataclass(frozen=True, slots=True)
class _State:
    """A position in the text, and where each group that has matched begins and ends."""

    position: int
    groups: dict[int, tuple[int, int]]


_Next = Callable[[_State], "_State | None"]


def find(pattern: str, tree: Tree, text: str) -> bool:
    """Return whether a pattern matches anywhere in a text; raises `LimitError` after too many steps."""
    search = _Search(pattern, text)
    try:
        return any(search.match(tree, _State(start, {}), _accept, step=1) for start in range(len(text) + 1))
    except RecursionError as error:
        raise search.limit() from error


def _accept(state: _State) -> _State | None:
    return state


class _Search:
    """A pattern, a text, and the steps that are left."""

    def __init__(self, pattern: str, text: str) -> None:
        self._pattern, self._text, self._left = pattern, text, MOST_STEPS

    def limit(self) -> LimitError:
        """Return the error of a text that takes too many steps."""
        return LimitError(
            f"a text of {len(self._text)} characters takes too many steps for the pattern {cut(self._pattern, CLAUSE)}:"
            " write it without backreferences, or with fewer repetitions"
        )

    def match(self, tree: Tree, state: _State, then: _Next, *, step: int) -> _State | None:
        """Return the state after a tree and what follows; `step` is -1 inside a look-behind, read backwards."""
        self._left -= 1
        if self._left < 0:
            raise self.limit()
        match tree:
            case Chars():
                after = self._position_after(tree, state.position, step)
                return None if after is None else then(_State(after, state.groups))
            case Edge() | Boundary():
                return then(state) if self._holds(tree, state.position) else None
            case Concatenation(parts):
                return self._sequence(parts if step > 0 else parts[::-1], state, then, step)
            case Choice(parts):
                return next(filter(None, (self.match(part, state, then, step=step) for part in parts)), None)
            case Group(part, number):
                return self._group(part, number, state, then, step)
            case Repeat():
                return self._repeat(tree, state, then, step)
            case Look():
                return self._look(tree, state, then)
            case BackReference(number):
                return self._repeat_group(number, state, then, step)

    def _position_after(self, tree: Chars, position: int, step: int) -> int | None:
        """Return the position after one character, if the set has it."""
        index = position if step > 0 else position - 1
        taken = 0 <= index < len(self._text) and in_ranges(tree.ranges, ord(self._text[index]))
        return position + step if taken else None

    def _holds(self, tree: Edge | Boundary, position: int) -> bool:
        """Return whether an assertion holds at a position."""
        if isinstance(tree, Edge):
            return position == (0 if tree.at_start else len(self._text))
        around = (self._text[index] if 0 <= index < len(self._text) else "\n" for index in (position - 1, position))
        before, after = (in_ranges(_WORD, ord(character)) for character in around)
        return (before != after) is tree.holds

    def _sequence(self, parts: tuple[Tree, ...], state: _State, then: _Next, step: int) -> _State | None:
        """Match parts one after the other."""
        if not parts:
            return then(state)
        return self.match(parts[0], state, lambda after: self._sequence(parts[1:], after, then, step), step=step)

    def _group(self, part: Tree, number: int, state: _State, then: _Next, step: int) -> _State | None:
        """Match a group, and record its text."""

        def record(after: _State) -> _State | None:
            text = (min(state.position, after.position), max(state.position, after.position))
            return then(_State(after.position, {**after.groups, number: text}))

        return self.match(part, state, record, step=step)

    def _repeat(self, tree: Repeat, state: _State, then: _Next, step: int) -> _State | None:
        """Match a repetition."""
        if isinstance(tree.part, Chars):
            positions = list(self._ends_of_repetition(tree, tree.part, state.position, step))[tree.low :]
            tries = (then(_State(position, state.groups)) for position in (positions if tree.lazy else positions[::-1]))
            return next(filter(None, tries), None)
        if tree.high == 0:
            return then(state)
        high = None if tree.high is None else tree.high - 1
        remaining = Repeat(tree.part, max(tree.low - 1, 0), high, tree.lazy)
        inner = frozenset(_group_numbers(tree.part))
        start = _State(state.position, {number: text for number, text in state.groups.items() if number not in inner})

        def repeat(after: _State) -> _State | None:
            empty = tree.low == 0 and after.position == state.position
            return None if empty else self._repeat(remaining, after, then, step)

        if tree.low:
            return self.match(tree.part, start, repeat, step=step)
        if tree.lazy:
            return then(state) or self.match(tree.part, start, repeat, step=step)
        return self.match(tree.part, start, repeat, step=step) or then(state)

    def _ends_of_repetition(self, tree: Repeat, part: Chars, position: int, step: int) -> Iterator[int]:
        """Yield the positions after zero, one, two … characters of a set."""
        after: int | None = position
        count = 0
        while after is not None and (tree.high is None or count <= tree.high):
            self._left -= 1
            yield after
            after, count = self._position_after(part, after, step), count + 1

    def _look(self, tree: Look, state: _State, then: _Next) -> _State | None:
        """Match a look-around; what its groups hold is kept if it must match."""
        matched = self.match(tree.part, state, _accept, step=1 if tree.ahead else -1)
        if not tree.must_match:
            return then(state) if matched is None else None
        return None if matched is None else then(_State(state.position, matched.groups))

    def _repeat_group(self, number: int, state: _State, then: _Next, step: int) -> _State | None:
        """Match the text of a group again."""
        begin, end = state.groups.get(number, (0, 0))
        text = self._text[begin:end]
        position = state.position if step > 0 else state.position - len(text)
        if position < 0 or not self._text.startswith(text, position):
            return None
        return then(_State(state.position + step * len(text), state.groups))


def _group_numbers(tree: Tree) -> Iterator[int]:
    """Yield the numbers of the groups in a tree."""
    if isinstance(tree, Group):
        yield tree.number
    for part in subtrees(tree):
        yield from _group_numbers(part)
