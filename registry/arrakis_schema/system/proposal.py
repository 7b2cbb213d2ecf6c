"""Propose a `registry.toml` for schemas that lie in a team's own folders.

It says where documents and examples are, and which documents others share. A person corrects it.
"""

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from posixpath import basename, dirname, splitext
from typing import Any

from arrakis_schema.errors import ArrakisSchemaError, DamagedStoreError
from arrakis_schema.languages import language_of
from arrakis_schema.store.dialects import named_dialect
from arrakis_schema.store.documents import Document, Documents
from arrakis_schema.store.files import FILE, NOTATIONS
from arrakis_schema.store.importing import Version
from arrakis_schema.store.inventory import classify
from arrakis_schema.store.layout import STANDARD, DocumentKind, Layout
from arrakis_schema.store.layout_settings import read_layout
from arrakis_schema.store.loading import parse_file
from arrakis_schema.store.store import Release, Store
from arrakis_schema.text.printable import printable

_SUFFIXES = tuple(f"{schema}{suffix}" for suffix in NOTATIONS[".json"] for schema in (".schema", ""))
FORMS = (
    "[refused/]NAME[.VARIANT].example.json",
    "[refused/]NAME[-VARIANT].example.json",
    "examples/[refused/]NAME[.VARIANT].json",
    "examples/[refused/]NAME[-VARIANT].json",
    "examples/NAME/[refused/]VARIANT.json",
    "[refused/]NAME.example[_VARIANT].json",
    "[refused/]NAME[.VARIANT].sample.json",
)
"""How teams name examples, in the order in which they are tried; the first that finds one is proposed."""

_ARROW = ".txt"
_MOST = 90
_SAFE = str.maketrans(dict.fromkeys("*?[]", "?"))


@dataclass(frozen=True, slots=True)
class _Files:
    """The files of all versions: the schemas, the other JSON files, and the newest content of each schema."""

    schemas: Mapping[str, bytes]
    others: frozenset[str]


def propose_settings(versions: Sequence[Version], title: str) -> str:
    """Return the text of a `registry.toml` for some versions, oldest first."""
    newest = versions[-1]
    head = (
        f"# Proposed by `arrakis-schema import` from what it found: correct what is wrong.\n"
        f"version = {_quote(newest.name)}\n"
        f"title = {_quote(title)}\n"
        f"# Where the site will be.\n"
        f'base_url = "https://example.org/{_slug(title)}/"\n'
    )
    if _is_standard(newest):
        return head
    identifier = _identifier_form(newest)
    about = f"id = {_quote(identifier)}  # of each $id\n" if identifier else ""
    return head + "".join(f"{_format_entry(entry)}{about}" for entry in propose_layout(versions))


def _identifier_form(version: Version) -> str:
    """Return the form of the `$id`s of a version, if all that have one tell of one form; otherwise nothing."""
    forms = set[str]()
    for path, content in version.contents.items():
        if path.endswith(NOTATIONS[".json"]) and _is_schema(path, content):
            with suppress(DamagedStoreError):
                value = parse_file(content, path)
                identifier = value.get("$id") if isinstance(value, dict) else None
                forms.add(_form_of(identifier, path, version.name) if isinstance(identifier, str) else "")
    return forms.pop() if len(forms) == 1 else ""


def _form_of(identifier: str, path: str, version: str) -> str:
    """Return an `$id` with words for the path at its end and for the version; nothing where it has another end."""
    head = identifier.removesuffix(path)
    taken = any(word in head for word in ("PATH", "NAME", "VERSION"))
    return f"{head.replace(version, 'VERSION', 1)}PATH" if head != identifier and not taken else ""


