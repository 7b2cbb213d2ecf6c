"""The columns of an Arrow document as members, with their children: fields of structs, items, entries of maps."""

import re
from collections.abc import Iterator

import pyarrow as pa

from arrakis_schema.arrow.children import child_fields, is_wrapper
from arrakis_schema.arrow.template import Template, parse_document
from arrakis_schema.store.documents import Document
from arrakis_schema.store.members import Bound, Member, Origin, Step, address_of, path_of

PREFIX = "column-"
_PROMISES = {"rows": "{} in all rows", "length": "{} items"}
_LISTS = (pa.ListType, pa.LargeListType, pa.FixedSizeListType, pa.ListViewType, pa.LargeListViewType)
_MOST_MEMBERS = 1000
_COLUMN = re.compile(r"^\s*(?:child \d+, )?(.*?): ")


def column_members(document: Document) -> list[Member]:
    """Return the columns of a document, each before its children; those of a template with its placeholders."""
    parsed = parse_document(document.text)
    if not isinstance(parsed, Template):
        columns: list[tuple[pa.Field, str, tuple[str, ...]]]
        columns = [(column, str(column.type), ()) for column in parsed]
    else:
        texts = [column.lines[0].partition(": ")[2].removesuffix(" not null") for column in parsed.columns]
        allowed = [tuple(value for values in column.allowed.values() for value in values) for column in parsed.columns]
        columns = list(zip(parsed.preview(), texts, allowed, strict=True))
    members: list[Member] = []
    for column, text, values in columns:
        steps = (Step("name", column.name),)
        members.append(_member(column, steps, Origin(document.path, column.name), text, values))
        if "{" in text:  # what is inside depends on what fills the placeholder
            continue
        for inner in _inside(document.path, column.type, steps, column.name):
            if len(members) == _MOST_MEMBERS:
                return members
            members.append(inner)
    return members


def _inside(path: str, data_type: pa.DataType, steps: tuple[Step, ...], location: str) -> Iterator[Member]:
    """Yield the children of a type, each before its own; a dictionary or an extension has those of what it wraps."""
    is_hidden = is_wrapper(data_type) or isinstance(data_type, pa.MapType | pa.RunEndEncodedType)
    for child in child_fields(data_type):
        below, name = steps, f"{location}.{child.name}"
        if isinstance(data_type, (*_LISTS, pa.MapType)):
            below = (*steps, Step("items"))
        elif not is_hidden:
            below = (*steps, Step("name", child.name))
        if not is_hidden:
            yield _member(child, below, Origin(path, name), str(child.type), ())
        yield from _inside(path, child.type, below, name)


def _member(column: pa.Field, steps: tuple[Step, ...], origin: Origin, kind: str, allowed: tuple[str, ...]) -> Member:
    """Return a column or a child as a member."""
    pairs = (column.metadata or {}).items()
    metadata = {key.decode(errors="replace"): value.decode(errors="replace") for key, value in pairs}
    words = {name: metadata.get(name, "") for name in ("description", "unit", "null")}
    bounds = tuple(
        Bound(key, metadata[key], template.format(metadata[key]), Origin(origin.document, f"{origin.pointer}#{key}"))
        for key, template in _PROMISES.items()
        if key in metadata
    )
    return Member(
        path_of(steps),
        address_of(steps, PREFIX),
        kind,
        column.nullable,
        required=True,
        values=tuple(metadata.get("values", "").split()) or allowed,
        bounds=bounds,
        steps=steps,
        origins=(Origin(origin.document, origin.pointer, tuple(metadata)),),
        **words,
    )


def line_of(text: str, location: str) -> int:
    """Return the line of the column that a dotted name belongs to, counted from 1; 1 if there is no such column."""
    column = re.split(r"[.\[#]", location)[0]
    lines = enumerate(text.splitlines(), 1)
    heads = ((number, _COLUMN.match(line)) for number, line in lines if not line.startswith(" "))
    return next((number for number, head in heads if head and head.group(1).strip('"') == column), 1)
