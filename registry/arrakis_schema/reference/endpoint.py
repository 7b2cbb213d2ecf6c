"""The page of one endpoint or publication in one release."""

import re
from collections.abc import Iterable, Iterator
from functools import partial
from posixpath import basename

from arrakis_schema.languages import language_of
from arrakis_schema.reference.columns import column_code, columns
from arrakis_schema.reference.evolution import RELEASES, TITLES, changes_by_release
from arrakis_schema.reference.examples import examples
from arrakis_schema.reference.facts.descriptions import summary_of
from arrakis_schema.reference.facts.history import History
from arrakis_schema.reference.markup import (
    UNSEARCHED,
    chip,
    code,
    division,
    element,
    escape_markdown,
    front_matter,
    note,
    page,
    prose,
    table,
    verbatim,
)
from arrakis_schema.reference.places import anchor, folder_of
from arrakis_schema.reference.properties import member_list
from arrakis_schema.reference.selector import endpoint_selector
from arrakis_schema.reference.topics import topic_section
from arrakis_schema.store.documents import Document
from arrakis_schema.store.layout import DocumentKind
from arrakis_schema.store.lock import digest
from arrakis_schema.store.store import Release
from arrakis_schema.text.escaping import href

_REMOVED = 0.2
"""The weight in search of the last page of what was removed."""

_SECTION = re.compile(r"^## (.*?) \{ #(\S+)", re.MULTILINE)


def endpoint_page(history: History, release: Release, name: str, folder: str) -> str:
    """Return the page in one of its folders; if the release changed nothing, a short one that links to the other.

    Inside, `up` leads from its source to the top of the docs folder, and `up` and one more from its URL.
    """
    up, is_current = "../" * f"{folder}/{folder_of(name)}".count("/"), folder == history.folder
    content_release = partial(first_alike, history, name=name)
    summary, first = summary_of(history, release, name), content_release(release)
    if first is release or not folder.startswith(RELEASES):
        sections = [
            *history.derived(_document_sections, release, name, folder),
            *changes_by_release(history, release, name, folder, content_release),
            *_documents_table(history, release, name, up),
        ]
        body = [_section_links(sections), *sections]
    else:
        body = [_unchanged_note(first, name, up), *_documents_table(history, release, name, up)]
    return page(
        front_matter(
            title=name if is_current or not history.store.layout.declared else basename(name),
            window_title="" if is_current else f"{name} in {release.version}",
            description=summary,
            searched=is_current
            or (_REMOVED if history.page_release(name) is None and release is history.last_release(name) else False),
            contents=False,
        ),
        _heading(name),
        endpoint_selector(history, release, name, up, content_release),
        _banner(history, release, name, up),
        _summary(summary),
        _facts(history, release, name, up),
        *body,
    )


def _document_sections(history: History, release: Release, name: str, folder: str) -> tuple[str, ...]:
    """Return the sections about the documents of a name on the page in one of its folders."""
    documents, up = history.documents(release, name), "../" * f"{folder}/{folder_of(name)}".count("/")
    return (
        *(part for document in documents.values() for part in _document(history, release, name, document, up)),
        *(part for document in documents.values() for part in topic_section(history, release, document, up)),
        *_users_section(history, release, documents, up),
        *_check_form(release, name, documents, up),
    )


def first_alike(history: History, release: Release, name: str) -> Release:
    """Return the first of the consecutive releases, up to this one, whose pages about a name are the same.

    They may differ in the number of the release, as in a `$id`. The page of the current release is always complete,
    and so is that of the last one that has the name.
    """
    return history.derived(_first_alike, release, name)


def _first_alike(history: History, release: Release, name: str) -> Release:
    """Find the first of the consecutive releases whose pages about a name are the same."""
    has_full_page = release is (history.page_release(name) or history.last_release(name)) or not release.frozen
    before = None if has_full_page else history.previous_release(release)
    same = before and history.documents(before, name) and _have_same_content(history, before, release, name)
    return first_alike(history, before, name) if before and same else release


def _have_same_content(history: History, old: Release, new: Release, name: str) -> bool:
    """Return whether the pages of two releases about a name differ only in the number of the release."""
    return history.derived(_content_digest, old, name) == history.derived(_content_digest, new, name)


def _content_digest(history: History, release: Release, name: str) -> str:
    """Return the digest of what the page of a release says about a name, without its number except in "since"."""
    folder = f"{RELEASES}{release.version}"
    sections = history.derived(_document_sections, release, name, folder)
    content = "\n".join(sections).replace(f"{folder}/", f"{history.folder}/")
    return digest(re.sub(rf"(?<!since )(?<!\| )(?<![\d.]){re.escape(release.version)}(?![\d.])", "", content).encode())


