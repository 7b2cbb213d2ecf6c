"""The page of one endpoint or publication in one release."""

import json
from collections.abc import Iterator

from arrakis_schema.documents import Document, Example, Format, Kind
from arrakis_schema.errors import InvalidRequestError
from arrakis_schema.loading import parse_schema
from arrakis_schema.reference.fields import Field, path_of
from arrakis_schema.reference.history import History
from arrakis_schema.reference.markdown import code, escaped, fenced, json_block, note, page, table
from arrakis_schema.store import Release
from arrakis_schema.validation import validate

_TITLES = {
    Kind.ENVELOPE: "Envelope",
    Kind.REQUEST: "The request",
    Kind.PAYLOAD: "The payload",
    Kind.PUBLICATION: "The message",
}


def endpoint_page(history: History, release: Release, name: str, *, up: str) -> str:
    """Return the page; `up` leads from it to the top of the site."""
    documents = history.documents(release, name)
    newest = history.releases[-1]
    old = release.version != newest.version
    front = "---\nsearch:\n  exclude: true\n---" if old else ""
    sections = [part for one in documents.values() for part in _document(history, release, name, one)]
    return page(
        front,
        f"# {escaped(name)}{f' in {release.version}' if old else ''}",
        _banner(history, release, name, up) if old else "",
        _summary(documents),
        _facts(history, release, name, up),
        *sections,
        *(_steps(history, name) if not old else ()),
    )


def _summary(documents: dict[str, Document]) -> str:
    """Return the sentence of the document that describes itself."""
    schemas = (parse_schema(one.content, one.path) for one in documents.values() if one.format is Format.JSON_SCHEMA)
    return next((escaped(str(schema["description"])) for schema in schemas if "description" in schema), "")


def _banner(history: History, release: Release, name: str, up: str) -> str:
    """Return the words that this is not the newest release."""
    newest = history.releases[-1]
    there = bool(history.documents(newest, name))
    link = f"[{name} in {newest.version}]({up}endpoints/{name}.md)" if there else f"it is gone in {newest.version}"
    return note("warning", f"This is release {release.version}", f"The newest is {link}.")


def _facts(history: History, release: Release, name: str, up: str) -> str:
    """Return the line of facts: the version, since when, and the raw files."""
    folder = f"versions/{release.version if release.frozen else 'next'}"
    links = [f"[{path.rpartition('/')[2]}]({up}{folder}/{path})" for path in history.documents(release, name)]
    label = release.version if release.frozen else f"{release.version}, not released yet"
    return f"**{label}** · since {history.first(name)} · {' · '.join(links)}"


def _examples(history: History, release: Release, document: Document) -> Iterator[str]:
    """Yield the examples of a document, the smallest first; those that are refused come last, with the reason."""
    found = history.store.examples(release, document.path)
    for example in sorted(found, key=lambda one: (one.refused, one.name != "minimal", len(one.content))):
        label = f"✗ {example.name}" if example.refused else example.name
        reason = _refusal(history, release, example) if example.refused and document.kind is Kind.REQUEST else ""
        shown = page(f"Refused: {escaped(reason)}" if reason else "", json_block(json.loads(example.content)))
        yield f'=== "{label}"\n\n{_indented(shown)}'


def _refusal(history: History, release: Release, example: Example) -> str:
    """Return why a request is refused."""
    try:
        validate(json.loads(example.content), release.version if release.frozen else None, root=history.store.root)
    except InvalidRequestError as error:
        return str(error.violation)
    return ""


def _document(history: History, release: Release, name: str, document: Document) -> Iterator[str]:
    """Yield the section of one document: its fields, and what is known to be wrong."""
    yield f"## {_TITLES[document.kind]}" + (
        f": {document.path.rpartition('/')[2]}" if document.kind is Kind.PUBLICATION else ""
    )
    yield from _examples(history, release, document)
    problems = history.known_problems(release, document.path)
    fields, since = history.fields(document), history.since(document.path, name)
    known = {one.path for one in fields}
    for erratum in problems:
        if path_of(erratum.location) not in known:
            yield _problem(erratum.text, erratum.fixed)
    if document.format is Format.ARROW:
        yield table(("column", "type", "null", "unit", "since", "meaning"), [_column(one, since) for one in fields])
        yield from (
            _problem(f"{one.location}: {one.text}", one.fixed) for one in problems if path_of(one.location) in known
        )
        yield f"<div markdown data-search-exclude>\n\n{fenced(document.text)}\n\n</div>"  # the table says the same
        return
    for one in fields:
        yield f"### `{one.path}` {{ #{_anchor(one.path)} }}"
        yield _field(one, since.get(one.path, release.version))
        yield from (_problem(found.text, found.fixed) for found in problems if path_of(found.location) == one.path)


def _anchor(path: str) -> str:
    """Return the id of a field's heading."""
    return path.replace("[]", "-items")


def _field(one: Field, since: str) -> str:
    """Return what is to be said of one field."""
    facts = [one.type, "required" if one.required else "optional"]
    facts += ["may be null"] if one.nullable else []
    facts += [f"in {code(one.unit)}"] if one.unit else []
    facts += [escaped(bound) for bound in one.bounds]
    line = f"{' · '.join(facts)} · since {since}\n{{ .facts }}"
    told = [("If it is null", one.null), ("If it is left out", one.omitted)]
    said = [f"**{what}**: {escaped(text)}" for what, text in told if text]
    values = f"One of {', '.join(map(code, one.values))}." if one.values else ""
    return page(line, escaped(one.description), values, *said).rstrip()


def _column(one: Field, since: dict[str, str]) -> tuple[str, ...]:
    """Return the row of one column."""
    null = escaped(one.null) or ("yes" if one.nullable else "never")
    name = f'<span id="column-{one.path}"></span>{code(one.path)}' if "{" not in one.path else code(one.path)
    values = [f"one of {', '.join(map(code, one.values))}"] if one.values else []
    meaning = " · ".join([escaped(one.description), *values, *map(escaped, one.bounds)])
    return name, code(one.type), null, escaped(one.unit), since.get(one.path, ""), meaning


def _problem(text: str, fixed: str) -> str:
    """Return a known problem, where it bites."""
    return note("danger", "Known problem" + (f", mended in {fixed}" if fixed else ""), escaped(text))


def _steps(history: History, name: str) -> Iterator[str]:
    """Yield what changed in which release."""
    steps = [step for step in history.steps(name) if step.changes]
    if not steps:
        return
    yield "## History"
    for step in steps:
        yield f"### {step.release}, {code(step.document.rpartition('/')[2])}"
        yield step.told


def _indented(text: str) -> str:
    """Return a block inside a tab."""
    return "\n".join(f"    {line}".rstrip() for line in text.splitlines())
