"""The examples of a document on its page: which are accepted, which are refused and why, and how each is sent."""

import json
from collections.abc import Iterator
from posixpath import splitext
from pprint import pformat
from typing import Any

from arrakis_schema.languages import language_of
from arrakis_schema.reference.facts.examples import SHOWN, Judged
from arrakis_schema.reference.facts.history import History
from arrakis_schema.reference.markup import code, escaped, fenced, tabs
from arrakis_schema.store.documents import Document, DocumentKind
from arrakis_schema.store.store import Release
from arrakis_schema.text.escaping import href

_WIDTH = 88


def examples(history: History, release: Release, document: Document, up: str) -> Iterator[str]:
    """Yield the section: the minimal and the full example, then a list of all others and why they are refused."""
    found = history.examples(release, document)
    accepted = [one for one in found if not one.reason]
    if found and found[0].home is not release:
        yield f"This release came without examples: these are of {found[0].home.version}, held against this release."
    shown = [one for one in accepted if one.example.name in SHOWN] or accepted[:1]
    for one in shown:
        yield f"**{escaped(one.example.name).capitalize()}**"
        ways = list(_ways(history, release, document, one))
        yield tabs(ways) if len(ways) > 1 else ways[0][1]
    yield from _others(found, [one for one in found if one not in shown], up)


def _ways(history: History, release: Release, document: Document, one: Judged) -> Iterator[tuple[str, str]]:
    """Yield each way to write or to send an example, with its title."""
    coloured = release is history.newest  # colours cost as much as the rest of a page, and old pages are many
    yield "JSON", fenced(one.text, language_of(document).highlighting if coloured else "")
    if document.kind is not DocumentKind.REQUEST:
        return
    python = "python" if coloured else ""
    for title, text in _programs(one):
        yield title, fenced(text, python)
    exchanged = document.name in history.store.settings.flight.exchange
    if one.example.name != "full" and not exchanged:  # how it is sent is shown once
        yield "Python (pyarrow.flight)", fenced(_flight(json.loads(one.text)), python)
    option = "" if release is history.newest else f" --release {release.version}"
    command = f"arrakis-schema validate{option} - <<'END'\n{one.text.rstrip()}\nEND"
    yield "Command line", fenced(command)


def _programs(one: Judged) -> Iterator[tuple[str, str]]:
    """Yield the programs beside an example that send it: `full.client.py` does so with the package `client`."""
    stem = f"{splitext(one.example.path)[0]}."
    for path in one.home.files:
        library, suffix = splitext(path.removeprefix(stem))
        if path.startswith(stem) and suffix == ".py":
            yield f"Python ({library})", one.home.read(path).decode("utf-8", "replace")


def _flight(message: Any) -> str:
    """Return a program that sends a request by pyarrow and reads what is answered."""
    return (
        "import json\nfrom pyarrow import flight\n\n"
        f"request = {pformat(message, width=_WIDTH, sort_dicts=False)}\n"
        'client = flight.connect("grpc://HOST:PORT")\n'
        "descriptor = flight.FlightDescriptor.for_command(json.dumps(request))\n"
        "for endpoint in client.get_flight_info(descriptor).endpoints:\n"
        "    print(client.do_get(endpoint.ticket).read_all())"
    )


def _others(found: list[Judged], others: list[Judged], up: str) -> Iterator[str]:
    """Yield one refused example whole, and a list of those that are not shown."""
    refused = [one for one in others if one.reason]
    if refused:
        first = max(refused, key=lambda one: ("." in one.reason.partition(":")[0], -len(one.example.content)))
        yield f"**Refused**: {escaped(first.reason)}"
        yield fenced(first.text)
    if others:
        rows = [f"- {_link(one, up)} {_told(one)}" for one in others]
        yield f"All {len(found)} examples are files. Also there:" if len(rows) > 1 else ""
        yield f'<div class="examples" markdown>\n\n{chr(10).join(rows)}\n\n</div>'


def _link(one: Judged, up: str) -> str:
    """Return a link to the file of an example."""
    return f"[{code(one.example.name)}]({up}{href(one.path)})"


def _told(one: Judged) -> str:
    """Return whether an example is accepted, in words."""
    return f"is refused: {escaped(one.reason)}" if one.reason else "is accepted"
