"""The command `import`: bring in versions that were made elsewhere."""

from argparse import Namespace
from collections.abc import Iterator, Sequence
from pathlib import Path

from arrakis_schema.cli.output import print_line
from arrakis_schema.errors import ReleaseError
from arrakis_schema.findings.text import format_count
from arrakis_schema.store.import_sources import Found, read_tags, read_version, read_versions
from arrakis_schema.store.importing import Imported, import_versions
from arrakis_schema.store.settings import REGISTRY_FILE
from arrakis_schema.store.store import open_store
from arrakis_schema.store.versions import is_release, precedence
from arrakis_schema.system.proposal import propose_more, propose_settings

_MOST_LINES = 50


def run_import(options: Namespace) -> int:
    """Freeze the versions of a source, and print_line what was left out."""
    root, found = options.root, _read(options)
    versions = sorted(found.versions, key=lambda version: precedence(version.name))
    made = not (root / REGISTRY_FILE).exists()
    more = [] if made else propose_more(versions, open_store(root))
    proposed = propose_settings(versions, _title(options)) if made else _with_entries(root / REGISTRY_FILE, more)
    imported = import_versions(root, versions, proposed)
    for version in imported:
        others = f" and {format_count(version.others, 'other file')}" if version.others else ""
        print_line(f"imported {version.version}: {format_count(version.documents, 'document')}{others}")
    left_out = [*_left_out(imported), *(f"{name} {reason}" for name, reason in found.others.items())]
    for line in left_out[:_MOST_LINES]:
        print_line(f"left out: {line}")
    if len(left_out) > _MOST_LINES:
        print_line(f"left out: {len(left_out) - _MOST_LINES:,} more")
    if made:
        print_line(f"{root / REGISTRY_FILE} was created: review what it declares about your schemas")
    if more:
        added = "a new entry" if len(more) == 1 else f"{len(more)} new entries"
        print_line(f"{root / REGISTRY_FILE} has {added} for schemas without an entry: review them")
    return 0


def _with_entries(registry: Path, more: Sequence[str]) -> str | None:
    """Return the text of `registry.toml` with further entries; None where there are none."""
    return f"{registry.read_text(encoding='utf-8').rstrip()}\n{''.join(more)}" if more else None


def _read(options: Namespace) -> Found:
    """Read the versions that the arguments name."""
    if options.git:
        if options.version is not None:
            raise ReleaseError("--as sets the version of one folder: tags have their own")
        return read_tags(options.source, options.tags, options.path)
    if options.path:
        raise ReleaseError("--path needs --git: to import a folder, name the folder itself")
    if options.version is None:
        return read_versions(options.source)
    name = options.version.removeprefix("v")
    if not is_release(name):
        raise ReleaseError(f"--as {options.version} is not a semantic version, such as 1.0.0")
    return Found((read_version(options.source, name),))


def _title(options: Namespace) -> str:
    """Return what the schemas are called before somebody gives them a title: the name of their folder."""
    source = options.source.resolve()
    named = source.parent if not options.git and is_release(source.name.removeprefix("v")) else source
    return named.name or "Schemas"


def _left_out(imported: Sequence[Imported]) -> Iterator[str]:
    """Yield why each file was left out, once for all versions."""
    versions: dict[tuple[str, str], list[str]] = {}
    for version in imported:
        for path, reason in version.left_out.items():
            versions.setdefault((path, reason), []).append(version.version)
    for (path, reason), names in sorted(versions.items()):
        where = names[0] if len(names) == 1 else f"{len(names)} versions, {names[0]} to {names[-1]}"
        yield f"{path} {reason} ({where})"
