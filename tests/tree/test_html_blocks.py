"""Blocks of HTML are taken out of a page before Markdown reads it, and the page is the same."""

import pytest
from markdown import Markdown

from arrakis_schema.reference.highlighting import finish_page
from arrakis_schema.reference.markup import element
from arrakis_schema.site.html_blocks import PlainText, extract_blocks, restore_blocks
from arrakis_schema.text.escaping import literal

EXTENSIONS = ["tables", "attr_list", "md_in_html", "toc", "pymdownx.superfences", "pymdownx.tabbed"]
FACTS, MEANING = (element(name, element("b", literal("*a* `b` _c_ [d](e) <f>"))) for name in ("p", "div"))


@pytest.mark.parametrize(
    ("page", "taken"),
    [
        (f"# A\n\n{FACTS}\n\n{MEANING}\n", True),
        (f'=== "One"\n\n    {MEANING}\n\n=== "Two"\n\n    {FACTS}\n\nAfter.\n', True),
        (f"# A\n\n{FACTS}\n", True),
        (f"Text\n{FACTS}\nText\n", False),
        ('# A\n\n<div id="here"><p>Addressed</p></div>\n', True),
        (f'# A\n\n<h3 id="x">A</h3>\n\n{FACTS}\n\n<h3 id="y">B</h3>\n\n{MEANING}\n\nEnd.\n', True),
        ('# A\n\n<div markdown="1">*Read*</div>\n', False),
        ('# A\n\n<details class="diff"><summary>Diff</summary><pre>a\n\nb</pre></details>\n', False),
        (f'# A\n\n<hr class="begin part">\n\n{FACTS}\n\n<hr class="end">\n\n- one\n\n<hr class="end">\n', True),
        ("# A\n\n<script>alert(1)</script>\n", False),
    ],
)
def test_a_page_is_the_same_when_its_blocks_are_taken_out(page: str, *, taken: bool) -> None:
    without, blocks = extract_blocks(page)
    assert bool(blocks) is taken
    rendered = Markdown(extensions=EXTENSIONS).convert(without)
    assert finish_page(restore_blocks(rendered, blocks)) == finish_page(Markdown(extensions=EXTENSIONS).convert(page))
    assert not blocks or "<b>" not in rendered


@pytest.mark.parametrize(
    "text",
    [
        *("plain", "plain, `code`", "a  \nb", "[a](b) c", "\\*", "a & b &lt;", "<b>x</b> y", "_a_ b_c"),
        *("![a](b.png)", "<https://example.org>", "<a@example.org>", "[a] and ![b] of [c][a]", "``a`b``", "*[`a`](b)*"),
    ],
)
@pytest.mark.parametrize("more", ["", "\n[a]: https://example.org\n"])
def test_a_text_is_the_same_when_markdown_skips_what_has_no_marks(text: str, more: str) -> None:
    page = f"# {text} {{ #here .b }}\n\n{text} more {{ .lead }}\n\n| {text} | b |\n| --- | --- |\n| {text} **b** | {text} |\n\n- {text}\n{more}"
    assert Markdown(extensions=[*EXTENSIONS, PlainText()]).convert(page) == Markdown(extensions=EXTENSIONS).convert(
        page
    )


@pytest.mark.parametrize(
    "page",
    [
        '!!! note "A"\n\n    Text.\n\n    More.\n\nEnd.',
        '??? note "A"\n    Text.\n\n    !!! tip\n        More.\n\nEnd.',
        '<div class="admonition" markdown="1">\n\nText.\n\n</div>\n\n    More.\n\nEnd.',
        '<details markdown="1"><summary>A</summary>\n\nText.\n\n</details>\n\n    More.\n\nEnd.',
        '- a\n\n    === "One"\n\n        Text.\n\n    === "Two"\n\n        More.\n\nEnd.',
        '<div class="tabbed-set" markdown="1">\n\nText.\n\n</div>\n\n    More.\n\nEnd.',
        "a | b\n--- | ---\n1 | 2",
        "[a]: https://example.org\n\nA [a].",
        "A\n=\n\nB\n-\n\n> quoted\n\n1. one\n2. two\n\n* * *\n\n    code",
    ],
)
def test_a_page_is_the_same_when_markdown_looks_for_no_blocks_that_it_lacks(page: str) -> None:
    extensions = [*EXTENSIONS, "admonition", "pymdownx.details"]
    fast = Markdown(extensions=[*extensions, PlainText()])
    for text in ("Text.", page, "    Text.", page):  # one parser reads all pages
        assert fast.reset().convert(text) == Markdown(extensions=extensions).convert(text)
