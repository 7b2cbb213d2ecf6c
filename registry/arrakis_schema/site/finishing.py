"""What is done to a rendered site, whichever generator rendered it: dense pages with a policy, and files for programs.

The policy allows the site's own files, the scripts of the theme's templates, and nothing else: a script that got into
a page in another way does not run. https://www.w3.org/TR/CSP3/#meta-element
"""

import gzip
import re
from base64 import b64encode
from collections.abc import Collection, Iterator, Mapping
from functools import partial
from hashlib import sha256
from html import unescape
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from posixpath import dirname, join, normpath, relpath
from types import MappingProxyType
from typing import Any
from urllib.parse import quote, unquote

from arrakis_schema.reference.highlighting import finish_page, separate_words
from arrakis_schema.reference.markup import escape_markdown
from arrakis_schema.site.pages import SiteFolder, SitePage, page_folder, page_url
from arrakis_schema.site.representations import Representation, media_type_of
from arrakis_schema.site.search import index_compounds
from arrakis_schema.store.caching import Memo
from arrakis_schema.text.escaping import one_line

_FENCE = re.compile(r"(^(?P<indent> *)(?P<marks>`{3,}).*?^(?P=indent)(?P=marks) *$)", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\]\(([^()\s]+)(?=\))")
_CODE = re.compile(r"(`[^`\n]*`)")
_FOR_THE_EYE = re.compile(
    r'^(?:[^\n]*\n\{ \.caption \}\n+)?<div class="timeline"[^\n]*\n*'
    r'|^<(?:details class="selector"|nav class="sections")[^\n]*\n*',
    re.MULTILINE,
)
"""The links to other releases and to the sections of a page, and drawings, with what is said above one: each a line."""
_BLOCK = re.compile(r'( *)(?:===|!!!|\?\?\?\+?) (?:[\w-]+ ?)*"(.*)"')
_ATTRIBUTES = re.compile(r"\{:? (?:[#.][^{}\n]*|data-[\w-]+ )\}[ \t]*$", re.MULTILINE)
"""Those at the end of a line."""

_ATTRIBUTES_OF_LINK = re.compile(r"\)\{:? [^{}\n]*\}")
_HREF = re.compile(r'href="([^"]*)(?=")')
_SENTENCE = re.compile(r"[^.]*(?:\.(?!\s|$)[^.]*)*\.?")
_LONGEST = 200
_SCRIPT = re.compile(r"<script>(.*?)</script>", re.DOTALL)
_DEPTH = re.compile(r'(?<=new URL\(")[^"\\\n]*(?=")')
"""What differs in a script of the theme between pages: the way to the top of the site."""

_SHOWN = re.compile(r"(<(?:pre|textarea|script)\b.*?</(?:pre|textarea|script)>)", re.DOTALL)
_BLANK = re.compile(r'<span class="w">(\s*)</span>')
_PERMALINK = ' title="Permanent link"'
_LABEL = re.compile(r' (?:aria-label|title)="[^"]*?&amp;[^"]*"')
"""A title that was HTML, and that the theme has escaped once more."""

_TWICE = re.compile(r"&amp;(?=(?:amp|lt|gt|quot|#x27|#39);)")
_SITEMAP_ENTRY = re.compile(r"\s*<url>\s*<loc>([^<]*)</loc>.*?</url>", re.DOTALL)
_UNUSED = re.compile(r".*\.map|assets/javascripts/lunr/.*")
"""Maps for those who develop the theme, and word lists of other languages."""

_CONTROL = re.compile(r"<(?:label|input)\b[^>]*>")
_FOR = re.compile(r' for="([^"]*)"')
MISSING, _SITEMAP, _SEARCH_INDEX = "404.html", "sitemap.xml", "search/search_index.json"
_EPOCH = 315532800
_META = '<meta charset="utf-8">'
_OWN = {
    "default-src": "'none'",
    "connect-src": "'self'",
    "font-src": "'self'",
    "img-src": "'self' data:",
    "style-src": "'self'",
    "worker-src": "'self'",
    "base-uri": "'none'",
    "form-action": "'none'",
}


def plain_markdown(text: str, path: str, twins: Mapping[str, str]) -> str:
    """Return a page as plain Markdown; `twins` leads from the source of each page to where its Markdown is."""
    lines = "\n".join(_without_blocks(text.split("\n")))
    parts, place = _FENCE.split(lines), twins[path]
    kept = [part for number, part in enumerate(parts) if number % 4 in {0, 1}]
    kept[::2] = [_HREF.sub(_decode, _FOR_THE_EYE.sub("", part)) for part in kept[::2]]
    kept[::2] = [_with_links(_without_attributes(part), path, place, twins) for part in kept[::2]]
    return "".join(kept)


def _without_attributes(text: str) -> str:
    """Return a text without the attributes of headings, paragraphs and links."""
    *parts, last = _ATTRIBUTES.split(text)
    return _ATTRIBUTES_OF_LINK.sub(")", "".join([*(part.rstrip(" \t") for part in parts), last]))


def _decode(address: re.Match[str]) -> str:
    """Return an address in an attribute without the references that only the renderer needs."""
    decoded = unescape(address[1]).replace("&", "&amp;").replace('"', "%22")
    return f'href="{decoded}'


