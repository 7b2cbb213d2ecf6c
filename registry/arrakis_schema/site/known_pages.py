"""Reuse pages that an earlier build rendered from the same text, instead of rendering and finishing them again.

This applies only with the settings of this package: other extensions, plugins or themes may depend on other things.
"""

from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from jinja2 import ChoiceLoader, DictLoader, Environment
from markdown import Markdown
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.plugins import BasePlugin
from mkdocs.structure.files import File, Files, file_sort_key
from mkdocs.structure.pages import (
    Page,
    _ExtractAnchorsTreeprocessor,
    _ExtractTitleTreeprocessor,
    _HTMLHandler,
    _RawHTMLPreprocessor,
    _RelativePathTreeprocessor,
)
from mkdocs.structure.toc import TableOfContents, get_toc

from arrakis_schema.site.finishing import finish_html, scripts_of_theme
from arrakis_schema.site.pages import SiteFolder
from arrakis_schema.site.search import index_page, parse_html, without_options
from arrakis_schema.store.caching import Memo

_EMPTY_TEMPLATE = "nothing.html"
_SEARCH = "material/search"
_NAVIGATION = ("nav", "extra")


@dataclass(frozen=True, slots=True)
class _Content:
    """The HTML of a page without the theme, what MkDocs reads from it, and where its links led."""

    html: str
    toc: TableOfContents
    title: str | None
    anchors: set[str]
    links: dict[str, dict[str, str]]
    targets: "dict[str, _Target]"

    def holds(self, files: Files) -> bool:
        """Return whether the links lead where they led."""
        return all(_target(files.get_file_from_path(path)) == target for path, target in self.targets.items())


_Target = tuple[str, bool] | None


def _target(file: File | None) -> _Target:
    """Return all that a link shows of the file that it leads to."""
    return None if file is None else (file.url, file.inclusion.is_excluded())  # type: ignore[no-untyped-call]


@dataclass(frozen=True, slots=True)
class _FinishedPage:
    """A page as it is published, and its entries of the index for search."""

    html: bytes
    entries: list[Any]


@dataclass(slots=True)
class _RecordingFiles:
    """The files of a site, which records those that were looked up for a page, and looks each up once for all pages."""

    files: Files
    by_path: dict[str, tuple[File | None, _Target]]
    targets: dict[str, _Target] = field(default_factory=dict)

    def get_file_from_path(self, path: str) -> File | None:
        """Return the file at a path."""
        if path not in self.by_path:
            file = self.files.get_file_from_path(path)
            self.by_path[path] = file, _target(file)
        file, self.targets[path] = self.by_path[path]
        return file


