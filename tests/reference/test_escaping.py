"""Laws of the text of others: it comes out of Markdown as it went in, whatever it is and wherever it stands."""

import json
import re
from collections.abc import Callable
from functools import cache
from html import unescape
from html.parser import HTMLParser
from typing import Any

import markdown
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from mkdocs.utils.meta import get_data

from arrakis_schema.reference.highlighting import finish_page, with_code_as_html
from arrakis_schema.reference.markup import (
    chip,
    code,
    code_block,
    element,
    escape_markdown,
    facts,
    front_matter,
    meanings,
    note,
    page,
    prose,
    table,
    tabs,
)
from arrakis_schema.text.escaping import json_text, visible
from tests.hostile.texts import TEXTS

OWN = ["tables", "admonition", "attr_list", "md_in_html", "toc", "pymdownx.details", "pymdownx.highlight"]
OWN += ["pymdownx.superfences", "pymdownx.tabbed"]
MORE = ["footnotes", "def_list", "abbr", "sane_lists", "wikilinks", "pymdownx.betterem", "pymdownx.caret"]
MORE += ["pymdownx.tilde", "pymdownx.mark", "pymdownx.critic", "pymdownx.emoji", "pymdownx.keys", "pymdownx.magiclink"]
MORE += ["pymdownx.tasklist", "pymdownx.snippets", "pymdownx.inlinehilite", "pymdownx.blocks.admonition"]
MORE += ["pymdownx.blocks.html", "pymdownx.arithmatex", "pymdownx.progressbar", "pymdownx.saneheaders", "nl2br"]
SETTINGS: dict[str, dict[str, Any]] = {
    "pymdownx.tabbed": {"alternate_style": True},
    "pymdownx.snippets": {"check_paths": False, "base_path": "."},
    "pymdownx.arithmatex": {"generic": True},
}
DIALECTS = {"own": OWN, "everything": OWN + MORE}
MARKS = st.sampled_from([*"`*_{}[]()<>#|!~^=+-.:;@$%&\"'\\/?1a \n\t", "\u2028", "\u001b", "\ud800", "\u0002", "é"])
ANYTHING = st.one_of(st.sampled_from(TEXTS), st.lists(MARKS, max_size=12).map("".join), st.text(max_size=12))
HOLDERS: dict[str, Callable[[str], str]] = {
    "paragraph": escape_markdown,
    "item": lambda text: f"- {escape_markdown(text)}",
    "nested item": lambda text: f'<div class="x" markdown>\n\n- **a**: {escape_markdown(text)}\n\n</div>',
    "heading": lambda text: f"## {escape_markdown(text)} {{ #x .y }}",
    "cell": lambda text: table(("a", "b"), [(escape_markdown(text), "c")]),
    "attribute list": lambda text: f"{escape_markdown(text)}\n{{ .lead }}",
    "link": lambda text: f"[{escape_markdown(text)}](x.md){{ data-copy }}",
    "note": lambda text: note("danger", "a", escape_markdown(text)),
    "title of a note": lambda text: note("danger", text, "a"),
    "title of a tab": lambda text: tabs([(text, "a"), ("b", "c")]),
    "chip": lambda text: facts([chip(text)]),
    "meaning": lambda text: meanings({"a": text}),
    "attribute": lambda text: element("div", "a", title=text),
}


