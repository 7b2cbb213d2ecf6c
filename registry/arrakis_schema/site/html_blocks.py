"""Blocks of HTML in a generated page, which Markdown need not read: taken out before, put back afterwards.

Most of a generated page is such blocks, one on each line, and three parsers would read each of them. The page is the
same without this, and takes longer.
"""

import re
from collections.abc import Collection
from xml.etree.ElementTree import Element

from markdown import Markdown
from markdown.extensions import Extension
from markdown.postprocessors import Postprocessor
from markdown.preprocessors import Preprocessor
from markdown.treeprocessors import Treeprocessor
from markdown.util import AtomicString

from arrakis_schema.reference.highlighting import finish_page

_TAGS = "details|div|h3|nav|p"
_BLOCK = re.compile(rf"(?<=\n)(?P<indent> *)(?P<block><(?P<tag>{_TAGS})[ >].*</(?P=tag)>)(?=\n\n|\n?\Z)")
_READ = re.compile(r' (?:name|markdown)="|^[^>]* data-kept=')
"""What says to Markdown how to read a block."""
_MARK = re.compile(r"[`\\\[!<&*_]|  \n")
"""What the patterns of Markdown begin with, and those of the extensions that this package turns on."""

_ID = re.compile(r' id="([^"]*)"')
_PLACE = re.compile(r'<(?P<tag>\w+) data-kept="(?P<number>\d+)">(?:<i id="[^"]*"></i>)*</(?P=tag)>')
_NEIGHBOURS = re.compile(r'^<\w+ data-kept="[^\n]*(?:\n\n<\w+ data-kept="[^\n]*)+$', re.MULTILINE)


def extract_blocks(markdown: str) -> tuple[str, list[str]]:
    """Return a page with a small element, which has the ids, in place of each block, and the blocks."""
    blocks = list[str]()

    def place(match: re.Match[str]) -> str:
        if _READ.search(match["block"]):
            return match[0]
        blocks.append(match["block"])
        return match["indent"] + _small(match["tag"], len(blocks) - 1, match["block"])

    def merge(match: re.Match[str]) -> str:
        blocks.append(restore_blocks(match[0], blocks))
        return _small("div", len(blocks) - 1, match[0])

    return _NEIGHBOURS.sub(merge, _BLOCK.sub(place, markdown)), blocks


def _small(tag: str, number: int, block: str) -> str:
    """Return the element in place of a block; links on the page lead to the ids in it."""
    ids = "".join(f'<i id="{target}"></i>' for target in _ID.findall(block))
    return f'<{tag} data-kept="{number}">{ids}</{tag}>'


def restore_blocks(html: str, blocks: list[str]) -> str:
    """Return the HTML of a page with its blocks in place."""
    return _PLACE.sub(lambda match: blocks[int(match["number"])], html)


class HtmlBlocks(Extension):  # type: ignore[misc] # Markdown has no types
    """Takes out the blocks of the pages with one of these texts, and gives a plugin for search what readers see."""

    def __init__(self, texts: Collection[str]) -> None:
        super().__init__()
        self.texts = texts
        self.blocks: list[str] | None = None

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802 - the name that Markdown calls
        """Come first and last."""
        md.preprocessors.register(_Before(self), "html_blocks_before", 1000)
        md.postprocessors.register(_After(self), "html_blocks_after", -1000)


class PlainText(Extension):  # type: ignore[misc] # Markdown has no types
    """Keeps text without marks from the patterns of Markdown; not where other extensions have patterns of theirs."""

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802 - the name that Markdown calls
        """Come right before the patterns."""
        md.treeprocessors.register(_Unmarked(md), "plain_text", 20.5)


class _Unmarked(Treeprocessor):  # type: ignore[misc] # Markdown has no types
    """Marks the texts that hold nothing which a pattern could match."""

    def run(self, root: Element) -> None:
        """Mark the texts of a page."""
        for node in root.iter():
            if node.text and not _MARK.search(node.text):
                node.text = AtomicString(node.text)
            if node.tail and not _MARK.search(node.tail):
                node.tail = AtomicString(node.tail)


class _Before(Preprocessor):  # type: ignore[misc] # Markdown has no types
    """Takes the blocks out."""

    def __init__(self, extension: HtmlBlocks) -> None:
        super().__init__()
        self.extension = extension

    def run(self, lines: list[str]) -> list[str]:
        """Return a page of ours without its blocks, and another one as it is."""
        self.extension.blocks = None
        if (text := "\n".join(lines)) not in self.extension.texts:
            return lines
        without, self.extension.blocks = extract_blocks(text)
        return without.split("\n")


class _After(Postprocessor):  # type: ignore[misc] # Markdown has no types
    """Puts the blocks back."""

    def __init__(self, extension: HtmlBlocks) -> None:
        super().__init__()
        self.extension = extension

    def run(self, text: str) -> str:
        """Return the HTML of a page, in which the titles of tabs and the terms of lists are words of their own."""
        blocks = self.extension.blocks
        html = text if blocks is None else finish_page(restore_blocks(text, blocks))
        return html.replace("</label><label", "</label> <label").replace("</dt><dd", "</dt> <dd")
