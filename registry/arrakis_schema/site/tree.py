"""Every file of the site, made from the store: the same bytes for the same store.

`versions/0.5.0/endpoints/find/descriptor.json` in the repository is that path on the site. Beside each `schema.txt`
stand the same schema as an Arrow IPC stream and as JSON. Links inside are relative, so any host and sub-path will do.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from arrakis_schema.errors import DamagedStoreError, SchemaTextError
from arrakis_schema.languages import language_of
from arrakis_schema.site.plain_pages import front_page, missing_page
from arrakis_schema.site.representations import MEDIA_TYPES, Representation, media_type_of
from arrakis_schema.store.documents import Document
from arrakis_schema.store.files import NOTATIONS
from arrakis_schema.store.loading import parse_json_schema
from arrakis_schema.store.lock import Entry, digest
from arrakis_schema.store.store import Release, Store
from arrakis_schema.store.verification import verify
from arrakis_schema.store.versions import NEXT
from arrakis_schema.text.escaping import href, visible

INDEX, CATALOG = "versions/index.json", "catalog.json"
_JSON = ".json"
CORRECTED = "corrected"
"""The folder of a release on the site that holds its documents with their corrections."""


def tree(store: Store) -> tuple[Representation, ...]:
    """Return every file of the site; each path once.

    Raises `DamagedStoreError` if a frozen file differs from the lock, since it is served as immutable.
    """
    return store.derived(_tree)


def _tree(store: Store) -> tuple[Representation, ...]:
    """Make every file of the site."""
    return tuple(_files(store))


def _files(store: Store) -> Iterator[Representation]:
    """Yield every file of the site."""
    _refuse_damage(store)
    lock = store.lock
    releases = [store.release(version) for version in store.releases]
    working, digests = store.release(None), dict[str, Representation]()
    for release in releases:
        files = list(_release(release))
        yield from (_place_file(file, f"versions/{release.version}", immutable=True) for file in files)
        digests |= {file.sha256: file for file in files}
    corrected = {release.version: list(_corrected(release.contract)) for release in releases}
    for alias, version in _aliases(store).items():
        release = store.release(version)
        files = [*_release(release), *(corrected[release.version] if release.frozen else ())]
        yield from (_place_file(file, f"versions/{alias}") for file in files)
    yield from (_place_file(file, "digests/sha256", name=sha256, immutable=True) for sha256, file in digests.items())
    for version, files in corrected.items():
        yield from (_place_file(file, f"versions/{version}") for file in files)
    if store.errata:
        yield _json("versions/errata.json", {"errata": [_erratum_data(erratum) for erratum in store.errata]})
    index = _index(store, [*releases, working], lock)
    yield _json(INDEX, index)
    yield _json(CATALOG, _catalog(releases, working))
    yield Representation("index.html", front_page(store.settings, index), media_type_of("index.html"))
    yield Representation("404.html", missing_page(store.settings), media_type_of("404.html"))


def _refuse_damage(store: Store) -> None:
    """Raise `DamagedStoreError` with one sentence if a release differs from what was frozen."""
    problems = verify(store)
    if problems:
        remainder = f" (and {len(problems) - 1} more: `arrakis-schema verify` names them)" if len(problems) > 1 else ""
        raise DamagedStoreError([f"releases have changed, so the site is not built: {problems[0]}{remainder}"])


def _aliases(store: Store) -> dict[str, str | None]:
    """Return the version of each alias of the site; `next` is the working set, None."""
    return {**store.aliases, NEXT: None}


def _place_file(
    file: Representation, folder: str, *, name: str | None = None, immutable: bool = False
) -> Representation:
    """Return a file of a release at its place on the site."""
    return Representation(f"{folder}/{name or file.path}", file.content, file.media_type, immutable)


def _release(release: Release) -> Iterator[Representation]:
    """Yield the files of a release, and what is made from its Arrow documents, with paths relative to its folder."""
    for path in release.files:
        content = release.read(path)
        yield Representation(path, content, _media_type(release, path))
        if path in release.documents:
            yield from _beside(release, release.document(path))


def _corrected(contract: Release) -> Iterator[Representation]:
    """Yield the documents of a release with its corrections, and what was corrected, with paths as `_release`.

    Nothing where nothing was corrected.
    """
    if not contract.corrected:
        return
    yield _json(f"{CORRECTED}/index.json", _corrections(contract))
    for path in contract.documents:
        document = contract.document(path)
        yield Representation(f"{CORRECTED}/{path}", document.content, document.format.media_type)
        yield from (_place_file(file, CORRECTED) for file in _beside(contract, document))


def _corrections(contract: Release) -> dict[str, Any]:
    """Return what the index of the corrected documents holds; the URLs are relative to it."""
    return {
        "about": f"The documents of {contract.version} with its corrections: they may change, and are not a release.",
        "release": contract.version,
        "url": "../",
        "documents": [
            {
                "url": href(path),
                "corrected": path in contract.corrected,
                "corrections": [
                    {"reason": correction.reason, "seen": correction.seen, "fixed": correction.fixed}
                    for correction in contract.corrections_of(path)
                ],
            }
            for path in contract.documents
        ],
    }


def _media_type(release: Release, path: str) -> str:
    """Return the media type of a file of a release by its role: a program is read, and never run by a browser."""
    if path in release.inventory.programs:
        return MEDIA_TYPES[".txt"]
    return release.document(path).format.media_type if path in release.documents else media_type_of(path)


def _beside(release: Release, document: Document) -> Iterator[Representation]:
    """Yield the files that are derived from a document, such as its IPC bytes."""
    try:
        files = list(language_of(document).files(document))
    except (SchemaTextError, UnicodeDecodeError) as error:
        raise DamagedStoreError([f"{release.folder}/{document.path}: {error}"]) from error
    stem = document.path.removesuffix(document.format.suffix)
    for suffix, content in files:
        yield Representation(f"{stem}{suffix}", content, media_type_of(suffix))


def _index(store: Store, releases: list[Release], lock: dict[str, dict[str, Entry]]) -> dict[str, Any]:
    """Return what `versions/index.json` holds: every release, newest first, with its documents."""
    return {
        "title": store.settings.title,
        "aliases": {**store.aliases, NEXT: store.settings.version},
        "releases": [_entry(release, lock) for release in reversed(releases)],
    }


def _entry(release: Release, lock: dict[str, dict[str, Entry]]) -> dict[str, Any]:
    """Return one release of the index."""
    folder = release.place
    entries = lock.get(release.version, {}) if release.frozen else {}
    documents = [_document(release, path, entries.get(path)) for path in release.documents]
    return {"version": release.version, "frozen": release.frozen, "url": f"{folder}/", "documents": documents}


def _document(release: Release, path: str, entry: Entry | None) -> dict[str, Any]:
    """Return one document of the index; `url` is relative to the index."""
    document = release.document(path)
    folder = release.place
    return {
        "name": document.name,
        "kind": document.kind.value,
        "format": document.format.name,
        "url": href(f"{folder}/{path}"),
        "sha256": digest(document.content),
        "size": len(document.content),
        **({} if entry is None else {"id": entry.id}),
        **_corrected_url(release, path),
        **_references(release, document),
    }


def _references(release: Release, document: Document) -> dict[str, Any]:
    """Return the other documents that one refers to, if any, and the file that holds it, as JSON, with all of them."""
    language = language_of(document)
    references = [
        {"url": href(f"{release.place}/{path}"), "id": identifier} for path, identifier in language.references(document)
    ]
    stem = href(f"{release.place}/{document.path.removesuffix(document.format.suffix)}")
    if references:
        return {"references": references, "bundle": f"{stem}{language.bundled}"}
    return {"bundle": f"{stem}{_JSON}"} if _JSON in language.suffixes else {}


def _corrected_url(release: Release, path: str) -> dict[str, str]:
    """Return where the document stands with its corrections, with all that it refers to; nothing where it has none."""
    if path not in release.contract.corrected:
        return {}
    document = release.contract.document(path)
    bundled = path.removesuffix(document.format.suffix) + language_of(document).bundled
    stem = bundled if any(language_of(document).references(document)) else path
    return {"corrected": href(f"{release.place}/{CORRECTED}/{stem}")}


def _catalog(releases: list[Release], working: Release) -> dict[str, Any]:
    """Return a catalogue in the shape of SchemaStore's: each JSON Schema, with the URL of every release of it."""
    newest = releases[-1] if releases else working
    return {
        "version": 1,
        "schemas": [
            _catalog_entry(newest, releases, path) for path in newest.documents if path.endswith(NOTATIONS[".json"])
        ],
    }


