"""Propose a `registry.toml` for schemas in a team's own folders.

It says where documents and examples are, and which documents are shared by others. People correct it.
"""

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from posixpath import splitext
from typing import Any

from arrakis_schema.errors import DamagedStoreError
from arrakis_schema.findings.finding import Severity
from arrakis_schema.findings.reports import format_count
from arrakis_schema.findings.rules import FIXED, LINT
from arrakis_schema.store.files import FILE, NOTATIONS
from arrakis_schema.store.import_sources import Version
from arrakis_schema.store.inventory import classify
from arrakis_schema.store.layout import STANDARD, DocumentKind, Layout
from arrakis_schema.store.layout_settings import read_layout
from arrakis_schema.store.loading import parse_file
from arrakis_schema.store.store import Release, Store
from arrakis_schema.system.lint import lint_release
from arrakis_schema.system.proposed_layout import SAFE, propose_layout
from arrakis_schema.system.schema_files import SchemaFiles, read_schema_files
from arrakis_schema.text.printable import printable

_FEW_FILES = 3


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
    files = read_schema_files(versions)
    identifier = _identifier_form(newest, files)
    about = f"id = {_quote(identifier)}  # of each $id\n" if identifier else ""
    entries = "".join(f"{_format_entry(entry)}{about}" for entry in propose_layout(files, newest))
    return head + _format_dialects(files) + entries


def _format_dialects(files: SchemaFiles) -> str:
    """Return the table of the meta-schemas that some files name, as TOML; nothing where there are none."""
    if not files.dialects:
        return ""
    lines = (
        f"{_quote(uri)} = {_quote(dialect)}{'  # a guess from its keywords' if uri in files.guessed else ''}\n"
        for uri, dialect in files.dialects.items()
    )
    return "\n# What the meta-schemas that documents name in $schema extend.\n[dialects]\n" + "".join(lines)


def _identifier_form(version: Version, files: SchemaFiles) -> str:
    """Return the form of the `$id`s of a version, if all that have one tell of one form; otherwise nothing."""
    forms = set[str]()
    for path, content in version.contents.items():
        if path in files.schemas:
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
    unplaced = [_unplaced(version, store.layout) for version in versions]
    files = read_schema_files(unplaced, store.settings.aliases, discover=False)
    entries = propose_layout(files, unplaced[-1]) if files.schemas else []
    layout = Layout((*store.layout.placements, *read_layout(entries).placements))
    releases = [store.release(version) for version in (*store.releases, None)]
    if any(_documents_by(layout, release) != release.documents for release in releases):
        return []
    return list(map(_format_entry, entries))


def propose_lint(release: Release) -> dict[str, str]:
    """Return entries of `[[lint]]`, as TOML by rule, with which the documents of a release pass `check` as they are.

    Rules whose severity is fixed have none.
    """
    files: dict[str, list[str]] = {}
    for finding in lint_release(release):
        if finding.severity is Severity.ERROR and finding.rule in LINT - FIXED:
            files.setdefault(finding.rule, []).append(finding.file.removeprefix(f"{release.folder}/"))
    return {rule: _format_lint(rule, files[rule], release.version) for rule in sorted(files)}


def _format_lint(rule: str, files: Sequence[str], version: str) -> str:
    """Return entries that make the findings of a rule warnings: in their files where these are few."""
    paths = sorted({path.translate(SAFE) for path in files})
    reason = f"{version} had {format_count(len(files), 'finding')} when it was imported."
    lines = f'severity = "{Severity.WARNING.value}"\nreason = {_quote(reason)}\n'
    named = [f"files = {_quote(path)}\n" for path in paths] if len(paths) <= _FEW_FILES else [""]
    return "".join(f"\n[[lint]]\nrule = {_quote(rule)}\n{about}{lines}" for about in named)


def _documents_by(layout: Layout, release: Release) -> tuple[str, ...]:
    """Return the documents that a release has by a layout."""
    return classify([(path, FILE) for path in release.files], layout).documents


def _unplaced(version: Version, layout: Layout) -> Version:
    """Return a version with what a layout does not place."""
    inventory = classify([(path, FILE) for path in version.contents], layout)
    left = {path: content for path, content in version.contents.items() if path not in inventory.published}
    return Version(version.name, left)


def _is_standard(version: Version) -> bool:
    """Return whether the files of a version lie where the standard layout has them."""
    inventory = classify([(path, FILE) for path in version.contents], STANDARD)
    return bool(inventory.documents) and not any(
        splitext(refusal.path)[1] in NOTATIONS[".json"] for refusal in inventory.refused
    )


def _format_entry(entry: Mapping[str, Any]) -> str:
    """Return one entry as TOML."""
    shared = entry["kind"] == DocumentKind.SHARED.value
    about = "  # others refer to it; it is not a message by itself" if shared else ""
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
