"""The compatibility matrix: the answer for every client with every server, and the reasons for each endpoint."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from arrakis_schema.reference.facts.history import History
from arrakis_schema.reference.markup import (
    NOTHING_YET,
    code,
    element,
    escape_markdown,
    fenced_json_line,
    front_matter,
    page,
    table,
)
from arrakis_schema.reference.places import folder_of
from arrakis_schema.store.store import Release
from arrakis_schema.system.answers import Answer, Relation, worst
from arrakis_schema.system.relations import are_messages, sent_names, sides
from arrakis_schema.text.escaping import href
from arrakis_schema.text.nouns import plural, with_article

MOST, _NAMED = 12, 12
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


@dataclass(frozen=True, slots=True)
class Matrix:
    """The relations of one endpoint; in a group of neighbours with the same answers, the first represents all.

    `without` are the releases that do not have it any more.
    """

    name: str
    groups: tuple[tuple[str, ...], ...]
    relations: dict[tuple[str, str], Relation]
    without: frozenset[str] = frozenset()

    def label(self, group: int) -> str:
        """Return the name of a group of releases, and whether they have the endpoint."""
        releases = self.groups[group]
        return _label(releases) + (", removed" if releases[0] in self.without else "")

    def is_removed(self, client: int, server: int) -> bool:
        """Tell whether the endpoint is absent from one of two groups and its removal breaks nothing."""
        gone = not self.without.isdisjoint((self.groups[client][0], self.groups[server][0]))
        return gone and self.relation(client, server).answer is Answer.WORKS

    def relation(self, client: int, server: int) -> Relation:
        """Return whether the clients of one group work with the servers of another."""
        return self.relations[self.groups[client][0], self.groups[server][0]]


def endpoint_matrices(history: History, *, as_documented: bool = False) -> list[Matrix]:
    """Return the matrix of each endpoint, over the newest releases back to the first that has the endpoint."""
    releases = list(reversed(history.releases))
    return [
        _matrix(history, name, _since_first(history, name), as_documented=as_documented)
        for name in sent_names(releases)
    ]


def _since_first(history: History, name: str) -> list[Release]:
    """Return all releases from the first that has an endpoint on, the newest first."""
    first = next(number for number, release in enumerate(history.releases) if history.documents(release, name))
    return list(reversed(history.releases[first:]))


def _matrix(history: History, name: str, releases: list[Release], *, as_documented: bool) -> Matrix:
    """Return the matrix of one endpoint. Releases that mean the same are compared once."""
    twins = _twins(history, name, releases, as_documented=as_documented)
    first = list(twins.values())[:MOST]
    relations = {
        (client[0].version, server[0].version): history.comparisons.relation(
            name, client[0].held(as_documented=as_documented), server[0].held(as_documented=as_documented)
        )
        for client in first
        for server in first
    }
    merged: list[list[list[Release]]] = []
    for twin in first:
        both = (
            bool(merged) and bool(history.documents(twin[0], name)) and bool(history.documents(merged[-1][0][0], name))
        )
        if both and _alike(
            merged[-1][0][0].version,
            twin[0].version,
            [releases_alike[0].version for releases_alike in first],
            relations,
        ):
            merged[-1].append(twin)
        else:
            merged.append([twin])
    groups = tuple(tuple(release.version for twin in group for release in twin) for group in merged)
    without = frozenset(release.version for release in releases if not history.documents(release, name))
    return Matrix(name, groups, relations, without)


def _twins(history: History, name: str, releases: list[Release], *, as_documented: bool) -> dict[Any, list[Release]]:
    """Return neighbouring releases whose documents of a name mean the same."""
    twins: dict[Any, list[Release]] = {}
    for release in releases:
        documents = (history.documents if as_documented else history.contracts)(release, name).items()
        meanings = tuple((path, history.comparisons.meaning(document)) for path, document in documents)
        twins.setdefault(meanings, []).append(release)
    return twins


def _alike(left: str, right: str, versions: list[str], relations: dict[tuple[str, str], Relation]) -> bool:
    """Tell whether two releases work with each other, and have the same answers with all others."""
    if not relations[left, right].answer is relations[right, left].answer is Answer.WORKS:
        return False

    def relations_of(version: str) -> list[tuple[tuple[Answer, str], ...]]:
        pairs = [((version, third), (third, version)) for third in versions if third not in (left, right)]
        return [tuple((relations[pair].answer, _reason(relations[pair])) for pair in both) for both in pairs]

    return relations_of(left) == relations_of(right)


def matrix_page(history: History, matrices: list[Matrix]) -> str:
    """Return the answer for all endpoints at once: one table, whose cells lead to the reasons."""
    versions = [release.version for release in reversed(history.releases)][:MOST]
    groups, (asking, answering) = _overall(matrices, versions), _sides(history, matrices)
    rows = [
        (f"**{_label(client)}**", *(_overall_cell(matrices, client[0], server[0]) for server in groups))
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
        table((f"{asking} ↓ {answering} →", *map(_label, groups)), rows) if matrices else NOTHING_YET,
        _older(history, versions),
        _basis(history),
        f"{_by_endpoint(history, matrices)}For any two releases, with all differences: [compare](compare/index.md).",
    )


DOCUMENTED = "matrix-as-documented.md"
"""The page of the matrix without corrections."""


def documented_matrix_page(history: History, matrices: list[Matrix]) -> str:
    """Return the matrix of the documents as they are frozen, without links to reasons."""
    versions = [release.version for release in reversed(history.releases)][:MOST]
    groups = _overall(matrices, versions)
    rows = [
        (f"**{_label(client)}**", *(answer_mark(_overall_answer(matrices, client[0], server[0])) for server in groups))
        for client in groups
    ]
    return page(
        front_matter(title="Compatibility matrix, as documented", searched=False, contents=False),
        "# The matrix as documented",
        "This matrix compares the frozen documents, without the [corrections](versions/errata.json) of known errors."
        " The [compatibility matrix](matrix.md) shows what really works.",
        table((f"{' ↓ '.join(_sides(history, matrices))} →", *map(_label, groups)), rows),
    )


def _sides(history: History, matrices: list[Matrix]) -> tuple[str, str]:
    """Return what the two sides of all matrices are called."""
    return sides(history.comparisons, [matrix.name for matrix in matrices])


def _overall_answer(matrices: list[Matrix], client: str, server: str) -> Answer:
    """Return the worst answer of all endpoints."""
    places = [(matrix, _group_of(matrix, client), _group_of(matrix, server)) for matrix in matrices]
    known = [(matrix, asking, answering) for matrix, asking, answering in places if None not in {asking, answering}]
    return worst(matrix.relation(asking or 0, answering or 0).answer for matrix, asking, answering in known)


def _basis(history: History) -> str:
    """Return what the answers are based on, where that is not simply the frozen documents."""
    if not any(correction.has_effect for correction in history.store.corrections):
        return ""
    others = f" or [by the versions of the software]({SOFTWARE})" if history.store.software.clients else ""
    return f"Releases are used with their corrections: what really holds. See it [as documented]({DOCUMENTED}){others}."


def _by_endpoint(history: History, matrices: list[Matrix]) -> str:
    """Return the links to the matrix of each endpoint, with the release that removed it if one did."""
    removed = {matrix.name: history.removed_in(matrix.name) for matrix in matrices}
    links = [
        f"[{escape_markdown(name)}]({matrix_path(name)}){f' (removed in {version})' if version else ''}"
        for name, version in removed.items()
    ]
    each = "message" if are_messages(history.comparisons, removed) else "endpoint"
    return f'<span id="by-endpoint"></span>By {each}: {", ".join(links)}. ' if links else ""


def matrix_path(name: str) -> str:
    """Return the path of the matrix of an endpoint, from the top folder."""
    return href(f"matrix/{folder_of(name)}.md")


def _older(history: History, versions: list[str]) -> str:
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
    links = [
        f"[{escape_markdown(name)}]({matrix_path(name)}#{_key(relation)})"
        for name, relation in answers.items()
        if relation.answer is overall
    ]
    remainder = f" and [{len(links) - _NAMED} more](#by-endpoint)" if len(links) > _NAMED + 1 else ""
    return f"{answer_mark(overall)} {', '.join(links[:_NAMED] if remainder else links)}{remainder}"


def endpoint_matrix_page(history: History, matrix: Matrix) -> str:
    """Return the matrix of one endpoint, and each reason once with a message that shows it."""
    numbers, (asking, answering) = range(len(matrix.groups)), sides(history.comparisons, [matrix.name])
    up = "../" * matrix_path(matrix.name).count("/")
    rows = [
        (f"**{matrix.label(client)}**", *(_cell(matrix, client, server) for server in numbers)) for client in numbers
    ]
    return page(
        front_matter(title=f"{matrix.name}: compatibility matrix", searched=False, contents=False),
        f"# {escape_markdown(matrix.name)}: compatibility matrix",
        f"Rows are {plural(asking)}, columns are {plural(answering)}, the newest first. {_page(history, matrix.name)} ·"
        f" [all {'messages' if are_messages(history.comparisons, [matrix.name]) else 'endpoints'}]({up}matrix.md)",
        table((f"{asking} ↓ {answering} →", *map(matrix.label, numbers)), rows),
        *_reasons(matrix, (asking, answering)),
    )


def _page(history: History, name: str) -> str:
    """Return the link to the page of an endpoint: the current one, or that of the last release that had it."""
    shown, removed = history.shown(name) or history.last(name), history.removed_in(name)
    what = "message" if are_messages(history.comparisons, [name]) else "endpoint"
    text = f"Removed in {removed}: the {what} in {shown.version}" if removed else f"The {what}"
    up = "../" * matrix_path(name).count("/")
    return f"[{text}]({up}{href(history.page(shown, name))}.md)"


def _label(group: tuple[str, ...] | list[str]) -> str:
    """Return the name of a group of releases."""
    return group[0] if len(group) == 1 else f"{group[-1]} to {group[0]}"


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
    return mark if relation.answer is Answer.WORKS else f"[{mark}](#{_key(relation)})"


def _key(relation: Relation) -> str:
    """Return the id of the reason: relations with the same reason share it."""
    return f"why-{folder_of(relation.name)}-{hashlib.sha256(_reason(relation).encode()).hexdigest()[:8]}"


def _reason(relation: Relation) -> str:
    """Return the reasons of all exchanges of a relation, as one text."""
    return "\n".join(exchange.why for exchange in relation.exchanges)


def _why(matrix: Matrix) -> dict[str, list[tuple[int, int]]]:
    """Return for each reason, by its id, the pairs of client and server groups that it applies to."""
    pairs_by_reason: dict[str, list[tuple[int, int]]] = {}
    for client in range(len(matrix.groups)):
        for server in range(len(matrix.groups)):
            relation = matrix.relation(client, server)
            if relation.answer is not Answer.WORKS:
                pairs_by_reason.setdefault(_key(relation), []).append((client, server))
    return pairs_by_reason


def _reasons(matrix: Matrix, words: tuple[str, str]) -> Iterator[str]:
    """Yield each reason once, with the pairs it applies to and an example message."""
    for key, pairs in _why(matrix).items():
        relation = matrix.relation(*pairs[0])
        yield f"## {' '.join(_MARKS[relation.answer])}: {_pairs(matrix, pairs, words)} {{ #{key} .why }}"
        for exchange in relation.exchanges:
            if exchange.why:
                yield f"{code(exchange.document.rpartition('/')[2])}: {escape_markdown(exchange.why)}"
            if exchange.answer.breaks and exchange.verdict.witness is not None:
                yield fenced_json_line(exchange.verdict.witness)


def _pairs(matrix: Matrix, pairs: list[tuple[int, int]], words: tuple[str, str]) -> str:
    """Return pairs of clients and servers in words, each client once."""
    sentences = []
    for client, group in groupby(pairs, key=lambda pair: pair[0]):
        servers = ", ".join(matrix.label(server) for _, server in group)
        sentences.append(f"{words[0]} {matrix.label(client)} with {words[1]} {servers}")
    return "; ".join(sentences)


def matrix_data(history: History, matrices: list[Matrix]) -> dict[str, Any]:
    """Return all matrices as data."""
    return {
        "releases": [release.version for release in reversed(history.releases)],
        "names": {matrix.name: _data(matrix) for matrix in matrices},
    }


def _data(matrix: Matrix) -> dict[str, Any]:
    """Return one matrix as data: `cells[client][server]` by the numbers of the groups."""
    numbers = range(len(matrix.groups))
    return {
        "groups": matrix.groups,
        "cells": [[_cell_data(matrix, client, server) for server in numbers] for client in numbers],
        "reasons": {key: _reason_data(matrix.relation(*pairs[0])) for key, pairs in _why(matrix).items()},
    }


def _cell_data(matrix: Matrix, client: int, server: int) -> dict[str, str]:
    """Return one cell as data."""
    if matrix.is_removed(client, server):
        return {"answer": "removed"}
    relation = matrix.relation(client, server)
    answer = {"answer": relation.answer.name.lower()}
    return answer if relation.answer is Answer.WORKS else {**answer, "reason": _key(relation)}


def _reason_data(relation: Relation) -> dict[str, Any]:
    """Return a reason as data."""
    exchanges = [
        {"document": exchange.document, "why": exchange.why, "witness": exchange.verdict.witness}
        for exchange in relation.exchanges
        if exchange.answer is not Answer.WORKS
    ]
    return {"answer": relation.answer.name.lower(), "exchanges": exchanges}