class KnownPages(BasePlugin):  # type: ignore[type-arg,no-untyped-call] # it has no settings
    """Gives MkDocs the pages that are known, keeps the others, and finishes each: `finished` holds all by path."""

    def __init__(self, folder: SiteFolder, memo: Memo) -> None:
        super().__init__()
        self.folder, self.memo = folder, memo
        self.finished: dict[str, bytes] = {}
        self._contents: dict[str, _Content] = {}
        self._known: dict[str, _FinishedPage] = {}
        self._entries = 0
        self._renderer = _Renderer()
        self._scripts: set[str] | None = None
        settings = folder.settings
        self._of_content = repr({key: value for key, value in settings.items() if key not in _NAVIGATION})
        self._of_all = repr(settings)

    def on_files(self, files: Files, *, config: MkDocsConfig) -> Files:
        """Add the pages that were not written, in the order in which MkDocs would find them."""
        if self.folder.adds_pages:
            pages = [File.generated(config, path, content="") for path in self.folder.pages]
            for page in sorted(pages, key=file_sort_key):
                files.append(page)
        return files

    def on_pre_page(self, page: Page, *, config: MkDocsConfig, files: Files) -> Page:
        """Let the page read and render itself in our way."""
        _ = config, files
        page.read_source = partial(self._read, page)  # type: ignore[method-assign]
        page.render = partial(self._render, page)  # type: ignore[method-assign]
        return page

    def _read(self, page: Page, config: MkDocsConfig) -> None:
        """Read a page and its front matter."""
        _ = config
        source = self.folder.pages[page.file.src_uri]
        page.markdown, page.meta = source.body, dict(source.front)

    def _render(self, page: Page, config: MkDocsConfig, files: Files) -> None:
        """Render a page, unless its content is known; pretend that it has no text for search if all of it is."""
        path, source = page.file.src_uri, page.markdown
        content = self.memo.recall(
            ("content", self._of_content, path, source),
            lambda: self._renderer.content_of(page, config, files),
            lambda known: known.holds(files),
        )
        page.content, page.toc, page._title_from_render = content.html, content.toc, content.title  # noqa: SLF001
        page.present_anchor_ids = content.anchors
        page.links_to_anchors = {
            file: links for path, links in content.links.items() if (file := files.get_file_from_path(path))
        }
        self._contents[path] = content

    def on_page_content(self, html: str, *, page: Page, config: MkDocsConfig, files: Files) -> str:
        """Let neither search nor the theme read a page that is known; the Markdown of a page is not used again."""
        _ = config, files
        page.markdown = ""
        known = self.memo.known(self._key(page))
        if known is not None:
            self._known[page.file.src_uri] = known
            page.meta = {**page.meta, "template": _EMPTY_TEMPLATE, "search": {"exclude": True}}
        return html

    def _key(self, page: Page) -> tuple[Any, ...]:
        """Return all that a page depends on."""
        content = self._contents[page.file.src_uri]
        source = self.folder.pages[page.file.src_uri].source
        return "page", self._of_all, page.file.src_uri, source, tuple(content.targets.items())

    def on_env(self, env: Environment, *, config: MkDocsConfig, files: Files) -> None:
        """Add the template of a page that is known, and let search read the others faster."""
        _ = files
        index = config.plugins[_SEARCH].search_index  # type: ignore[attr-defined]
        index.add_entry_from_context = partial(index_page, index)
        env.loader = ChoiceLoader([DictLoader({_EMPTY_TEMPLATE: ""}), *([env.loader] if env.loader else [])])

    def on_page_context(self, context: Any, *, page: Page, config: MkDocsConfig, nav: Any) -> Any:
        """Add what search finds on a page that is known, and give any other page its content for the theme."""
        _ = nav
        known = self._known.get(page.file.src_uri)
        entries = config.plugins[_SEARCH].search_index.entries  # type: ignore[attr-defined]
        if known is not None:
            entries.extend(known.entries)
        else:
            page.content = without_options(self._contents[page.file.src_uri].html)
        return context

    def on_post_page(self, output: str, *, page: Page, config: MkDocsConfig) -> str:
        """Finish a page, and keep it here: MkDocs writes nothing."""
        entries = config.plugins[_SEARCH].search_index.entries  # type: ignore[attr-defined]
        path = page.file.src_uri
        new = entries[self._entries :]
        self._entries = len(entries)
        finished = self._known.get(path) or self.memo.recall(
            self._key(page), lambda: _FinishedPage(self._finish(output, path, config), new)
        )
        self.finished[page.file.dest_uri] = finished.html
        page.content = ""  # it is not used again
        del self._contents[path]
        return ""

    def _finish(self, html: str, path: str, config: MkDocsConfig) -> bytes:
        """Return a page as it is published."""
        if self._scripts is None:
            self._scripts = scripts_of_theme(Path(config.site_dir))
        return finish_html(html, self._scripts, generated=self.folder.pages[path].generated).encode()


class _RawHtml(_RawHTMLPreprocessor):
    """Finds the anchors in the HTML of a page, faster."""

    def run(self, lines: list[str]) -> list[str]:
        """Return the page unchanged."""
        parser = _HTMLHandler()
        parse_html(parser, "\n".join(lines))
        self.present_anchor_ids = parser.present_anchor_ids
        return lines


class _Renderer:
    """Renders pages as `Page.render` does, with one `Markdown` for all of them."""

    def __init__(self) -> None:
        self._markdown: Markdown | None = None
        self._files: dict[str, tuple[File | None, _Target]] = {}

    def content_of(self, page: Page, config: MkDocsConfig, files: Files) -> _Content:
        """Return the content of a page."""
        markdown = self._markdown = self._markdown or _parser_of(config)
        recorder: Any = _RecordingFiles(files, self._files)
        html, title = _RawHtml(), _ExtractTitleTreeprocessor()
        anchors = _ExtractAnchorsTreeprocessor(page.file, recorder, config)
        links = _RelativePathTreeprocessor(page.file, recorder, config)
        for processor in (html, anchors, links, title):
            processor._register(markdown)  # noqa: SLF001
        content = markdown.reset().convert(page.markdown or "")
        return _Content(
            content,
            get_toc(getattr(markdown, "toc_tokens", [])),
            title.title,
            anchors.present_anchor_ids | html.present_anchor_ids,
            {file.src_uri: ids for file, ids in links.links_to_anchors.items()},
            recorder.targets,
        )


def _parser_of(config: MkDocsConfig) -> Markdown:
    """Return the parser that a configuration describes."""
    markdown = Markdown(extensions=config.markdown_extensions, extension_configs=config.mdx_configs or {})
    markdown.block_level_elements = set(markdown.block_level_elements)  # it is searched for every tag
    return markdown
