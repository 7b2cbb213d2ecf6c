"""The columns of a payload or a publication, in their order, and the same schema for other programs."""

from collections.abc import Iterator, Sequence

from arrakis_schema.languages import language_of
from arrakis_schema.reference.facts.descriptions import DescribedMember, sent_members
from arrakis_schema.reference.facts.history import History
from arrakis_schema.reference.markup import code, code_block, element, escape_markdown, prose, table, tabs, verbatim
from arrakis_schema.reference.problems import earlier_problem, problem_at
from arrakis_schema.store.documents import Document
from arrakis_schema.store.store import Release
from arrakis_schema.text.escaping import literal

_HEAD = ("column", "type", "meaning", "unit", "null", "documented since")


def columns(history: History, release: Release, name: str, document: Document) -> Iterator[str]:
    """Yield the table of columns as they are really sent, the known problems, and the schema to copy."""
    language, members = language_of(document), sent_members(history, release, name, document)
    since = history.since(document.path, name)
    yield from _differences(members)
    borrowed = {described.described_in for described in members}
    source = borrowed.pop() if len(borrowed) == 1 else None
    yield f"Units and meanings are described in {source}." if source else ""
    yield table(
        _HEAD,
        [_row(described, since.get(described.member.anchor, ""), marked=source is None) for described in members],
    )
    if repeated := language.repeated(document):
        names = ", ".join(code(f"{{{placeholder}}}") for placeholder in repeated)
        yield f"Names in braces are placeholders: there is one such column for each requested item ({names})."
    for erratum in history.known_problems(release, document.path):
        yield problem_at(history, erratum)
    for erratum in history.earlier_problems(release, document.path):
        yield earlier_problem(erratum, erratum.location if language.members_at(document, erratum.location) else "")


def column_code(release: Release, document: Document) -> Iterator[str]:
    """Yield the schema in each form that other programs read, as it is documented."""
    if release.contract.document(document.path).text != document.text:
        yield "As documented. What servers really send is in the table above."
    yield tabs([(title, code_block(text)) for title, text in language_of(document).snippets(release, document)])


def _differences(members: Sequence[DescribedMember]) -> Iterator[str]:
    """Yield in which way the table differs from the document; nothing where the document is right."""
    lacking = [code(described.member.path) for described in members if described.documented is None]
    unsent = [code(described.member.path) for described in members if not described.sent]
    sentences = [f"The document lacks {', '.join(lacking)}."] if lacking else []
    sentences += [f"Servers do not send {', '.join(unsent)}."] if unsent else []
    if sentences:
        yield f"The columns that servers of this release really send. {' '.join(sentences)}"


def _row(described: DescribedMember, since: str, *, marked: bool) -> tuple[str, ...]:
    """Return the row of one column, or of a child; `marked`: it says which release its words are borrowed from."""
    member = described.member
    null = escape_markdown(member.null) or ("yes" if member.nullable else "never")
    name = element("span", verbatim(member.path), id=member.anchor)
    values = [f"one of {' '.join(code(str(value)) for value in member.values)}"] if member.values else []
    bounds = [escape_markdown(bound.words) for bound in member.bounds]
    borrowed = marked and described.described_in
    notes = [element("small", f"described in {literal(described.described_in)}")] if borrowed else []
    text = "<br>".join(prose(member.description))
    meaning = " · ".join(part for part in (text, *values, *bounds, *_marks(described), *notes) if part)
    return name, code(member.type), meaning, escape_markdown(member.unit), null, _since(described, since)


def _since(described: DescribedMember, documented: str) -> str:
    """Return the release that first documents a column, and the one whose servers sent it earlier."""
    if not described.seen:
        return documented
    software = f" ({escape_markdown(', '.join(described.software))})" if described.software else ""
    return f"{documented or 'never'}; sent since {described.seen}{software}"


def _marks(described: DescribedMember) -> Iterator[str]:
    """Yield in what a column that is sent differs from the document."""
    if not described.sent:
        yield "**in the document, but not sent**"
    elif described.documented is None:
        yield "**sent, but not in the document**"
    elif described.documented.type != described.member.type:
        yield f"**documented as {code(described.documented.type)}**"
    elif described.documented.nullable != described.member.nullable:
        yield f"**documented as {'nullable' if described.documented.nullable else 'not null'}**"