class Shown(HTMLParser):
    """The text of a page, its code, and its elements with their attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.text, self.kinds, self.code, self._depth = "", list[tuple[str, ...]](), list[str](), 0
        self.values: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.kinds.append((tag, *(name for name, _ in attrs)))
        self.values += [value or "" for _, value in attrs]
        if tag == "code":
            self.code.append("")
            self._depth += 1

    def handle_endtag(self, tag: str) -> None:
        self._depth -= tag == "code"

    def handle_data(self, data: str) -> None:
        self.text += data
        if self._depth:
            self.code[-1] += data


def rendered(text: str, dialect: str) -> Shown:
    return Shown(finish_page(converter(dialect).reset().convert(with_code_as_html(text))))


@cache
def converter(dialect: str) -> markdown.Markdown:
    configs = {name: SETTINGS[name] for name in DIALECTS[dialect] if name in SETTINGS}
    return markdown.Markdown(extensions=DIALECTS[dialect], extension_configs=configs)


def words(text: str) -> str:
    return " ".join(visible(text).split())


@pytest.mark.parametrize("holder", HOLDERS)
@pytest.mark.parametrize("dialect", DIALECTS)
@settings(max_examples=80)
@given(ANYTHING)
def test_a_text_is_shown_as_it_is_and_adds_no_element(holder: str, dialect: str, text: str) -> None:
    if not text.strip():
        return
    shown, plain = (rendered(HOLDERS[holder](one), dialect) for one in (text, "plain"))
    assert shown.kinds == plain.kinds
    put = " ".join(shown.values) if holder == "attribute" else shown.text
    assert words(text) in words(put)


@pytest.mark.parametrize("dialect", DIALECTS)
@given(ANYTHING)
def test_code_is_shown_with_every_blank(dialect: str, text: str) -> None:
    expected = visible(text) or '""'
    for holder in ("{}", "- {} b", "### {} {{ #x .field }}", "| a | b |\n| --- | --- |\n| {} | c |", "[{}](x.md)"):
        shown = rendered(holder.format(code(text)), dialect)
        assert shown.code == [expected]
        assert {kind[0] for kind in shown.kinds} <= {"p", "ul", "li", "h3", "a", "code"} | {
            "table",
            "tr",
            "th",
            "td",
        } | {
            "thead",
            "tbody",
        }


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("language", ["", "json", "python"])
@settings(max_examples=80)
@given(ANYTHING)
def test_a_block_of_code_is_shown_with_every_blank(language: str, dialect: str, text: str) -> None:
    block = code_block(text, language)
    for held in (block, tabs([("a", block), ("b", block)]), note("danger", "a", block)):
        assert set(rendered(page("# a", held, "b"), dialect).code) == {visible(text).removesuffix("\n")}


@pytest.mark.parametrize("dialect", DIALECTS)
@given(st.lists(st.sampled_from([text for text in TEXTS if text.strip()]), min_size=1, max_size=4))
def test_paragraphs_and_lines_are_kept(dialect: str, lines: list[str]) -> None:
    flat = [" ".join(line.split()) for line in lines]
    two = prose("\n".join(flat) + "\n\n\n" + "\n".join(flat))
    shown = rendered(page(*two), dialect)
    assert [kind[0] for kind in shown.kinds] == (["p"] + ["br"] * (len(lines) - 1)) * 2
    assert all(words(line) in words(shown.text) for line in flat)


@given(ANYTHING)
def test_front_matter_is_read_back(text: str) -> None:
    _, data = get_data(page(front_matter(title=text or "a", description=text), "# a"))
    assert unescape(data["title"]) == words(text or "a")
    assert unescape(data.get("description", "")) == words(text)
    assert not set('<>"') & set(data["title"] + data.get("description", ""))  # themes do not escape them
    assert yaml.safe_load(json.dumps(words(text), ensure_ascii=False)) == words(text)


@given(st.recursive(ANYTHING, lambda inner: st.lists(inner) | st.dictionaries(ANYTHING, inner), max_leaves=6))
def test_data_is_json_in_utf_8(value: object) -> None:
    text = json_text(value)
    assert json.loads(text.encode("utf-8")) == json.loads(
        re.sub(r"[\ud800-\udfff]", lambda match: rf"\\u{ord(match[0]):04x}", json.dumps(value, ensure_ascii=False))
    )


def test_half_a_pair_is_seen() -> None:
    assert visible("a\ud800b\u001b\ufffe") == "a\\ud800b\\u001b\\ufffe"
    assert unescape(escape_markdown("a *b* <c>")) == "a *b* <c>"
