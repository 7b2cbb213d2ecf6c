"""Servers over time: the records of `conform --log` as tables, and a badge for each server."""

from collections.abc import Iterator
from itertools import groupby
from typing import Any

from arrakis_schema.findings.reports import format_count
from arrakis_schema.reference.markup import code, escape_markdown, table
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
from arrakis_schema.store.store import Store
from arrakis_schema.text.escaping import attribute, json_text

_SHOWN = 30
_MARKS = {CONFORMS: "✓ conforms", DIFFERS: "✗ differs", UNDECIDED: "? undecided", NOT_REACHED: "not reached"}
_COLORS = {CONFORMS: "#2e7d32", DIFFERS: "#c62828", UNDECIDED: "#8a6100", NOT_REACHED: "#616161"}
_CHARACTER, _PADDING = 7, 10


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
    return [badge, _MARKS[log.records[0].verdict], first.time, f"{len(log.records):,}"]


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
    return [record.time, *texts, _MARKS[record.verdict], f"{record.requests:,}", problem]


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
