"""An Arrow document as code that builds the schema, for other programs."""

from collections.abc import Iterator
from json import dumps

import pyarrow as pa

from arrakis_schema.arrow.template import Template, parse_document
from arrakis_schema.store.documents import Document
from arrakis_schema.store.store import Release

_NAMED = {"halffloat": "float16", "float": "float32", "double": "float64", "bool": "bool_"}
_PLAIN = {
    *(f"{sign}int{bits}" for sign in ("", "u") for bits in (8, 16, 32, 64)),
    *("float16", "float32", "float64", "bool_", "null", "string", "large_string", "binary", "large_binary", "date32"),
}


def snippets(release: Release, document: Document) -> Iterator[tuple[str, str]]:
    """Yield the title and the code of each form of the schema that can be copied."""
    parsed = parse_document(document.text)
    yield "print(schema)", document.text
    written = None if isinstance(parsed, Template) else schema_code(parsed)
    if written is not None:
        yield "pyarrow", written
    version = f', "{release.version}"' if release.frozen else ""
    bound = ""
    if isinstance(parsed, Template):
        arguments = [f"{name}=…" for name in parsed.values]
        arguments += [f"[{{{', '.join(f'{chr(34)}{name}{chr(34)}: …' for name in parsed.repeated)}}}]"] * bool(
            parsed.repeated
        )
        bound = f".bind({', '.join(arguments)})"
    loaded = f"from arrakis_schema import load_payload\n\nschema = load_payload({dumps(document.name)}{version}){bound}"
    yield "arrakis_schema", loaded


def schema_code(schema: pa.Schema) -> str | None:
    """Return Python code for the schema without its annotations; None if a type has no simple constructor."""
    rows = []
    for field in schema:
        made = _type_code(field.type)
        if made is None:
            return None
        nullable = "" if field.nullable else ", nullable=False"
        rows.append(f"    pa.field({field.name!r}, {made}{nullable}),\n")
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
    made = [_type_code(data_type) for data_type in data_types]
    return None if None in made else f"pa.{name}({', '.join(map(str, made))})"
