"""The pages of a site, and the folder that a site generator renders them from, as values."""

import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from html import unescape
from pathlib import Path, PurePosixPath
from typing import Any

import yaml

from arrakis_schema.site.config import CONFIG
from arrakis_schema.text.escaping import href

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_TITLE = re.compile(r"^# +(.*?)(?: *\{[^{}]*\})? *#*$", re.MULTILINE)
_FENCED = re.compile(r"^( *)(`{3,}|~{3,}).*?^\1\2", re.MULTILINE | re.DOTALL)
_MARKS = re.compile(r"`|\*\*|<[^>]*>")
_FRONT_MATTER = re.compile(r"---[ \t]*\n(.*?)^(?:---|\.\.\.)[ \t]*\n", re.MULTILINE | re.DOTALL)
_OTHER_INDEXES = {"README.md", "index.html"}


@dataclass(frozen=True, slots=True)
class SitePage:
    """A page: what is rendered, and the same as Markdown without the marks of a generator, with its front matter.

    `front` is the front matter of what is rendered, which says more.
    """

    source: str
    markdown: str
    meta: Mapping[str, Any]
    front: Mapping[str, Any]
    generated: bool = True

    @property
    def body(self) -> str:
        """What is rendered, without the front matter."""
        return self.source.partition("\n---\n")[2].lstrip("\n") if self.source.startswith("---\n") else self.source

    @property
    def title(self) -> str:
        """The title: that of the front matter, or the first heading."""
        heading = _TITLE.search(_FENCED.sub("", self.markdown))
        return unescape(str(self.meta.get("title") or _MARKS.sub("", heading[1] if heading else "")))


@dataclass(frozen=True, slots=True)
class SiteFolder:
    """What a site is rendered from: by their path pages, files of the store, and files beside the root's own pages.

    `plain`: nothing but this package and the theme renders it.
    """

    pages: dict[str, SitePage]
    files: dict[str, bytes]
    attached: dict[str, bytes]
    settings: dict[str, Any]
    theme: tuple[Path, ...]
    plain: bool = False

    @property
    def adds_pages(self) -> bool:
        """Whether MkDocs need not look for the pages: it chooses one where a folder has several for one address."""
        names = {path.rpartition("/")[2] for path in (*self.pages, *self.attached)}
        return self.plain and not names & _OTHER_INDEXES

    def write(self, folder: Path, *, raw: bool = True, pages: bool = True) -> None:
        """Write it all below an empty folder: `docs/`, `theme/`, and `mkdocs.yml`.

        The files of the store are only written if `raw`, and the pages if `pages`.
        """
        contents = {path: page.source.encode() for path, page in self.pages.items()} if pages else {}
        contents |= self.attached | (self.files if raw else {})
        (folder / "docs").mkdir(parents=True)
        for parent in {(folder / "docs" / path).parent for path in contents}:
            parent.mkdir(parents=True, exist_ok=True)
        for path, content in contents.items():
            (folder / "docs" / path).write_bytes(content)
        for theme in self.theme:
            shutil.copytree(theme, folder / "theme", dirs_exist_ok=True)
        (folder / CONFIG).write_text(as_yaml(self.settings), encoding="utf-8")


def page_url(path: str) -> str:
    """Return the URL of a page, relative to the top of the site."""
    return href(page_folder(path))


def page_folder(path: str) -> str:
    """Return the folder in which the page of a source is written; empty or with a slash at its end."""
    source = PurePosixPath(path)
    place = source.parent if source.stem in {"index", "README"} else source.with_suffix("")
    return "" if place == PurePosixPath() else f"{place}/"


def split_front_matter(text: str) -> tuple[str, dict[str, Any]]:
    """Return the Markdown of a page, and what its front matter says; nothing where that is not a table."""
    front = _FRONT_MATTER.match(text)
    try:
        meta = yaml.load(front[1], Loader=_Loader) if front else None  # noqa: S506 - it is safe
    except yaml.YAMLError:
        return text, {}
    return (text[front.end() :].lstrip("\n"), meta) if front and isinstance(meta, dict) else (text, {})


def as_yaml(settings: dict[str, Any]) -> str:
    """Return settings as YAML; a function in them is written as the tag that names it."""
    written: str = yaml.dump(settings, Dumper=yaml.Dumper, sort_keys=False, allow_unicode=True, width=10_000)
    return written
