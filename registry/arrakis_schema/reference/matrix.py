"""The compatibility matrix: the answer for every client with every server, and the reasons for each endpoint."""

from collections.abc import Iterator
from itertools import groupby

from arrakis_schema.findings.reports import plural, with_article
from arrakis_schema.reference.facts.examples import undeclared_members
from arrakis_schema.reference.facts.history import History
from arrakis_schema.reference.facts.matrices import (
    MOST,
    Matrix,
    group_label,
    matrix_sides,
    pairs_by_reason,
    reason_key,
)
from arrakis_schema.reference.markup import (
    NOTHING_YET,
    code,
    division,
    element,
    escape_markdown,
    fenced_json_line,
    front_matter,
    note,
    page,
    table,
    with_keywords,
)
from arrakis_schema.reference.places import matrix_path, shared_folder
from arrakis_schema.system.matrix import are_messages, sides
from arrakis_schema.system.relations import Answer, worst
from arrakis_schema.text.escaping import href

_NAMED = 12
SOFTWARE = "matrix-software.md"
"""The page of the matrix by versions of software."""
_MARKS = {
    Answer.WORKS: ("✓", "works"),
    Answer.PARTLY: ("~", "partly"),
    Answer.BREAKS: ("✗", "breaks"),
    Answer.EDGE: ("≈", "works for known messages"),
    Answer.UNKNOWN: ("·", "unknown"),
    Answer.UNDECIDED: ("?", "undecided"),
}


def matrix_page(history: History, matrices: list[Matrix]) -> str:
    """Return the answer for all endpoints at once: one table, whose cells lead to the reasons."""
    versions = [release.version for release in reversed(history.releases)][:MOST]
    groups, (asking, answering) = _overall(matrices, versions), matrix_sides(history, matrices)
    rows = [
        (f"**{group_label(client)}**", *(_overall_cell(matrices, client[0], server[0]) for server in groups))
        for client in groups
    ]
    question = (
        f"Rows are {plural(asking)}, columns are {plural(answering)}, the newest first; releases with the same"
        " answers share a row. A cell names what breaks, and links to the reason and a message that shows it. *Partly*"
        " means that it works, but a field is ignored; *for known messages*, that it breaks only for messages"
        " that no example sends; *unknown*, that one of the two releases does not document it."
        + (" A publisher counts as a client, a subscriber as a server." if asking == "client" else "")
    )
    return page(
        front_matter(
            title="Compatibility matrix",
            description=f"Which {asking} works with which {answering}, and why not.",
            contents=False,
        ),
        "# Compatibility matrix",
        f"Does {with_article(asking)} of one release work with {with_article(answering)} of another? {question}",
        _grid(f"{asking} ↓ {answering} →", list(map(group_label, groups)), rows) if matrices else NOTHING_YET,
        _omitted_note(history, versions),
        _basis_note(history),
        f"{_by_endpoint(history, matrices)}For any two releases, with all differences: [compare](compare/index.md).",
    )


DOCUMENTED = "matrix-as-documented.md"
"""The page of the matrix without corrections."""


def documented_matrix_page(history: History, matrices: list[Matrix]) -> str:
    """Return the matrix of the documents as they are frozen, without links to reasons."""
    versions = [release.version for release in reversed(history.releases)][:MOST]
    groups = _overall(matrices, versions)
    rows = [
        (
            f"**{group_label(client)}**",
            *(answer_mark(_overall_answer(matrices, client[0], server[0])) for server in groups),
        )
        for client in groups
    ]
    return page(
        front_matter(title="Compatibility matrix, as documented", searched=False, contents=False, of_releases=True),
        "# The matrix as documented",
        "This matrix compares the frozen documents, without the [corrections](versions/errata.json) of known errors."
        " The [compatibility matrix](matrix.md) shows what really works.",
        _grid(f"{' ↓ '.join(matrix_sides(history, matrices))} →", list(map(group_label, groups)), rows),
    )


