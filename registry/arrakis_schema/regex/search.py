"""The shortest string that matches some patterns and not others: a breadth-first search through all automata."""

from collections import deque
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from string import ascii_lowercase, ascii_uppercase, digits

from arrakis_schema.errors import ArrakisSchemaError
from arrakis_schema.regex.automaton import Automaton, AutomatonState
from arrakis_schema.regex.characters import LAST, Ranges, in_ranges

_PREFERRED = ascii_lowercase + digits[:1] + ascii_uppercase + digits[1:] + "_-. :/"
_RANK = tuple(map(ord, _PREFERRED))
_SURROGATES = range(0xD800, 0xE000)
_PRINTABLE = 33
_MOST_STATES = 30_000
_Trie = dict[str, "_Trie"]
_END = ""


class SearchLimitError(ArrakisSchemaError):
    """There are too many states to search through."""


@dataclass(frozen=True, slots=True)
class _Prefix:
    """A string so far: its last character, the prefix before, its length, the states, and the words it may become."""

    character: str
    before: "_Prefix | None"
    length: int
    states: tuple[AutomatonState, ...]
    words: _Trie | None

    def text(self) -> str:
        """Return the whole string."""
        characters: list[str] = []
        prefix: _Prefix | None = self
        while prefix is not None:
            characters.append(prefix.character)
            prefix = prefix.before
        return "".join(reversed(characters))


@dataclass(frozen=True, slots=True)
class Search:
    """What to search for: a string that matches each `required` and no `forbidden` automaton, and is not `excluded`."""

    required: Sequence[Automaton]
    forbidden: Sequence[Automaton]
    minimum: int
    maximum: int | None
    excluded: Collection[str]

    @property
    def automata(self) -> tuple[Automaton, ...]:
        """All automata, the required ones first."""
        return (*self.required, *self.forbidden)

    def alphabet(self) -> list[int]:
        """Return one character for each class that the automata and words distinguish, the most readable first."""
        letters = {ord(letter) for word in self.excluded for letter in word}
        classes: list[Ranges] = sorted(set().union(*(automaton.classes for automaton in self.automata)))
        edges = {edge for ranges in classes for first, last in ranges for edge in (first, last + 1)}
        edges |= {code + 1 for code in letters}
        usual = [code for code in (_PRINTABLE, *sorted(edges)) if code <= LAST and code not in _SURROGATES]
        kinds: dict[object, int] = {}
        for code in (*_RANK, *usual, 0):
            kind = code if code in letters else tuple(in_ranges(ranges, code) for ranges in classes)
            kinds.setdefault(kind, code)
        return list(kinds.values())

    def ends_at(self, prefix: _Prefix) -> bool:
        """Return whether a prefix is a solution."""
        accepted = [state.accepting for state in prefix.states]
        satisfied = all(accepted[: len(self.required)]) and not any(accepted[len(self.required) :])
        return satisfied and prefix.length >= self.minimum and not (prefix.words is not None and _END in prefix.words)

    def extend(self, prefix: _Prefix, code: int) -> _Prefix | None:
        """Return a prefix with one more character, or None if that is a dead end."""
        states = tuple(
            automaton.step(state, code) for automaton, state in zip(self.automata, prefix.states, strict=True)
        )
        if not all(state.positions for state in states[: len(self.required)]):
            return None
        words = prefix.words.get(chr(code)) if prefix.words else None
        return _Prefix(chr(code), prefix, prefix.length + 1, states, words)


def find_shortest(search: Search, tick: Callable[[], None]) -> str | None:
    """Return the shortest string, the most readable if there are several; None if there provably is none.

    Raises `SearchLimitError` if there are too many states; `tick` is called often and may raise.
    """
    if search.maximum is not None and search.minimum > search.maximum:
        return None
    alphabet = search.alphabet()
    first = _Prefix("", None, 0, tuple(automaton.start for automaton in search.automata), _trie(search.excluded))
    if search.ends_at(first):
        return ""
    visited, queue = {_key(first, search.minimum)}, deque([first])
    while queue:
        prefix = queue.popleft()
        tick()
        if prefix.length == search.maximum:
            continue
        for code in alphabet:
            longer = search.extend(prefix, code)
            if longer is None or (key := _key(longer, search.minimum)) in visited:
                continue
            if search.ends_at(longer):
                return longer.text()
            visited.add(key)
            queue.append(longer)
        if len(visited) > _MOST_STATES:
            raise SearchLimitError("patterns with too many states")
    return None


def _key(prefix: _Prefix, minimum: int) -> tuple[object, ...]:
    """Return a key that is equal for prefixes with the same possible continuations."""
    return prefix.states, min(prefix.length, minimum), id(prefix.words) if prefix.words else 0


def _trie(words: Collection[str]) -> _Trie | None:
    """Return the words as nested dicts, one level for each character."""
    top: _Trie = {}
    for word in words:
        level = top
        for character in word:
            level = level.setdefault(character, {})
        level[_END] = {}
    return top or None
