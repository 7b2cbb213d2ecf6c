"""Values of a placeholder that a writer may send and the reader's template does not allow."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import pyarrow as pa

from arrakis_schema.compat.arrow.placeholders import fill_name
from arrakis_schema.compat.arrow.values import sample
from arrakis_schema.findings.verdicts import Change, Effect

_VALUES = {"value-added": "{} now also accepts {}", "value-removed": "{} no longer accepts {}"}

_MOST_VALUES = 8


@dataclass(frozen=True, slots=True)
class RefusedValues:
    """Values of a placeholder that the writer may send and the reader's template does not allow.

    `column` is the name of the column in the reader's template; `message` and `witness` are about the first value.
    """

    column: str
    placeholder: str
    values: tuple[str, ...]
    message: str
    witness: dict[str, Any]


def is_allowed(value: Any, allowed: tuple[str, ...]) -> bool:
    """Return whether a template allows a value of a placeholder, as `Template.bind` does."""
    return value in allowed or (isinstance(value, pa.DataType) and any(map(partial(_is_named, value), allowed)))


def _is_named(data_type: pa.DataType, name: str) -> bool:
    """Return whether a name denotes a type."""
    try:
        return bool(data_type == pa.type_for_alias(name))
    except ValueError:
        return False


def refuse_value(  # noqa: PLR0913, PLR0917 - each is a fact about the column
    name: str,
    values: Mapping[str, Any],
    unbound: pa.Field,
    allowed: tuple[str, ...],
    sent: pa.Schema,
    binding: Mapping[str, str],
) -> RefusedValues:
    """Return the refusal of a value of a placeholder, with the binding and a value of the column."""
    column, value = fill_name(unbound.name, values), str(values[name])
    field = sent.field(column) if sent.names.count(column) == 1 else None
    message = f"{unbound.name}: the writer may send {value} for {{{name}}}, which the reader's template does not allow"
    witness = {
        "column": column,
        "writer": None if field is None else str(field.type),
        "reader": f"{{{name}}} is one of {', '.join(allowed)}",
        "value": value if field is None else sample(field.type),
        "binding": dict(binding),
        "refused": {name: value},
    }
    return RefusedValues(unbound.name, name, (value,), message, witness)


def describe_refusal(refused: RefusedValues, *, breaks: bool, reader_is_new: bool) -> Change:
    """Return the change that only one side allows some values of a placeholder: the writer, if `breaks`."""
    removed = breaks == reader_is_new
    rule, effect = ("value-removed", Effect.NARROWED) if removed else ("value-added", Effect.WIDENED)
    hidden = len(refused.values) - _MOST_VALUES
    values = ", ".join(refused.values[:_MOST_VALUES]) + (f" and {hidden} more" if hidden > 0 else "")
    text = _VALUES[rule].format(f"{{{refused.placeholder}}}", values)
    message, witness = f"{refused.column}: {text}", refused.witness if breaks else None
    return Change(rule, refused.column, refused.column, effect, message, breaks, witness, refused.message)
