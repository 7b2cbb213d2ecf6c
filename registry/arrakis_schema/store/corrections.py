"""`versions/corrections.toml`: what is known to be wrong in frozen documents, in a form that can be applied.

The frozen bytes never change. The contract of a release is its documents with its corrections applied, in the order of
the file: a JSON Patch (RFC 6902) for JSON, the whole text as really sent for other languages. A correction with neither
is a note, which is only shown.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from arrakis_schema.errors import ArrakisSchemaError, DamagedStoreError
from arrakis_schema.store.caching import Snapshot
from arrakis_schema.store.files import DEEPEST_DOCUMENT
from arrakis_schema.store.json_patch import Operation, apply_patch
from arrakis_schema.store.parsing import parse_text, parse_toml
from arrakis_schema.text.short_repr import short_repr

CORRECTIONS_FILE = "versions/corrections.toml"
ERRATA_FILE = "versions/errata.toml"
"""The older file of notes: `[[erratum]]` tables, with `text` for the reason."""

_LISTS = ("releases", "documents", "seen")
_TEXTS = ("reason", "fixed", "text", "location", "rule")
_KEYS = {*_LISTS, *_TEXTS, "patch"}
_REQUIRED = ("releases", "documents", "reason")


class CorrectionError(ArrakisSchemaError, ValueError):
    """A correction cannot be applied to a document."""


@dataclass(frozen=True, slots=True)
class Correction:
    """What is wrong in some documents of some releases, and what really holds.

    `patch` or `text` say what holds; without them it is a note. `reason` is a sentence for people, `seen` lists the
    software, with its version, in which it was seen, `fixed` is the release that corrects it, empty if none does.
    `location` is a JSON Pointer into the document or the name of a column, `rule` the lint rule that reports it.
    """

    releases: tuple[str, ...]
    documents: tuple[str, ...]
    reason: str
    seen: tuple[str, ...] = ()
    fixed: str = ""
    patch: tuple[Operation, ...] = ()
    text: str = ""
    location: str = ""
    rule: str = ""

    __repr__ = short_repr

    @property
    def has_effect(self) -> bool:
        """Whether it changes the contract, and is not only a note."""
        return bool(self.patch or self.text)

    @property
    def locations(self) -> tuple[str, ...]:
        """The locations that it is about: its own, or what the patch changes; none for a whole document."""
        changed = dict.fromkeys(operation["path"].rpartition("/")[0] for operation in self.patch)
        return (self.location,) if self.location else tuple(changed)

    def applies_to(self, release: str, document: str) -> bool:
        """Return whether it is about a document of a release."""
        return release in self.releases and document in self.documents

    def apply(self, content: bytes) -> bytes:
        """Return a document with this correction; raises `CorrectionError`."""
        if self.text:
            return self.text.encode()
        if not self.patch:
            return content
        return _apply_patch(content, self.patch)


def apply_corrections(corrections: Iterable[Correction], content: bytes, place: str) -> bytes:
    """Return the bytes of the document at a place of the root, corrected; raises `DamagedStoreError`."""
    for correction in corrections:
        try:
            content = correction.apply(content)
        except CorrectionError as error:
            where = f"{CORRECTIONS_FILE}: the correction {correction.reason!r}"
            raise DamagedStoreError([f"{where} cannot be applied to {place}: {error}"]) from error
    return content


def read_corrections(snapshot: Snapshot) -> tuple[Correction, ...]:
    """Return the corrections of a root, and the notes of the older file; none where there are no such files."""
    corrections = parse_corrections(snapshot.read_if_there(CORRECTIONS_FILE) or b"")
    return corrections + parse_errata(snapshot.read_if_there(ERRATA_FILE) or b"")


def parse_corrections(content: bytes, file: str = CORRECTIONS_FILE) -> tuple[Correction, ...]:
    """Return the entries of the file; raises `DamagedStoreError`, which names the entry and what is wrong with it."""
    return _parse_entries(file, "correction", content)


def parse_errata(content: bytes, file: str = ERRATA_FILE) -> tuple[Correction, ...]:
    """Return the entries of the older file, which are notes; raises `DamagedStoreError` like `parse_corrections`."""
    return _parse_entries(file, "erratum", content, _as_note)


def _as_note(entry: Any) -> Any:
    """Return an entry of the older file as a correction that is a note."""
    if not isinstance(entry, dict):
        return entry
    return {("reason" if key == "text" else key): value for key, value in entry.items()}


def _parse_entries(
    file: str, name: str, content: bytes, read: Callable[[Any], Any] = lambda entry: entry
) -> tuple[Correction, ...]:
    """Return the tables of a name in a file as corrections, each of them as it is `read`."""
    table = parse_toml(content, file)
    tables = table.get(name, [])
    if not isinstance(tables, list) or table.keys() - {name}:
        raise DamagedStoreError([f"{file} is not a list of [[{name}]] tables"])
    entries = [read(entry) for entry in tables]
    problems = [
        f"{file}: {name} {number} {problem}" for number, entry in enumerate(entries, 1) for problem in _problems(entry)
    ]
    if problems:
        raise DamagedStoreError(problems)
    return tuple(map(_correction, entries))


def _problems(entry: Any) -> Iterator[str]:
    """Yield what is wrong with an entry."""
    if not isinstance(entry, dict):
        yield "is not a table"
        return
    yield from (f"has an unknown key {key!r}" for key in entry.keys() - _KEYS)
    yield from (f"has no {key}" for key in _REQUIRED if key not in entry)
    for key in _LISTS:
        value = entry.get(key, [])
        if not isinstance(value, list) or not all(isinstance(text, str) for text in value):
            yield f"has a value of {key} that is not a list of texts"
    yield from (f"has a {key} that is not text" for key in _TEXTS if not isinstance(entry.get(key, ""), str))
    if "patch" in entry and "text" in entry:
        yield "has both patch and text: expected a JSON Patch for JSON, or the whole text for others"
    try:
        _operations(entry.get("patch", []))
    except (ValueError, RecursionError) as error:
        yield f"has a patch that cannot be read: {error}"


def _correction(entry: dict[str, Any]) -> Correction:
    """Return the correction of an entry without problems."""
    lists = {key: tuple(entry.get(key, ())) for key in _LISTS}
    return Correction(**{**entry, **lists, "patch": _operations(entry.get("patch", []))})


def _operations(patch: Any) -> tuple[Operation, ...]:
    """Return the operations of a patch: a list of tables, or JSON text, which can hold null; raises `ValueError`."""
    operations = json.loads(patch) if isinstance(patch, str) else patch
    if not isinstance(operations, list):
        raise ValueError("expected a list of operations, as in RFC 6902")  # noqa: TRY004 - as for other malformed text
    for operation in operations:
        if not isinstance(operation, dict) or not all(isinstance(operation.get(key), str) for key in ("op", "path")):
            raise ValueError('each operation has the texts "op" and "path", as in RFC 6902')
    return tuple(operations)


def _apply_patch(content: bytes, patch: tuple[Operation, ...]) -> bytes:
    """Return the JSON text of a document after a patch; raises `CorrectionError`."""
    try:
        document = apply_patch(_value_of(content), patch)
        return (json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False) + "\n").encode()
    except (ValueError, TypeError, RecursionError) as error:
        raise CorrectionError(str(error)) from error


def _value_of(content: bytes) -> Any:
    """Return the JSON value of a document, which may be written in YAML."""
    try:
        return json.loads(content)
    except ValueError:
        return parse_text(content, "document.yaml", DEEPEST_DOCUMENT)


@dataclass(frozen=True, slots=True)
class Erratum:
    """A known error in frozen documents; `location` is a JSON Pointer or the name of a column, `rule` may be empty."""

    releases: tuple[str, ...]
    documents: tuple[str, ...]
    location: str
    rule: str
    text: str
    fixed: str

    __repr__ = short_repr


def errata_of(corrections: Iterable[Correction]) -> Iterator[Erratum]:
    """Yield an erratum for each place of each correction, or one for the whole document where it names none."""
    for correction in corrections:
        for location in correction.locations or ("",):
            yield Erratum(
                correction.releases,
                correction.documents,
                location,
                correction.rule,
                correction.reason,
                correction.fixed,
            )
