"""Recovers the values that a template was bound to from a schema that was received."""

import re
from collections.abc import Iterator

import pyarrow as pa

from arrakis_schema.arrow.children import child_fields
from arrakis_schema.arrow.template import Column, Template
from arrakis_schema.arrow.tokens import PLACEHOLDER

Values = dict[str, object]


def bound_like(template: Template, sent: pa.Schema) -> pa.Schema:
    """Return the template bound to the values in a received schema, so that the two can be compared.

    A placeholder without a value in the schema is bound to the first value allowed. Raises `TemplateError` for a
    value that is not allowed.
    """
    pairs = list(zip(template.columns, template.unbound, strict=True))
    single = [(column, field) for column, field in pairs if not column.repeated]
    named = {field.name for _, field in single}
    values: Values = {name: allowed[0] for name, allowed in template.allowed.items() if name in template.values}
    for column, field in single:
        index = sent.get_field_index(field.name)
        values.update(_values(column, field, sent.field(index)) or {} if index >= 0 else {})
    unnamed = [field for field in sent if field.name not in named]
    repeats = [pair for pair in pairs if pair[0].repeated]
    return template.bind(_mappings(repeats, unnamed) if repeats else (), **values)


def _mappings(repeats: list[tuple[Column, pa.Field]], sent: list[pa.Field]) -> Iterator[Values]:
    """Yield the values for the repeated columns, one mapping for each received column that matches them."""
    for field in sent:
        matches = [values for column, unbound in repeats if (values := _values(column, unbound, field)) is not None]
        if matches:
            yield {key: value for values in matches for key, value in values.items()}


def match_placeholders(unbound: pa.Field, sent: pa.Field) -> Values:
    """Return the values of the placeholders in the type and the metadata of a column; the first occurrence counts.

    `unbound` is the field of `Template.unbound`. A type of another shape gives no values.
    """
    values = _types(unbound.type, sent.type)
    texts = {key: text for key, text in (unbound.metadata or {}).items() if PLACEHOLDER.search(text.decode())}
    for key, text in texts.items():
        matched = _texts(text.decode(), (sent.metadata or {}).get(key, b"").decode("utf-8", "replace"))
        values = {**(matched or {}), **values}
    return values


def match_name(unbound: str, sent: str) -> Values | None:
    """Return the values of the placeholders in the name of a column; None if the name does not match."""
    return _texts(unbound, sent)


def _values(column: Column, unbound: pa.Field, sent: pa.Field) -> Values | None:
    """Return the values of the placeholders of one column; None if its name does not match."""
    name = match_name(unbound.name, sent.name)
    if name is None:
        return None
    defaults = {**dict.fromkeys(column.placeholders, "1"), **_first_allowed(column)}
    return {**defaults, **match_placeholders(unbound, sent), **name}


def _first_allowed(column: Column) -> Values:
    """Return the first value allowed of each placeholder."""
    return {name: allowed[0] for name, allowed in column.allowed.items() if allowed}


def _texts(template: str, sent: str) -> Values | None:
    """Return the parts of a text at the placeholders of a template, or None if the two do not match."""
    names = PLACEHOLDER.findall(template)
    pattern = "(.*)".join(map(re.escape, PLACEHOLDER.split(template)[::2]))
    match = re.fullmatch(pattern, sent, re.DOTALL)
    return None if match is None else dict(zip(names, match.groups(), strict=True))


def _types(unbound: pa.DataType, sent: pa.DataType) -> Values:
    """Return the types at the placeholders of a template; the first occurrence of each counts."""
    if isinstance(unbound, pa.OpaqueType) and unbound.vendor_name == "template":
        return {unbound.type_name: sent}
    values: Values = {}
    for field, sent_child in _pair_children(unbound, sent):
        values = {**_types(field.type, sent_child.type), **values}
    return values


def _pair_children(unbound: pa.DataType, sent: pa.DataType) -> Iterator[tuple[pa.Field, pa.Field]]:
    """Yield the corresponding children of two types of one shape: those of a struct by name."""
    if type(unbound) is not type(sent):
        return
    if isinstance(unbound, pa.StructType):
        named = {field.name: field for field in sent}
        yield from ((field, named[field.name]) for field in unbound if field.name in named)
    else:
        yield from zip(child_fields(unbound), child_fields(sent), strict=False)
