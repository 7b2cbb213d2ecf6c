"""The fields of a request, one linkable heading each, and what is known to be wrong where it bites."""

from collections.abc import Iterator

from arrakis_schema.reference.facts.fields import path_of
from arrakis_schema.reference.facts.history import History
from arrakis_schema.reference.markup import chip, code, element, escaped, facts, meanings, note, page, prose, verbatim
from arrakis_schema.store.documents import Document
from arrakis_schema.store.errata import Erratum
from arrakis_schema.store.fields import Field
from arrakis_schema.store.store import Release


def properties(history: History, release: Release, name: str, document: Document) -> Iterator[str]:
    """Yield the fields in their order; problems of the document as a whole come first."""
    problems, since = history.known_problems(release, document.path), history.since(document.path, name)
    fields, past = history.fields(document), history.past_problems(release, document.path)
    known = {one.path for one in fields}
    yield from (problem(one) for one in problems if path_of(one.location) not in known)
    for one in fields:
        yield f"### {code(one.path)} {{ #{one.anchor} .field }}"
        yield _field(one, since.get(one.path, release.version))
        yield from (problem(found) for found in problems if path_of(found.location) == one.path)
        yield from (past_problem(found) for found in past if path_of(found.location) == one.path)


def problem(erratum: Erratum, where: str = "") -> str:
    """Return a known problem, where it bites."""
    mended = f", mended in {erratum.fixed}" if erratum.fixed else ""
    return note("danger", f"Known problem{mended}", _placed(erratum, where))


def past_problem(erratum: Erratum, where: str = "") -> str:
    """Return a problem that earlier releases had, for those who still meet them."""
    return f"**{escaped(_until(erratum))}** {_placed(erratum, where)}\n{{ .past }}"


def _placed(erratum: Erratum, where: str) -> str:
    """Return a problem behind the place that it is about, if that is to be named."""
    return f"{code(where)}: {escaped(erratum.text)}" if where else escaped(erratum.text)


def _until(erratum: Erratum) -> str:
    """Return which releases have a problem, in words."""
    first, last = erratum.releases[0], erratum.releases[-1]
    return (
        f"Before {erratum.fixed}:" if erratum.fixed else f"In {first}:" if first == last else f"In {first} to {last}:"
    )


def _field(one: Field, since: str) -> str:
    """Return what is to be said of one field."""
    line = facts(
        [
            chip(one.type, "type"),
            _presence(one),
            chip("may be null", "null") if one.nullable else "",
            chip(f"in {one.unit}", "unit") if one.unit else "",
            *(chip(bound, "bound") for bound in one.bounds),
            chip(f"since {since}", "since"),
        ]
    )
    means = meanings({"If null": one.null, "If left out": one.omitted})
    return page(line, *prose(one.description), _values(one), means).rstrip()


def _presence(one: Field) -> str:
    """Return whether a field must be there; what is said of items holds for each."""
    if one.path.endswith("[]"):
        return chip("each item")
    return chip("required", "required") if one.required else chip("optional", "optional")


def _values(one: Field) -> str:
    """Return the values that a field may have, as chips."""
    each = "".join(map(verbatim, one.values))
    return element("p", f"One of {each}", class_="values") if each else ""
