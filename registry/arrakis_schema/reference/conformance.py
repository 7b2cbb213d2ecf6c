"""What real servers send: the record of their checks, the columns of payloads as sent, and servers over time.

The first is `versions/conformance.json`, which the tests write; the second are the corrections of the releases; the
third are the records of `conform --log`, with a badge for each server.
"""

import re
from collections.abc import Iterator
from itertools import groupby
from typing import Any

from arrakis_schema.errors import DamagedStoreError
from arrakis_schema.findings.reports import format_count
from arrakis_schema.reference.markup import code, element, escape_markdown, front_matter, page, table
from arrakis_schema.store.conformance_log import (
    CONFORMS,
    DIFFERS,
    LOGS_FOLDER,
    NOT_REACHED,
    UNDECIDED,
    ConformanceLog,
    LogRecord,
    conformance_logs,
)
from arrakis_schema.store.loading import parse_file
from arrakis_schema.store.store import Release, Store
from arrakis_schema.text.escaping import attribute, json_text

RECORD_FILE = "versions/conformance.json"
_COLUMN = re.compile(r"^(?![ -])(?!\.\.\.$)(.+?)(?:_1|_N)?(\}?): ", re.MULTILINE)
_MARKS = {"error": "✗ error", "warning": "✗ warning", "notice": "notice"}
_SHOWN = 30
_OUTCOMES = {CONFORMS: "✓ conforms", DIFFERS: "✗ differs", UNDECIDED: "? undecided", NOT_REACHED: "not reached"}
_COLORS = {CONFORMS: "#2e7d32", DIFFERS: "#c62828", UNDECIDED: "#8a6100", NOT_REACHED: "#616161"}
_CHARACTER, _PADDING = 7, 10


def conformance(store: Store) -> str:
    """Return the page of results for each real server that was checked; empty without a record."""
    record, over_time = conformance_record(store), monitoring_blocks(store)
    if record is None:
        return page(_front_matter(), "# Real servers", *over_time) if over_time else ""
    try:
        return page(_page(record), *over_time)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise DamagedStoreError([f"{RECORD_FILE} is not what tests/peers/travel.py writes: {error!r}"]) from error


def as_sent(store: Store, name: str) -> str:
    """Return the columns that each release documents beside those really sent, newest first; empty if all agree."""
    releases = store.every_release()
    if not any(release.name_of(path) == name for release in releases for path in release.contract.corrected):
        return ""
    rows = [row for release in reversed(releases) for row in _sent_rows(release, name)]
    if not any(row[1] != row[2] for row in rows):
        return ""
    cells = [[release, old, "as documented" if sent == old else sent, seen] for release, old, sent, seen in rows]
    return table(["release", "documented", "sent", "seen in"], cells)


def _sent_rows(release: Release, name: str) -> Iterator[list[str]]:
    """Yield the row of a release for each of its payloads of this name."""
    for path in release.documents:
        if release.name_of(path) == name and release.document(path).format.tabular:
            documented, sent = (_columns(version.document(path).text) for version in (release, release.contract))
            seen = dict.fromkeys(
                software for correction in release.corrections_of(path) for software in correction.seen
            )
            yield [escape_markdown(release.version), documented, sent, escape_markdown(", ".join(seen))]


def conformance_record(store: Store) -> Any:
    """Return the record of conformance, or None."""
    content = store.snapshot.read_if_there(RECORD_FILE)
    return None if content is None else parse_file(content, RECORD_FILE)


def _page(record: Any) -> str:
    """Return the page for a record."""
    servers = [block for number, examination in enumerate(record["servers"]) for block in _server(number, examination)]
    clients = [
        f"- {escape_markdown(client['client'])} works with the mock server of {_release(client['release'])}."
        f" Tested: {escape_markdown(', '.join(client['asked']))}."
        for client in record["clients"]
    ]
    introduction = (
        "The answers of real servers, checked against the documents with `arrakis-schema conform`. A server conforms if"
        " its answers break no client; notices say in what else it differs."
    )
    return page(
        _front_matter(),
        "# What real servers send",
        introduction,
        _summary(record),
        *servers,
        "## Clients",
        "\n".join(clients),
    )


def _front_matter() -> str:
    """Return the front matter of the page."""
    return front_matter(
        title="Real servers",
        description="Which real servers conform to which release, and in what they differ.",
        searched=False,
        contents=False,
    )


def _summary(record: dict[str, Any]) -> str:
    """Return the table with a line for each examination."""
    rows = []
    for number, examination in enumerate(record["servers"]):
        differences = sum(finding[1] != "notice" for finding in examination["findings"])
        words = f"✗ {format_count(differences, 'difference')}"
        result = _mark("✓ conforms", "works") if examination["conforms"] else _mark(words, "breaks")
        rows.append(
            [
                f"[{_server_title(examination)}](#server-{number})",
                escape_markdown(examination["claims"]),
                _release(examination["release"]),
                result,
            ]
        )
    return table(["server", "with the schemas of", "checked against", "result"], rows)


