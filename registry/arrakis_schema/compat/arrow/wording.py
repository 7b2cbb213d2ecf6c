"""Wording of differences between columns, from the old document to the new one, whichever is the reader's."""

from typing import Any

from arrakis_schema.compat.arrow.differences import Difference
from arrakis_schema.compat.arrow.templates import Refused
from arrakis_schema.findings.verdicts import Change, Effect

_OPPOSITES = (
    ("column-added", "column-removed"),
    ("nullable-tightened", "nullable-loosened"),
    ("type-narrowed", "type-widened"),
)
_OPPOSITE = {one: other for pair in _OPPOSITES for one, other in (pair, pair[::-1])}
_FLIPPED = {Effect.NARROWED: Effect.WIDENED, Effect.WIDENED: Effect.NARROWED}
_WORDS = {
    "column-added": "added",
    "column-removed": "removed",
    "column-reordered": "order changed from {old} to {new}",
    "nullable-tightened": "may no longer be null",
    "nullable-loosened": "may now be null",
    "metadata-changed": "metadata {key!r} changed from {old} to {new}",
}
_MOST_VALUES = 8
_TYPE = "type changed from {old} to {new}"
_VALUES = {"value-added": "{} now also accepts {}", "value-removed": "{} no longer accepts {}"}


def describe_difference(difference: Difference, witness: Any, *, reader_is_new: bool) -> Change:
    """Return a difference as a change."""
    rule, effect, (old, new) = difference.rule, difference.effect, difference.sides
    if not reader_is_new:
        rule, effect, old, new = _OPPOSITE.get(rule, rule), _FLIPPED.get(effect, effect), new, old
    path, _, key = difference.path.rpartition("#") if difference.metadata else (difference.path, "", "")
    name = path or ("columns" if rule == "column-reordered" else "the schema")
    message = f"{name}: {_WORDS.get(rule, _TYPE).format(old=old, new=new, key=key)}"
    return Change(
        rule, difference.path, difference.path, effect, message, difference.breaks, witness, difference.message
    )


def describe_refusal(refused: Refused, *, breaks: bool, reader_is_new: bool) -> Change:
    """Return the change that only one side allows some values of a placeholder: the writer, if `breaks`."""
    removed = breaks == reader_is_new
    rule, effect = ("value-removed", Effect.NARROWED) if removed else ("value-added", Effect.WIDENED)
    hidden = len(refused.values) - _MOST_VALUES
    values = ", ".join(refused.values[:_MOST_VALUES]) + (f" and {hidden} more" if hidden > 0 else "")
    text = _VALUES[rule].format(f"{{{refused.placeholder}}}", values)
    message, witness = f"{refused.column}: {text}", refused.witness if breaks else None
    return Change(rule, refused.column, refused.column, effect, message, breaks, witness, refused.message)
