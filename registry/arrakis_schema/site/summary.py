"""`llms.txt`: what the site is and which pages it has, for language models (https://llmstxt.org)."""

from itertools import groupby
from typing import Any

from arrakis_schema.reference.markup import escaped


def summary(navigation: Any, title: str, description: str | None) -> str:
    """Return the text of the file: the pages of MkDocs' navigation, in its order, each as Markdown."""
    blocks = [f"# {escaped(title)}", f"> {escaped(description or 'Versioned schemas, for people and programs.')}"]
    for section, pages in groupby(navigation.pages, key=_section):
        listed = "\n".join(f"- [{escaped(str(page.title))}]({page.url}index.md)" for page in pages)
        blocks += [f"## {escaped(section)}", listed]
    blocks += ["## Data", "- [versions/index.json](versions/index.json): every release and document, with its sha256"]
    return "\n\n".join(blocks) + "\n"


def _section(page: Any) -> str:
    """Return the title of the outermost section that a page is in."""
    return str(page.ancestors[-1].title) if page.ancestors else "Pages"
