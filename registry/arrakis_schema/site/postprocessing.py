"""The postprocessing of a rendered page: remove its indentation, and add a Content-Security-Policy.

The policy allows the site's own files, the scripts of the theme's templates, and nothing else: a script that got into
a page in another way does not run. https://www.w3.org/TR/CSP3/#meta-element
"""

import re
from base64 import b64encode
from collections.abc import Collection, Iterator
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Any

from jinja2 import UndefinedError

_SCRIPT = re.compile(r"<script>(.*?)</script>", re.DOTALL)
_SHOWN = re.compile(r"(<(?:pre|textarea|script)\b.*?</(?:pre|textarea|script)>)", re.DOTALL)
_BLANK = re.compile(r'<span class="w">(\s*)</span>')
_TITLE = ' title="Permanent link"'
_INDENTATION = re.compile(r"\s*\n\s*")
_COMMENT, _SPACE = re.compile(r"/\*.*?\*/", re.DOTALL), re.compile(r"\s+")
_BETWEEN = re.compile(r" ?([{};,]) ?")
_PLACE = '<meta charset="utf-8">'
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


def minify(html: str) -> str:
    """Return a page without empty lines and indentation, except where visible; without what only costs space."""
    parts = _SHOWN.split(_BLANK.sub(r"\1", html).replace(_TITLE, ""))
    parts[::2] = [_INDENTATION.sub("\n", part) for part in parts[::2]]
    return "".join(parts)


def minify_style(css: str) -> str:
    """Return one of our style sheets without comments and line breaks."""
    return _BETWEEN.sub(r"\1", _SPACE.sub(" ", _COMMENT.sub("", css))).strip()


def inline_scripts(env: Any, folders: Collection[str]) -> list[Any]:
    """Return the inline scripts of a theme as templates: some depend on the depth of a page."""
    paths = [path for folder in folders for path in sorted(Path(folder).rglob("*.html"))]
    texts = dict.fromkeys(text for path in paths for text in _SCRIPT.findall(path.read_text(encoding="utf-8")))
    return [env.from_string(text) for text in texts]


def rendered_scripts(templates: Collection[Any], base_url: str, extra: Any) -> Iterator[str]:
    """Yield the scripts of a theme as rendered for a page at this depth; one that depends on more is omitted."""
    for template in templates:
        with suppress(UndefinedError):
            yield template.render(base_url=base_url, config={"extra": extra})


def with_policy(html: str, scripts: Collection[str]) -> str:
    """Return a page with a policy that allows scripts in files of the site, and these inline ones by their digests."""
    present = sorted(set(scripts).intersection(_SCRIPT.findall(html)))
    digests = sorted(b64encode(sha256(script.encode()).digest()).decode() for script in present)
    allowed = " ".join(["'self'", *(f"'sha256-{digest}'" for digest in digests)])
    policy = "; ".join(f"{name} {value}" for name, value in {**_OWN, "script-src": allowed}.items())
    meta = f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
    return html.replace(_PLACE, f"{_PLACE}\n{meta}", 1)
