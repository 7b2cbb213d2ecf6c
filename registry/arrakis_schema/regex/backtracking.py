"""Patterns that no automaton expresses, matched as ECMA-262 says it: by trying every way, in a limited number of steps.

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
    children,
)

MOST_STEPS = 200_000
_LONGEST_SHOWN = 80
_WORD = class_escape("w", Reading.ECMA)


@dataclass(frozen=True, slots=True)
class _State:
    """A place in the text, and where each group that has matched begins and ends."""

    place: int
    groups: dict[int, tuple[int, int]]


_Next = Callable[[_State], "_State | None"]


def find(pattern: str, tree: Tree, text: str) -> bool:
    """Return whether a pattern matches anywhere in a text; raises `LimitError` after too many steps."""
    search = _Search(pattern, text)
    try:
        return any(search.match(tree, _State(start, {}), _found, step=1) for start in range(len(text) + 1))
    except RecursionError as error:
        raise search.limit() from error


def _found(state: _State) -> _State | None:
    return state


class _Search:
    """A pattern, a text, and the steps that are left."""

    def __init__(self, pattern: str, text: str) -> None:
        self._pattern, self._text, self._left = pattern, text, MOST_STEPS

    def limit(self) -> LimitError:
        """Return the error of a text that takes too many steps."""
        shown = self._pattern if len(self._pattern) <= _LONGEST_SHOWN else f"{self._pattern[:_LONGEST_SHOWN]}…"
        return LimitError(
            f"a text of {len(self._text)} characters takes too many steps for the pattern {shown}: write it without"
            " backreferences, or with fewer repetitions"
        )

    def match(self, tree: Tree, state: _State, then: _Next, *, step: int) -> _State | None:
        """Return the state behind a tree and all that follows; `step` is -1 inside a look-behind: it runs backwards."""
        self._left -= 1
        if self._left < 0:
            raise self.limit()
        match tree:
            case Chars():
                after = self._after(tree, state.place, step)
                return None if after is None else then(_State(after, state.groups))
            case Edge() | Boundary():
                return then(state) if self._holds(tree, state.place) else None
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
                return self._again(number, state, then, step)

    def _after(self, tree: Chars, place: int, step: int) -> int | None:
        """Return the place behind one character, if the set has it."""
        index = place if step > 0 else place - 1
        taken = 0 <= index < len(self._text) and in_ranges(tree.ranges, ord(self._text[index]))
        return place + step if taken else None

    def _holds(self, tree: Edge | Boundary, place: int) -> bool:
        """Return whether an assertion holds at a place."""
        if isinstance(tree, Edge):
            return place == (0 if tree.at_start else len(self._text))
        around = (self._text[index] if 0 <= index < len(self._text) else "\n" for index in (place - 1, place))
        before, after = (in_ranges(_WORD, ord(character)) for character in around)
        return (before != after) is tree.holds

    def _sequence(self, parts: tuple[Tree, ...], state: _State, then: _Next, step: int) -> _State | None:
        """Match parts one after the other."""
        if not parts:
            return then(state)
        return self.match(parts[0], state, lambda behind: self._sequence(parts[1:], behind, then, step), step=step)

    def _group(self, part: Tree, number: int, state: _State, then: _Next, step: int) -> _State | None:
        """Match a group, and note its text."""

        def note(behind: _State) -> _State | None:
            text = (min(state.place, behind.place), max(state.place, behind.place))
            return then(_State(behind.place, {**behind.groups, number: text}))

        return self.match(part, state, note, step=step)

    def _repeat(self, tree: Repeat, state: _State, then: _Next, step: int) -> _State | None:
        """Match a repetition."""
        if isinstance(tree.part, Chars):
            places = list(self._run(tree, tree.part, state.place, step))[tree.low :]
            tries = (then(_State(place, state.groups)) for place in (places if tree.lazy else places[::-1]))
            return next(filter(None, tries), None)
        if tree.high == 0:
            return then(state)
        high = None if tree.high is None else tree.high - 1
        rest = Repeat(tree.part, max(tree.low - 1, 0), high, tree.lazy)
        inner = frozenset(_groups(tree.part))
        once = _State(state.place, {number: text for number, text in state.groups.items() if number not in inner})

        def again(behind: _State) -> _State | None:
            empty = tree.low == 0 and behind.place == state.place
            return None if empty else self._repeat(rest, behind, then, step)

        if tree.low:
            return self.match(tree.part, once, again, step=step)
        if tree.lazy:
            return then(state) or self.match(tree.part, once, again, step=step)
        return self.match(tree.part, once, again, step=step) or then(state)

    def _run(self, tree: Repeat, part: Chars, place: int, step: int) -> Iterator[int]:
        """Yield the places behind none, one, two … characters of a set."""
        after: int | None = place
        count = 0
        while after is not None and (tree.high is None or count <= tree.high):
            self._left -= 1
            yield after
            after, count = self._after(part, after, step), count + 1

    def _look(self, tree: Look, state: _State, then: _Next) -> _State | None:
        """Match a look-around; what its groups hold is kept if it must match."""
        found = self.match(tree.part, state, _found, step=1 if tree.ahead else -1)
        if not tree.must_match:
            return then(state) if found is None else None
        return None if found is None else then(_State(state.place, found.groups))

    def _again(self, number: int, state: _State, then: _Next, step: int) -> _State | None:
        """Match the text of a group again."""
        begin, end = state.groups.get(number, (0, 0))
        again = self._text[begin:end]
        place = state.place if step > 0 else state.place - len(again)
        if place < 0 or not self._text.startswith(again, place):
            return None
        return then(_State(state.place + step * len(again), state.groups))


def _groups(tree: Tree) -> Iterator[int]:
    """Yield the numbers of the groups in a tree."""
    if isinstance(tree, Group):
        yield tree.number
    for part in children(tree):
        yield from _groups(part)