def propose_more(versions: Sequence[Version], store: Store) -> list[str]:
    """Return further entries of `[[documents]]`, as TOML, for the schemas of some versions that no entry places.

    None are returned where the layout is the standard one, or where they would change what a release consists of.
    """
    if not store.layout.declared:
        return []
    unplaced = [version for version in (_unplaced(version, store.layout) for version in versions) if version.contents]
    entries = propose_layout(unplaced) if unplaced else []
    layout = Layout((*store.layout.placements, *read_layout(entries).placements))
    releases = [store.release(version) for version in (*store.releases, None)]
    if any(_documents_by(layout, release) != release.documents for release in releases):
        return []
    return list(map(_format_entry, entries))


def _documents_by(layout: Layout, release: Release) -> tuple[str, ...]:
    """Return the documents that a release has by a layout."""
    return classify([(path, FILE) for path in release.files], layout).documents


def _unplaced(version: Version, layout: Layout) -> Version:
    """Return a version with what a layout does not place; without files where none of these is a schema."""
    inventory = classify([(path, FILE) for path in version.contents], layout)
    left = {path: content for path, content in version.contents.items() if path not in inventory.published}
    return Version(version.name, left if any(_is_schema(*item) for item in left.items()) else {})


def propose_layout(versions: Sequence[Version]) -> list[dict[str, Any]]:
    """Return entries of `[[documents]]` for some versions, oldest first."""
    files = _read_files(versions)
    forms = _example_forms(files)
    globs = list(_globs(files, forms))[:_MOST]
    if not globs:
        return [_entry("**/*.schema.json", DocumentKind.PUBLICATION, FORMS[:1])]
    newest = {path: content for path, content in files.schemas.items() if path in versions[-1].contents}
    entries = [_entry(glob, DocumentKind.PUBLICATION, forms) for glob in globs]
    shared = [_entry(glob, DocumentKind.SHARED, forms) for glob in _shared(newest, read_layout(entries), files.others)]
    return [*shared[:_MOST], *entries][:_MOST]


def _is_standard(version: Version) -> bool:
    """Return whether the files of a version lie where the standard layout has them."""
    inventory = classify([(path, FILE) for path in version.contents], STANDARD)
    return bool(inventory.documents) and not any(
        splitext(refusal.path)[1] in NOTATIONS[".json"] for refusal in inventory.refused
    )


def _read_files(versions: Sequence[Version]) -> _Files:
    """Return the files of all versions."""
    contents = {path: content for version in versions for path, content in version.contents.items()}
    found = {path: content for path, content in contents.items() if path.endswith(NOTATIONS[".json"])}
    schemas = {path: content for path, content in found.items() if _is_schema(path, content)}
    return _Files(schemas, frozenset(found.keys() - schemas.keys()))


def _is_schema(path: str, content: bytes) -> bool:
    """Return whether a file is a JSON Schema: by its name, or by the dialect that it names."""
    if splitext(path)[0].endswith(".schema"):
        return True
    with suppress(DamagedStoreError):
        value = parse_file(content, path)
        named = value.get("$schema") if isinstance(value, dict) else None
        return isinstance(named, str) and named_dialect(named) is not None
    return False


def _example_forms(files: _Files) -> list[str]:
    """Return the forms that find examples among the JSON files that are not schemas, each some that no other finds."""
    forms, left = list[str](), set(files.others)
    for form in FORMS:
        layout = read_layout([_entry(f"**/*{suffix}", DocumentKind.PUBLICATION, [form]) for suffix in _SUFFIXES])
        if found := layout.examples(left, frozenset(files.schemas)):
            forms.append(form)
            left -= found.keys()
    return forms


def _globs(files: _Files, forms: Sequence[str]) -> Iterator[str]:
    """Yield globs that match every schema and no other file but examples."""
    left = set(files.schemas)
    for glob in _candidates(sorted(files.schemas)):
        layout = read_layout([_entry(glob, DocumentKind.PUBLICATION, forms)])
        matched = {path for path in left if layout.is_document(path)}
        if matched and not any(layout.is_document(path) for path in files.others):
            left -= matched
            yield glob