def _with_links(text: str, path: str, place: str, twins: Mapping[str, str]) -> str:
    """Return a text with links relative to the place of the Markdown instead of the source of the page."""

    def moved(match: re.Match[str]) -> str:
        target, mark, fragment = match[1].partition("#")
        if not target or ":" in target or target.startswith("/"):
            return match[0]
        source = normpath(join(dirname(path), unquote(target)))
        return f"]({quote(relpath(twins.get(source, source), dirname(place) or '.'))}{mark}{fragment}"

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
        match = _BLOCK.fullmatch(text) if text.endswith('"') else None
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


def finish_site(
    rendered: Path, folder: SiteFolder, pages: Mapping[str, bytes] = MappingProxyType({}), memo: Memo | None = None
) -> Iterator[Representation]:
    """Yield the files of a site that was rendered from a folder, but for the raw files; the page for a 404 is ours.

    `pages` are those that are finished already, by path.
    """
    known = scripts_of_theme(rendered)
    generated = {f"{page_folder(path)}index.html" for path, page in folder.pages.items() if page.generated}
    english = folder.settings["theme"].get("language", "en") == "en"
    for path in sorted(path for path in rendered.rglob("*") if path.is_file()):
        name = path.relative_to(rendered).as_posix()
        if name in {MISSING, _SITEMAP, f"{_SITEMAP}.gz"} or (
            _UNUSED.fullmatch(name) and (english or name.endswith(".map"))
        ):
            continue
        if name.endswith(".html") and name not in folder.attached:
            text = path.read_text(encoding="utf-8")
            content = finish_html(text, known, generated=name in generated).encode()
        elif name == _SEARCH_INDEX:
            content = index_compounds(path.read_bytes())
        else:
            content = path.read_bytes()
        yield Representation(name, content, media_type_of(name))
    yield from (Representation(path, content, media_type_of(path)) for path, content in pages.items())
    yield from _sitemap(rendered / _SITEMAP, folder)
    twins = {path: f"{page_folder(path)}index.md" for path in folder.pages}
    everywhere = sha256(repr(twins).encode()).digest()
    for source, page in folder.pages.items():
        plain = (memo or Memo()).recall(
            ("twin", everywhere, source, page.markdown), partial(plain_markdown, page.markdown, source, twins)
        )
        yield Representation(twins[source], plain.encode(), media_type_of(".md"))
    yield Representation("llms.txt", llms_txt(folder).encode(), media_type_of(".txt"))


def finish_html(html: str, scripts: Collection[str], *, generated: bool) -> str:
    """Return a page as it is published; one of ours without the marks that only Markdown needed."""
    text = separate_words(finish_page(html) if generated else html)
    return with_policy(minify(_valid(_LABEL.sub(lambda label: _TWICE.sub("&", label[0]), text))), scripts)


def _valid(html: str) -> str:
    """Return a page without what the theme writes and HTML does not allow: https://validator.w3.org/nu/."""

    def mend(tag: re.Match[str]) -> str:
        kept = tag[0].replace(' tabindex=""', "").replace(" />", ">")
        kept = kept.replace(' autocomplete="off"', "") if ' type="checkbox"' in kept else kept
        labels = _FOR.search(kept)
        return _FOR.sub("", kept) if labels and f'id="{labels[1]}"' not in html else kept

    return _CONTROL.sub(mend, html)


def minify(html: str) -> str:
    """Return a page without empty lines and indentation, except where visible; without what only costs space."""
    parts = _SHOWN.split(_BLANK.sub(r"\1", html).replace(_PERMALINK, ""))
    parts[::2] = map(_without_indentation, parts[::2])
    return "".join(parts)


def _without_indentation(html: str) -> str:
    """Return HTML with one line break for each row of blanks that has one."""
    first, *others = html.split("\n")
    if not others:
        return html
    *lines, last = others
    return "\n".join([first.rstrip(), *filter(None, map(str.strip, lines)), last.lstrip()])


def scripts_of_theme(rendered: Path) -> set[str]:
    """Return the inline scripts of the theme of a site; its page for a 404, which has no content, has no others."""
    missing = rendered / MISSING
    html = missing.read_text(encoding="utf-8") if missing.is_file() else ""
    return {_DEPTH.sub("", script) for script in _SCRIPT.findall(html)}


def with_policy(html: str, scripts: Collection[str]) -> str:
    """Return a page with a policy that allows scripts in files of the site, and these inline ones by their digests."""
    present = sorted({script for script in _SCRIPT.findall(html) if _DEPTH.sub("", script) in scripts})
    digests = sorted(b64encode(sha256(script.encode()).digest()).decode() for script in present)
    allowed = " ".join(["'self'", *(f"'sha256-{digest}'" for digest in digests)])
    policy = "; ".join(f"{name} {value}" for name, value in {**_OWN, "script-src": allowed}.items())
    meta = f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
    return html.replace(_META, f"{_META}\n{meta}", 1)


def _sitemap(sitemap: Path, folder: SiteFolder) -> Iterator[Representation]:
    """Yield the sitemap without the pages that only lead to others."""
    if not sitemap.is_file():
        return
    top = folder.settings["site_url"].rstrip("/")
    redirects = {f"{top}/{page_url(path)}" for path, page in folder.pages.items() if "redirect" in page.meta}
    text = sitemap.read_text(encoding="utf-8")
    kept = _SITEMAP_ENTRY.sub(lambda entry: "" if entry[1] in redirects else entry[0], text).encode()
    yield Representation(_SITEMAP, kept, media_type_of(_SITEMAP))
    packed = gzip.compress(kept, mtime=_EPOCH)
    yield Representation(f"{_SITEMAP}.gz", packed, media_type_of(".gz"))
