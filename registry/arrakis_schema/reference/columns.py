"""The columns of a payload or a publication, in their order, and the same schema for other programs."""

from collections.abc import Iterator

from arrakis_schema.languages import language_of
from arrakis_schema.reference.facts.history import History
from arrakis_schema.reference.markup import code, code_block, element, escape_markdown, prose, table, tabs, verbatim
from arrakis_schema.reference.properties import past_problem, problem
from arrakis_schema.store.documents import Document
from arrakis_schema.store.members import Member
from arrakis_schema.store.store import Release


def columns(history: History, release: Release, name: str, document: Document) -> Iterator[str]:
    """Yield the table of columns, what is known to be wrong in them, and the schema to copy."""
    members, since, language = history.members(document), history.since(document.path, name), language_of(document)
    yield table(("column", "type", "null", "unit", "since", "meaning"), [_row(member, since) for member in members])
    if repeated := language.repeated(document):
        names = ", ".join(code(f"{{{placeholder}}}") for placeholder in repeated)
        yield f"Names in braces are filled in: one such column for each thing asked for ({names})."
    for erratum in history.known_problems(release, document.path):
        yield problem(erratum, erratum.location if language.members_at(document, erratum.location) else "")
    for erratum in history.past_problems(release, document.path):
        yield past_problem(erratum, erratum.location if language.members_at(document, erratum.location) else "")
    yield tabs([(title, code_block(text)) for title, text in language.snippets(release, document)])


def _row(member: Member, since: dict[str, str]) -> tuple[str, ...]:
    """Return the row of one column, or of a child."""
    null = escape_markdown(member.null) or ("yes" if member.nullable else "never")
    name = element("span", verbatim(member.path), id=member.anchor)
    values = [f"one of {' '.join(code(str(value)) for value in member.values)}"] if member.values else []
    bounds = [escape_markdown(bound.words) for bound in member.bounds]
    meaning = " · ".join(["<br>".join(prose(member.description)), *values, *bounds])
    return name, code(member.type), null, escape_markdown(member.unit), since.get(member.anchor, ""), meaning
