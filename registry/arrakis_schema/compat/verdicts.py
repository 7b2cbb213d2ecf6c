"""The answer to "does this reader accept all that this writer sends?": proved, refuted with a witness, or neither."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Kind(StrEnum):
    """What could be shown."""

    COMPATIBLE = "compatible"
    INCOMPATIBLE = "incompatible"
    UNDECIDED = "undecided"


class Effect(StrEnum):
    """What a difference does to the set of accepted instances, from the old document to the new one."""

    WIDENED = "widened"
    NARROWED = "narrowed"
    CHANGED = "changed"
    ANNOTATION = "annotation"


@dataclass(frozen=True, slots=True)
class Change:
    """One difference between two documents, and whether the witness is refused by it.

    `witness` is what shows a change at fault, where it is not the witness of the whole verdict; `old` and `new` are the
    places in either: a JSON Pointer (RFC 6901), or the dotted name of a column.
    """

    rule: str
    old: str
    new: str
    effect: Effect
    message: str
    at_fault: bool = False
    witness: Any = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was shown; for an incompatible pair `witness` is what the writer may send and the reader refuses.

    `at` says where in the witness the reader refuses it, and why; `reason` says why a pair is undecided,
    `errors` are what the validator `jsonschema` has against the witness.
    """

    kind: Kind
    witness: Any = None
    findings: tuple[Change, ...] = ()
    reason: str = ""
    at: str = ""
    errors: tuple[Any, ...] = field(default=(), repr=False, compare=False)
