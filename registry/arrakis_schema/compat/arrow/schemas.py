"""Compares the Arrow schemas of a reader and a writer, for three ways of reading.

By name: the reader picks its columns and casts them safely. By name, rejecting unknown columns. Exactly: the
stream's schema must equal the reader's. Metadata only matters for the keys declared as meaningful.
"""

from collections.abc import Collection, Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from itertools import zip_longest
from typing import Any

import pyarrow as pa

from arrakis_schema.arrow.template import Template
from arrakis_schema.compat.arrow.differences import Difference, describe_difference
from arrakis_schema.compat.arrow.metadata import schema_metadata
from arrakis_schema.compat.arrow.placeholders import ArrowSchema, RefusedValues, describe_refusal
from arrakis_schema.compat.arrow.reading import NotBuiltError, NotReadError, prune_structs, send_and_read
from arrakis_schema.compat.arrow.templates import BoundSchemas, NotBoundError, SchemaPair
from arrakis_schema.compat.arrow.types import compare_columns, repeated_names
from arrakis_schema.findings.verdicts import Change, Effect, Kind, Verdict

_MOST_SHOWN = 100
READ_ANYWAY = "the reader's declared type differs; pyarrow itself would read this value"
"""The note of a witness if the verdict follows from the declared types, but pyarrow's safe cast takes each value."""


UNSENT = "no value was tried: pyarrow sends no such column, or one of its values is too large"
"""The note of a witness if nothing could be sent to confirm it."""


def is_arrow(schema: object) -> bool:
    """Return whether this is an Arrow schema or a template of one."""
    return isinstance(schema, pa.Schema | Template)


def compare_schemas(  # noqa: PLR0913 - each option is a fact about the two sides
    reader: ArrowSchema,
    writer: ArrowSchema,
    *,
    refuses_unknown: bool,
    exact: bool,
    meaningful: Collection[str] = (),
    reader_is_new: bool = True,
) -> Verdict:
    """Return whether the reader reads everything the writer sends, with every difference from the old to the new one.

    `meaningful` are the metadata keys that the reader relies on. The witness of a break is an object with the
    `column`, what the `writer` and the `reader` hold there, and a `value` that the reader cannot take; where it takes
    several rows, these `values`, or so many `rows` of different values. It has a `note` where pyarrow itself would read
    the value, `metadata` where a key decides, and a `binding` with what the placeholders of the writer stand for.
    """
    differences = _Differences()
    refused_values: list[RefusedValues] = []
    reason = ""
    pair = SchemaPair(reader, writer)
    try:
        refused_values = pair.refused_values()
        for bound in pair.bindings():
            differing = _differences(bound, refuses_unknown=refuses_unknown, exact=exact, meaningful=meaningful)
            differences.add(differing, bound)
    except NotBoundError as error:
        reason = str(error)
    changes = [describe_refusal(refused, breaks=True, reader_is_new=reader_is_new) for refused in refused_values]
    changes += [
        describe_refusal(refused, breaks=False, reader_is_new=reader_is_new) for refused in _not_sent(reader, writer)
    ]
    changes += [_describe(*reported, reader_is_new=reader_is_new) for reported in differences.select_reported()]
    return _verdict(changes, differences.unclear_reason or reason)


class _Differences:
    """The differences of all bindings: each once, with the binding in which it matters most."""

    def __init__(self) -> None:
        self._worst: dict[tuple[str, str | None, str], tuple[Difference, BoundSchemas]] = {}

    def add(self, differences: Iterable[Difference], bound: BoundSchemas) -> None:
        """Add the differences of one binding."""
        for difference in differences:
            key = difference.rule, difference.column, difference.path
            previous = self._worst.get(key)
            if previous is None or _weight(difference) > _weight(previous[0]):
                self._worst[key] = difference, bound

    @property
    def unclear_reason(self) -> str:
        """Why the columns cannot be matched, empty if they can."""
        return next((difference.message for difference, _ in self._worst.values() if difference.unclear), "")

    def select_reported(self) -> list[tuple[Difference, BoundSchemas]]:
        """Return what is clear, without the differences inside columns that are missing as a whole."""
        pairs = [pair for pair in self._worst.values() if not pair[0].unclear]
        missing = {difference.column for difference, _ in pairs if difference.breaks and _is_missing(difference)}
        return [pair for pair in pairs if _is_missing(pair[0]) or pair[0].column not in missing]


def _weight(difference: Difference) -> tuple[bool, bool]:
    """Return how much a difference matters: one that breaks more than one that does not."""
    return difference.breaks, difference.unclear


def _is_missing(difference: Difference) -> bool:
    """Return whether a whole column is not sent, which hides all other differences of this column."""
    return difference.rule == "column-added" and difference.path == difference.column


def _not_sent(reader: ArrowSchema, writer: ArrowSchema) -> list[RefusedValues]:
    """Return the values of placeholders that only the reader's template allows; none if the writer's takes any."""
    if not (isinstance(writer, Template) and writer.allowed):
        return []
    with suppress(NotBoundError):
        return SchemaPair(writer, reader).refused_values()
    return []


def _verdict(changes: list[Change], reason: str) -> Verdict:
    """Return the verdict for all differences; the witness is that of the first confirmed break, or of the first."""
    faults = [change for change in changes if change.at_fault]
    if faults:
        broken = next((change for change in faults if "note" not in change.witness), faults[0])
        return Verdict(Kind.INCOMPATIBLE, broken.witness, tuple(changes), at=broken.new)
    return Verdict(Kind.UNDECIDED if reason else Kind.COMPATIBLE, findings=tuple(changes), reason=reason)


