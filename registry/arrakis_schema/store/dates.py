"""When releases were frozen, and why: `versions/dates.toml`, written by `release`, and `versions/summaries.toml`.

Releases older than a file may be missing from it.
"""

import os
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from arrakis_schema.errors import DamagedStoreError, ReleaseError
from arrakis_schema.store.files import exists, read_file
from arrakis_schema.store.toml_files import parse_toml

DATES_FILE, SUMMARIES_FILE = "versions/dates.toml", "versions/summaries.toml"
_EPOCH = "SOURCE_DATE_EPOCH"


def parse_dates(content: bytes, file: str) -> dict[str, datetime]:
    """Parse when each release was frozen, in UTC; raises `DamagedStoreError`, which names the file."""
    table = parse_toml(content, file)
    invalid = [release for release, moment in table.items() if not isinstance(moment, datetime) or not moment.tzinfo]
    if invalid:
        raise DamagedStoreError([f"{file}: {invalid[0]} needs a date and time with its zone: 2026-07-27T19:15:17Z"])
    try:
        return {release: moment.astimezone(UTC) for release, moment in table.items()}
    except OverflowError as error:
        raise DamagedStoreError([f"{file}: a date is before the year 1 or after 9999 in UTC"]) from error


def parse_summaries(content: bytes, file: str = SUMMARIES_FILE) -> dict[str, str]:
    """Parse the sentence that people wrote on each release; raises `DamagedStoreError`, which names the file."""
    table = parse_toml(content, file)
    invalid = [release for release, sentence in table.items() if not isinstance(sentence, str) or not sentence.strip()]
    if invalid:
        raise DamagedStoreError([f'{file}: {invalid[0]} needs a sentence in quotation marks: "Adds replays."'])
    return dict(table)


def now() -> str:
    """Return the current time, as `timestamp` writes it."""
    return timestamp(datetime.now(UTC))


def timestamp(moment: datetime) -> str:
    """Format a moment in UTC as RFC 3339 does."""
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


def with_date(root: Path, release: str) -> str:
    """Return the text of the file with the current time for a release; `SOURCE_DATE_EPOCH` overrides the time.

    https://reproducible-builds.org/specs/source-date-epoch/
    """
    return with_dates(root, {release: None})


def with_dates(root: Path, moments: Mapping[str, datetime | None]) -> str:
    """Return the text of the file with the moments of some releases, None for the current time."""
    content = read_file(str(root), DATES_FILE) if exists(str(root), DATES_FILE) else b""
    dates, written = parse_dates(content, DATES_FILE), content.decode("utf-8")
    gap = "" if written.endswith("\n") or not written else "\n"
    new = {release: moment or _now() for release, moment in moments.items() if release not in dates}
    lines = "".join(f'"{release}" = {timestamp(moment)}\n' for release, moment in new.items())
    return f"{written}{gap}{lines}" if lines else written


def _now() -> datetime:
    """Return the time to record for a release; raises `ReleaseError`."""
    seconds = os.environ.get(_EPOCH, "")
    try:
        return datetime.fromtimestamp(int(seconds), UTC) if seconds else datetime.now(UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise ReleaseError(f"{_EPOCH} is {seconds!r}: expected a number of seconds since 1970") from error
