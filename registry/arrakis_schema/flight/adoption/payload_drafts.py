"""The draft of a payload: the schema that was sent, as a text, with the promises that held."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import pyarrow as pa

from arrakis_schema.arrow.matching import bound_like
from arrakis_schema.arrow.printer import format_schema
from arrakis_schema.arrow.promises import MAKERS, PROMISED, REQUIREMENTS, strip_annotations
from arrakis_schema.arrow.template import Template, format_document, parse_document
from arrakis_schema.errors import ArrakisSchemaError
from arrakis_schema.flight.adoption.observations import Observation
from arrakis_schema.store.files import MOST_COLUMNS
from arrakis_schema.text.short_repr import short_repr

Payload: TypeAlias = pa.Schema | Template
_ALIASES = {pa.float16(): "float16", pa.float32(): "float32", pa.float64(): "float64"}
_PLACEHOLDER = re.compile(r"[a-z_][a-z0-9_]*", re.ASCII)
_MOST_WORDS = 16
_LEAST_TIMES = 2
_CANDIDATES = (("nulls", "never"), ("rows", "alike"), ("above", "0"), ("at_least", "0"))
_IMPLIED = {"at_least": "above"}


@dataclass(frozen=True)
class Draft:
    """The text of a payload, and remarks about it."""

    text: str
    notes: tuple[str, ...] = ()
    rows: int = 0
    promised: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    __repr__ = short_repr


def draft_payload(
    observations: Sequence[Observation], registered: Payload | None = None, rows: Sequence[Mapping[str, Any]] = ()
) -> Draft:
    """Return the draft for what an endpoint sent.

    `registered` is the document so far, whose descriptions are kept where a column is still the same; `rows` are those
    that the columns of a template may be bound to. Raises `ArrakisSchemaError` where there are too many columns.
    """
    repeated = {it.name for observation in observations for it in _repeated_columns(observation, registered)}
    single = _single_columns(observations, repeated)
    if len(single) > MOST_COLUMNS:
        raise ArrakisSchemaError(f"it sends {len(single):,} columns, and a document has {MOST_COLUMNS:,} at most")
    known = _known_fields(registered)
    columns = {it.name: _columns(observations, it) for it in single}
    fields = [_annotate_column(it, known.get(it.name), columns[it.name]) for it in single]
    metadata = observations[0].schema.metadata
    text = (
        format_document(pa.schema(fields, metadata=None if repeated else metadata))
        if fields or (metadata and not repeated)
        else ""
    )
    notes = []
    if repeated:
        template = _template(text, observations, repeated, registered, rows)
        if template is None:
            notes.append("its columns depend on the request, and no template fits them")
        text = template or format_document(strip_annotations(observations[0].schema))
    elif any(not _same(it.schema, observations[0].schema) for it in observations):
        notes.append("its answers have different schemas: the draft has the first one")
    if any(not _same(schema, it.schema) for it in observations for schema in it.schemas) and not notes:
        notes.append("the schema of the FlightInfo differs from that of the data: the draft has that of the data")
    promised = {it.name: _promises(it) for it in fields if _promises(it)}
    return Draft(text, tuple(notes), sum(batch.num_rows for it in observations for batch in it.batches), promised)


def _template(
    single: str,
    observations: Sequence[Observation],
    repeated: set[str],
    registered: Payload | None,
    rows: Sequence[Mapping[str, Any]],
) -> str | None:
    """Return the text of a template that can be bound to each answer; None where there is none."""
    try:
        metadata = observations[0].schema.metadata
        tail = format_document(pa.schema([], metadata=metadata)).lstrip("\n") if metadata else ""
        text = single + _repeated_text(observations, repeated, registered, rows) + tail
        document = parse_document(text)
        return text if all(_binds(document, it.schema) for it in observations) else None
    except (ArrakisSchemaError, ValueError):  # a name, a type or metadata that no template holds
        return None


def _same(first: pa.Schema, second: pa.Schema) -> bool:
    return bool(first.equals(second, check_metadata=True))


def _repeated_columns(observation: Observation, registered: Payload | None) -> Iterator[pa.Field]:
    """Yield the columns that are there for a text in the request, or that a repeated column of a template allows."""
    names = set(_texts(observation.request))
    single = {column.name for column in registered.unbound} if isinstance(registered, Template) else set()
    for it in observation.schema:
        template = registered if isinstance(registered, Template) and registered.repeated else None
        if it.name in names or (template and it.name not in single and _fits(template, it)):
            yield it


def _texts(value: Any) -> Iterator[str]:
    """Yield every text in the lists of a request: the names that it asks for."""
    if isinstance(value, dict):
        for member in value.values():
            yield from _texts(member)
    elif isinstance(value, list):
        yield from (item for item in value if isinstance(item, str))


def _single_columns(observations: Sequence[Observation], repeated: set[str]) -> list[pa.Field]:
    """Return the columns of the first answer that do not depend on the request."""
    return [it for it in observations[0].schema if it.name not in repeated]


def _columns(observations: Sequence[Observation], column: pa.Field) -> list[pa.Array]:
    """Return the values of a column, an array for each batch that has it with this type."""
    batches = [batch for it in observations for batch in it.batches]
    matching = [batch for batch in batches if batch.schema.names.count(column.name) == 1]
    return [batch.column(column.name) for batch in matching if batch.schema.field(column.name).type == column.type]


def _known_fields(registered: Payload | None) -> dict[str, pa.Field]:
    """Return the registered columns by their names."""
    fields = registered.preview() if isinstance(registered, Template) else registered or []
    return {it.name: it for it in fields}


def _annotate_column(sent: pa.Field, known: pa.Field | None, columns: Sequence[pa.Array]) -> pa.Field:
    """Return a column with the annotations that it had, where they still hold, or else with the promises that held."""
    if known is not None and sent.equals(strip_annotations(pa.schema([known])).field(0), check_metadata=True):
        metadata = {key.decode(): value.decode() for key, value in (known.metadata or {}).items()}
        broken = {key for key in _promises(known) if key in PROMISED and not _still_holds(known, key, columns)}
        kept = {key: value for key, value in metadata.items() if key not in broken}
        return known.with_metadata(kept or None)
    metadata = {
        key: value for key, value in (sent.metadata or {}).items() if key.decode("utf-8", "replace") not in PROMISED
    }
    return sent.with_metadata({**metadata, **promises_that_held(sent, columns)} or None)


def _still_holds(known: pa.Field, key: str, columns: Sequence[pa.Array]) -> bool:
    """Return whether a registered promise held; one that needs other records is skipped."""
    text = _promises(known)[key]
    return key in {"length", "refers_to"} or holds(known, key, text, columns)


def _promises(column: pa.Field) -> dict[str, str]:
    """Return the promises in the metadata of a column."""
    pairs = ((key.decode("utf-8", "replace"), value) for key, value in (column.metadata or {}).items())
    return {key: value.decode("utf-8", "replace") for key, value in pairs if key in PROMISED}


def _repeated_text(
    observations: Sequence[Observation],
    repeated: set[str],
    registered: Payload | None,
    rows: Sequence[Mapping[str, Any]],
) -> str:
    """Return the lines of the columns that are repeated: those registered if they fit, or new ones."""
    fields = [it for observation in observations for it in observation.schema if it.name in repeated]
    if isinstance(registered, Template) and all(_fits(registered, it) for it in fields):
        lines = [line for column in registered.columns if column.repeated for line in column.lines]
        return "\n".join(lines) + "\n"
    return "\n".join(_new_lines(fields, _rows_by_name(repeated, rows))) + "\n"


def _rows_by_name(names: set[str], rows: Sequence[Mapping[str, Any]]) -> tuple[str, dict[str, Mapping[str, Any]]]:
    """Return the column of the rows that holds these names, and the rows by it; `name` and none where there is none."""
    for key in dict.fromkeys(key for row in rows for key in row):
        by_name = {row[key]: row for row in rows if isinstance(row.get(key), str)}
        if names <= by_name.keys():
            return key, by_name
    return "name", {}


def _new_lines(fields: Sequence[pa.Field], named: tuple[str, Mapping[str, Mapping[str, Any]]]) -> list[str]:
    """Return the lines of a repeated column for these columns: a placeholder for what differs or stands in the rows."""
    key, by_name = named
    leaves = [_leaf(it.type) for it in fields]
    aliases = [_ALIASES.get(leaf, str(leaf)) for leaf in leaves]
    first = fields[0].with_metadata(None)
    lines = format_schema(pa.schema([first.with_name("column")])).split("\n")
    placeholder = _placeholder_for(aliases, [by_name.get(it.name, {}) for it in fields])
    if placeholder is None and len(set(aliases)) > 1:
        placeholder = "data_type"
    if placeholder is not None:
        shown = re.escape(str(leaves[0]))
        lines = [re.sub(rf"(?<=: ){shown}(?=$|[> ])", f"{{{placeholder}}}", line) for line in lines]
    lines[0] = lines[0].replace("column", f"{{{key}}}", 1)
    metadata = list(_metadata_lines(fields, by_name))
    if placeholder is not None:
        metadata.append(f"  {{{placeholder}}}: '{' '.join(dict.fromkeys(aliases))}'")
    return [*lines, *(["  -- field metadata --", *metadata] if metadata else [])]


def _leaf(data_type: pa.DataType) -> pa.DataType:
    """Return the type of the items of a list, at any depth; of another type itself."""
    return _leaf(data_type.value_type) if isinstance(data_type, pa.ListType | pa.LargeListType) else data_type


def _placeholder_for(values: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> str | None:
    """Return the member of the rows that holds these values, each in its row."""
    for key in rows[0] if rows and all(rows) else ():
        if _PLACEHOLDER.fullmatch(key) and all(
            str(row.get(key)) == value for row, value in zip(rows, values, strict=True)
        ):
            return key
    return None


def _metadata_lines(fields: Sequence[pa.Field], by_name: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    """Yield the metadata that all columns have: a placeholder where it differs, or stands in the rows."""
    keys = [key for key in fields[0].metadata or {} if all(key in (it.metadata or {}) for it in fields)]
    for raw in keys:
        key = raw.decode("utf-8", "replace")
        values = [it.metadata[raw].decode("utf-8", "replace") for it in fields]
        placeholder = _placeholder_for(values, [by_name.get(it.name, {}) for it in fields])
        if placeholder is None and len(set(values)) > 1:
            placeholder = key
        literal = format_schema(pa.schema([pa.field("x", pa.int8(), metadata={key: values[0]})])).split("\n")[-1]
        if placeholder is None:
            yield literal
        elif _PLACEHOLDER.fullmatch(key) and _PLACEHOLDER.fullmatch(placeholder):
            yield f"  {key}: '{{{placeholder}}}'"


def _fits(template: Template, sent: pa.Field) -> bool:
    """Return whether a column is one that a repeated column of a template allows."""
    try:
        bound = strip_annotations(bound_like(template, pa.schema([sent])))
    except (ArrakisSchemaError, ValueError):
        return False
    index = bound.get_field_index(sent.name)
    return index >= 0 and bool(bound.field(index).equals(sent, check_metadata=True))


def _binds(document: Payload, sent: pa.Schema) -> bool:
    """Return whether a template can be bound so that it is the schema that was sent."""
    try:
        bound = bound_like(document, sent) if isinstance(document, Template) else document
    except (ArrakisSchemaError, ValueError):
        return False
    return _same(strip_annotations(bound), sent)


def promises_that_held(field: pa.Field, columns: Sequence[pa.Array]) -> dict[str, str]:
    """Return the promises of a column that held in each batch, where enough was seen to say so."""
    filled = [column for column in columns if len(column)]
    held: dict[str, str] = {}
    for key, text in _candidates(field, filled):
        if _IMPLIED.get(key) not in held and holds(field, key, text, filled):
            held[key] = text
    return held


def holds(field: pa.Field, key: str, text: str, columns: Sequence[pa.Array]) -> bool:
    """Return whether a promise is one that this column can make, and held in each batch."""
    if key not in MAKERS or not REQUIREMENTS[key][1](field, text):
        return False
    promise = MAKERS[key](field, text)
    try:
        return all(promise.holds(column) for column in columns)
    except (pa.ArrowException, TypeError, ValueError):  # a type that a promise cannot judge
        return False


def _candidates(field: pa.Field, seen: Sequence[pa.Array]) -> Iterator[tuple[str, str]]:
    """Yield the promises that the values seen say something about: nothing but nulls says nothing."""
    if not any(column.null_count < len(column) for column in seen):
        return
    for key, text in _CANDIDATES:
        if key != "rows" or any(len(column) >= _LEAST_TIMES for column in seen):
            yield key, text
    if pa.types.is_string(field.type):
        words = Counter(value for column in seen for value in column.to_pylist() if value is not None)
        few = 1 < len(words) <= _MOST_WORDS and min(words.values()) >= _LEAST_TIMES
        if few and all(word.isascii() and word.isprintable() and word.split() == [word] for word in words):
            yield "values", " ".join(sorted(words))
