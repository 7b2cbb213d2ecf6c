"""The answer to "does this reader accept all that this writer sends?": proved, refuted with a witness, or neither."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from arrakis_schema.findings.rules import RULES, check_id
from arrakis_schema.text.short_repr import short_repr


class Kind(StrEnum):
    """The kind of a verdict: `"compatible"` is proved, `"incompatible"` has a witness, `"undecided"` has a reason.

    Each member equals its text: `verdict.kind == "compatible"`.
    """

    COMPATIBLE = "compatible"
    INCOMPATIBLE = "incompatible"
    UNDECIDED = "undecided"


class Effect(StrEnum):
    """The effect of a difference on the set of accepted instances, from the old document to the new one.

    `"widened"`, `"narrowed"`, `"changed"` if it is neither or unclear, and `"annotation"` if there is no effect.
    Each member equals its text.
    """

    WIDENED = "widened"
    NARROWED = "narrowed"
    CHANGED = "changed"
    ANNOTATION = "annotation"

    @property
    def opposite(self) -> "Effect":
        """The effect of the same difference read from new to old; `"changed"` and `"annotation"` are their own."""
        return _OPPOSITES.get(self, self)

    @property
    def word(self) -> str:
        """The effect of a bound in one word: tightened or loosened, or else the effect itself."""
        return _WORDS.get(self, self.value)


_OPPOSITES = {Effect.WIDENED: Effect.NARROWED, Effect.NARROWED: Effect.WIDENED}

_WORDS = {Effect.NARROWED: "tightened", Effect.WIDENED: "loosened"}


@dataclass(frozen=True, slots=True)
class Change:
    """One difference between two documents, from old to new, and whether the witness is rejected because of it.

    `rule` is a rule id such as `required-added`; an unknown one raises `ValueError`. `old` and `new` are the places in
    the two documents: a JSON Pointer (RFC 6901), or the dotted name of a column. `message` is one clause for people.
    `at_fault` is True if the witness is rejected because of this change; `witness` demonstrates that, unless it is the
    witness of the whole verdict. `meeting` describes, for a column, what the writer sends and how the reader treats it.
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
        """Raise `ValueError` for an unknown id."""
        check_id(self.rule, RULES)

    @property
    def told(self) -> str:
        """The message and, for a column at fault, what the writer sends and how the reader treats it."""
        name = self.message.partition(": ")[0]
        clause = self.meeting.removeprefix(f"{name}: ")
        return f"{self.message} ({clause})" if self.at_fault and clause else self.message

    @property
    def word(self) -> str:
        """The change in one word: added, removed, tightened, loosened, changed, ..."""
        return RULES[self.rule].word or self.effect.word

    __repr__ = short_repr


@dataclass(frozen=True, slots=True)
class Verdict:
    """The result of a comparison; `witness` is an instance that the writer may send and an incompatible reader rejects.

    `witness` is a JSON instance, or for Arrow schemas an object with `column`, `writer`, `reader` and `value`: the
    name, the type on both sides, and a value that the reader cannot read. `findings` are all differences, including
    those that break nothing. `at` says where in the witness the reader rejects it, and why; `reason` says why a pair is
    undecided, or that a proof is trivial because the writer can send nothing. `errors` are the errors of `jsonschema`
    for the witness.
    """

    kind: Kind
    witness: Any = None
    findings: tuple[Change, ...] = ()
    reason: str = ""
    at: str = ""
    errors: tuple[Any, ...] = field(default=(), repr=False, compare=False)

    __repr__ = short_repr


@dataclass(frozen=True, slots=True)
class Break:
    """A change that breaks a reader, a message that demonstrates it, and the reader's error for that message."""

    change: Change
    witness: Any
    at: str

    @property
    def description(self) -> str:
        """The change and the reader's error, or only one of them if they are equal."""
        return (
            f"{self.change.message} ({self.at})" if self.at and self.at != self.change.message else self.change.message
        )


def not_understood(verdict: Verdict, *, reader_is_new: bool) -> list[Change]:
    """Return the differences because of which the reader ignores members or columns that it does not know.

    `reader_is_new` is as for `accepts`. Empty if the reader knows everything that it accepts.
    """
    word = "removed" if reader_is_new else "added"
    rules = {f"properties-{word}", f"column-{word}"}
    return [change for change in verdict.findings if change.rule in rules and not change.at_fault]
