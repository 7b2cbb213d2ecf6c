"""The matrix by versions of software: which client works with which server, call by call."""

from collections.abc import Iterator, Sequence
from typing import Any

from arrakis_schema.reference.markup import code, escape_markdown, front_matter, page, table
from arrakis_schema.reference.matrix import answer_mark
from arrakis_schema.reference.places import anchor
from arrakis_schema.system.advice import advice, relations_data
from arrakis_schema.system.comparisons import Comparisons
from arrakis_schema.system.matrix import merge_alike, range_of
from arrakis_schema.system.relations import Answer, Call


def software_page(comparisons: Comparisons, calls: Sequence[Call]) -> str:
    """Return a table for each call, with neighbours of the same answers merged, and what older clients must change."""
    names = dict.fromkeys(call.name for call in calls)
    return page(
        front_matter(
            title="Software compatibility",
            description="Which version of a client works with which version of a server, call by call.",
            searched=False,
            contents=False,
        ),
        "# Software compatibility",
        "Rows are clients, columns are servers, the newest first; versions with the same answers share a row or column."
        " Each version implements a release of the schemas; the answers are those of these releases with corrections."
        " See also the matrix [by releases of the schemas](matrix.md).",
        *(part for name in names for part in _call(comparisons, [call for call in calls if call.name == name])),
    )


def _call(comparisons: Comparisons, calls: list[Call]) -> Iterator[str]:
    """Yield the section of one call."""
    by_pair = {(call.client, call.server): call for call in calls}
    clients, servers = (list(reversed(dict.fromkeys(side))) for side in zip(*by_pair, strict=True))
    rows = merge_alike(clients, {client: [by_pair[client, server].answer for server in servers] for client in clients})
    columns = merge_alike(
        servers, {server: [by_pair[client, server].answer for client in clients] for server in servers}
    )
    requests = by_pair[clients[0], servers[0]].requests
    requested = " and then ".join(code(request.name) for request in requests)
    yield f"## {escape_markdown(calls[0].name)} {{ #call-{anchor(calls[0].name)} }}"
    yield f"The newest client sends the request{'s' if len(requests) > 1 else ''} {requested}."
    yield table(
        (f"{_program(clients)} ↓ {_program(servers)} →", *(_versions(column) for column in columns)),
        [
            (
                f"**{_versions(row)}**",
                *(answer_mark(by_pair[row[0], column[0]].answer) for column in columns),
            )
            for row in rows
        ],
    )
    newest = [(row, by_pair[row[0], servers[0]]) for row in rows]
    changes = [
        f"- {escape_markdown(range_of(list(reversed(row))))}: {escape_markdown(advice(comparisons, call.exchanges))}"
        for row, call in newest
        if call.answer is Answer.BREAKS
    ]
    if changes:
        yield f"To work with {escape_markdown(servers[0])}:"
        yield "\n".join(changes)


def _program(titles: list[str]) -> str:
    """Return the name of the only program among some versions."""
    names = dict.fromkeys(title.rpartition(" ")[0] for title in titles)
    return escape_markdown(" or ".join(names))


def _versions(titles: list[str]) -> str:
    """Return the versions of a group, with the name of the program only where there are several."""
    names = {title.rpartition(" ")[0] for title in titles}
    short = [title.rpartition(" ")[2] for title in titles] if len(names) == 1 else titles
    return escape_markdown(short[0] if len(short) == 1 else f"{short[-1]} to {short[0]}")


def software_data(comparisons: Comparisons, calls: Sequence[Call]) -> dict[str, Any]:
    """Return every call as data, as `matrix --software --format json` prints it."""
    return {"relations": relations_data(comparisons, calls)}
