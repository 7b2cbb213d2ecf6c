"""`conformance/SERVER.jsonl`: what `conform --log` found out about a server over time, one JSON object a line.

The site shows such files in a folder beside `schemas/` and `versions/`. A line that is not a record, such as an
incomplete one, is counted and skipped: machines write the log, and it must not break the site.
"""

import json
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from arrakis_schema.errors import ArrakisSchemaError, DamagedStoreError
from arrakis_schema.store.files import exists, scan_folder
from arrakis_schema.store.records import timestamp
from arrakis_schema.store.store import Store
from arrakis_schema.text.printable import clean_line
from arrakis_schema.text.short_repr import short_repr

LOGS_FOLDER = "conformance"
CONFORMS, DIFFERS, UNDECIDED, NOT_REACHED = "conforms", "differs", "undecided", "not reached"
VERDICTS = (CONFORMS, DIFFERS, UNDECIDED, NOT_REACHED)
_NAME = re.compile(r"(?!index\.)[A-Za-z0-9][A-Za-z0-9_-]{0,99}\.jsonl", re.ASCII)
_MOST_RECORDS = 1000
_LONGEST = 300


@dataclass(frozen=True, slots=True)
class LogRecord:
    """One examination: when, of which server, against which release, the verdict, and how much was examined.

    `time` is RFC 3339 in UTC; `software` is the version that the server reports; `problem` is the first finding, or the
    reason why it could not be examined.
    """

    time: str
    server: str
    release: str
    verdict: str
    software: str = ""
    requests: int = 0
    rows: int = 0
    errors: int = 0
    warnings: int = 0
    notices: int = 0
    problem: str = ""

    __repr__ = short_repr


@dataclass(frozen=True, slots=True)
class ConformanceLog:
    """The records of one server, newest first, and how many lines are not records."""

    name: str
    records: tuple[LogRecord, ...]
    unreadable: int

    __repr__ = short_repr


def append_record(file: Path, record: LogRecord) -> None:
    """Append one line in one write, after the end of a line that was cut off; raises `ArrakisSchemaError`."""
    line = json.dumps(asdict(record), ensure_ascii=False).encode() + b"\n"
    with _open_log(file) as descriptor:
        size = os.fstat(descriptor).st_size
        cut = bool(size) and os.pread(descriptor, 1, size - 1) != b"\n"
        os.write(descriptor, b"\n" * cut + line)


def require_appendable(file: Path) -> None:
    """Raise `ArrakisSchemaError` for a log that cannot be written; a missing log is created."""
    with _open_log(file):
        pass


@contextmanager
def _open_log(file: Path) -> Iterator[int]:
    """Open a log for appending, and yield its descriptor."""
    try:
        descriptor = os.open(file, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o666)
        try:
            yield descriptor
        finally:
            os.close(descriptor)
    except OSError as error:
        raise ArrakisSchemaError(f"{file} cannot be appended to: {error.strerror}") from error


def conformance_logs(store: Store) -> tuple[ConformanceLog, ...]:
    """Return the logs in the folder of a store, by the names of their servers; raises `DamagedStoreError`."""
    return store.derived(_logs)


def _logs(store: Store) -> tuple[ConformanceLog, ...]:
    """Read the logs."""
    if not exists(str(store.root), LOGS_FOLDER):
        return ()
    names = sorted(path for path, _ in scan_folder(str(store.root), LOGS_FOLDER) if path.endswith(".jsonl"))
    for name in names:
        if not _NAME.fullmatch(name):
            expected = "letters, digits, - and _ before .jsonl, and not index"
            raise DamagedStoreError([f"{LOGS_FOLDER}/{name} cannot name a page: expected {expected}"])
    return tuple(_read(name.removesuffix(".jsonl"), store.snapshot.read(f"{LOGS_FOLDER}/{name}")) for name in names)


def _read(name: str, content: bytes) -> ConformanceLog:
    """Read the lines of a log."""
    lines = [line for line in content.decode("utf-8", "replace").splitlines() if line.strip()]
    records = [_record(line) for line in lines]
    newest = sorted((record for record in records if record), key=lambda record: record.time, reverse=True)
    return ConformanceLog(name, tuple(newest[:_MOST_RECORDS]), records.count(None))


def _record(line: str) -> LogRecord | None:
    """Return the record in a line; None where the line is not a record."""
    try:
        members = json.loads(line)
    except (ValueError, RecursionError):
        return None
    if not isinstance(members, Mapping):
        return None
    values = {it.name: members[it.name] for it in fields(LogRecord) if members.get(it.name) is not None}
    return _build(values) if all(_fits(it.type, values.get(it.name)) for it in fields(LogRecord)) else None


def _fits(expected: Any, value: Any) -> bool:
    """Return whether a value is of the type of a field; null is the same as left out."""
    return value is None or (type(value) is expected and (expected is not int or value >= 0))


def _build(values: Mapping[str, Any]) -> LogRecord | None:
    """Return a record of values of the right types; None where a required one is missing or invalid."""
    try:
        moment = datetime.fromisoformat(values["time"]).astimezone(UTC)
        texts = {name: clean_line(value, _LONGEST) for name, value in values.items() if isinstance(value, str)}
        record = LogRecord(**{**values, **texts, "time": timestamp(moment)})
    except (KeyError, TypeError, ValueError, OverflowError):
        return None
    return record if record.verdict in VERDICTS else None
