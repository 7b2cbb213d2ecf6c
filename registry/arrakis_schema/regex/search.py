"""The shortest string that some patterns are found in and others are not: breadth first through all automata."""

from collections import deque
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from string import ascii_lowercase, ascii_uppercase, digits

from arrakis_schema.errors import ArrakisSchemaError
from arrakis_schema.regex.automaton import Automaton, State
from arrakis_schema.regex.characters import LAST, Ranges, contains

_LIKED = ascii_lowercase + digits[:1] + ascii_uppercase + digits[1:] + "_-. :/"
_RANK = tuple(map(ord, _LIKED))
_SURROGATES = range(0xD800, 0xE000)
_PRINTABLE = 33
_MOST_STATES = 30_000
_Trie = dict[str, "_Trie"]
_END = ""


class SearchLimitError(ArrakisSchemaError):
    """There are too many states to search through."""


@dataclass(frozen=True, slots=True)
class _Prefix:
    """A string so far: its last character, what came before, its length, the states, and the words it may still be."""

    character: str
    before: "_Prefix | None"
    length: int
    states: tuple[State, ...]
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
    """What is searched for: found in each of `found`, in none of `missing`, of a length, and not one of `excluded`."""

    found: Sequence[Automaton]
    missing: Sequence[Automaton]
    minimum: int
    maximum: int | None
    excluded: Collection[str]

    @property
    def automata(self) -> tuple[Automaton, ...]:
        """All automata, those to be found first."""
        return (*self.found, *self.missing)

    def alphabet(self) -> list[int]:
        """Return one character of each kind that anything here tells apart, the most readable first."""
        letters = {ord(letter) for word in self.excluded for letter in word}
        classes: list[Ranges] = sorted(set().union(*(one.classes for one in self.automata)))
        edges = {edge for ranges in classes for first, last in ranges for edge in (first, last + 1)}
        edges |= {code + 1 for code in letters}
        usual = [code for code in (_PRINTABLE, *sorted(edges)) if code <= LAST and code not in _SURROGATES]
        kinds: dict[object, int] = {}
        for code in (*_RANK, *usual, 0):
            kind = code if code in letters else tuple(contains(ranges, code) for ranges in classes)
            kinds.setdefault(kind, code)
        return list(kinds.values())

    def ends_at(self, prefix: _Prefix) -> bool:
        """Tell whether a prefix is an answer."""
        accepted = [state.accepting for state in prefix.states]
        wanted = all(accepted[: len(self.found)]) and not any(accepted[len(self.found) :])
        return wanted and prefix.length >= self.minimum and not (prefix.words is not None and _END in prefix.words)

    def extended(self, prefix: _Prefix, code: int) -> _Prefix | None:
        """Return a prefix with one more character, or None where that leads nowhere."""
        states = tuple(one.step(state, code) for one, state in zip(self.automata, prefix.states, strict=True))
        if not all(state.places for state in states[: len(self.found)]):
            return None
        words = prefix.words.get(chr(code)) if prefix.words else None
        return _Prefix(chr(code), prefix, prefix.length + 1, states, words)


def shortest(search: Search, tick: Callable[[], None]) -> str | None:
    """Return the shortest string, of these the most readable; None where there is none: the search was complete.

    Raises `SearchLimitError` where there are too many states; `tick` is called often and may raise.
    """
    if search.maximum is not None and search.minimum > search.maximum:
        return None
    alphabet = search.alphabet()
    first = _Prefix("", None, 0, tuple(one.start for one in search.automata), _trie(search.excluded))
    if search.ends_at(first):
        return ""
    seen, queue = {_key(first, search.minimum)}, deque([first])
    while queue:
        prefix = queue.popleft()
        tick()
        if prefix.length == search.maximum:
            continue
        for code in alphabet:
            longer = search.extended(prefix, code)
            if longer is None or (key := _key(longer, search.minimum)) in seen:
                continue
            if search.ends_at(longer):
                return longer.text()
            seen.add(key)
            queue.append(longer)
        if len(seen) > _MOST_STATES:
            raise SearchLimitError("patterns that tell too many strings apart")
    return None


def _key(prefix: _Prefix, minimum: int) -> tuple[object, ...]:
    """Return what two prefixes share that the same strings may follow."""
    return prefix.states, min(prefix.length, minimum), id(prefix.words) if prefix.words else 0


def _trie(words: Collection[str]) -> _Trie | None:
    """Return the words as nested dicts, one level a character."""
    top: _Trie = {}
    for word in words:
        level = top
        for character in word:
            level = level.setdefault(character, {})
        level[_END] = {}
    return top or None