def _unchanged_note(first: Release, name: str, up: str) -> str:
    """Return the sentence that links the page of a release that changed nothing to the page with the content."""
    link = f"[{escape_markdown(name)} in {first.version}]({up}{RELEASES}{first.version}/{href(folder_of(name))}.md)"
    return f"Nothing has changed since {first.version} but the number of the release: see {link}.\n{{ .alike }}"


def _section_links(sections: Iterable[str]) -> str:
    """Return a line of links to the sections of the page, in the place of a table of contents beside it."""
    links = [
        element("a", title, href=f"#{target}") for section in sections for title, target in _SECTION.findall(section)
    ]
    return element("nav", " ".join(links), class_="sections", aria_label="On this page", data_search_exclude="")


def _heading(name: str) -> str:
    """Return the heading of the page, with an explicit id if the name cannot be one."""
    target = anchor(name)
    return f"# {escape_markdown(name)} {{ {'' if target == name else f'#{target} '}.name }}"


def _summary(summary: str) -> str:
    """Return the summary at the top of the page, its first paragraph in larger letters."""
    first, *others = prose(summary) or [""]
    head = first if first.startswith("<p>") else f"{first}\n{{ .lead }}"
    return page(head, *others).rstrip() if first else ""


def _banner(history: History, release: Release, name: str, up: str) -> str:
    """Return the note that this is not the current release, or that the name was removed; empty where neither is."""
    current, removed = history.page_release(name) or history.last_release(name), history.removed_in(name)
    link = f"[{escape_markdown(name)} in {current.version}]({up}{href(history.page(current, name))}.md)"
    sentences = []
    if not release.frozen and history.unreleased:
        sentences.append("It may still change until then." if current is not release else "No release contains it yet.")
    if removed:
        sentences.append(
            f"It was removed in {removed}{'' if removed in history.store.releases else ', which is not released yet'}."
        )
    if current is not release:
        sentences.append(f"The newest that has it is {link}." if removed else f"The newest release is {link}.")
    if not sentences:
        return ""
    title = f"This is release {release.version}" if release.frozen else f"{release.version} is not released yet"
    return note("warning" if release.frozen else "info", title, " ".join(sentences))


def _facts(history: History, release: Release, name: str, up: str) -> str:
    """Return the line of facts, and the raw files with a button to copy their URL."""
    chips = [
        chip(f"documented since {history.first_version(name)}"),
        chip(f"last changed in {history.last_changed_in(name, release)}"),
    ]
    links = [
        f"[{escape_markdown(text)}]({up}{href(path)}){{ data-copy }}"
        for text, path in _raw_files(history, release, name)
    ]
    return page(element("p", " ".join(chips), class_="facts head"), f"{' '.join(links)}\n{{ .raw }}").rstrip()


def _raw_files(history: History, release: Release, name: str) -> Iterator[tuple[str, str]]:
    """Yield the raw files of an endpoint with their descriptions."""
    folder = f"versions/{release.place}"
    for path, document in history.documents(release, name).items():
        yield basename(path), f"{folder}/{path}"
        stem = path.removesuffix(document.format.suffix)
        for suffix in language_of(document).suffixes:
            yield basename(f"{stem}{suffix}"), f"{folder}/{stem}{suffix}"


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
    users = release.derived(_users)
    names = dict.fromkeys(release.name_of(user) for path in documents for user in users.get(path, ()))
    links = [f"[{escape_markdown(name)}]({up}{href(history.page(release, name))}.md)" for name in names]
    if links:
        yield f"## Used by {{ #the-users {UNSEARCHED} }}"
        yield f"{len(links)} document{'s' if len(links) > 1 else ''} of this release: {', '.join(links)}."


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


def _bundle_of(document: Document) -> str:
    """Return the path of the file that holds a document with all that it refers to; empty where it refers to none."""
    language = language_of(document)
    refers = any(language.references(document))
    return f"{document.path.removesuffix(document.format.suffix)}{language.bundled}" if refers else ""


def _documents_table(history: History, release: Release, name: str, up: str) -> Iterator[str]:
    """Yield the table of the documents: size, digest, and the release since which each is identical."""
    folder = f"versions/{release.place}"
    rows = []
    for path, document in history.documents(release, name).items():
        since = history.unchanged_since(release, path)
        earlier = f"identical since {since}" if since != release.version else f"new in {since}"
        link = f"[{code(path)}]({up}{href(f'{folder}/{path}')}){{ data-copy }}"
        if bundle := _bundle_of(document):
            earlier += f", [bundle]({up}{href(f'{folder}/{bundle}')}) with all that it refers to"
        rows.append(
            (
                link,
                f"{len(document.content)} bytes",
                element("code", digest(document.content), class_="digest"),
                earlier,
            )
        )
    yield f"## Documents {{ #documents {UNSEARCHED} }}"
    yield table(("document", "size", "sha256", "note"), rows)
