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


def _values(column: Column, said: pa.Field, sent: pa.Field) -> Values | None:
    """Return the values of the placeholders of one column; None where its name does not fit."""
    name = _texts(said.name, sent.name)
    if name is None:
        return None
    values: Values = {**dict.fromkeys(column.placeholders, "1"), **_first(column), **name}
    values.update(_types(said.type, sent.type))
    wanted = {key: value for key, value in (said.metadata or {}).items() if PLACEHOLDER.search(value.decode())}
    for key, text in wanted.items():
        values.update(_texts(text.decode(), (sent.metadata or {}).get(key, b"").decode("utf-8", "replace")) or {})
    return values


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
    """Return the types that stand where the template has placeholders."""
    if isinstance(said, pa.OpaqueType) and said.vendor_name == "template":
        return {said.type_name: sent}
    inner = zip(children(said), children(sent), strict=False) if type(said) is type(sent) else ()
    return {name: value for one, other in inner for name, value in _types(one.type, other.type).items()}
