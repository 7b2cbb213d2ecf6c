"""A member of a document, whatever language it is written in: one place of a message, or a column with its children.

Each language reads what its documents say about a place. Here are only the values that hold this, and the two names of
a place: its path for people, and its address, which is the id of its heading.
"""

import re
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Literal

StepKind = Literal["name", "items", "position", "contains", "any", "pattern", "alternative"]
_PLAIN = re.compile(r"[^\W_]|-(?!(?:items-)*items$)|(?<=[A-Za-z0-9])_(?=[A-Za-z0-9])")
_PLAIN_WORD = re.compile(r"[^\W_]|(?<=[A-Za-z0-9])_(?=[A-Za-z0-9])")
_RESERVED = re.compile(r"the-|column-|message-|why-|\d+\.\d+\.\d+\S*-|(?:documents|history|try-it|as-sent)$")
"""The ids of the sections of a page, or their prefixes."""
_LONGEST = 200


@dataclass(frozen=True, slots=True)
class Step:
    """One step from a place to a place inside it, or into one of the alternatives of the same place.

    `value` is the name of a member, the index of an item, a pattern of names, or the name of an alternative.
    """

    kind: StepKind
    value: str | int = ""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where statements stand: a document, the JSON Pointer or the column in it, and the keywords that make them."""

    document: str
    pointer: str
    keywords: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Bound:
    """One assertion about the values of a member, as a keyword with its value and in words."""

    keyword: str
    value: Any
    words: str
    origin: Origin


@dataclass(frozen=True, slots=True)
class Variant:
    """What holds for a member in one case: in an alternative of `anyOf` or `oneOf`, or under a condition.

    `rule` is the keyword; `name` is unique among the variants of a member, and `when` is a clause that says when it
    holds; `nullable` is None if that is unknown.
    """

    rule: str
    name: str
    when: str
    type: str
    nullable: bool | None
    description: str = ""
    values: tuple[Any, ...] = ()
    bounds: tuple[Bound, ...] = ()
    format: str = ""
    closed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Member:
    """One place of a message, or one column of a payload.

    `path` is what validators print, as in `args.max_rate`; `anchor` is its address, the id of its place on its page.
    `nullable` is None where it is unknown. `required_when` says when a member is required that is not always required;
    `alternative` says in which case the member exists at all. `values`, `default` and `examples` are JSON values;
    `default` is empty or holds one. `see` is the address of the member where the members inside are described already,
    `note` says what the tree leaves out. `closed` says what else is not allowed: other members, further items.
    """

    path: str
    anchor: str
    type: str
    nullable: bool | None
    required: bool
    description: str = ""
    unit: str = ""
    null: str = ""
    omitted: str = ""
    values: tuple[Any, ...] = ()
    bounds: tuple[Bound, ...] = ()
    steps: tuple[Step, ...] = ()
    alternative: str = ""
    required_when: tuple[str, ...] = ()
    default: tuple[Any, ...] = ()
    examples: tuple[Any, ...] = ()
    format: str = ""
    deprecated: bool = False
    read_only: bool = False
    write_only: bool = False
    closed: tuple[str, ...] = ()
    variants: tuple[Variant, ...] = ()
    see: str = ""
    note: str = ""
    origins: tuple[Origin, ...] = ()

    @property
    def kind(self) -> StepKind | Literal["whole"]:
        """What sort of place it is."""
        return next((step.kind for step in reversed(self.steps) if step.kind != "alternative"), "whole")

    @property
    def label(self) -> str:
        """Its path, with the case in which it exists: two members may have the same path."""
        return f"{self.path or 'top level'}{f' ({self.alternative})' if self.alternative else ''}"


def path_of(steps: tuple[Step, ...]) -> str:
    """Return the path of a place for people; the alternatives that it is in are left out."""
    path = ""
    for step in steps:
        if step.kind == "alternative":
            continue
        piece = _PATH[step.kind].format(step.value)
        if step.kind == "name" and not step.value:
            piece = '""'
        path += piece if piece.startswith("[") and step.kind not in _NAMED else f".{piece}" if path else piece
    return path


def address_of(steps: tuple[Step, ...], prefix: str = "") -> str:
    """Return the address of a place: no two places of a document have the same, whatever their names are.

    A name of letters, digits, `-` and single `_` stands as it is. Every other run of characters is written as its code
    points in hexadecimal between commas, and what would be the id of a section of the page begins with a comma.
    """
    address = ""
    for step in steps:
        if step.kind in _NAMED:
            address += f".{_address_of_name(step)}" if address else _address_of_name(step)
        else:
            address += _address_of_other(step)
    if not address:
        return f"{prefix}(whole)"
    if not prefix and _RESERVED.match(address):
        address = f",{address}"
    return prefix + (address if len(address) <= _LONGEST else f"{address[:_LONGEST]},,{_digest(address)}")


_PATH: dict[StepKind, str] = {
    "name": "{}",
    "items": "[]",
    "position": "[{}]",
    "contains": "[contains]",
    "any": "*",
    "pattern": "<{}>",
}
_NAMED = {"name", "any", "pattern"}


def _address_of_name(step: Step) -> str:
    """Return the address of a member by its name, of any other member, or of those with names of a pattern."""
    if step.kind == "any":
        return ";any"
    return f"{';like;' if step.kind == 'pattern' else ''}{_escape(str(step.value))}"


def _address_of_other(step: Step) -> str:
    """Return the address of an item, or of an alternative of the same place."""
    match step.kind:
        case "items":
            return "-items"
        case "contains":
            return ";contains"
        case "position":
            return f";{step.value}"
    return f"({'-'.join(_escape(word, _PLAIN_WORD) for word in str(step.value).split(' '))})"


def _escape(text: str, plain: re.Pattern[str] = _PLAIN) -> str:
    """Return a text in characters that an id can have and that Markdown never reads."""
    parts, strange = [], list[str]()
    for index, character in enumerate(text):
        if plain.match(text, index):
            parts += _flush(strange)
            parts.append(character)
        else:
            strange.append(f"{ord(character):x}")
    return "".join([*parts, *_flush(strange)]) or ",,"


def _flush(strange: list[str]) -> list[str]:
    """Return the escape of a run of characters, and forget them."""
    escaped = [f",{'-'.join(strange)},"] if strange else []
    strange.clear()
    return escaped


def _digest(text: str) -> str:
    """Return a number that no other text is likely to have."""
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]
