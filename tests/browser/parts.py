"""A small site with the parts that need JavaScript, made from the store: pages, data and raw files, served under a strict policy."""

import functools
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from html import escape
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import material  # type: ignore[import-untyped]

from arrakis_schema.documents import Document, Example, Format, Kind
from arrakis_schema.reference.fields import Field
from arrakis_schema.reference.history import History, read_history
from arrakis_schema.site.tree import tree
from arrakis_schema.store import Release, Store
from arrakis_schema.system.relations import Answer, grid, names

SITE = Path(__file__).parents[2] / "registry/arrakis_schema/site"
ASSETS = "assets/schemas"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'none'"
)
_COLOURS = """\
[data-md-color-scheme="default"] { --ok: #1b6e3c; --bad: #b3261e; --warn: #8a5300; }
[data-md-color-scheme="slate"] { --ok: #7fd19b; --bad: #ff9d94; --warn: #f0bd6c; }
:root { --md-text-font: "IBM Plex Sans"; --md-code-font: "IBM Plex Mono"; }
"""


def write_parts(store: Store, folder: Path) -> None:
    """Write the site."""
    history = read_history(store)
    for file in tree(store):
        _write(folder / file.path, file.content)
    for source in (*(SITE / "bundle").iterdir(), *(SITE / "assets").iterdir()):
        _write(folder / ASSETS / source.name, source.read_bytes())
    for kind in ("main", "palette"):
        (sheet,) = (Path(material.__file__).parent / "templates/assets/stylesheets").glob(f"{kind}.*.min.css")
        _write(folder / f"assets/{kind}.css", sheet.read_bytes())
    _write(folder / "assets/colours.css", _COLOURS.encode())
    _write(
        folder / "assets/dark.js",
        b"if (matchMedia('(prefers-color-scheme: dark)').matches) document.body.dataset.mdColorScheme = 'slate';",
    )
    _pages(history, folder)


def _pages(history: History, folder: Path) -> None:
    """Write the pages and their data."""
    newest = history.releases[-1]
    for release in history.releases:
        entries = [_entry(history, release, path) for path in release.documents]
        _json(
            folder / f"releases/{release.version}/index.json",
            {"version": release.version, "frozen": release.frozen, "documents": entries},
        )
        for name in names([release]):
            place = f"endpoints/{name}" if release is newest else f"releases/{release.version}/{name}"
            data = _page(history, release, name, f"{place}/")
            _json(folder / f"{place}/index.json", data)
            up = "../" * (place.count("/") + 1)
            box = f'<div class="try" data-try data-name="{name}" data-version="{release.version}" data-data="index.json" data-up="{up}"></div>'
            _write(folder / f"{place}/index.html", _html(name, f"<h2>Try it</h2>{box}{_headings(data)}", up).encode())
    _json(folder / "matrix/index.json", _matrix(history))
    box = '<div class="compare" data-compare data-up="../"><p>Comparing needs JavaScript.</p></div>'
    _write(folder / "compare/index.html", _html("Compare any two releases", box, "../").encode())
    for name in ("matrix", "releases/0.6.0"):
        _write(folder / f"{name}/index.html", _html(name, "", "../" * (name.count("/") + 1)).encode())


def _page(history: History, release: Release, name: str, place: str) -> dict[str, Any]:
    """Return the data of the page of an endpoint in a release."""
    documents = [
        {
            **_entry(history, release, path),
            "examples": [_example(release, one) for one in history.store.examples(release, path)],
        }
        for path in history.documents(release, name)
    ]
    return {"name": name, "version": release.version, "frozen": release.frozen, "page": place, "documents": documents}


def _entry(history: History, release: Release, path: str) -> dict[str, Any]:
    """Return one document."""
    document = history.store.document(release, path)
    reader = history.store.settings.reader(document.kind.value)
    since = history.since(path, document.name)
    return {
        "name": document.name,
        "kind": document.kind.value,
        "format": document.format.value,
        "path": path,
        "url": f"{_folder(release)}/{path}",
        "size": len(document.content),
        "fields": [_field(document, one, since.get(one.path, "")) for one in history.fields(document)],
        "problems": [
            {"location": one.location, "text": one.text, "fixed": one.fixed}
            for one in history.known_problems(release, path)
        ],
        "reader": {"unknown": reader.unknown, "columns": reader.columns},
    }


