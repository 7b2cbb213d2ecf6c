"""The columns of a payload or a publication, in their order, and the same schema for other programs."""

from collections.abc import Iterator

from arrakis_schema.languages import language_of
from arrakis_schema.reference.facts.fields import path_of
from arrakis_schema.reference.facts.history import History
from arrakis_schema.reference.markup import code, element, escaped, fenced, prose, table, tabs, verbatim
from arrakis_schema.reference.properties import past_problem, problem
from arrakis_schema.store.documents import Document
from arrakis_schema.store.fields import Field
from arrakis_schema.store.store import Release


def columns(history: History, release: Release, name: str, document: Document) -> Iterator[str]:
    """Yield the table of columns, what is known to be wrong in them, and the schema to copy."""
    fields, since, language = history.fields(document), history.since(document.path, name), language_of(document)
    yield table(("column", "type", "null", "unit", "since", "meaning"), [_row(one, since) for one in fields])
    if repeated := language.repeated(document):
        names = ", ".join(code(f"{{{one}}}") for one in repeated)
        yield f"Names in braces are filled in: one such column for each thing asked for ({names})."
    known = {one.path for one in fields}
    for one in history.known_problems(release, document.path):
        yield problem(one, one.location if path_of(one.location) in known else "")
    for one in history.past_problems(release, document.path):
        yield past_problem(one, one.location if path_of(one.location) in known else "")
    yield tabs([(title, fenced(text)) for title, text in language.snippets(release, document)])


def _row(one: Field, since: dict[str, str]) -> tuple[str, ...]:
    """Return the row of one column."""
    null = escaped(one.null) or ("yes" if one.nullable else "never")
    name = element("span", verbatim(one.path), id=one.anchor)
    values = [f"one of {' '.join(map(code, one.values))}"] if one.values else []
    meaning = " · ".join(["<br>".join(prose(one.description)), *values, *map(escaped, one.bounds)])
    return name, code(one.type), null, escaped(one.unit), since.get(one.path, ""), meaning