def _grid(corner: str, columns: list[str], rows: list[tuple[str, ...]]) -> str:
    """Return a table whose first column stays in view while the others scroll."""
    return division("matrix", table((corner, *columns), rows))


def _overall_answer(matrices: list[Matrix], client: str, server: str) -> Answer:
    """Return the worst answer of all endpoints."""
    places = [(matrix, _group_of(matrix, client), _group_of(matrix, server)) for matrix in matrices]
    known = [(matrix, asking, answering) for matrix, asking, answering in places if None not in {asking, answering}]
    return worst(matrix.relation(asking or 0, answering or 0).answer for matrix, asking, answering in known)


def _basis_note(history: History) -> str:
    """Return what the answers are based on, where that is not simply the frozen documents."""
    if not any(correction.has_effect for correction in history.store.corrections):
        return ""
    others = f" or [by the versions of the software]({SOFTWARE})" if history.store.software.clients else ""
    return f"Releases are used with their corrections. See the matrix [as documented]({DOCUMENTED}){others}."


def _by_endpoint(history: History, matrices: list[Matrix]) -> str:
    """Return the links to the matrix of each endpoint, with the release that removed it if one did."""
    removed = {matrix.name: history.removed_in(matrix.name) for matrix in matrices}
    shared = len(shared_folder(list(removed)))
    links = [
        f"[{escape_markdown(name[shared:])}]({matrix_path(name)}){f' (removed in {version})' if version else ''}"
        for name, version in removed.items()
    ]
    noun = "message" if are_messages(history.comparisons, removed) else "endpoint"
    return f'<span id="by-endpoint"></span>By {noun}: {", ".join(links)}. ' if links else ""


def _omitted_note(history: History, versions: list[str]) -> str:
    """Return a sentence on the releases that the table leaves out."""
    left_out = len(history.releases) - len(versions)
    return f"{left_out} older releases are not shown: `arrakis-schema matrix` shows all." if left_out > 0 else ""


def _overall(matrices: list[Matrix], versions: list[str]) -> list[list[str]]:
    """Return neighbouring releases that are in the same group at every endpoint."""
    places = {version: tuple(_group_of(matrix, version) for matrix in matrices) for version in versions}
    groups: list[list[str]] = []
    for version in versions:
        if groups and places[groups[-1][0]] == places[version]:
            groups[-1].append(version)
        else:
            groups.append([version])
    return groups


def _group_of(matrix: Matrix, version: str) -> int | None:
    """Return the number of the group that a release is in, or None where it has no such endpoint."""
    return next((number for number, group in enumerate(matrix.groups) if version in group), None)


def _overall_cell(matrices: list[Matrix], client: str, server: str) -> str:
    """Return the worst answer of all endpoints, with links to those that give it."""
    answers = {}
    for matrix in matrices:
        asking, answering = _group_of(matrix, client), _group_of(matrix, server)
        if asking is not None and answering is not None:
            answers[matrix.name] = matrix.relation(asking, answering)
    overall = worst(relation.answer for relation in answers.values())
    if overall is Answer.WORKS:
        return answer_mark(overall)
    shared = len(shared_folder([matrix.name for matrix in matrices]))
    links = [
        f"[{escape_markdown(name[shared:])}]({matrix_path(name)}#{reason_key(relation)})"
        for name, relation in answers.items()
        if relation.answer is overall
    ]
    remainder = f" and [{len(links) - _NAMED} more](#by-endpoint)" if len(links) > _NAMED + 1 else ""
    return f"{answer_mark(overall)} {', '.join(links[:_NAMED] if remainder else links)}{remainder}"


