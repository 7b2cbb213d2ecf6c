"""The fields of a request, each under its own heading, with the known problems at the fields they affect."""

from collections.abc import Iterator

from arrakis_schema.reference.facts.fields import path_of
from arrakis_schema.reference.facts.history import History
from arrakis_schema.reference.markup import (
    chip,
    code,
    element,
    escape_markdown,
    facts,
    meanings,
    note,
    page,
    prose,
    verbatim,
)
from arrakis_schema.store.documents import Document
from arrakis_schema.store.errata import Erratum
from arrakis_schema.store.fields import Field
from arrakis_schema.store.store import Release


def request_fields(history: History, release: Release, name: str, document: Document) -> Iterator[str]:
    """Yield the fields in their order; problems of the document as a whole come first."""
    problems, since = history.known_problems(release, document.path), history.since(document.path, name)
    fields, past = history.fields(document), history.past_problems(release, document.path)
    paths = {field.path for field in fields}
    yield from (problem(erratum) for erratum in problems if path_of(erratum.location) not in paths)
    for field in fields:
        yield f"### {code(field.path)} {{ #{field.anchor} .field }}"
        yield _field(field, since.get(field.path, release.version))
        yield from (problem(erratum) for erratum in problems if path_of(erratum.location) == field.path)
        yield from (past_problem(erratum) for erratum in past if path_of(erratum.location) == field.path)


def problem(erratum: Erratum, where: str = "") -> str:
    """Return a known problem as a note; `where` names the field, empty if the note stands at that field."""
    fixed = f", fixed in {erratum.fixed}" if erratum.fixed else ""
    return note("danger", f"Known problem{fixed}", _with_location(erratum, where))


def past_problem(erratum: Erratum, where: str = "") -> str:
    """Return a problem that earlier releases had, for those who still meet them."""
    return f"**{escape_markdown(_until(erratum))}** {_with_location(erratum, where)}\n{{ .past }}"


def _with_location(erratum: Erratum, where: str) -> str:
    """Return the text of a problem, after the field that it affects if `where` names one."""
    return f"{code(where)}: {escape_markdown(erratum.text)}" if where else escape_markdown(erratum.text)


def _until(erratum: Erratum) -> str:
    """Return which releases have a problem, in words."""
    first, last = erratum.releases[0], erratum.releases[-1]
    return (
        f"Before {erratum.fixed}:" if erratum.fixed else f"In {first}:" if first == last else f"In {first} to {last}:"
    )


def _field(field: Field, since: str) -> str:
    """Return the facts, the description and the values of one field."""
    line = facts(
        [
            chip(field.type, "type"),
            _presence(field),
            chip("may be null", "null") if field.nullable else "",
            chip(f"in {field.unit}", "unit") if field.unit else "",
            *(chip(bound, "bound") for bound in field.bounds),
            chip(f"since {since}", "since"),
        ]
    )
    means = meanings({"If null": field.null, "If left out": field.omitted})
    return page(line, *prose(field.description), _values(field), means).rstrip()


def _presence(field: Field) -> str:
    """Return a chip that says whether a field is required; items of an array have one of their own."""
    if field.path.endswith("[]"):
        return chip("each item")
    return chip("required", "required") if field.required else chip("optional", "optional")


def _values(field: Field) -> str:
    """Return the values that a field may have, as chips."""
    values = "".join(map(verbatim, field.values))
    return element("p", f"One of {values}", class_="values") if values else ""
