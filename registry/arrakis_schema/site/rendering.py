"""Render the whole site: write a folder of Markdown, render it with MkDocs, and finish the result."""

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from jinja2 import BytecodeCache, Environment, FileSystemLoader
from jinja2.bccache import Bucket
from mkdocs.commands.build import build
from mkdocs.config import load_config
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import MkDocsException
from mkdocs.plugins import BasePlugin
from mkdocs.structure.files import File, Files

from arrakis_schema.reference.facts.history import forget_history
from arrakis_schema.site.config import CONFIG
from arrakis_schema.site.finishing import finish_site
from arrakis_schema.site.folder import site_folder
from arrakis_schema.site.html_blocks import HtmlBlocks, PlainText
from arrakis_schema.site.known_pages import KnownPages
from arrakis_schema.site.pages import SiteFolder
from arrakis_schema.site.representations import Representation, media_type_of
from arrakis_schema.site.tree import tree
from arrakis_schema.site.writer import BuildError
from arrakis_schema.store.caching import Memo
from arrakis_schema.store.store import Store
from arrakis_schema.text.printable import printable

_MOST_WARNINGS = 20
_ENVIRONMENT = {"SOURCE_DATE_EPOCH": "315532800", "NO_MKDOCS_2_WARNING": "1"}

_NO_COLOURS = ()
"""A style without colours: they are in a style sheet, and pygments would go through them for each block of code."""


def render_site(store: Store, *, trust_config: bool = False) -> Iterator[Representation]:
    """Yield every file of the site, deterministically. Raises `BuildError`.

    `trust_config` lets the root's own `mkdocs.yml` run its hooks, plugins and theme: see `site/config.py`.
    """
    raw = {file.path: file for file in tree(store) if file.path != "index.html"}
    yield from raw.values()
    with TemporaryDirectory() as temporary, _reproducible_environment():
        rendered = Path(temporary, "site")
        with _collect_warnings() as warnings:
            try:
                folder = site_folder(store, trust_config=trust_config)
                forget_history(store)
                folder.write(Path(temporary), raw=False, pages=not folder.adds_pages)
                config = load_config(config_file=str(Path(temporary, CONFIG)), site_dir=str(rendered))
                config.plugins["shortcuts"], known = Shortcuts(folder, store.memo), KnownPages(folder, store.memo)
                if folder.plain:
                    config.plugins["known pages"] = known
                build(config)
            except (MkDocsException, SystemExit) as error:
                message = "\n".join(
                    [f"MkDocs cannot render the pages of {store.root}: {error}", *_format_warnings(warnings)]
                )
                raise BuildError(message) from error
        generated = {path: content for path, content in folder.files.items() if path not in raw}
        yield from (Representation(path, content, media_type_of(path)) for path, content in generated.items())
        yield from (file for file in finish_site(rendered, folder, known.finished, store.memo) if file.path not in raw)


class _Loader(FileSystemLoader):
    """Loads the templates of a theme; lists none in a hidden folder, whose files MkDocs never publishes."""

    def list_templates(self) -> list[str]:
        """Return the paths of templates and files, relative to their folder."""
        paths = set[str]()
        for top in self.searchpath:
            for folder, folders, names in os.walk(top, followlinks=self.followlinks):
                folders[:] = [name for name in folders if not name.startswith(".")]
                paths |= {Path(folder, name).relative_to(top).as_posix() for name in names}
        return sorted(paths)


class _Templates(BytecodeCache):
    """Templates that were compiled, by this build or an earlier one."""

    def __init__(self, memo: Memo) -> None:
        self.memo = memo
        self.compiled: dict[tuple[str, ...], Any] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Take the code of a template."""
        key = _template_key(bucket)
        bucket.code = self.compiled.get(key) or self.memo.known(key)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep the code of a template."""
        key = _template_key(bucket)
        self.compiled[key] = self.memo.recall(key, lambda: bucket.code)


def _template_key(bucket: Bucket) -> tuple[str, ...]:
    """Return the name and the text of a template."""
    return "template", bucket.key, bucket.checksum


class Shortcuts(BasePlugin):  # type: ignore[type-arg,no-untyped-call] # it has no settings
    """Saves MkDocs time without changing what it renders."""

    def __init__(self, folder: SiteFolder, memo: Memo) -> None:
        super().__init__()
        self.folder = folder
        self.templates = _Templates(memo)

    def on_config(self, config: MkDocsConfig) -> None:
        """Keep the HTML of our pages from Markdown, and do not look for files among the icons of the theme."""
        make_environment = config.theme.get_env

        def get_env() -> Environment:
            environment = make_environment()
            environment.loader, environment.bytecode_cache = _Loader(config.theme.dirs), self.templates
            return environment

        config.theme.get_env = get_env  # type: ignore[method-assign]
        ours = (page.body for page in self.folder.pages.values() if page.generated)
        config.markdown_extensions.append(HtmlBlocks(ours))
        if self.folder.plain:
            config.markdown_extensions.append(PlainText())
            config.mdx_configs.setdefault("pymdownx.highlight", {})["pygments_style"] = _NO_COLOURS

    def on_files(self, files: Files, *, config: MkDocsConfig) -> Files:
        """Add the files of the store, empty: they are there only to be linked to."""
        for path in self.folder.files:
            if path not in files.src_uris:
                files.append(File.generated(config, path, content=b""))
        return files

    def on_env(self, env: Environment, *, config: MkDocsConfig, files: Files) -> None:
        """Load each template once, and copy no file that was there only to be linked to."""
        _ = config
        env.auto_reload = False
        for file in [file for file in files if file.src_uri in self.folder.files]:
            files.remove(file)


def _format_warnings(warnings: list[logging.LogRecord]) -> list[str]:
    """Return the warnings of MkDocs, one on each line."""
    hidden = len(warnings) - _MOST_WARNINGS
    lines = [f"  {printable(record.getMessage())}" for record in warnings[:_MOST_WARNINGS]]
    return [*lines, f"  and {hidden} more"] if hidden > 0 else lines


@contextmanager
def _collect_warnings() -> Iterator[list[logging.LogRecord]]:
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
def _reproducible_environment() -> Iterator[None]:
    """Set a fixed date for MkDocs, so that builds are reproducible, and silence its advertisement."""
    before = {name: os.environ.get(name) for name in _ENVIRONMENT}
    os.environ.update({name: value for name, value in _ENVIRONMENT.items() if before[name] is None})
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
