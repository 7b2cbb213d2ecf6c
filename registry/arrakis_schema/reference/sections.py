"""The sections about the documents on the page of a name: members or columns, examples, topics, a form."""

from collections.abc import Iterable, Iterator
from posixpath import basename

from arrakis_schema.languages import language_of
from arrakis_schema.reference.columns import column_code, columns
from arrakis_schema.reference.examples import examples
from arrakis_schema.reference.facts.history import History
from arrakis_schema.reference.markup import UNSEARCHED, division, element, escape_markdown, page, verbatim
from arrakis_schema.reference.places import folder_of
from arrakis_schema.reference.properties import member_list
from arrakis_schema.reference.topics import topic_section
from arrakis_schema.store.documents import Document
from arrakis_schema.store.layout import DocumentKind
from arrakis_schema.store.store import Release
from arrakis_schema.text.escaping import href

TITLES = {
    DocumentKind.ENVELOPE: "Envelope",
    DocumentKind.REQUEST: "Request",
    DocumentKind.PAYLOAD: "Payload",
    DocumentKind.PUBLICATION: "Message",
    DocumentKind.SHARED: "Shared",
}


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
