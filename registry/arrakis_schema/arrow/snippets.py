"""An Arrow document as code that builds the schema, for other programs."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from json import dumps, loads
from typing import Any

import pyarrow as pa

from arrakis_schema.arrow.template import Template, parse_document
from arrakis_schema.errors import ArrakisSchemaError
from arrakis_schema.store.documents import Document
from arrakis_schema.store.store import Release

_NAMED = {"halffloat": "float16", "float": "float32", "double": "float64", "bool": "bool_"}
_PLAIN = {
    *(f"{sign}int{bits}" for sign in ("", "u") for bits in (8, 16, 32, 64)),
    *("float16", "float32", "float64", "bool_", "null", "string", "large_string", "binary", "large_binary", "date32"),
}


_MOST_COLUMNS = 2
"""How many columns the code for a template binds."""


def snippets(release: Release, document: Document) -> Iterator[tuple[str, str]]:
    """Yield the title and the code of each form of the schema that can be copied; a template is bound to an example."""
    parsed = parse_document(document.text)
    yield "print(schema)", document.text
    bound, call = parsed, ""
    if isinstance(parsed, Template):
        columns, values = _example_binding(release, document, parsed)
        bound, call = parsed.bind(columns, **values), _bind_call(columns, values)
    written = schema_code(bound)
    if written is not None:
        yield "pyarrow", written
    version = f', "{release.version}"' if release.frozen else ""
    code = f"from arrakis_schema import load_payload\n\nschema = load_payload({dumps(document.name)}{version}){call}"
    yield "arrakis_schema", f"# arrakis-schema 0.6.0 or later with the extra arrow\n{code}"


def _bind_call(columns: Sequence[Mapping[str, object]], values: Mapping[str, object]) -> str:
    """Return the call that binds a template."""
    lines = [
        f"    {{{', '.join(f'{dumps(key)}: {dumps(value)}' for key, value in column.items())}}},\n"
        for column in columns
    ]
    arguments = [f"[\n{''.join(lines)}]"] if lines else []
    return f".bind({', '.join([*arguments, *(f'{name}={dumps(value)}' for name, value in values.items())])})"


def _example_binding(
    release: Release, document: Document, template: Template
) -> tuple[list[dict[str, object]], dict[str, object]]:
    """Return columns and values to bind a template to: those of an example, or stand-ins."""
    for example in release.examples_of(document.path):
        try:
            content = loads(example.content)
            columns = [
                {name: column[name] for name in template.repeated}
                for column in content.get("columns", [])[:_MOST_COLUMNS]
            ]
            values = {name: content["values"][name] for name in template.values}
            template.bind(columns, **values)
        except (ValueError, KeyError, TypeError, AttributeError, ArrakisSchemaError):
            continue
        if columns or not template.repeated:
            return columns, values
    stand_ins = [_stand_ins(template, template.repeated, f"_{number + 1}") for number in range(_MOST_COLUMNS)]
    return stand_ins if template.repeated else [], _stand_ins(template, template.values, "")


def _stand_ins(template: Template, names: Iterable[str], suffix: str) -> dict[str, object]:
    """Return a value for each of some placeholders: an allowed one, a type, or its own name in capitals."""
    allowed, types = template.allowed, template.data_types
    return {
        name: allowed[name][0] if allowed.get(name) else "float64" if name in types else f"{name.upper()}{suffix}"
        for name in names
    }


def example_code(document: Document, example: Any) -> str:
    """Return Python code for the schema of an example; empty where there is none."""
    parsed = parse_document(document.text)
    if isinstance(parsed, Template):
        parsed = parsed.bind(example.get("columns", ()), **example.get("values", {}))
    return schema_code(parsed) or ""


def schema_code(schema: pa.Schema) -> str | None:
    """Return Python code for the schema without its annotations; None if a type has no simple constructor."""
    rows = []
    for field in schema:
        code = _type_code(field.type)
        if code is None:
            return None
        nullable = "" if field.nullable else ", nullable=False"
        rows.append(f"    pa.field({field.name!r}, {code}{nullable}),\n")
    return f"import pyarrow as pa\n\nschema = pa.schema([\n{''.join(rows)}])"


def _type_code(data_type: pa.DataType) -> str | None:
    """Return the call that builds a type; None if there is no simple one."""
    if pa.types.is_map(data_type) and pa.map_(data_type.key_type, data_type.item_type) == data_type:
        return _call("map_", data_type.key_type, data_type.item_type)
    if pa.types.is_list(data_type) and pa.list_(data_type.value_type) == data_type:
        return _call("list_", data_type.value_type)
    name = _NAMED.get(str(data_type), str(data_type))
    maker = getattr(pa, name, None) if name in _PLAIN else None
    return f"pa.{name}()" if maker is not None and maker() == data_type else None


def _call(name: str, *data_types: pa.DataType) -> str | None:
    """Return the call that builds a type from others; None if one of them has none."""
    code = [_type_code(data_type) for data_type in data_types]
    return None if None in code else f"pa.{name}({', '.join(map(str, code))})"
