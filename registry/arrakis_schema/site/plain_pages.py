"""Two pages without MkDocs: the front page, which lists releases and documents, and the page for a 404."""

from base64 import b64encode
from hashlib import sha256
from html import escape
from importlib.resources import files
from string import Template
from typing import Any
from urllib.parse import unquote

from arrakis_schema.store.settings import Settings
from arrakis_schema.text.escaping import visible

_ARROW = """ Beside each <code>schema.txt</code> stand
<code>schema.arrow</code> (Arrow IPC) and <code>schema.arrow.json</code>."""


def front_page(settings: Settings, index: dict[str, Any]) -> bytes:
    """Return the front page for the contents of `versions/index.json`; its links are relative."""
    latest = index["aliases"].get("latest", "next")
    page = Template(_part("front.html")).substitute(
        title=_text(settings.title),
        count=sum(release["frozen"] for release in index["releases"]),
        latest=_text(latest),
        example=_text(f"{settings.base_url}{_example(index)}"),
        arrow=_ARROW if _has_arrow(index["releases"]) else "",
        releases="\n".join(_release(release, latest) for release in index["releases"]),
    )
    return page.encode()


def missing_page(settings: Settings) -> bytes:
    """Return the page for a missing address; it is self-contained, as it is shown at any address."""
    style, script = _part("missing.css"), _part("missing.js")
    page = Template(_part("missing.html")).substitute(
        title=_text(settings.title),
        base=_text(settings.base_url),
        style=style,
        script=script,
        policy=f"default-src 'none'; connect-src 'self'; img-src data:; style-src {_source(style)};"
        f" script-src {_source(script)}; base-uri 'none'; form-action 'none'",
    )
    return page.encode()


def _part(name: str) -> str:
    """Read a file beside this one."""
    return files("arrakis_schema.site").joinpath(name).read_text(encoding="utf-8")


def _source(text: str) -> str:
    """Return the source expression that allows a script or a style in a policy."""
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"


def _text(text: str) -> str:
    """Escape a text for HTML."""
    return escape(visible(text))


def _example(index: dict[str, Any]) -> str:
    """Return the path of an example document: a request of the newest release, or of the working set, if it has one."""
    newest = next((release for release in index["releases"] if release["frozen"]), index["releases"][0])
    documents = sorted(newest["documents"], key=lambda document: document["kind"] != "request")
    urls = [document["url"] for document in documents]
    return f"versions/{(urls or ['index.json'])[0]}"


def _has_arrow(releases: list[dict[str, Any]]) -> bool:
    """Return whether any document is an Arrow schema."""
    return any(document["format"] == "arrow" for release in releases for document in release["documents"])


def _release(release: dict[str, Any], latest: str) -> str:
    """Return the section of one release."""
    version = _text(release["version"])
    label = "latest" if release["version"] == latest else "" if release["frozen"] else "working set, not released yet"
    badge = f' <span class="badge">{label}</span>' if label else ""
    tabular = _has_arrow([release])
    rows = "\n".join(f"<tr>{_row(name, release['documents'], tabular)}</tr>" for name in _names(release["documents"]))
    opened = " open" if label else ""
    head = f"<summary><h2>{version}</h2>{badge}</summary>"
    columns = f"<tr><th>Name</th><th>JSON Schema</th>{'<th>Arrow schema</th>' * tabular}</tr>"
    table = f"<table><thead>{columns}</thead><tbody>\n{rows}\n</tbody></table>"
    return f'<details id="{version}"{opened}>{head}\n{table}</details>'


def _names(documents: list[dict[str, Any]]) -> list[str]:
    """Return the unique names of the rows, in the order of the documents."""
    return list(dict.fromkeys(document["name"] for document in documents))


def _row(name: str, documents: list[dict[str, Any]], tabular: bool) -> str:  # noqa: FBT001 - private
    """Return the cells of one row: the name, its JSON Schema, and of a release that has some its Arrow schema."""
    urls = {document["format"]: document["url"] for document in documents if document["name"] == name}
    request, arrow = urls.get("json-schema"), urls.get("arrow")
    forms = (
        {}
        if arrow is None
        else {part: f"{arrow.removesuffix('.txt')}{part}" for part in (".txt", ".arrow", ".arrow.json")}
    )
    cells = [
        _link(request, unquote(request.rpartition("/")[2])) if request else "",
        " ".join(_link(url, f"schema{part}" if part == ".txt" else part) for part, url in forms.items()),
    ]
    return f'<th scope="row">{_text(name)}</th>' + "".join(f"<td>{cell}</td>" for cell in cells[: 1 + tabular])


def _link(url: str, words: str) -> str:
    """Return a link to a file below `versions/`."""
    return f'<a href="versions/{_text(url)}">{_text(words)}</a>'
