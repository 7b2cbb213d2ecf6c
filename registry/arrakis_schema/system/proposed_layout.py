"""Propose where the documents and examples of a team are, from their paths and from what refers to what."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from posixpath import basename, dirname, splitext
from typing import Any

from arrakis_schema.store.documents import Document, Documents
from arrakis_schema.store.files import NOTATIONS
from arrakis_schema.store.globs import translate_glob
from arrakis_schema.store.importing import Version
from arrakis_schema.store.layout import DocumentKind, Layout
from arrakis_schema.store.layout_settings import read_layout
from arrakis_schema.system.schema_files import SchemaFiles, references_of

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

_MOST, _FEW = 90, 12
SAFE = str.maketrans(dict.fromkeys("*?[]", "?"))
"""What makes a path a glob of itself, for `str.translate`."""


def propose_layout(files: SchemaFiles, newest: Version) -> list[dict[str, Any]]:
    """Return entries of `[[documents]]` for the files of some versions, of which one is the newest."""
    forms = _example_forms(files)
    globs = list(_globs(files, forms))[:_MOST]
    if not globs:
        return [_entry("**/*.schema.json", DocumentKind.PUBLICATION, FORMS[:1])]
    schemas = {path: content for path, content in files.schemas.items() if path in newest.contents}
    layout = read_layout([_entry(glob, DocumentKind.PUBLICATION, forms) for glob in globs])
    kinds = _kinds(schemas, layout, files.others, globs)
    return [_entry(glob, kind, forms) for glob, kind in kinds]


def _kinds(
    schemas: Mapping[str, bytes], layout: Layout, others: Collection[str], globs: Sequence[str]
) -> list[tuple[str, DocumentKind]]:
    """Return globs with their kinds: shared folders, documents of another kind than most beside them, and the rest."""
    folders, single = _shared(schemas, layout, others)
    kinds, exceptions = list[tuple[str, DocumentKind]](), list[tuple[str, DocumentKind]]()
    left = {path for path in schemas if not _matches(folders, path)}
    for glob in globs:
        matched = {path for path in left if _matches([glob], path)}
        left -= matched
        shared, sent = matched & single, matched - single
        few, kind, exceptional = shared, DocumentKind.PUBLICATION, DocumentKind.SHARED
        if len(shared) > max(_FEW, len(sent)):
            few, kind, exceptional = sent, exceptional, kind
        kinds.append((glob, kind))
        exceptions += [(exception, exceptional) for exception in _cover(few, schemas)]
    whole = [(folder, DocumentKind.SHARED) for folder in folders]
    return [*[*whole, *exceptions][: _MOST - len(kinds)], *kinds]


def _matches(globs: Sequence[str], path: str) -> bool:
    """Return whether one of some globs matches a path."""
    return any(re.fullmatch(translate_glob(glob), path) for glob in globs)


def _cover(paths: Collection[str], schemas: Collection[str]) -> Iterator[str]:
    """Yield globs for some paths: one for all of a file name where it means the same in every folder."""
    names: dict[str, list[str]] = {}
    for path in sorted(paths):
        names.setdefault(basename(path), []).append(path)
    for name, named in names.items():
        everywhere = [path for path in schemas if basename(path) == name]
        if len(named) > 1 and len(everywhere) == len(named):
            yield f"**/{name.translate(SAFE)}"
        else:
            yield from (path.translate(SAFE) for path in named)


def _example_forms(files: SchemaFiles) -> list[str]:
    """Return the forms that find examples among the JSON files that are not schemas, each some that no other finds."""
    forms, left = list[str](), set(files.others)
    for form in FORMS:
        layout = read_layout([_entry(f"**/*{suffix}", DocumentKind.PUBLICATION, [form]) for suffix in _SUFFIXES])
        if found := layout.examples(left, frozenset(files.schemas)):
            forms.append(form)
            left -= found.keys()
    return forms


def _globs(files: SchemaFiles, forms: Sequence[str]) -> Iterator[str]:
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
        folders = sorted({dirname(path).translate(SAFE) for path in of_suffix})
        if of_suffix:
            yield f"**/*{suffix}"
        yield from (f"{folder}/**/*{suffix}" for folder in sorted({path.partition("/")[0] for path in folders} - {""}))
        yield from (f"{folder}/*{suffix}" if folder else f"*{suffix}" for folder in folders)
    yield from (path.translate(SAFE) for path in paths)


def _shared(schemas: Mapping[str, bytes], layout: Layout, others: Collection[str]) -> tuple[list[str], set[str]]:
    """Return globs of the folders that others refer to, and the other documents without examples that they refer to."""
    users = _users(schemas, layout)
    folders = {folder for path in users for folder in _folders_of(path)}
    shared = {folder for folder in folders if _is_shared(folder, schemas, users)}
    whole, globs = {folder for folder in shared if not shared.intersection(_folders_of(folder))}, list[str]()
    if len(whole) > _FEW:
        whole = set()
    for folder in sorted(whole):
        suffixes = {suffix for path in schemas if path.startswith(f"{folder}/") for suffix in [_suffix_of(path)]}
        globs += [f"{folder.translate(SAFE)}/**/*{suffix}" for suffix in sorted(suffixes, reverse=True)]
    examples = set(layout.examples(others, frozenset(schemas)).values())
    single = {path for path in users if not whole.intersection(_folders_of(path)) and path not in examples}
    return globs, single


def _users(schemas: Mapping[str, bytes], layout: Layout) -> dict[str, set[str]]:
    """Return the documents that refer to each document that is referred to by another one."""
    documents, users = Documents(schemas, ("https://import.invalid/",), (), layout), dict[str, set[str]]()
    for path, content in schemas.items():
        for target in references_of(Document(path, content, (), documents, layout)):
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
