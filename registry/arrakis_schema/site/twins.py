"""The Markdown beside each page, for programs: without the marks of a site generator, with links to the other ones."""

import re
from collections.abc import Iterator, Mapping
from html import unescape
from itertools import groupby
from operator import itemgetter
from posixpath import dirname, join, normpath, relpath
from typing import Any
from urllib.parse import quote, unquote

from arrakis_schema.reference.markup import escape_markdown
from arrakis_schema.site.folder import SiteFolder, SitePage, page_url
from arrakis_schema.text.escaping import one_line

_FENCE = re.compile(r"(^(?P<indent> *)(?P<marks>`{3,}).*?^(?P=indent)(?P=marks) *$)", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"(?<=\]\()([^()\s]+)(?=\))")
_CODE = re.compile(r"(`[^`\n]*`)")
_FOR_THE_EYE = re.compile(
    r'^(?:[^\n]*\n\{ \.caption \}\n+)?<div class="timeline"[^\n]*\n*'
    r'|^<(?:details class="selector"|nav class="sections")[^\n]*\n*',
    re.MULTILINE,
)
"""The links to other releases and to the sections of a page, and drawings, with what is said above one: each a line."""
_BLOCK = re.compile(r'( *)(?:===|!!!|\?\?\?\+?) (?:[\w-]+ ?)*"(.*)"')
_ATTRIBUTES = re.compile(r"[ \t]*\{:? (?:[#.][^{}\n]*|data-[\w-]+ )\}[ \t]*$|(?<=\))\{:? [^{}\n]*\}", re.MULTILINE)
_HREF = re.compile(r'(?<=href=")[^"]*(?=")')
_SENTENCE = re.compile(r"[^.]*(?:\.(?!\s|$)[^.]*)*\.?")
_LONGEST = 200


def plain_markdown(text: str, path: str, twins: Mapping[str, str]) -> str:
    """Return a page as plain Markdown; `twins` leads from the source of each page to where its Markdown is."""
    lines = "\n".join(_without_blocks(text.split("\n")))
    parts, place = _FENCE.split(lines), twins[path]
    kept = [part for number, part in enumerate(parts) if number % 4 in {0, 1}]
    kept[::2] = [_HREF.sub(_decode, _FOR_THE_EYE.sub("", part)) for part in kept[::2]]
    kept[::2] = [_with_links(_ATTRIBUTES.sub("", part), path, place, twins) for part in kept[::2]]
    return "".join(kept)


def _decode(address: re.Match[str]) -> str:
    """Return an address in an attribute without the references that only the renderer needs."""
    return unescape(address[0]).replace("&", "&amp;").replace('"', "%22")


def _with_links(text: str, path: str, place: str, twins: Mapping[str, str]) -> str:
    """Return a text with links relative to the place of the Markdown instead of the source of the page."""

    def moved(match: re.Match[str]) -> str:
        target, mark, fragment = match[1].partition("#")
        if not target or ":" in target or target.startswith("/"):
            return match[0]
        source = normpath(join(dirname(path), unquote(target)))
        return f"{quote(relpath(twins.get(source, source), dirname(place) or '.'))}{mark}{fragment}"

    parts = _CODE.split(text)
    joined = "\0".join(parts[::2])  # the text of a link may hold code
    parts[::2] = _LINK.sub(moved, joined).split("\0")
    return "".join(parts)


def _without_blocks(lines: list[str]) -> Iterator[str]:
    """Yield lines with the title of each tab and note in bold, and its content without the indentation."""
    depths: list[int] = []
    for line in lines:
        blank = not line.strip()
        while depths and not blank and not line.startswith(" " * (depths[-1] + 4)):
            depths.pop()
        text = line[4 * len(depths) :] if not blank else line
        match = _BLOCK.fullmatch(text)
        if match:
            depths.append(len(match[1]) + 4 * len(depths))
            yield f"{match[1]}**{match[2]}**"
        else:
            yield text


def first_sentence(markdown: str) -> str:
    """Return the first sentence of the first paragraph of a page, in plain words; empty where it has none."""
    for paragraph in re.split(r"\n\s*\n", markdown):
        text = paragraph.strip()
        if text and re.match(r"[\w*`\[]", text) and not text.startswith(("```", "- ", "* ")):
            words = re.sub(r"\[([^\]]*)\]\([^)]*\)|[*]", r"\1", " ".join(text.split()))
            sentence = (_SENTENCE.match(words) or [""])[0]
            return sentence if len(sentence) <= _LONGEST else f"{sentence[:_LONGEST].rstrip()}…"
    return ""


def llms_txt(folder: SiteFolder) -> str:
    """Return the text of `llms.txt`, the index of the site for language models: https://llmstxt.org."""
    about = folder.settings.get("site_description") or "Versioned schemas, for people and programs."
    blocks = [f"# {escape_markdown(unescape(folder.settings['site_name']))}", f"> {escape_markdown(unescape(about))}"]
    listed = [entry for item in folder.settings["nav"] for entry in _listed(item, folder.pages)]
    for section, entries in groupby(listed, key=itemgetter(0)):
        blocks += [f"## {escape_markdown(section)}", "\n".join(line for _, line in entries)]
    blocks += ["## Data", "- [versions/index.json](versions/index.json): every release and document, with its sha256"]
    return "\n\n".join(blocks) + "\n"


def _listed(item: Any, pages: Mapping[str, SitePage], section: str = "Pages") -> Iterator[tuple[str, str]]:
    """Yield the outermost section and the line of each page in an item of the navigation."""
    for title, target in item.items() if isinstance(item, dict) else ():
        if isinstance(target, list):
            inside = unescape(title) if section == "Pages" else section
            yield from (line for inner in target for line in _listed(inner, pages, inside))
        elif target in pages:
            yield section, _llms_entry(unescape(title), target, pages[target])


def _llms_entry(title: str, path: str, page: SitePage) -> str:
    """Return the link to the Markdown of a page, and what it is about in a sentence."""
    about = one_line(unescape(str(page.meta.get("description") or ""))) or first_sentence(page.markdown)
    link = f"- [{escape_markdown(title)}]({page_url(path)}index.md)"
    return f"{link}: {about}" if about else link
