"""The compatibility matrix as values and as data: the answer for every client with every server, and why."""

import hashlib
from dataclasses import dataclass
from typing import Any

from arrakis_schema.reference.facts.history import History
from arrakis_schema.reference.places import folder_of
from arrakis_schema.store.store import Release
from arrakis_schema.system.matrix import sides
from arrakis_schema.system.relations import Answer, Relation, sent_names

MOST = 12


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
        return group_label(releases) + (", removed" if releases[0] in self.without else "")

    def is_removed(self, client: int, server: int) -> bool:
        """Return whether the endpoint is absent from one of two groups and its removal breaks nothing."""
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
    equal_releases = _group_equal_releases(history, name, releases, as_documented=as_documented)
    first = list(equal_releases.values())[:MOST]
    relations = {
        (client[0].version, server[0].version): history.comparisons.relation(
            name, client[0].held(as_documented=as_documented), server[0].held(as_documented=as_documented)
        )
        for client in first
        for server in first
    }
    versions = [equals[0].version for equals in first]
    merged: list[list[list[Release]]] = []
    for equals in first:
        last = merged[-1][0][0] if merged else None
        both = last is not None and history.documents(equals[0], name) and history.documents(last, name)
        if last is not None and both and _have_same_answers(last.version, equals[0].version, versions, relations):
            merged[-1].append(equals)
        else:
            merged.append([equals])
    groups = tuple(tuple(release.version for equals in group for release in equals) for group in merged)
    without = frozenset(release.version for release in releases if not history.documents(release, name))
    return Matrix(name, groups, relations, without)


def _group_equal_releases(
    history: History, name: str, releases: list[Release], *, as_documented: bool
) -> dict[Any, list[Release]]:
    """Return neighbouring releases whose documents of a name mean the same."""
    equal_releases: dict[Any, list[Release]] = {}
    for release in releases:
        documents = (history.documents if as_documented else history.contracts)(release, name).items()
        meanings = tuple((path, history.comparisons.meaning(document)) for path, document in documents)
        equal_releases.setdefault(meanings, []).append(release)
    return equal_releases


def _have_same_answers(left: str, right: str, versions: list[str], relations: dict[tuple[str, str], Relation]) -> bool:
    """Return whether two releases work with each other, and have the same answers with all others."""
    if not relations[left, right].answer is relations[right, left].answer is Answer.WORKS:
        return False

    def relations_of(version: str) -> list[tuple[tuple[Answer, str], ...]]:
        pairs = [((version, third), (third, version)) for third in versions if third not in (left, right)]
        return [tuple((relations[pair].answer, _reason(relations[pair])) for pair in both) for both in pairs]

    return relations_of(left) == relations_of(right)


def matrix_sides(history: History, matrices: list[Matrix]) -> tuple[str, str]:
    """Return what the two sides of all matrices are called."""
    return sides(history.comparisons, [matrix.name for matrix in matrices])


def group_label(group: tuple[str, ...] | list[str]) -> str:
    """Return the name of a group of releases."""
    return group[0] if len(group) == 1 else f"{group[-1]} to {group[0]}"


def reason_key(relation: Relation) -> str:
    """Return the id of the reason: relations with the same reason share it."""
    return f"why-{folder_of(relation.name)}-{hashlib.sha256(_reason(relation).encode()).hexdigest()[:8]}"


def _reason(relation: Relation) -> str:
    """Return the reasons of all exchanges of a relation, as one text."""
    return "\n".join(exchange.why for exchange in relation.exchanges)


def pairs_by_reason(matrix: Matrix) -> dict[str, list[tuple[int, int]]]:
    """Return for each reason, by its id, the pairs of client and server groups that it applies to."""
    pairs_by_reason: dict[str, list[tuple[int, int]]] = {}
    for client in range(len(matrix.groups)):
        for server in range(len(matrix.groups)):
            relation = matrix.relation(client, server)
            if relation.answer is not Answer.WORKS:
                pairs_by_reason.setdefault(reason_key(relation), []).append((client, server))
    return pairs_by_reason


def matrix_data(history: History, matrices: list[Matrix]) -> dict[str, Any]:
    """Return all matrices as data."""
    return {
        "releases": [release.version for release in reversed(history.releases)],
        "sides": matrix_sides(history, matrices),
        "names": {matrix.name: _data(matrix) for matrix in matrices},
    }


def _data(matrix: Matrix) -> dict[str, Any]:
    """Return one matrix as data: `cells[client][server]` by the numbers of the groups."""
    numbers = range(len(matrix.groups))
    return {
        "groups": matrix.groups,
        "cells": [[_cell_data(matrix, client, server) for server in numbers] for client in numbers],
        "reasons": {key: _reason_data(matrix.relation(*pairs[0])) for key, pairs in pairs_by_reason(matrix).items()},
    }


def _cell_data(matrix: Matrix, client: int, server: int) -> dict[str, str]:
    """Return one cell as data."""
    if matrix.is_removed(client, server):
        return {"answer": "removed"}
    relation = matrix.relation(client, server)
    answer = {"answer": relation.answer.name.lower()}
    return answer if relation.answer is Answer.WORKS else {**answer, "reason": reason_key(relation)}


def _reason_data(relation: Relation) -> dict[str, Any]:
    """Return a reason as data."""
    exchanges = [
        {"document": exchange.document, "why": exchange.why, "witness": exchange.verdict.witness}
        for exchange in relation.exchanges
        if exchange.answer is not Answer.WORKS
    ]
    return {"answer": relation.answer.name.lower(), "exchanges": exchanges}
