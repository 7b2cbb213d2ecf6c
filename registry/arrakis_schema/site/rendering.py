"""Render the whole site: the pages by MkDocs, and the raw files that they link to."""

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from mkdocs.commands.build import build
from mkdocs.config import load_config
from mkdocs.exceptions import MkDocsException

from arrakis_schema.reference.changes import NOTHING_YET
from arrakis_schema.reference.markup import escape_markdown
from arrakis_schema.reference.pages import documents_by_folder
from arrakis_schema.site.config import mkdocs_options
from arrakis_schema.site.representations import Representation, media_type_of
from arrakis_schema.site.sources import refuse_other_than_files
from arrakis_schema.site.tree import tree
from arrakis_schema.site.writer import BuildError
from arrakis_schema.store.store import Store
from arrakis_schema.text.printable import printable

_MOST = 20
_FIRST_STEPS = "The first is `schemas/endpoints/NAME/descriptor.json` or `schemas/publication/NAME.json`."
_ENVIRONMENT = {"SOURCE_DATE_EPOCH": "315532800", "NO_MKDOCS_2_WARNING": "1"}


def render_site(store: Store, *, trust_config: bool = False) -> Iterator[Representation]:
    """Yield every file of the site, deterministically. Raises `BuildError`.

    `trust_config` lets the root's own `mkdocs.yml` run its hooks, plugins and theme: see `site/config.py`.
    """
    raw = {file.path: file for file in tree(store) if file.path != "index.html"}
    yield from raw.values()
    with TemporaryDirectory() as folder, _environment(), _complaints() as complaints:
        target = Path(folder, "site")
        try:
            config = load_config(**_options(store, Path(folder), trust_config), site_dir=str(target))
            refuse_other_than_files(Path(config.docs_dir))
            config.extra |= {"raw": False, "store": store}  # the raw files are in `raw` already
            build(config)
        except (MkDocsException, SystemExit) as error:
            message = "\n".join(
                [f"MkDocs cannot render the pages of {store.root}: {error}", *_complaint_lines(complaints)]
            )
            raise BuildError(message) from error
        for path in sorted(path for path in target.rglob("*") if path.is_file()):
            name = path.relative_to(target).as_posix()
            if name not in raw:
                yield Representation(name, path.read_bytes(), media_type_of(name))


def _options(store: Store, folder: Path, trust_config: bool) -> dict[str, Any]:  # noqa: FBT001 - private
    """Return the arguments for the configuration, after adding a front page where the root has none."""
    options = mkdocs_options(store, folder, trust_config=trust_config)
    front = folder / "docs/index.md"
    if front.parent.is_dir() and not front.exists():
        front.write_text(_front_page(store), encoding="utf-8")
    return options


def _front_page(store: Store) -> str:
    """Return a front page for a root without one."""
    links = {
        "Releases": "releases/index.md",
        "Changelog": "changelog.md",
        "Compatibility matrix": "matrix.md",
        "For programs": "versions/index.json",
    }
    listed = "\n".join(f"- [{name}]({path})" for name, path in links.items())
    introduction = "Every schema of every release, by URL. A release never changes."
    nothing = "" if any(release.documents for release in store.every_release()) else f"\n\n{NOTHING_YET} {_FIRST_STEPS}"
    documents = documents_by_folder(store)
    newest = f"\n\n## Documents\n\n{documents}" if documents else ""
    return f"# {escape_markdown(store.settings.title)}\n\n{introduction}{nothing}\n\n{listed}{newest}\n"


def _complaint_lines(complaints: list[logging.LogRecord]) -> list[str]:
    """Return the warnings of MkDocs, one on each line."""
    hidden = len(complaints) - _MOST
    lines = [f"  {printable(record.getMessage())}" for record in complaints[:_MOST]]
    return [*lines, f"  and {hidden} more"] if hidden > 0 else lines


@contextmanager
def _complaints() -> Iterator[list[logging.LogRecord]]:
    """Collect the warnings of MkDocs, which name the file; if the block succeeds, log them as MkDocs would."""
    logger, collector = logging.getLogger("mkdocs"), _Collector()
    logger.addHandler(collector)
    try:
        yield collector.records
    finally:
        logger.removeHandler(collector)
    for record in collector.records:
        logger.handle(record)


class _Collector(logging.Handler):
    """Keeps log records of warnings and errors."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep one record."""
        self.records.append(record)


@contextmanager
def _environment() -> Iterator[None]:
    """Set a fixed date for MkDocs, so that builds are reproducible, and silence its advertisement."""
    before = {name: os.environ.get(name) for name in _ENVIRONMENT}
    os.environ.update({name: value for name, value in _ENVIRONMENT.items() if before[name] is None})
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
