"""The columns of a payload or a publication, in their order, and the same schema for other programs."""

from collections.abc import Iterator
from json import dumps

import pyarrow as pa

from arrakis_schema.arrow import Template, parse_document
from arrakis_schema.reference.facts.fields import Field, path_of
from arrakis_schema.reference.facts.history import History
from arrakis_schema.reference.markup import code, element, escaped, fenced, prose, table, tabs, verbatim
from arrakis_schema.reference.properties import past_problem, problem
from arrakis_schema.store.documents import Document
from arrakis_schema.store.store import Release

_NAMED = {"halffloat": "float16", "float": "float32", "double": "float64", "bool": "bool_"}
_PLAIN = {
    *(f"{sign}int{bits}" for sign in ("", "u") for bits in (8, 16, 32, 64)),
    *("float16", "float32", "float64", "bool_", "null", "string", "large_string", "binary", "large_binary", "date32"),
}


def columns(history: History, release: Release, name: str, document: Document) -> Iterator[str]:
    """Yield the table of columns, what is known to be wrong in them, and the schema to copy."""
    fields, since = history.fields(document), history.since(document.path, name)
    yield table(("column", "type", "null", "unit", "since", "meaning"), [_row(one, since) for one in fields])
    parsed = parse_document(document.text)
    if isinstance(parsed, Template) and parsed.repeated:
        names = ", ".join(code(f"{{{one}}}") for one in parsed.repeated)
        yield f"Names in braces are filled in: one such column for each thing asked for ({names})."
    known = {one.path for one in fields}
    for one in history.known_problems(release, document.path):
        yield problem(one, one.location if path_of(one.location) in known else "")
    for one in history.past_problems(release, document.path):
        yield past_problem(one, one.location if path_of(one.location) in known else "")
    yield tabs(_forms(release, document, parsed))


def _row(one: Field, since: dict[str, str]) -> tuple[str, ...]:
    """Return the row of one column."""
    null = escaped(one.null) or ("yes" if one.nullable else "never")
    name = element("span", verbatim(one.path), id=one.anchor)
    values = [f"one of {' '.join(map(code, one.values))}"] if one.values else []
    meaning = " · ".join(["<br>".join(prose(one.description)), *values, *map(escaped, one.bounds)])
    return name, code(one.type), null, escaped(one.unit), since.get(one.path, ""), meaning


def _forms(release: Release, document: Document, parsed: pa.Schema | Template) -> Iterator[tuple[str, str]]:
    """Yield the schema in each form that can be copied."""
    yield "print(schema)", fenced(document.text)
    written = None if isinstance(parsed, Template) else schema_code(parsed)
    if written is not None:
        yield "pyarrow", fenced(written)
    version = f', "{release.version}"' if release.frozen else ""
    bound = ""
    if isinstance(parsed, Template):
        given = [f"{one}=…" for one in parsed.values]
        given += [f"[{{{', '.join(f'{chr(34)}{one}{chr(34)}: …' for one in parsed.repeated)}}}]"] * bool(
            parsed.repeated
        )
        bound = f".bind({', '.join(given)})"
    loaded = f"from arrakis_schema import load_payload\n\nschema = load_payload({dumps(document.name)}{version}){bound}"
    yield "arrakis_schema", fenced(loaded)


def schema_code(schema: pa.Schema) -> str | None:
    """Return Python that makes the schema without its annotations; None where a type has no plain constructor."""
    rows = []
    for field in schema:
        made = _type_code(field.type)
        if made is None:
            return None
        nullable = "" if field.nullable else ", nullable=False"
        rows.append(f"    pa.field({field.name!r}, {made}{nullable}),\n")
    return f"import pyarrow as pa\n\nschema = pa.schema([\n{''.join(rows)}])"


def _type_code(data_type: pa.DataType) -> str | None:
    """Return the call that makes a type; None where there is no plain one."""
    if pa.types.is_map(data_type) and pa.map_(data_type.key_type, data_type.item_type) == data_type:
        return _call("map_", data_type.key_type, data_type.item_type)
    if pa.types.is_list(data_type) and pa.list_(data_type.value_type) == data_type:
        return _call("list_", data_type.value_type)
    name = _NAMED.get(str(data_type), str(data_type))
    maker = getattr(pa, name, None) if name in _PLAIN else None
    return f"pa.{name}()" if maker is not None and maker() == data_type else None


def _call(name: str, *inside: pa.DataType) -> str | None:
    """Return the call that makes a type of others; None where one of them has none."""
    made = [_type_code(one) for one in inside]
    return None if None in made else f"pa.{name}({', '.join(map(str, made))})"
