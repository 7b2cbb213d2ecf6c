"""Automata for long texts: matching takes time linear in the text, whatever the pattern.

A state is an integer with a bit for each step that may come next; some thousand states are cached, the others are
computed again when they are needed.
"""

from bisect import bisect_right
from functools import lru_cache

from arrakis_schema.regex.automaton import Automaton
from arrakis_schema.regex.characters import Ranges, Reading, in_ranges
from arrakis_schema.regex.tree import Tree, UnsupportedPatternError

_MOST_CLOSURE = 400_000
_MOST_CACHED = 4000
_CHUNK = 4096


class _State(dict[str, "_State"]):
    """The steps that may come next, and the state after each character that has been computed."""

    __slots__ = ("accepting", "ready", "run", "settled")

    def __init__(self, run: "Simulation", ready: int, *, accepting: bool, settled: bool) -> None:
        """`accepting`: the text may end here; `settled`: the result no longer depends on what follows."""
        super().__init__()
        self.run, self.ready, self.accepting, self.settled = run, ready, accepting, settled

    def __missing__(self, character: str) -> "_State":
        """Compute the state after a character."""
        return self.run.step(self, character)


class Simulation:
    """Searches a text for a pattern."""

    def __init__(self, tree: Tree, reading: Reading) -> None:
        """Number the steps of the automaton; raises `UnsupportedPatternError` if there are too many."""
        machine = Automaton(tree, reading)
        steps = machine.numbered_steps()
        numbers: dict[int, int] = {}
        for number, (position, _, _) in enumerate(steps):
            numbers[position] = numbers.get(position, 0) | 1 << number
        self._edges, self._taken = _classes([ranges for _, ranges, _ in steps])
        self._chained, self._groups, self._ends = _followers(machine, steps, numbers)
        self._found = numbers[machine.final]
        self._transitions: dict[tuple[int, bool], _State] = {}
        self._cached = 0
        self._start = _bits(numbers, machine.start.positions), machine.start.accepting

    def search(self, text: str) -> bool:
        """Return whether the pattern matches anywhere in a text."""
        state = self._state(*self._start)
        for start in range(0, len(text), _CHUNK):
            if state.settled:
                return bool(state.ready)
            for character in text[start : start + _CHUNK]:
                state = state[character]
        return state.accepting

    def step(self, state: _State, character: str) -> _State:
        """Compute the state after a character, and cache it."""
        taken = state.ready & self._taken[bisect_right(self._edges, ord(character)) - 1]
        ready = (taken & self._chained) << 1
        for after, members in self._groups:
            if taken & members:
                ready |= after
        if self._cached >= _MOST_CACHED:
            self._clear_cache()
        self._cached += 1
        following = state[character] = self._state(ready, bool(taken & self._ends))
        return following

    def _state(self, ready: int, accepting: bool) -> _State:  # noqa: FBT001 - half of the key
        """Return the state with these bits."""
        state = self._transitions.get((ready, accepting))
        if state is None:
            settled = not ready or bool(ready & self._found)
            state = self._transitions[ready, accepting] = _State(self, ready, accepting=accepting, settled=settled)
        return state

    def _clear_cache(self) -> None:
        """Drop all cached states."""
        for state in list(self._transitions.values()):
            state.clear()
        self._transitions.clear()
        self._cached = 0


@lru_cache(maxsize=128)
def simulation(tree: Tree, reading: Reading) -> Simulation:
    """Return the simulation of a tree, built once."""
    return Simulation(tree, reading)


def _followers(
    machine: Automaton, steps: list[tuple[int, Ranges, int]], numbers: dict[int, int]
) -> tuple[int, tuple[tuple[int, int], ...], int]:
    """Return the steps that the next number follows, the other steps by what follows them, and the last steps."""
    chained, ends, work = 0, 0, 0
    groups: dict[int, int] = {}
    for number, (_, _, target) in enumerate(steps):
        closure, accepting = machine.closure_of(target)
        work += len(closure)
        if work > _MOST_CLOSURE:
            raise UnsupportedPatternError("a pattern that is too large")
        ends |= accepting << number
        after = _bits(numbers, closure)
        following = 1 << number + 1
        if after & following:
            chained |= 1 << number
            after ^= following
        if after:
            groups[after] = groups.get(after, 0) | 1 << number
    return chained, tuple(groups.items()), ends


def _bits(numbers: dict[int, int], positions: frozenset[int]) -> int:
    """Return the bits of the steps that begin at these positions."""
    bits = 0
    for position in positions:
        bits |= numbers.get(position, 0)
    return bits


def _classes(steps: list[Ranges]) -> tuple[list[int], list[int]]:
    """Return the first character of each class that no step distinguishes, and the steps that each class may take."""
    by_ranges: dict[Ranges, int] = {}
    for number, ranges in enumerate(steps):
        by_ranges[ranges] = by_ranges.get(ranges, 0) | 1 << number
    edges = sorted({0, *(edge for ranges in by_ranges for first, last in ranges for edge in (first, last + 1))})
    return edges, [sum(bits for ranges, bits in by_ranges.items() if in_ranges(ranges, edge)) for edge in edges]
