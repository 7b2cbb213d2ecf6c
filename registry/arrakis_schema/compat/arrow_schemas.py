"""Does a reader, holding its Arrow schema, read what a writer with another one sends? Three ways of reading.

By name: the reader picks its columns and converts safely. By name, refusing what it does not know. Exactly: the
stream's schema must equal the reader's. Metadata never decides, unless a key is declared to.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import replace
from itertools import islice, product
from typing import Any, TypeAlias

import pyarrow as pa

from arrakis_schema.arrow import ANNOTATIONS, Template
from arrakis_schema.arrow.children import children
from arrakis_schema.compat.arrow_types import Difference, columns
from arrakis_schema.compat.verdicts import Change, Effect, Kind, Verdict
from arrakis_schema.errors import TemplateError

ArrowSchema: TypeAlias = "pa.Schema | Template"
_TEXT = "1"
_MOST_CHOICES = 200
_SAMPLE_TYPES = (
    "int8",
    "int16",
    "int32",
    "int64",
    "uint8",
    "uint16",
    "uint32",
    "uint64",
    "float32",
    "float64",
    "string",
)


def is_arrow(schema: object) -> bool:
    """Tell whether this is an Arrow schema or a template of one."""
    return isinstance(schema, pa.Schema | Template)


def read_by(
    reader: ArrowSchema, writer: ArrowSchema, *, refuses_unknown: bool, exact: bool, meaningful: Collection[str] = ()
) -> Verdict:
    """Return whether the reader reads everything the writer sends, with every difference.

    `meaningful` are the keys of metadata that the reader goes by. The witness of a refusal is an object with the
    `column`, what the `writer` and the `reader` hold there, and a `value` that the reader cannot take.
    """
    if isinstance(reader, Template) and not isinstance(writer, Template):
        return Verdict(Kind.UNDECIDED, reason="the reader's schema depends on the request, the writer's does not")
    try:
        pairs = list(_bound_pairs(reader, writer))
    except _NotAllowedError as error:
        places = error.place, error.place
        change = Change("value-removed", *places, Effect.NARROWED, str(error), at_fault=True, witness=error.witness)
        return Verdict(Kind.INCOMPATIBLE, error.witness, (change,))
    twice = next((name for pair in pairs for schema in pair for name in _repeated_names(schema)), None)
    if twice is not None:
        return Verdict(Kind.UNDECIDED, reason=f"two columns are named {twice!r}, so a name does not tell them apart")
    found: dict[tuple[str, str], tuple[Difference, pa.Schema, pa.Schema]] = {}
    for read, sent in pairs:
        for one in _differences(read, sent, refuses_unknown=refuses_unknown, exact=exact, meaningful=meaningful):
            known = found.get((one.rule, one.path))
            if known is None or (one.breaks and not known[0].breaks):
                found[one.rule, one.path] = one, read, sent
    return _verdict(list(found.values()))


def _verdict(found: list[tuple[Difference, pa.Schema, pa.Schema]]) -> Verdict:
    """Return the verdict for all differences; the first that breaks gives the witness."""
    changes = tuple(
        Change(
            one.rule,
            one.path,
            one.path,
            one.effect,
            one.message,
            one.breaks,
            _witness(one, *pair) if one.breaks else None,
        )
        for one, *pair in found
    )
    broken = next((change for change in changes if change.at_fault), None)
    if broken is None:
        return Verdict(Kind.COMPATIBLE, findings=changes)
    return Verdict(Kind.INCOMPATIBLE, broken.witness, changes, at=broken.new)


def _witness(one: Difference, read: pa.Schema, sent: pa.Schema) -> dict[str, Any]:
    """Return what bites: the column, its fields on both sides, and a value."""
    sides = {"writer": sent, "reader": read}
    above = [one.path, *(one.path[: end.start()] for end in re.finditer(r"[.\[]", one.path))]
    column = next((name for name in above if _has(sent, name) or _has(read, name)), "")
    held = {side: _said(schema.field(column)) if _has(schema, column) else None for side, schema in sides.items()}
    return {"column": column, **held, "value": one.value}


def _said(field: pa.Field) -> str:
    """Return the type and nullability of a field, as `schema.txt` has it."""
    return f"{field.type}{'' if field.nullable else ' not null'}"


def _has(schema: pa.Schema, name: str) -> bool:
    """Tell whether a schema has a column of this name; no two have one."""
    return bool(schema.get_field_index(name) >= 0)


def _differences(
    read: pa.Schema, sent: pa.Schema, *, refuses_unknown: bool, exact: bool, meaningful: Collection[str]
) -> Iterator[Difference]:
    """Yield the differences of two schemas for one way of reading."""
    found = columns(list(sent), list(read), "", refuses_unknown=refuses_unknown)
    yield from (replace(one, breaks=True) if exact else one for one in found)
    names = set(sent.names)
    for field in read:
        if field.name in names:
            yield from _metadata(sent.field(field.name), field, field.name, meaningful)
    yield from _pairs(sent.metadata, read.metadata, "", meaningful)


def _metadata(sent: pa.Field, read: pa.Field, path: str, meaningful: Collection[str]) -> Iterator[Difference]:
    """Yield how the metadata of two fields and of what is inside them differs."""
    yield from _pairs(sent.metadata, read.metadata, path, meaningful)
    for one, other in zip(children(sent.type), children(read.type), strict=False):
        yield from _metadata(one, other, f"{path}.{other.name}", meaningful)


def _pairs(
    sent: dict[bytes, bytes] | None, read: dict[bytes, bytes] | None, path: str, meaningful: Collection[str]
) -> Iterator[Difference]:
    """Yield a difference for each key whose value differs."""
    ours, theirs = sent or {}, read or {}
    for key in sorted({*ours, *theirs}):
        if ours.get(key) != theirs.get(key):
            name = key.decode("utf-8", "replace")
            effect = Effect.ANNOTATION if name in ANNOTATIONS else Effect.CHANGED
            message = f"{path or 'the schema'}: the metadata {name!r} differs"
            breaks = name in meaningful
            yield Difference(f"{path}#{name}" if path else f"#{name}", "metadata-changed", effect, message, breaks)


def _repeated_names(schema: pa.Schema) -> list[str]:
    """Return the names that more than one column bears."""
    return [name for name, count in Counter(schema.names).items() if count > 1]


class _NotAllowedError(Exception):
    """The reader's template refuses a value of a placeholder that the writer's allows."""

    def __init__(self, place: str, value: str) -> None:
        self.place, self.witness = place, {"column": place, "writer": value, "reader": None, "value": value}
        super().__init__(f"{place}: the writer may send {value}, which the reader's template does not allow")


def _bound_pairs(reader: ArrowSchema, writer: ArrowSchema) -> Iterator[tuple[pa.Schema, pa.Schema]]:
    """Yield both sides bound alike, once for each data type that the writer may send."""
    if not isinstance(writer, Template):
        yield reader, writer
        return
    names = _type_placeholders(writer)
    for choice in islice(product(*(writer.allowed.get(name, _SAMPLE_TYPES) for name in names)), _MOST_CHOICES):
        sent = _bind(writer, dict(zip(names, choice, strict=True)))
        if not isinstance(reader, Template):
            yield reader, sent
            continue
        theirs = _type_placeholders(reader)
        types = dict(zip(theirs, (*choice, *choice[-1:] * len(theirs)), strict=False))
        try:
            yield _bind(reader, types), sent
        except TemplateError as error:
            refused = next(
                (pair for pair in types.items() if pair[1] not in reader.allowed.get(pair[0], pair[1:])), None
            )
            if refused is None:
                raise
            raise _NotAllowedError(*refused) from error


def _bind(template: Template, types: dict[str, str]) -> pa.Schema:
    """Bind the placeholders of data types to these, and every other to the same text."""
    given = [{name: types.get(name, _TEXT) for name in template.repeated}] if template.repeated else []
    return template.bind(given, **{name: types.get(name, _TEXT) for name in template.values})


def _type_placeholders(template: Template) -> list[str]:
    """Return the placeholders that stand for data types, in the order of the text."""
    types = [field.type for field in template.unbound]
    found: list[str] = []
    while types:
        data_type = types.pop(0)
        if isinstance(data_type, pa.OpaqueType) and data_type.vendor_name == "template":
            found.append(data_type.type_name)
        types += [child.type for child in children(data_type)]
    return list(dict.fromkeys(found))
