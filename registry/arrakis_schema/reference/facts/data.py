"""The same facts as data: what each page says, as JSON beside it."""

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from arrakis_schema.json_schema.judge.patterns import READINGS, spell_out_patterns
from arrakis_schema.languages import language_of
from arrakis_schema.reference.facts.descriptions import described_members, first_releases
from arrakis_schema.reference.facts.history import History
from arrakis_schema.store.documents import Document
from arrakis_schema.store.loading import parse_file
from arrakis_schema.store.lock import digest
from arrakis_schema.store.members import Bound, Member
from arrakis_schema.store.records import timestamp
from arrakis_schema.store.settings import Reader
from arrakis_schema.store.store import Release
from arrakis_schema.text.escaping import href


def endpoint_data(history: History, release: Release, name: str) -> dict[str, Any]:
    """Return the content of the page of an endpoint as data; every URL is relative to the root of the site."""
    return {
        "name": name,
        "version": release.version,
        "frozen": release.frozen,
        "since": history.first_version(name),
        "changed": history.last_changed_in(name, release),
        "page": f"{href(history.page(release, name))}/",
        "documents": [
            {
                **_document(history, release, name, document),
                "fields": _fields(history, release, name, document),
                "examples": _examples(history, release, document),
            }
            for document in history.documents(release, name).values()
        ],
    }


def release_data(history: History, release: Release) -> dict[str, Any]:
    """Return the documents and accepted breaks of a release as data; the fields are in the data of each page."""
    moment = history.dates.get(release.version)
    names = dict.fromkeys(map(release.name_of, release.documents))
    return {
        "version": release.version,
        "frozen": release.frozen,
        "released": moment and timestamp(moment),
        "accepted": [
            {"rule": entry.rule, "places": entry.places, "reason": entry.reason}
            for entry in history.accepted.get(release.version, [])
        ],
        "documents": [
            _document(history, release, name, document)
            for name in names
            for document in history.documents(release, name).values()
        ],
    }


def _document(history: History, release: Release, name: str, document: Document) -> dict[str, Any]:
    """Return one document without its members."""
    reader = history.store.settings.reader(document.kind.value)
    problems = history.known_problems(release, document.path)
    return {
        "name": name,
        "kind": document.kind.value,
        "format": document.format.name,
        "path": document.path,
        "page": f"{href(history.page(release, name))}/",
        "url": href(f"versions/{release.place}/{document.path}"),
        "sha256": digest(document.content),
        "size": len(document.content),
        "dialects": dict(document.aliases),
        "problems": [
            {
                "location": erratum.location,
                "anchors": [member.anchor for member in language_of(document).members_at(document, erratum.location)],
                "text": erratum.text,
                "fixed": erratum.fixed,
            }
            for erratum in problems
        ],
        "reader": {
            "unknown": reader.unknown if isinstance(reader.unknown, str) else dict(reader.unknown),
            "columns": reader.columns if document.format.tabular else "by-name",
            **_patterns(document, reader),
        },
    }


def _fields(history: History, release: Release, name: str, document: Document) -> list[dict[str, Any]]:
    """Return the members of a document."""
    since = first_releases(history, name, document.path)
    return [
        {
            **member_data(described.member),
            "since": since.get(described.member.anchor, release.version),
            **({"described_in": described.described_in} if described.described_in else {}),
        }
        for described in described_members(history, release, name, document)
    ]


_STEPS: dict[str, Callable[[str | int], Any]] = {
    "name": lambda name: name,
    "items": lambda _: None,
    "position": lambda index: index,
    "contains": lambda _: {"contains": True},
    "any": lambda _: {"any": True},
    "pattern": lambda pattern: {"pattern": pattern},
    "alternative": lambda name: {"alternative": name},
}


def member_data(member: Member) -> dict[str, Any]:
    """Return a member as data; rare keys are included only if they apply."""
    rare = {
        "alternative": member.alternative,
        "required_when": member.required_when,
        "default": member.default,
        "examples": member.examples,
        "format": member.format,
        "deprecated": member.deprecated,
        "readOnly": member.read_only,
        "writeOnly": member.write_only,
        "closed": member.closed,
        "variants": [{**asdict(variant), **_bounds(variant.bounds)} for variant in member.variants],
        "see": member.see,
        "note": member.note,
    }
    return {
        "path": member.path,
        "anchor": member.anchor,
        "kind": member.kind,
        "steps": [_STEPS[step.kind](step.value) for step in member.steps],
        "type": member.type,
        "nullable": member.nullable,
        "required": member.required,
        "description": member.description,
        "unit": member.unit,
        "null": member.null,
        "omitted": member.omitted,
        "values": member.values,
        **_bounds(member.bounds),
        "origins": [
            {"document": origin.document, "pointer": origin.pointer, "keywords": origin.keywords}
            for origin in member.origins
        ],
        **{key: value for key, value in rare.items() if value},
    }


def _bounds(bounds: tuple[Bound, ...]) -> dict[str, Any]:
    """Return the bounds in words, and as keywords with the place of each."""
    assertions = [
        {
            "keyword": bound.keyword,
            "value": bound.value,
            "document": bound.origin.document,
            "pointer": bound.origin.pointer,
        }
        for bound in bounds
    ]
    return {"bounds": [bound.words for bound in bounds], "assertions": assertions}


def _patterns(document: Document, reader: Reader) -> dict[str, Any]:
    """Return what a page reads for each pattern, where the reader is Python."""
    if reader.patterns == "ecma" or document.format.tabular:
        return {}
    return {"patterns": spell_out_patterns(parse_file(document.content, document.path), READINGS[reader.patterns])}


def _examples(history: History, release: Release, document: Document) -> list[dict[str, Any]]:
    """Return the examples of a document, and whether this release refuses them."""
    return [
        {"name": judged.example.name, "refused": bool(judged.reason), "url": href(judged.path), "reason": judged.reason}
        for judged in history.examples(release, document)
    ]