def _candidates(paths: Sequence[str]) -> Iterator[str]:
    """Yield globs for some paths, from the widest to the paths themselves."""
    for suffix in _SUFFIXES:
        of_suffix = [path for path in paths if path.endswith(suffix)]
        folders = sorted({dirname(path).translate(_SAFE) for path in of_suffix})
        if of_suffix:
            yield f"**/*{suffix}"
        yield from (f"{folder}/**/*{suffix}" for folder in sorted({path.partition("/")[0] for path in folders} - {""}))
        yield from (f"{folder}/*{suffix}" if folder else f"*{suffix}" for folder in folders)
    yield from (path.translate(_SAFE) for path in paths)


def _shared(schemas: Mapping[str, bytes], layout: Layout, others: Collection[str]) -> Iterator[str]:
    """Yield globs for the documents that others refer to: whole folders, and documents without examples."""
    users = _users(schemas, layout)
    folders = {folder for path in users for folder in _folders_of(path)}
    shared = {folder for folder in folders if _is_shared(folder, schemas, users)}
    whole = {folder for folder in shared if not shared.intersection(_folders_of(folder))}
    for folder in sorted(whole):
        suffixes = {suffix for path in schemas if path.startswith(f"{folder}/") for suffix in [_suffix_of(path)]}
        yield from (f"{folder.translate(_SAFE)}/**/*{suffix}" for suffix in sorted(suffixes, reverse=True))
    examples = set(layout.examples(others, frozenset(schemas)).values())
    for path in sorted(users):
        if not whole.intersection(_folders_of(path)) and path not in examples:
            yield path.translate(_SAFE)


def _users(schemas: Mapping[str, bytes], layout: Layout) -> dict[str, set[str]]:
    """Return the documents that refer to each document that is referred to by another one."""
    documents, users = Documents(schemas, ("https://import.invalid/",), (), layout), dict[str, set[str]]()
    for path, content in schemas.items():
        document = Document(path, content, (), documents, layout)
        with suppress(ArrakisSchemaError, UnicodeDecodeError, RecursionError):
            for target, _ in language_of(document).references(document):
                if target in schemas and target != path:
                    users.setdefault(target, set()).add(path)
    return users


def _is_shared(folder: str, schemas: Collection[str], users: Mapping[str, set[str]]) -> bool:
    """Return whether every document in a folder is used by others, and some by documents outside."""
    inside = {path for path in schemas if path.startswith(f"{folder}/")}
    return inside <= users.keys() and any(users[path] - inside for path in inside)


def _folders_of(path: str) -> list[str]:
    """Return the folders around a path, the widest first."""
    parts = path.split("/")[:-1]
    return ["/".join(parts[:end]) for end in range(1, len(parts) + 1)]


def _suffix_of(path: str) -> str:
    """Return what the name of a document leaves out."""
    return next(suffix for suffix in (*_SUFFIXES, splitext(basename(path))[1]) if path.endswith(suffix))


def _entry(files: str, kind: DocumentKind, examples: Sequence[str] = ()) -> dict[str, Any]:
    """Return one entry of `[[documents]]`."""
    entry: dict[str, Any] = {"files": files, "kind": kind.value}
    return entry | ({"examples": list(examples)} if examples else {})


def _format_entry(entry: Mapping[str, Any]) -> str:
    """Return one entry as TOML."""
    about = "  # others refer to it, and no message is of it" if entry["kind"] == DocumentKind.SHARED.value else ""
    lines = [f"files = {_quote(entry['files'])}", f"kind = {_quote(entry['kind'])}{about}"]
    forms = entry.get("examples", [])
    if forms:
        listed = ", ".join(map(_quote, forms))
        lines.append(f"examples = {listed if len(forms) == 1 else f'[{listed}]'}")
    return "\n[[documents]]\n" + "\n".join(lines) + "\n"


def _quote(text: str) -> str:
    """Return a text as TOML writes it."""
    return json.dumps(printable(text))


def _slug(title: str) -> str:
    """Return a title as a part of a URL."""
    plain = "".join(character if character.isascii() and character.isalnum() else "-" for character in title.lower())
    return "-".join(filter(None, plain.split("-"))) or "schemas"