def endpoint_matrix_page(history: History, matrix: Matrix) -> str:
    """Return the matrix of one endpoint, and each reason once with a message that shows it."""
    numbers, (asking, answering) = range(len(matrix.groups)), sides(history.comparisons, [matrix.name])
    up = "../" * matrix_path(matrix.name).count("/")
    noun = "messages" if are_messages(history.comparisons, [matrix.name]) else "endpoints"
    rows = [
        (f"**{matrix.label(client)}**", *(_cell(matrix, client, server) for server in numbers)) for client in numbers
    ]
    return page(
        front_matter(title=f"{matrix.name}: compatibility matrix", searched=False, contents=False, of_releases=True),
        f"# {escape_markdown(matrix.name)}: compatibility matrix",
        f"Rows are {plural(asking)}, columns are {plural(answering)}, the newest first."
        f" {_page_link(history, matrix.name)} · [all {noun}]({up}matrix.md)",
        _grid(f"{asking} ↓ {answering} →", list(map(matrix.label, numbers)), rows),
        _undeclared_note(history, matrix, asking),
        *_reasons(matrix, (asking, answering)),
    )


def _undeclared_note(history: History, matrix: Matrix, asking: str) -> str:
    """Return a note on what examples hold beside what their release declares; empty where all is declared."""
    members, versions = dict[str, None](), list[str]()
    for release in history.releases:
        documents = history.contracts(release, matrix.name).values()
        paths = [path for document in documents for path in undeclared_members(release.contract, document)]
        members |= dict.fromkeys(paths)
        versions += [release.version] if paths else []
    if not members:
        return ""
    more = f" and {len(members) - _NAMED} more" if len(members) > _NAMED else ""
    listed = ", ".join(code(path) for path in list(members)[:_NAMED]) + more
    return note(
        "warning",
        "Examples hold more than is declared",
        f"An answer is about what a release declares. Examples of {', '.join(versions)} also hold {listed}, which their"
        f" release does not declare: what {plural(asking)} put there is not compared.",
    )


def _page_link(history: History, name: str) -> str:
    """Return the link to the page of an endpoint: the current one, or that of the last release that had it."""
    page_release, removed = history.page_release(name) or history.last_release(name), history.removed_in(name)
    what = "message" if are_messages(history.comparisons, [name]) else "endpoint"
    text = f"Removed in {removed}: the {what} in {page_release.version}" if removed else f"The {what}"
    up = "../" * matrix_path(name).count("/")
    return f"[{text}]({up}{href(history.page(page_release, name))}.md)"


def answer_mark(answer: Answer) -> str:
    """Return a symbol and a word, coloured."""
    symbol, word = _MARKS[answer]
    return element("span", f"{symbol} {word}", class_=f"answer {answer.name.lower()}")


def _cell(matrix: Matrix, client: int, server: int) -> str:
    """Return a cell: a mark and a word, with a link where there is something to say."""
    if matrix.is_removed(client, server):
        return "removed"
    relation = matrix.relation(client, server)
    mark = answer_mark(relation.answer)
    return mark if relation.answer is Answer.WORKS else f"[{mark}](#{reason_key(relation)})"


def _reasons(matrix: Matrix, words: tuple[str, str]) -> Iterator[str]:
    """Yield each reason once, with the pairs it applies to and an example message."""
    for key, pairs in pairs_by_reason(matrix).items():
        relation = matrix.relation(*pairs[0])
        yield f"## {' '.join(_MARKS[relation.answer])}: {_pairs(matrix, pairs, words)} {{ #{key} .why }}"
        for exchange in relation.exchanges:
            if exchange.why:
                yield f"{code(exchange.document.rpartition('/')[2])}: {with_keywords(exchange.why)}"
            if exchange.answer.breaks and exchange.verdict.witness is not None:
                yield fenced_json_line(exchange.verdict.witness)


def _pairs(matrix: Matrix, pairs: list[tuple[int, int]], words: tuple[str, str]) -> str:
    """Return pairs of clients and servers in words, each client once."""
    sentences = []
    for client, group in groupby(pairs, key=lambda pair: pair[0]):
        servers = ", ".join(matrix.label(server) for _, server in group)
        sentences.append(f"{words[0]} {matrix.label(client)} with {words[1]} {servers}")
    return "; ".join(sentences)
