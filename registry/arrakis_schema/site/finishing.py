"""What is done to a rendered site, whichever generator rendered it: dense pages with a policy, and files for programs.

The policy allows the site's own files, the scripts of the theme's templates, and nothing else: a script that got into
a page in another way does not run. https://www.w3.org/TR/CSP3/#meta-element
"""

import gzip
import re
from base64 import b64encode
from collections.abc import Collection, Iterator
from hashlib import sha256
from pathlib import Path

from arrakis_schema.reference.highlighting import finish_page
from arrakis_schema.site.folder import SiteFolder, page_folder, page_url
from arrakis_schema.site.representations import Representation, media_type_of
from arrakis_schema.site.twins import llms_txt, plain_markdown

_SCRIPT = re.compile(r"<script>(.*?)</script>", re.DOTALL)
_DEPTH = re.compile(r'(?<=new URL\(")[^"\\\n]*(?=")')
"""What differs in a script of the theme between pages: the way to the top of the site."""

_SHOWN = re.compile(r"(<(?:pre|textarea|script)\b.*?</(?:pre|textarea|script)>)", re.DOTALL)
_BLANK = re.compile(r'<span class="w">(\s*)</span>')
_PERMALINK = ' title="Permanent link"'
_INDENTATION = re.compile(r"\s*\n\s*")
_LABEL = re.compile(r'(?:(?<= aria-label=")|(?<= title="))[^"]*&amp;[^"]*(?=")')
"""A title that was HTML, and that the theme has escaped once more."""

_TWICE = re.compile(r"&amp;(?=(?:amp|lt|gt|quot|#x27|#39);)")
_SITEMAP_ENTRY = re.compile(r"\s*<url>\s*<loc>([^<]*)</loc>.*?</url>", re.DOTALL)
_UNUSED = re.compile(r".*\.map|assets/javascripts/lunr/.*")
"""Maps for those who develop the theme, and word lists of other languages."""

_TABS = "</label><label"
_MISSING, _SITEMAP = "404.html", "sitemap.xml"
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


def finished(rendered: Path, folder: SiteFolder) -> Iterator[Representation]:
    """Yield the files of a site that was rendered from a folder, but for the raw files; the page for a 404 is ours."""
    missing = rendered / _MISSING
    known = theme_scripts(missing.read_text(encoding="utf-8")) if missing.is_file() else set[str]()
    generated = {f"{page_folder(path)}index.html" for path, page in folder.pages.items() if page.generated}
    english = folder.settings["theme"].get("language", "en") == "en"
    for path in sorted(path for path in rendered.rglob("*") if path.is_file()):
        name = path.relative_to(rendered).as_posix()
        if name in {_MISSING, _SITEMAP, f"{_SITEMAP}.gz"} or (
            _UNUSED.fullmatch(name) and (english or name.endswith(".map"))
        ):
            continue
        if name.endswith(".html") and name not in folder.attached:
            text = path.read_text(encoding="utf-8")
            content = finish_html(text, known, generated=name in generated).encode()
        else:
            content = path.read_bytes()
        yield Representation(name, content, media_type_of(name))
    yield from _sitemap(rendered / _SITEMAP, folder)
    twins = {path: f"{page_folder(path)}index.md" for path in folder.pages}
    for source, page in folder.pages.items():
        plain = plain_markdown(page.markdown, source, twins)
        yield Representation(twins[source], plain.encode(), media_type_of(".md"))
    yield Representation("llms.txt", llms_txt(folder).encode(), media_type_of(".txt"))


def finish_html(html: str, scripts: Collection[str], *, generated: bool) -> str:
    """Return a page as it is published; one of ours without the marks that only Markdown needed."""
    text = _LABEL.sub(lambda label: _TWICE.sub("&", label[0]), html.replace(_TABS, "</label> <label"))
    return with_policy(minify(finish_page(text) if generated else text), scripts)


def minify(html: str) -> str:
    """Return a page without empty lines and indentation, except where visible; without what only costs space."""
    parts = _SHOWN.split(_BLANK.sub(r"\1", html).replace(_PERMALINK, ""))
    parts[::2] = [_INDENTATION.sub("\n", part) for part in parts[::2]]
    return "".join(parts)


def theme_scripts(html: str) -> set[str]:
    """Return the inline scripts of a page that has no content, and therefore only those of the theme."""
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
