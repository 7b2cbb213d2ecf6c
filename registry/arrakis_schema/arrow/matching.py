"""From a schema that came over the wire back to the values that a template was bound to."""

import re
from collections.abc import Iterator

import pyarrow as pa

from arrakis_schema.arrow.children import children
from arrakis_schema.arrow.quoting import PLACEHOLDER
from arrakis_schema.arrow.template import Column, Template

Values = dict[str, object]


def bound_like(template: Template, sent: pa.Schema) -> pa.Schema:
    """Return the template bound to what a schema says, so that the two can be compared.

    A placeholder that the schema says nothing of is bound to the first value allowed. Raises `TemplateError` for a
    value that is not allowed.
    """
    pairs = list(zip(template.columns, template.unbound, strict=True))
    single = [(column, field) for column, field in pairs if not column.repeated]
    named = {field.name for _, field in single}
    values: Values = {name: allowed[0] for name, allowed in template.allowed.items() if name in template.values}
    for column, field in single:
        place = sent.get_field_index(field.name)
        values.update(_values(column, field, sent.field(place)) or {} if place >= 0 else {})
    rest = [field for field in sent if field.name not in named]
    repeats = [pair for pair in pairs if pair[0].repeated]
    return template.bind(_mappings(repeats, rest) if repeats else (), **values)


def _mappings(repeats: list[tuple[Column, pa.Field]], sent: list[pa.Field]) -> Iterator[Values]:
    """Yield what each column that is not named by the template binds the repeated ones to."""
    for field in sent:
        found = [values for column, said in repeats if (values := _values(column, said, field)) is not None]
        if found:
            yield {key: value for values in found for key, value in values.items()}


def match_placeholders(unbound: pa.Field, sent: pa.Field) -> Values:
    """Return what a column says of the placeholders in its type and in its metadata; their first place counts.

    `unbound` is the field of `Template.unbound`. Nothing is said by a type of another shape.
    """
    values = _types(unbound.type, sent.type)
    said = {key: text for key, text in (unbound.metadata or {}).items() if PLACEHOLDER.search(text.decode())}
    for key, text in said.items():
        found = _texts(text.decode(), (sent.metadata or {}).get(key, b"").decode("utf-8", "replace"))
        values = {**(found or {}), **values}
    return values


def match_name(unbound: str, sent: str) -> Values | None:
    """Return what the name of a column says of the placeholders in it; None where the name does not fit."""
    return _texts(unbound, sent)


def _values(column: Column, said: pa.Field, sent: pa.Field) -> Values | None:
    """Return the values of the placeholders of one column; None where its name does not fit."""
    name = match_name(said.name, sent.name)
    if name is None:
        return None
    return {**dict.fromkeys(column.placeholders, "1"), **_first(column), **match_placeholders(said, sent), **name}


def _first(column: Column) -> Values:
    """Return the first value allowed of each placeholder."""
    return {name: allowed[0] for name, allowed in column.allowed.items() if allowed}


def _texts(said: str, sent: str) -> Values | None:
    """Return what stands in a text at the placeholders of another, or None where the two do not fit."""
    names = PLACEHOLDER.findall(said)
    pattern = "(.*)".join(map(re.escape, PLACEHOLDER.split(said)[::2]))
    found = re.fullmatch(pattern, sent, re.DOTALL)
    return None if found is None else dict(zip(names, found.groups(), strict=True))


def _types(said: pa.DataType, sent: pa.DataType) -> Values:
    """Return the types that stand where the template has placeholders; the first place of each counts."""
    if isinstance(said, pa.OpaqueType) and said.vendor_name == "template":
        return {said.type_name: sent}
    values: Values = {}
    for field, other in _paired(said, sent):
        values = {**_types(field.type, other.type), **values}
    return values


def _paired(said: pa.DataType, sent: pa.DataType) -> Iterator[tuple[pa.Field, pa.Field]]:
    """Yield the children of two types of one shape that belong together: those of a struct by name."""
    if type(said) is not type(sent):
        return
    if isinstance(said, pa.StructType):
        named = {field.name: field for field in sent}
        yield from ((field, named[field.name]) for field in said if field.name in named)
    else:
        yield from zip(children(said), children(sent), strict=False)
