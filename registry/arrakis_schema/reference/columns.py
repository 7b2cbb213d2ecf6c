"""The columns of a payload or a publication, in their order, and the same schema for other programs."""

from collections.abc import Iterator

from arrakis_schema.languages import language_of
from arrakis_schema.reference.facts.fields import path_of
from arrakis_schema.reference.facts.history import History
from arrakis_schema.reference.markup import code, code_block, element, escape_markdown, prose, table, tabs, verbatim
from arrakis_schema.reference.properties import past_problem, problem
from arrakis_schema.store.documents import Document
from arrakis_schema.store.fields import Field
from arrakis_schema.store.store import Release


def columns(history: History, release: Release, name: str, document: Document) -> Iterator[str]:
    """Yield the table of columns, what is known to be wrong in them, and the schema to copy."""
    fields, since, language = history.fields(document), history.since(document.path, name), language_of(document)
    yield table(("column", "type", "null", "unit", "since", "meaning"), [_row(field, since) for field in fields])
    if repeated := language.repeated(document):
        names = ", ".join(code(f"{{{placeholder}}}") for placeholder in repeated)
        yield f"Names in braces are filled in: one such column for each thing asked for ({names})."
    paths = {field.path for field in fields}
    for erratum in history.known_problems(release, document.path):
        yield problem(erratum, erratum.location if path_of(erratum.location) in paths else "")
    for erratum in history.past_problems(release, document.path):
        yield past_problem(erratum, erratum.location if path_of(erratum.location) in paths else "")
    yield tabs([(title, code_block(text)) for title, text in language.snippets(release, document)])


def _row(field: Field, since: dict[str, str]) -> tuple[str, ...]:
    """Return the row of one column."""
    null = escape_markdown(field.null) or ("yes" if field.nullable else "never")
    name = element("span", verbatim(field.path), id=field.anchor)
    values = [f"one of {' '.join(map(code, field.values))}"] if field.values else []
    meaning = " · ".join(["<br>".join(prose(field.description)), *values, *map(escape_markdown, field.bounds)])
    return name, code(field.type), null, escape_markdown(field.unit), since.get(field.path, ""), meaning
