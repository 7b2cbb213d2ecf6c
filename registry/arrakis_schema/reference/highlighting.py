"""The blocks of code in a page of Markdown as HTML, coloured where a language is named.

Extensions that a site adds to Markdown (includes, macros, abbreviations) also process the text in a block of code.
The blocks are therefore HTML before MkDocs reads a page; the Markdown that is served beside the page keeps them.
"""

import re
from functools import lru_cache
from html import unescape

from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexer import Lexer
from pygments.lexers import get_lexer_by_name

from arrakis_schema.reference.markup import UNSEARCHED, expand_divisions
from arrakis_schema.text.escaping import literal, restore_characters

_BLOCK = re.compile(
    r"^(?P<indentation> *)(?P<fence>`{3,})(?P<language>\w*)\n(?P<text>.*?)\n(?P=indentation)(?P=fence)$",
    re.DOTALL | re.MULTILINE,
)
_WRAPPED = re.compile(r'<p>(<div class="highlight"[^\n]*</div>)</p>')
_TAG = re.compile(r"(<[^>]*>)")
_UNCOLOURED = re.compile(r'<span class="(?:p|n|nn|o|w)">([^<]*)</span>')
"""Punctuation, names and blanks, which have the colour of the text."""
_FORMATTER = HtmlFormatter(nowrap=True)
_HEADING = re.compile(r"^### (?P<text>.*) \{ #(?P<id>\S+)(?P<more>(?: [.\w-]+)*) \}$", re.MULTILINE)
_CODE = re.compile(r"`([^`]+)`")
_NO_CONTENTS = "hide:\n  - toc\n"


def with_code_as_html(markdown: str) -> str:
    """Return a page with each block of code as one line of HTML that Markdown does not read.

    So is each third heading of a page without a table of contents, which a theme would list in the menu all the same.
    """
    page = _BLOCK.sub(_render_block, markdown)
    return _HEADING.sub(_render_heading, page) if _NO_CONTENTS in page.partition("\n---\n")[0] + "\n" else page


def _render_heading(heading: re.Match[str]) -> str:
    """Return a heading as HTML; its text has been escaped."""
    more = heading["more"].split()
    classes = " ".join(word[1:] for word in more if word.startswith("."))
    attributes = "".join(f" {word}" for word in more if not word.startswith("."))
    kind = f' class="{classes}"' if classes else ""
    text = _CODE.sub(lambda code: f"<code>{literal(code[1])}</code>", heading["text"])
    link = f'<a class="headerlink" href="#{heading["id"]}" title="Permanent link">&para;</a>'
    return f'<h3{kind}{attributes} id="{heading["id"]}">{text}{link}</h3>'


def finish_page(html: str) -> str:
    """Return the HTML of a page from `with_code_as_html`, without the wrappers and marks that only Markdown needed."""
    return restore_characters(expand_divisions(_WRAPPED.sub(r"\1", html)))


def separate_words(html: str) -> str:
    """Return the HTML of a page with a space after the titles of tabs and the terms of lists, as search needs it."""
    return html.replace("</label><label", "</label> <label").replace("</dt><dd", "</dt> <dd")


def _render_block(block: re.Match[str]) -> str:
    """Return one block as HTML; search skips a block without a language."""
    indentation, language = block["indentation"], block["language"]
    text = "\n".join(line.removeprefix(indentation) for line in block["text"].split("\n"))
    if not language:
        block_html = f'<div class="highlight" {UNSEARCHED}><pre><code>{literal(text)}</code></pre></div>'
    else:
        block_html = (
            f'<div class="highlight"><pre><span></span><code>{_colour_tokens(text, language)}</code></pre></div>'
        )
    return f"{indentation}{block_html}"


def _colour_tokens(text: str, language: str) -> str:
    """Return a text with a span around each token that has a colour."""
    coloured = highlight(text, _lexer(language), _FORMATTER)
    coloured = coloured if text.endswith("\n") else coloured.removesuffix("\n")  # which the formatter adds
    parts = _TAG.split(_UNCOLOURED.sub(r"\1", coloured))
    parts[::2] = [literal(unescape(part)) for part in parts[::2]]
    return "".join(parts)


@lru_cache(maxsize=16)
def _lexer(language: str) -> Lexer:
    """Return the lexer of a language, which takes long to be found."""
    return get_lexer_by_name(language, stripnl=False, ensurenl=False)