def _catalog_entry(newest: Release, releases: list[Release], path: str) -> dict[str, Any]:
    """Return one schema of the catalogue; the URLs are relative to it."""
    schema = parse_json_schema(newest.document(path).content, f"{newest.folder}/{path}")
    title = schema.get("title", path) if isinstance(schema, dict) else path
    folder = newest.place
    return {
        "name": visible(str(title)),
        "description": visible(str((schema.get("description") if isinstance(schema, dict) else None) or title)),
        "url": href(f"versions/{folder}/{path}"),
        "versions": {
            release.version: href(f"versions/{release.version}/{path}")
            for release in releases
            if path in release.documents
        },
    }


def _erratum_data(erratum: Any) -> dict[str, Any]:
    """Return an erratum as JSON has it."""
    return {name: getattr(erratum, name) for name in erratum.__dataclass_fields__}


def _json(path: str, value: Any) -> Representation:
    """Return a JSON file."""
    return Representation(path, (json.dumps(value, indent=1) + "\n").encode(), media_type_of(path))


def raw_site(store: Store, *, trust_config: bool = False) -> Iterator[Representation]:
    """Yield every file of the site."""
    _ = trust_config
    return iter(tree(store))


def describe_no_omissions(root: Path) -> list[str]:
    """Return what is omitted because a root is not trusted: nothing, as no configuration is read."""
    _ = root
    return []
