"""The answer to "does this reader accept all that this writer sends?": proved, refuted with a witness, or neither."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from arrakis_schema.findings.rules import RULES, check_id
from arrakis_schema.text.short_repr import short_repr


class Kind(StrEnum):
    """What could be shown: `"compatible"` is proved, `"incompatible"` has a witness, `"undecided"` has a reason.

    Each member equals its text, so `verdict.kind == "compatible"` holds.
    """

    COMPATIBLE = "compatible"
    INCOMPATIBLE = "incompatible"
    UNDECIDED = "undecided"


class Effect(StrEnum):
    """What a difference does to the set of accepted instances, from the old document to the new one.

    `"widened"`, `"narrowed"`, `"changed"` where it is neither or not clear, and `"annotation"` where it is nothing.
    Each member equals its text.
    """

    WIDENED = "widened"
    NARROWED = "narrowed"
    CHANGED = "changed"
    ANNOTATION = "annotation"


_WORDS = {Effect.NARROWED: "tightened", Effect.WIDENED: "loosened"}


@dataclass(frozen=True, slots=True)
class Change:
    """One difference between two documents, from old to new, and whether the witness is refused by it (`at_fault`).

    `rule` is an id of `RULES`, as in `required-added`: another one is a `ValueError`. `old` and `new` are the places in
    either document: a JSON Pointer (RFC 6901), or the dotted name of a column. `message` is one clause for people.
    `witness` is what shows a change at fault, where it is not the witness of the whole verdict. `meeting` says of a
    column what the writer sends and what the reader makes of it.
    """

    rule: str
    old: str
    new: str
    effect: Effect
    message: str
    at_fault: bool = False
    witness: Any = None
    meeting: str = ""

    def __post_init__(self) -> None:
        """Refuse an id that is not in the table."""
        check_id(self.rule, RULES)

    @property
    def told(self) -> str:
        """The change and, of a column at fault, what the two sides make of it; the place is named once."""
        place = self.message.partition(": ")[0]
        clause = self.meeting.removeprefix(f"{place}: ")
        return f"{self.message} ({clause})" if self.at_fault and clause else self.message

    @property
    def word(self) -> str:
        """The one word for the change: added, removed, tightened, loosened, changed, ..."""
        return RULES[self.rule].word or _WORDS.get(self.effect, self.effect.value)

    __repr__ = short_repr


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was shown; for an incompatible pair `witness` is what the writer may send and the reader refuses.

    `witness` is a JSON instance, or for Arrow schemas an object with `column`, `writer`, `reader` and `value`: the
    name, the type on both sides, and a value that the reader cannot take. `findings` are all differences, also those
    that break nothing. `at` says where in the witness the reader refuses it, and why; `reason` says why a pair is
    undecided, or why a proof says little: the writer can send nothing. `errors` are what the validator `jsonschema` has
    against the witness.
    """

    kind: Kind
    witness: Any = None
    findings: tuple[Change, ...] = ()
    reason: str = ""
    at: str = ""
    errors: tuple[Any, ...] = field(default=(), repr=False, compare=False)

    __repr__ = short_repr
