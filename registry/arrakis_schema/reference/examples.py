"""The examples of a document on its page: which are accepted, which are rejected and why, and how each is sent."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from posixpath import basename, splitext
from typing import Any

from arrakis_schema.languages import language_of
from arrakis_schema.reference.facts.examples import SHOWN, JudgedExample
from arrakis_schema.reference.facts.history import History
from arrakis_schema.reference.markup import code, code_block, division, escape_markdown, tabs
from arrakis_schema.reference.programs import RequestCode, asking_program, exchanging_program
from arrakis_schema.store.documents import Document
from arrakis_schema.store.layout import DocumentKind
from arrakis_schema.store.store import Release
from arrakis_schema.text.escaping import href

_EXAMPLE = re.compile(r"^example(?![A-Za-z0-9])|(?<![A-Za-z0-9])example$")


@dataclass(frozen=True, slots=True)
class ShownExamples:
    """The examples of a document as blocks of Markdown: those shown in full, and the list of the others."""

    featured: tuple[str, ...]
    others: tuple[str, ...]


def examples(history: History, release: Release, document: Document, up: str) -> ShownExamples:
    """Return the minimal and the full example in each way to send them, then the others with why each is rejected."""
    judged = history.examples(release, document)
    accepted = [example for example in judged if not example.reason]
    blocks = []
    if judged and judged[0].home is not release.contract:
        home, judged = judged[0].home.version, accepted
        blocks += (
            [f"This release has no examples of its own. These are examples of {home} that it accepts."]
            if judged
            else []
        )
    featured = [example for example in accepted if example.example.name in SHOWN] or accepted[:1]
    for example in featured:
        name = "" if example.example.refused else example.example.name  # its name says why it is rejected today
        blocks.append(f"**{escape_markdown(_title(document, name))}**")
        forms = list(_code_forms(history, release, document, example))
        blocks.append(tabs(forms) if len(forms) > 1 else forms[0][1])
    return ShownExamples(
        tuple(blocks), tuple(_other_examples(judged, [example for example in judged if example not in featured], up))
    )


def _title(document: Document, name: str) -> str:
    """Return the title of an example: its name, without that of the document and the word example."""
    stem = basename(document.name)
    rest = name.removeprefix(stem)
    variant = _EXAMPLE.sub("", (name if rest[:1].isalnum() else rest).strip("._-")).strip("._-")
    return (variant or "example").replace("-", " ").capitalize()


def _code_forms(
    history: History, release: Release, document: Document, judged: JudgedExample
) -> Iterator[tuple[str, str]]:
    """Yield each way to write or to send an example, with its title."""
    coloured = release in (
        history.current,
        history.unreleased,
    )  # colours double the size of a page, and there are many old pages
    yield "JSON", code_block(judged.text, language_of(document).highlighting if coloured else "")
    if document.kind is not DocumentKind.REQUEST:
        if _is_asked_by_path(history, release, document):
            yield "Python (pyarrow.flight)", code_block(_flight_program(history, release, document, None), "python")
        return
    python = "python" if coloured else ""
    for title, text in programs_beside(judged):
        yield title, code_block(text, python)
    again = judged.example.name == "full"  # how it is sent is shown once
    if program := "" if again else _flight_program(history, release, document, json.loads(judged.text)):
        yield "Python (pyarrow.flight)", code_block(program, python)
    option = "" if not release.frozen else f" --release {release.version}"
    command = f"# arrakis-schema 0.6.0 or later\narrakis-schema validate{option} - <<'END'\n{judged.text.rstrip()}\nEND"
    yield "Command line", code_block(command)


def _is_asked_by_path(history: History, release: Release, document: Document) -> bool:
    """Return whether a path alone asks for a payload, as no request of its name is described."""
    kinds = {other.kind for other in history.documents(release, document.name).values()}
    by_path = history.store.settings.flight.calls == "path"
    return by_path and document.kind is DocumentKind.PAYLOAD and DocumentKind.REQUEST not in kinds


def programs_beside(judged: JudgedExample) -> list[tuple[str, str]]:
    """Return the programs beside an example that send it: `full.client.py` does so with the package `client`."""
    stem, suffix = f"{splitext(judged.example.path)[0]}.", ".py"
    return [
        (
            f"Python ({path.removeprefix(stem).removesuffix(suffix)})",
            judged.home.read(path).decode("utf-8", "replace"),
        )
        for path in judged.home.files
        if path.startswith(stem) and path.endswith(suffix)
    ]


def _flight_program(history: History, release: Release, document: Document, message: Any) -> str:
    """Return a program that sends a request with pyarrow and reads the answer; empty where there is none to send.

    The message is None where a path alone asks.
    """
    flight = history.store.settings.flight
    call = RequestCode(document.name, message, flight.calls)
    if document.name not in flight.exchange:
        return asking_program(call, endless=document.name in flight.columns)
    for payload in history.documents(release, document.name).values():
        accepted = [judged for judged in history.examples(release, payload) if not judged.reason]
        rows = [json.loads(judged.text) for judged in accepted if not judged.example.refused]
        rows = [example for example in rows if isinstance(example, dict) and example.get("rows")]
        if payload.kind is DocumentKind.PAYLOAD and rows:
            example = max(rows, key=lambda example: json.dumps(example).count("null"))  # what the server fills in
            return exchanging_program(call, language_of(payload).schema_code(payload, example), example["rows"])
    return ""


def _other_examples(judged: list[JudgedExample], others: list[JudgedExample], up: str) -> Iterator[str]:
    """Yield one rejected example in full, and a list of those that are not shown above it."""
    refused = [example for example in others if example.reason]
    if refused:
        first = max(
            refused, key=lambda example: ("." in example.reason.partition(":")[0], -len(example.example.content))
        )
        yield f"**Rejected**: {_link(first, up)}: {escape_markdown(first.reason)}"
        yield code_block(first.text)
        others = [example for example in others if example is not first]
    if others:
        rows = [f"- {_link(example, up)} {_outcome(example)}" for example in others]
        yield f"The other {len(rows)} of {len(judged)} examples:" if len(rows) > 1 else "Another example:"
        yield division("examples", "\n".join(rows))


def _link(judged: JudgedExample, up: str) -> str:
    """Return a link to the file of an example."""
    return f"[{code(judged.example.name)}]({up}{href(judged.path)})"


def _outcome(judged: JudgedExample) -> str:
    """Return whether an example is accepted, in words."""
    return f"is rejected: {escape_markdown(judged.reason)}" if judged.reason else "is accepted"
