"""Patterns as conditions that automata can express: the regular languages of each dialect."""

from functools import lru_cache

from arrakis_schema.regex.characters import Reading
from arrakis_schema.regex.ecma_syntax import read_ecma
from arrakis_schema.regex.python_syntax import read_python
from arrakis_schema.regex.translation import spell_out
from arrakis_schema.regex.tree import (
    BackReference,
    Boundary,
    Choice,
    Concatenation,
    Edge,
    Group,
    Look,
    Part,
    Repeat,
    Tree,
    UnsupportedPatternError,
)

_MOST_REPEATS = 2000


@lru_cache(maxsize=4096)
def parse(pattern: str, reading: Reading = Reading.ECMA) -> tuple[Part, ...]:
    """Return the parts of a pattern; raises `UnsupportedPatternError`."""
    if reading is Reading.ECMA:
        return regular_parts(read_ecma(pattern))
    return read_python(pattern, reading)


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
    rest = Concatenation((start, *(_regular(piece) for piece in pieces[1 + len(looks) :])))
    conditions = (Part(Concatenation((start, _regular(look.part))), look.must_match) for look in looks)
    return (Part(rest, must_match=True), *conditions)


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


def spelled_out(pattern: str, reading: Reading = Reading.ECMA) -> str:
    """Return a pattern with every set of characters written out, for engines that agree on nothing else.

    Raises `UnsupportedPatternError` for one that is not a regular language.
    """
    if reading is Reading.ECMA:
        return spell_out(read_ecma(pattern))
    parts = read_python(pattern, reading)
    if len(parts) > 1:
        raise UnsupportedPatternError("a pattern with look-ahead")
    return spell_out(parts[0].tree)