def _server(number: int, examination: dict[str, Any]) -> Iterator[str]:
    """Yield the blocks about one examination, to which the table above them leads."""
    claims, release = escape_markdown(examination["claims"]), _release(examination["release"])
    title = f"{_server_title(examination)} with the schemas of {claims}, checked against {release}"
    yield f"## {title} {{ #server-{number} }}"
    counts = [
        [code(name), escape_markdown(str(answered)), escape_markdown(str(refused))]
        for name, (answered, refused) in examination["examined"].items()
        if answered or refused  # what the server does not offer is listed below
    ]
    yield table(["endpoint", "requests answered", "invalid requests rejected"], counts)
    rows = [
        [_MARKS[kind], code(rule), escape_markdown(message)] for _, kind, rule, _, message in examination["findings"]
    ]
    yield table(["severity", "rule", "what"], rows) if rows else "Nothing was found."


def _mark(words: str, kind: str) -> str:
    """Return a result in a colour, on one line."""
    return element("span", words, class_=f"answer {kind}")


def _server_title(examination: dict[str, Any]) -> str:
    """Return the name of a server and of its backend."""
    return f"{escape_markdown(examination['server'])} (backend {escape_markdown(examination['backend'])})"


def _release(version: str) -> str:
    """Return the name of a release in words."""
    return "the working set" if version == "next" else f"release {escape_markdown(version)} with its corrections"


def _columns(text: str) -> str:
    """Return the names of the columns in a text, in their order, each once."""
    names = dict.fromkeys("".join(groups) for groups in _COLUMN.findall(text.strip()))
    return ", ".join(code(name) for name in names) or "none"


def monitoring_blocks(store: Store) -> list[str]:
    """Return the blocks of the page about servers over time; none without logs."""
    logs = conformance_logs(store)
    if not logs:
        return []
    introduction = "Recorded by `arrakis-schema conform --log`, newest first."
    return [
        "## Over time",
        introduction,
        table(["server", "now", "since", "examinations"], map(_server_row, logs)),
        *_server_sections(logs),
    ]


def badge_files(store: Store) -> Iterator[tuple[str, str]]:
    """Yield the badge of each server as SVG, as JSON for shields.io, and its records."""
    for log in conformance_logs(store):
        newest = log.records[0] if log.records else None
        label, message, color = _badge(newest)
        differs = newest is not None and newest.verdict == DIFFERS
        shield = {"schemaVersion": 1, "label": label, "message": message, "color": color.removeprefix("#")}
        yield f"{LOGS_FOLDER}/{log.name}.svg", _svg(label, message, color)
        yield f"{LOGS_FOLDER}/{log.name}.json", json_text({**shield, "isError": differs})


def _server_row(log: ConformanceLog) -> list[str]:
    """Return the line of a server in the table of all: the newest verdict, and since when it is so."""
    badge = f"[![{log.name}]({LOGS_FOLDER}/{log.name}.svg)](#{log.name.lower()}) {code(log.name)}"
    if not log.records:
        return [badge, "no records", "", ""]
    _, alike = next(groupby(log.records, key=lambda record: (record.verdict, record.release)))
    *_, first = alike
    return [badge, _OUTCOMES[log.records[0].verdict], first.time, f"{len(log.records):,}"]


def _server_sections(logs: tuple[ConformanceLog, ...]) -> Iterator[str]:
    """Yield the blocks of each server."""
    for log in logs:
        yield f"### {escape_markdown(log.name)}"
        yield table(
            ["when", "software", "release", "result", "requests", "what"], map(_examination_row, log.records[:_SHOWN])
        )
        older = max(0, len(log.records) - _SHOWN)
        unread = f"{format_count(log.unreadable, 'line')} could not be read" if log.unreadable else ""
        if older or unread:
            yield f"{'; '.join(filter(None, [format_count(older, 'older record') if older else '', unread]))}."


def _examination_row(record: LogRecord) -> list[str]:
    """Return the line of one examination."""
    texts = [escape_markdown(text) for text in (record.software, record.release)]
    problem = code(record.problem) if record.problem else ""
    return [record.time, *texts, _OUTCOMES[record.verdict], f"{record.requests:,}", problem]


def _badge(record: LogRecord | None) -> tuple[str, str, str]:
    """Return the label, the message and the color of a badge."""
    if record is None:
        return "conformance", "no records", _COLORS[NOT_REACHED]
    messages = {CONFORMS: f"conforms to {record.release}", DIFFERS: f"differs from {record.release}"}
    return "conformance", messages.get(record.verdict, record.verdict)[:40], _COLORS[record.verdict]


def _svg(label: str, message: str, color: str) -> str:
    """Return a badge as SVG: two words on two colors, readable aloud by its title."""
    left, right = (len(text) * _CHARACTER + 2 * _PADDING for text in (label, message))
    title = attribute(f"{label}: {message}")
    texts: list[tuple[str, Any]] = [(label, left / 2), (message, left + right / 2)]
    words = "".join(
        f'<text x="{place:g}" y="14" textLength="{len(text) * _CHARACTER}">{attribute(text)}</text>'
        for text, place in texts
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{left + right}" height="20" role="img" aria-label="{title}">'
        f'<title>{title}</title><rect width="{left}" height="20" fill="#424242"/>'
        f'<rect x="{left}" width="{right}" height="20" fill="{color}"/>'
        f'<g fill="#fff" text-anchor="middle" font-family="Verdana,sans-serif" font-size="11">{words}</g></svg>\n'
    )