def _field(document: Document, one: Field, since: str) -> dict[str, Any]:
    """Return one field."""
    anchor = f"column-{one.path}" if document.format is Format.ARROW else one.path.replace("[]", "-items")
    facts = {name: getattr(one, name) for name in one.__dataclass_fields__}
    return {**facts, "anchor": anchor, "since": since}


def _example(release: Release, one: Example) -> dict[str, Any]:
    """Return one example."""
    return {"name": one.name, "refused": one.refused, "url": f"{_folder(release)}/{one.path}", "reason": ""}


def _folder(release: Release) -> str:
    """Return the folder of a release on the site."""
    return f"versions/{release.version if release.frozen else 'next'}"


def _matrix(history: History) -> dict[str, Any]:
    """Return who gets on with whom, each release a group of its own."""
    releases = list(reversed(history.releases))
    return {
        "releases": [one.version for one in releases],
        "names": {name: _cells(history, name, releases) for name in names(releases)},
    }


def _cells(history: History, name: str, releases: list[Release]) -> dict[str, Any]:
    """Return the cells of one endpoint."""
    reasons: dict[str, Any] = {}
    keys: dict[str, str] = {}
    cells: dict[tuple[str, str], dict[str, str]] = {}
    for relation in grid(history.comparisons, name, releases):
        cell = cells[relation.client, relation.server] = {"answer": relation.answer.name.lower()}
        if relation.answer is not Answer.WORKS:
            told = "\n".join(one.why for one in relation.exchanges)
            cell["reason"] = keys.setdefault(told, f"why-{name}-{len(keys)}")
            reasons[cell["reason"]] = {
                "answer": relation.answer.name.lower(),
                "exchanges": [
                    {"document": one.document, "why": one.why, "witness": one.verdict.witness}
                    for one in relation.exchanges
                    if one.why
                ],
            }
    order = [one.version for one in releases]
    return {
        "groups": [[version] for version in order],
        "cells": [[cells[client, server] for server in order] for client in order],
        "reasons": reasons,
    }


def _headings(data: dict[str, Any]) -> str:
    """Return a heading for each field, with its anchor."""
    fields = [one for entry in data["documents"] for one in entry["fields"] if entry["kind"] != Kind.ENVELOPE.value]
    return "".join(
        f'<h3 id="{escape(one["anchor"])}"><code>{escape(one["path"])}</code></h3><p>{escape(one["description"])}</p>'
        for one in fields
    )


def _html(title: str, content: str, up: str) -> str:
    """Return a page in the shape of the theme's."""
    sheets = ("assets/main.css", "assets/palette.css", "assets/colours.css", f"{ASSETS}/fonts.css", f"{ASSETS}/try.css")
    links = "".join(f'<link rel="stylesheet" href="{up}{sheet}">' for sheet in sheets)
    return f"""<!doctype html><html lang="en" class="no-js"><head><meta charset="utf-8"><title>{title}</title>
<meta name="viewport" content="width=device-width,initial-scale=1"><link rel="icon" href="data:,">{links}</head>
<body dir="ltr" data-md-color-scheme="default" data-md-color-primary="indigo" data-md-color-accent="indigo">
<script src="{up}assets/dark.js"></script>
<div class="md-container"><main class="md-main"><div class="md-main__inner md-grid"><div class="md-content">
<article class="md-content__inner md-typeset"><h1>{title}</h1>{content}</article></div></div></main></div>
<script type="module" src="{up}{ASSETS}/reference.js"></script></body></html>"""


def _json(path: Path, value: object) -> None:
    """Write a JSON file."""
    _write(path, json.dumps(value, default=str).encode())


def _write(path: Path, content: bytes) -> None:
    """Write a file, and its folder."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


class _Handler(SimpleHTTPRequestHandler):
    """Serves a folder under the policy, below a path."""

    def end_headers(self) -> None:
        self.send_header("Content-Security-Policy", POLICY)
        super().end_headers()

    def log_message(self, *_: object) -> None:
        return


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Serve a folder while the block runs."""
    handler = functools.partial(_Handler, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
