"""A tree of ECMA-262 in another form: as a pattern of another engine, or as conditions that automata express.

A pattern of another engine has every set of characters written out, so that it means the same.
"""

from collections.abc import Callable

from arrakis_schema.regex.characters import LAST, Ranges, Reading, class_escape, complement
from arrakis_schema.regex.tree import (
    BackReference,
    Boundary,
    Chars,
    Choice,
    Concatenation,
    Edge,
    Group,
    Look,
    Part,
    Repeat,
    Tree,
    UnsupportedPatternError,
    subtrees,
)

_PLAIN = frozenset(map(ord, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_:/ "))
_WORD = class_escape("w", Reading.ECMA)
_ANY: Ranges = ((0, LAST),)
_MOST_REPEATS = 2000
Escape = Callable[[int], str]


def has_part(tree: Tree, *kinds: type[Tree]) -> bool:
    """Return whether a tree has a part of one of these kinds."""
    return isinstance(tree, kinds) or any(has_part(part, *kinds) for part in subtrees(tree))


def to_python(tree: Tree) -> str:
    """Return the pattern for `re`; raises `UnsupportedPatternError` for a backreference or a look-behind."""
    return _Writer(_escape_python, r"\A", r"\Z").text(tree)


def spell_out(tree: Tree) -> str:
    r"""Return the pattern for an engine that writes a character `\u{41}`, as ECMA-262 with the flag u and Rust do.

    Raises `UnsupportedPatternError` for look-around, word boundaries and backreferences.
    """
    if has_part(tree, Look, Boundary, BackReference):
        raise UnsupportedPatternError("look-around, a word boundary or a backreference")
    return _Writer(_escape_braces, "^", "$").text(tree)


def regular_parts(tree: Tree) -> tuple[Part, ...]:
    """Return the parts of a tree, without groups; raises `UnsupportedPatternError` if it is not a regular language."""
    pieces = tree.parts if isinstance(tree, Concatenation) else (tree,)
    looks: list[Look] = []
    if pieces and pieces[0] == Edge(at_start=True):
        for piece in pieces[1:]:
            if not (isinstance(piece, Look) and piece.ahead):
                break
            looks.append(piece)
    if not looks:
        return (Part(_regular(tree), must_match=True),)
    start = Edge(at_start=True)
    remainder = Concatenation((start, *(_regular(piece) for piece in pieces[1 + len(looks) :])))
    conditions = (Part(Concatenation((start, _regular(look.part))), look.must_match) for look in looks)
    return (Part(remainder, must_match=True), *conditions)


def _regular(tree: Tree) -> Tree:
    """Return a tree without groups."""
    match tree:
        case Group(part):
            return _regular(part)
        case Concatenation(parts):
            return Concatenation(tuple(map(_regular, parts)))
        case Choice(parts):
            return Choice(tuple(map(_regular, parts)))
        case Repeat(part, low, high):
            if max(low, high or 0) > _MOST_REPEATS:
                raise UnsupportedPatternError("a repetition of more than 2,000 times in a pattern")
            return Repeat(_regular(part), low, high)
        case Look():
            raise UnsupportedPatternError("a look-around inside a pattern")
        case Boundary():
            raise UnsupportedPatternError("a word boundary in a pattern")
        case BackReference():
            raise UnsupportedPatternError("a backreference in a pattern")
        case _:
            return tree


def _escape_python(code: int) -> str:
    return chr(code) if code in _PLAIN else f"\\U{code:08x}"


def _escape_braces(code: int) -> str:
    return chr(code) if code in _PLAIN else f"\\u{{{code:x}}}"


class _Writer:
    """Writes trees in one syntax."""

    def __init__(self, escape: Escape, start: str, end: str) -> None:
        self._escape, self._start, self._end = escape, start, end

    def text(self, tree: Tree) -> str:
        """Return the text of a tree."""
        match tree:
            case Chars(ranges):
                return self._characters(ranges)
            case Edge(at_start):
                return self._start if at_start else self._end
            case Boundary(holds):
                return self._boundary(holds=holds)
            case Concatenation(parts):
                return "".join(
                    f"(?:{self.text(part)})" if isinstance(part, Choice) else self.text(part) for part in parts
                )
            case Choice(parts):
                return "|".join(map(self.text, parts))
            case Group(part):
                return f"(?:{self.text(part)})"
            case Repeat(part, low, high):
                return f"(?:{self.text(part)}){self._quantifier(low, high)}"
            case Look(part, True, must_match):
                return f"(?{'=' if must_match else '!'}{self.text(part)})"
            case Look() | BackReference():
                raise UnsupportedPatternError("a look-behind or a backreference")

    @staticmethod
    def _quantifier(low: int, high: int | None) -> str:
        """Return how often something is repeated."""
        simple = {(0, None): "*", (1, None): "+", (0, 1): "?"}
        return simple.get((low, high)) or f"{{{low},{'' if high is None else high}}}"

    def _boundary(self, *, holds: bool) -> str:
        """Return a word boundary of ECMA-262; that of Python depends on the letters of all scripts."""
        word = self._characters(_WORD)
        before, after = f"(?<={word})", f"(?={word})"
        outside, ending = f"(?<!{word})", f"(?!{word})"
        return f"(?:{before}{ending}|{outside}{after})" if holds else f"(?:{before}{after}|{outside}{ending})"

    def _characters(self, ranges: Ranges) -> str:
        """Return a class of characters."""
        if not ranges:
            return r"[^\s\S]"
        if ranges == _ANY:
            return r"[\s\S]"
        if len(ranges) == 1 and ranges[0][0] == ranges[0][1]:
            return self._escape(ranges[0][0])
        others = complement(ranges)
        negation, listed = ("^", others) if len(others) < len(ranges) else ("", ranges)
        return f"[{negation}{''.join(map(self._range, listed))}]"

    def _range(self, limits: tuple[int, int]) -> str:
        """Return a range inside a class."""
        first, last = limits
        return self._escape(first) if first == last else f"{self._escape(first)}-{self._escape(last)}"
