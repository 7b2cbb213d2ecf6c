"""The command `import`: freeze versions that were made elsewhere."""

from argparse import Namespace
from collections.abc import Mapping, Sequence
from pathlib import Path
from posixpath import splitext

from arrakis_schema.cli.output import print_line
from arrakis_schema.errors import ReleaseError
from arrakis_schema.findings.reports import format_count
from arrakis_schema.store.import_sources import SourceVersions, read_tags, read_version, read_versions
from arrakis_schema.store.importing import Imported, import_versions
from arrakis_schema.store.layout import FORMATS
from arrakis_schema.store.settings import REGISTRY_FILE
from arrakis_schema.store.store import open_store
from arrakis_schema.store.versions import is_release, precedence
from arrakis_schema.system.proposal import propose_lint, propose_more, propose_settings
from arrakis_schema.system.proposed_layout import propose_forms, with_forms

_MOST_LINES = 12
"""How many files are listed that were left out for one reason."""


def run_import(options: Namespace) -> int:
    """Freeze the versions of a source, and print what was left out."""
    root, found = options.root, _read(options)
    versions = sorted(found.versions, key=lambda version: precedence(version.name))
    made = not (root / REGISTRY_FILE).exists()
    store = None if made else open_store(root)
    more = propose_more(versions, store) if store else []
    forms = propose_forms(versions, store) if store else {}
    proposed = propose_settings(versions, _title(options)) if made else _extended(root / REGISTRY_FILE, more, forms)
    imported = import_versions(root, versions, proposed)
    for version in imported:
        print_line(_describe(version))
    _print_left_out(found.others, imported)
    if made:
        print_line(f"{root / REGISTRY_FILE} was created: review what it declares about your schemas")
        _make_warnings(root)
    if more:
        added = "a new entry" if len(more) == 1 else f"{len(more)} new entries"
        print_line(f"{root / REGISTRY_FILE} has {added} for schemas that it did not cover: review them")
    for files, further in forms.items():
        print_line(f"{root / REGISTRY_FILE} has a new form for examples of {files}: {', '.join(further)}")
    return 0


def _make_warnings(root: Path) -> None:
    """Declare that what lint finds in the imported schemas are warnings, so that `check` passes until they change."""
    working = open_store(root).release(None)
    if lint := propose_lint(working):
        registry = root / REGISTRY_FILE
        registry.write_text(registry.read_text(encoding="utf-8") + "".join(lint.values()), encoding="utf-8")
        rules = ", ".join(lint)
        print_line(f"{registry} makes warnings of errors that lint finds in {working.version} ({rules}): review them")


def _extended(registry: Path, more: Sequence[str], forms: Mapping[str, Sequence[str]]) -> str | None:
    """Return the text of `registry.toml` with further entries and forms of examples; None where there are none."""
    if not more and not forms:
        return None
    text = with_forms(registry.read_text(encoding="utf-8"), forms)
    return f"{text.rstrip()}\n{''.join(more)}" if more else text


def _describe(version: Imported) -> str:
    """Return what became of a version, in one line."""
    if not version.documents:
        return f"left out: {version.version} has no document"
    if version.known:
        return f"{version.version} was imported before, and is the same"
    others = f" and {format_count(version.others, 'other file')}" if version.others else ""
    return f"imported {version.version}: {format_count(version.documents, 'document')}{others}"


def _read(options: Namespace) -> SourceVersions:
    """Read the versions that the arguments name."""
    if options.git:
        return read_tags(options.source, options.tags, options.path, _version(options))
    if options.path:
        raise ReleaseError("--path needs --git: to import a folder, name the folder itself")
    name = _version(options)
    return read_versions(options.source) if name is None else SourceVersions((read_version(options.source, name),))


def _version(options: Namespace) -> str | None:
    """Return the version that --as names; raises `ReleaseError`."""
    name: str | None = options.version and options.version.removeprefix("v")
    if name is not None and not is_release(name):
        raise ReleaseError(f"--as {options.version} is not a semantic version, such as 1.0.0")
    return name


def _title(options: Namespace) -> str:
    """Return what the schemas are called before somebody gives them a title: the name of their folder."""
    source = options.source.resolve()
    named = source.parent if not options.git and is_release(source.name.removeprefix("v")) else source
    return named.name or "Schemas"


def _print_left_out(others: Mapping[str, str], imported: Sequence[Imported]) -> None:
    """Print what was left out: folders and tags, then files that could be documents, then the other files."""
    by_reason: dict[str, list[str]] = {}
    for name, reason in others.items():
        by_reason.setdefault(reason, []).append(f"{name} {reason}")
    for (path, reason), names in sorted(_left_out(imported).items(), key=lambda item: (_rank(*item[0]), item[0])):
        where = names[0] if len(names) == 1 else f"{len(names)} versions, {names[0]} to {names[-1]}"
        by_reason.setdefault(reason, []).append(f"{path} {reason} ({where})")
    for lines in by_reason.values():
        shown = lines if len(lines) <= _MOST_LINES + 1 else lines[:_MOST_LINES]
        for line in shown:
            print_line(f"left out: {line}")
        if len(shown) < len(lines):
            print_line(f"left out: {len(lines) - len(shown):,} more for the same reason")


def _rank(path: str, reason: str) -> tuple[bool, bool]:
    """Return what sorts the files that look most like documents first."""
    return splitext(path)[1] not in FORMATS, reason.startswith("is a note")


def _left_out(imported: Sequence[Imported]) -> dict[tuple[str, str], list[str]]:
    """Return the versions in which each file was left out, by its path and the reason."""
    versions: dict[tuple[str, str], list[str]] = {}
    for version in imported:
        for path, reason in version.left_out.items() if version.documents and not version.known else ():
            versions.setdefault((path, reason), []).append(version.version)
    return versions
