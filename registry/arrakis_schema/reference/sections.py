"""The sections about the documents of a name, and which releases have the same: the pages of others lead to the first.

Most releases change few documents. So what the sections are made of is compared first, and the sections themselves
only where that differs, or names one of the releases.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from posixpath import basename
from typing import Any

from arrakis_schema.languages import language_of
from arrakis_schema.reference.examples import examples, programs_beside
from arrakis_schema.reference.facts.descriptions import DescribedMember, described_members, first_releases, sent_members
from arrakis_schema.reference.facts.history import History
from arrakis_schema.reference.markup import (
    UNSEARCHED,
    code,
    code_block,
    division,
    element,
    escape_markdown,
    page,
    prose,
    table,
    tabs,
    verbatim,
)
from arrakis_schema.reference.places import RELEASES, folder_of
from arrakis_schema.reference.problems import earlier_problem, problem_at
from arrakis_schema.reference.properties import member_list
from arrakis_schema.reference.topics import topic_section
from arrakis_schema.store.documents import Document
from arrakis_schema.store.layout import DocumentKind
from arrakis_schema.store.lock import digest
from arrakis_schema.store.store import Release
from arrakis_schema.text.escaping import href, literal

TITLES = {
    DocumentKind.ENVELOPE: "Envelope",
    DocumentKind.REQUEST: "Request",
    DocumentKind.PAYLOAD: "Payload",
    DocumentKind.PUBLICATION: "Message",
    DocumentKind.SHARED: "Shared",
}
_HEAD = ("column", "type", "meaning", "unit", "null", "documented since")
Facts = tuple[tuple[Any, ...], tuple[Any, ...]]
"""What sections are made of: what only counts, or follows the word "since", and what is shown as it is."""


def document_sections(history: History, release: Release, name: str, folder: str) -> tuple[str, ...]:
    """Return the sections about the documents of a name on the page in one of its folders."""
    documents, up = history.documents(release, name), "../" * f"{folder}/{folder_of(name)}".count("/")
    return (
        *(part for document in documents.values() for part in _document(history, release, name, document, up)),
        *(part for document in documents.values() for part in topic_section(history, release, document, up)),
        *_users_section(history, release, documents, up),
        *_check_form(release, name, documents, up),
    )


def _document(history: History, release: Release, name: str, document: Document, up: str) -> Iterator[str]:
    """Yield the sections of one document: examples, then fields or columns."""
    title = TITLES[document.kind]
    if document.kind is DocumentKind.PUBLICATION and len(history.documents(release, name)) > 1:
        title = f"{title}: {escape_markdown(basename(document.path))}"
    page_examples = examples(history, release, document, up)
    if document.format.tabular:
        yield f"## {title} {{ #{_slug(document)}-columns }}"
        yield from columns(history, release, name, document)
        code_blocks = division("part", *column_code(release, document))
        blocks = [*page_examples.featured, *page_examples.others]
        yield division("pair", code_blocks, division("part", "**Examples**", *blocks) if blocks else "")
        return
    head = f"## {title} fields {{ #{_slug(document)}-fields }}"
    members = division("part", head, *member_list(history, release, name, document, up))
    if not page_examples.featured:
        yield page(members, *page_examples.others)
        return
    head = f"## Examples {{ #{_slug(document)}-examples {UNSEARCHED} }}"
    others = division("part", *page_examples.others) if page_examples.others else ""
    yield division("described", members, division("beside", head, *page_examples.featured), others)


def _users_section(history: History, release: Release, documents: dict[str, Document], up: str) -> Iterator[str]:
    """Yield the section on the documents that refer to one of these."""
    names = names_of_users(release, documents)
    links = [f"[{escape_markdown(name)}]({up}{href(history.page(release, name))}.md)" for name in names]
    if links:
        yield f"## Used by {{ #the-users {UNSEARCHED} }}"
        yield f"{len(links)} document{'s' if len(links) > 1 else ''} of this release: {', '.join(links)}."


def names_of_users(release: Release, documents: Iterable[str]) -> list[str]:
    """Return the names of the documents that refer to one of these."""
    users = release.derived(_users)
    return list(dict.fromkeys(release.name_of(user) for path in documents for user in users.get(path, ())))


def _users(release: Release) -> dict[str, list[str]]:
    """Return for each document the others that refer to it, directly or through others."""
    users = dict[str, list[str]]()
    for document in release.every_document():
        for path, _ in language_of(document).references(document):
            if path != document.path:
                users.setdefault(path, []).append(document.path)
    return users


def _slug(document: Document) -> str:
    """Return the prefix of the ids of the sections of a document; no field id begins with it."""
    return f"the-{document.kind.value}"


def _check_form(release: Release, name: str, documents: dict[str, Document], up: str) -> Iterator[str]:
    """Yield the form for checking a message; without JavaScript it shows the command to use instead."""
    kinds = {document.kind for document in documents.values()}
    if not any(kind.is_sent for kind in kinds):
        return
    yield f"## Check a {'request' if DocumentKind.REQUEST in kinds else 'message'} {{ #the-check {UNSEARCHED} }}"
    command = f"arrakis-schema validate FILE{f' --release {release.version}' if release.frozen else ''}"
    without = f"This needs JavaScript. On the command line: {verbatim(command)}"
    data = {"data_name": name, "data_version": release.version, "data_data": "index.json", "data_up": f"{up}../"}
    form = f"try forms-{len(documents)}"
    yield element("div", element("noscript", element("p", without)), class_=form, data_try="", **data)


def columns(history: History, release: Release, name: str, document: Document) -> Iterator[str]:
    """Yield the table of columns as they are really sent, the known problems, and the schema to copy."""
    language, members = language_of(document), sent_members(history, release, name, document)
    since = first_releases(history, name, document.path)
    yield from _differences(members)
    borrowed = {described.described_in for described in members}
    source = borrowed.pop() if len(borrowed) == 1 else None
    yield f"Units and meanings are described in {source}." if source else ""
    yield table(
        _HEAD,
        [
            _column_row(described, since.get(described.member.anchor, ""), marked=source is None)
            for described in members
        ],
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


def _column_row(described: DescribedMember, since: str, *, marked: bool) -> tuple[str, ...]:
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


def first_alike(history: History, release: Release, name: str) -> Release:
    """Return the first of the consecutive releases, up to this one, whose pages about a name are the same.

    They may differ in the number of the release, as in a `$id`. The page of the current release is always complete,
    and so is that of the last one that has the name.
    """
    return history.derived(_first_alike, name)[release.version]


def _first_alike(history: History, name: str) -> dict[str, Release]:
    """Find the first of the consecutive releases whose pages about a name are the same, for each that has the name."""
    first = dict[str, Release]()
    complete, facts, shown = history.page_release(name) or history.last_release(name), None, ""
    for release in (release for release in history.releases if history.documents(release, name)):
        before, facts_before = history.previous_release(release), facts
        facts = _facts(history, release, name)
        if facts != facts_before:
            shown = repr(facts[1])
        first[release.version] = release
        if before and before.version in first and release.frozen and release is not complete:
            old = first[before.version]
            has_number = before.version in shown or release.version in shown
            if (facts == facts_before and not has_number) or _have_same_content(history, old, release, name):
                first[release.version] = old
    return first


def _facts(history: History, release: Release, name: str) -> Facts:
    """Return all that the sections of a frozen release about a name are made of, apart from the release itself."""
    documents = history.documents(release, name)
    of_documents = [_document_facts(history, release, name, document) for document in documents.values()]
    hidden, shown = zip(*of_documents, strict=True)
    return (release.documents, *hidden), (names_of_users(release, documents), *shown)


def _document_facts(history: History, release: Release, name: str, document: Document) -> Facts:
    """Return all that the sections about one document are made of."""
    unversioned, tabular = language_of(document).unversioned, document.format.tabular
    contents = unversioned(document), unversioned(release.contract.document(document.path))
    members = (sent_members if tabular else described_members)(history, release, name, document)
    times = [(described.since, described.seen) for described in members]
    words = [
        (described.member, described.documented, described.described_in, described.seen_in, described.software)
        for described in members
    ]
    own, borrowed = release.contract, history.newest
    examples = [
        (judged.example, judged.reason, judged.home is own, judged.home is borrowed, programs_beside(judged))
        for judged in history.examples(release, document)
    ]
    problems = history.known_problems(release, document.path), history.earlier_problems(release, document.path)
    return (contents, times), (document.content if tabular else b"", words, examples, problems)


def _have_same_content(history: History, old: Release, new: Release, name: str) -> bool:
    """Return whether the pages of two releases about a name differ only in the number of the release."""
    return history.derived(_content_digest, old, name) == history.derived(_content_digest, new, name)


def _content_digest(history: History, release: Release, name: str) -> str:
    """Return the digest of what the page of a release says about a name, without its number except in "since"."""
    folder = f"{RELEASES}{release.version}"
    sections = history.derived(document_sections, release, name, folder)
    content = "\n".join(sections).replace(f"{folder}/", f"{history.folder}/")
    return digest(re.sub(rf"(?<!since )(?<!\| )(?<![\d.]){re.escape(release.version)}(?![\d.])", "", content).encode())