def _describe(difference: Difference, bound: BoundSchemas, *, reader_is_new: bool) -> Change:
    """Return a difference as a change, with the names of the template, and its witness if it breaks."""
    witness = _witness(difference, bound) if difference.breaks else None
    if difference.column is not None and difference.column in bound.names:
        path = bound.names[difference.column] + difference.path.removeprefix(difference.column)
        difference = replace(difference, path=path, message=path + difference.message.removeprefix(difference.path))
    return describe_difference(difference, witness, reader_is_new=reader_is_new)


def _witness(difference: Difference, bound: BoundSchemas) -> dict[str, Any]:
    """Return the witness: the column, its fields on both sides, and a value that was sent and could not be read."""
    sent, read = (_field(schema, difference.column) for schema in (bound.sent, bound.read))
    rows, note = _failing_rows(difference, sent, read)
    return {
        "column": difference.column or "",
        "writer": None if sent is None else _field_text(sent),
        "reader": None if read is None else _field_text(read),
        "value": rows[0] if rows else None,
        **(_describe_rows(rows) if len(rows) > 1 else {}),
        **({"metadata": difference.metadata} if difference.metadata else {}),
        **({"binding": dict(bound.values)} if bound.values else {}),
        **({"note": note} if note else {}),
    }


def _describe_rows(rows: tuple[Any, ...]) -> dict[str, Any]:
    """Return the rows that fail together, or their number if there are too many to show."""
    return {"values": list(rows)} if len(rows) <= _MOST_SHOWN else {"rows": len(rows)}


def _failing_rows(difference: Difference, sent: pa.Field | None, read: pa.Field | None) -> tuple[tuple[Any, ...], str]:
    """Return the first rows that a reader by name cannot take, or else any rows with a note that says why."""
    any_rows = next(iter(difference.values), ())
    if sent is None or read is None or difference.judged_by_schema or difference.metadata:
        return any_rows, ""
    if not difference.values:
        return (), UNSENT
    built = []
    together = tuple(row for rows in difference.values for row in rows)
    for rows in difference.values if len(difference.values) == 1 else (*difference.values, together):
        pair = (sent, read) if difference.rule == "column-added" else prune_structs(rows, sent, read)
        try:
            send_and_read(rows, *pair)
        except NotReadError:
            return rows, ""
        except NotBuiltError:
            continue
        built.append(rows)
    return (built[0], READ_ANYWAY) if built else (any_rows, UNSENT)


def _field(schema: pa.Schema, column: str | None) -> pa.Field | None:
    """Return the first column of a name, if any."""
    places = [] if column is None else schema.get_all_field_indices(column)
    return schema.field(places[0]) if places else None


def _field_text(field: pa.Field) -> str:
    """Return the type and nullability of a field, as in `schema.txt`."""
    return f"{field.type}{'' if field.nullable else ' not null'}"


def _differences(
    bound: BoundSchemas, *, refuses_unknown: bool, exact: bool, meaningful: Collection[str]
) -> Iterator[Difference]:
    """Yield the differences of two schemas for one way of reading."""
    read, sent = bound.read, bound.sent
    if exact:
        yield from _exact(read, sent)
    elif not sent.equals(read, check_metadata=True):
        twice = next((name for schema in (read, sent) for name in repeated_names(list(schema))), None)
        if twice is not None:
            message = f"two columns are named {twice!r}, so a name does not tell them apart"
            yield Difference("", "type-changed", Effect.CHANGED, message, breaks=False, unclear=True)
            return
        yield from compare_columns(list(sent), list(read), "", refuses_unknown=refuses_unknown)
    yield from schema_metadata(sent, read, meaningful)


def _exact(read: pa.Schema, sent: pa.Schema) -> Iterator[Difference]:
    """Yield the differences for a reader whose schema must equal the stream's: each unequal column breaks.

    Differences inside equal columns, such as the names of list items, are reported but break nothing.
    """
    if any(repeated_names(list(schema)) for schema in (read, sent)):
        yield from _in_order(read, sent)
        return
    differences = list(compare_columns(list(sent), list(read), "", refuses_unknown=True))
    for difference in differences:
        ours, theirs = _field(sent, difference.column), _field(read, difference.column)
        equal = ours is not None and theirs is not None and ours.equals(theirs)
        yield difference if equal else replace(difference, breaks=True, unclear=False, judged_by_schema=True)
    named = {difference.column for difference in differences}
    for field in read:
        ours = _field(sent, field.name)
        if ours is not None and field.name not in named and not ours.equals(field):
            yield _unequal(ours, field)


def _in_order(read: pa.Schema, sent: pa.Schema) -> Iterator[Difference]:
    """Yield the unequal columns by position, for schemas with ambiguous names."""
    for ours, theirs in zip_longest(sent, read):
        if ours is None or theirs is None or not ours.equals(theirs):
            yield _unequal(ours, theirs)


def _unequal(sent: pa.Field | None, read: pa.Field | None) -> Difference:
    """Return the difference between two columns that are not equal."""
    sides = ["nothing" if field is None else _field_text(field) for field in (sent, read)]
    name = next(field.name for field in (sent, read) if field is not None)
    message = f"{name}: the writer sends {sides[0]}, the reader expects {sides[1]}"
    unequal = Difference(name, "type-changed", Effect.CHANGED, message, breaks=True, column=name)
    return replace(unequal, judged_by_schema=True, sides=(sides[0], sides[1]))
