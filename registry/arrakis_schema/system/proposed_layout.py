"""Propose entries of `[[documents]]`: where a team has its documents and examples, and forms that its examples need.

The entries follow from the paths, and from what refers to what. A `registry.toml` that exists is edited line by line,
so that everything that a person wrote in it stays.
"""

import json
import re
import tomllib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise, product
from posixpath import basename, dirname, splitext
from typing import Any

from arrakis_schema.store.documents import Document, Documents
from arrakis_schema.store.files import FILE, NOTATIONS
from arrakis_schema.store.import_sources import Version
from arrakis_schema.store.inventory import classify
from arrakis_schema.store.layout import EXAMPLE, DocumentKind, Layout
from arrakis_schema.store.layout_settings import read_layout, translate_glob
from arrakis_schema.store.store import Store
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

_HEADER = re.compile(r"^[ \t]*\[", re.MULTILINE)
_TABLE = re.compile(r"[ \t]*\[\[[ \t]*documents[ \t]*\]\]")
_TEXT = r"""(?:"[^"\n]*"|'[^'\n]*')"""
_EXAMPLES = re.compile(rf"^[ \t]*examples[ \t]*=[ \t]*(?:{_TEXT}|\[(?:[\s,]|{_TEXT}|#[^\n]*)*\])", re.MULTILINE)


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


def propose_forms(versions: Sequence[Version], store: Store) -> dict[str, list[str]]:
    """Return for entries of `[[documents]]`, by their glob, the forms of examples that they lack.

    None are returned where they would change what a release, or a version, consists of beside its examples.
    """
    missing, layout = dict[str, list[str]](), store.layout
    for version in versions:
        inventory = classify([(path, FILE) for path in version.contents], layout)
        left = {path for path in version.contents if path.endswith(EXAMPLE)}.difference(inventory.published)
        for form, placement in product(FORMS if left else (), layout.placements):
            extended = _extended(layout, placement.files, form)
            if found := extended.examples(left, frozenset(inventory.documents)):
                layout, left = extended, left - found.keys()
                missing.setdefault(placement.files, []).append(form)
    releases = [store.release(version).files for version in (*store.releases, None)]
    changed = any(_published(files, layout) != _published(files, store.layout) for files in releases)
    changed = changed or any(
        _documents(version.contents, layout) != _documents(version.contents, store.layout) for version in versions
    )
    return {} if changed else missing


def _extended(layout: Layout, files: str, form: str) -> Layout:
    """Return a layout in which the entry of a glob has one more form of examples."""
    entry = {"files": files, "kind": DocumentKind.PUBLICATION.value, "examples": [form]}
    more = read_layout([entry]).placements[0].examples
    return Layout(
        tuple(
            replace(placement, examples=(*placement.examples, *more)) if placement.files == files else placement
            for placement in layout.placements
        )
    )


def _published(paths: Iterable[str], layout: Layout) -> tuple[str, ...]:
    """Return those of some paths that a layout gives a role."""
    return classify([(path, FILE) for path in paths], layout).published


def _documents(paths: Iterable[str], layout: Layout) -> tuple[str, ...]:
    """Return those of some paths that are documents by a layout."""
    return classify([(path, FILE) for path in paths], layout).documents


def with_forms(text: str, forms: Mapping[str, Sequence[str]]) -> str:
    """Return the text of a `registry.toml` in which entries have further forms of examples, by their glob.

    Where a person wrote it in another way than is understood here, it stays as it is.
    """
    starts = [0, *(match.start() for match in _HEADER.finditer(text)), len(text)]
    try:
        edited = "".join(_edited(text[start:end], forms) for start, end in pairwise(starts))
        wanted = [_with_more(entry, forms) for entry in tomllib.loads(text)["documents"]]
        same = tomllib.loads(edited) == {**tomllib.loads(text), "documents": wanted}
    except tomllib.TOMLDecodeError:
        return text
    return edited if same else text


def _with_more(entry: Mapping[str, Any], forms: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """Return an entry with the forms that it lacks."""
    known, more = entry.get("examples", []), forms.get(entry["files"], ())
    return {**entry, "examples": [*([known] if isinstance(known, str) else known), *more]} if more else dict(entry)


def _edited(part: str, forms: Mapping[str, Sequence[str]]) -> str:
    """Return the text of one table with the forms that its entry lacks."""
    if not _TABLE.match(part):
        return part
    entry = tomllib.loads(part)["documents"][0]
    extended = _with_more(entry, forms)
    if extended == entry:
        return part
    line = f"examples = [{', '.join(map(json.dumps, extended['examples']))}]"
    body = part.rstrip()
    edited = _EXAMPLES.sub(lambda _: line, body, count=1) if "examples" in entry else f"{body}\n{line}"
    return edited + part[len(body) :]
