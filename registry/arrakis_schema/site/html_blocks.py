"""Extract the blocks of HTML in a generated page before Markdown is converted, and restore them afterwards.

Most of a generated page is such blocks, one on each line, and three parsers would read each of them. This only saves
time: the page is the same without it.
"""

import re
from collections.abc import Collection, Iterable, Iterator
from hashlib import sha256
from typing import Any
from xml.etree.ElementTree import Element

from markdown import Markdown
from markdown.blockprocessors import BlockProcessor
from markdown.extensions import Extension
from markdown.inlinepatterns import Pattern
from markdown.postprocessors import Postprocessor
from markdown.preprocessors import Preprocessor
from markdown.treeprocessors import Treeprocessor
from markdown.util import AtomicString, Registry

from arrakis_schema.reference.highlighting import finish_page, separate_words

_TAGS = "details|div|h3|nav|p"
_BLOCK = re.compile(rf"(?<=\n)(?P<indent> *)(?P<block><(?P<tag>{_TAGS})[ >].*</(?P=tag)>|<hr [^<>]*>)(?=\n\n|\n?\Z)")
_MARKDOWN_ATTRIBUTES = re.compile(r' (?:name|markdown)="|^[^>]* data-kept=')
"""Attributes that affect how Markdown reads a block."""
_MARK = re.compile(r"[`\\\[!<&*_]|  \n")
"""What the patterns of Markdown begin with, and those of the extensions that this package turns on."""

_NEEDED = {
    "backtick": ("`",),
    "escape": ("\\",),
    "link": ("](",),
    "image_link": ("![",),
    "autolink": ("://",),
    "automail": ("@",),
    "linebreak": ("  \n",),
    "html": ("<",),
    "entity": ("&",),
    "em_strong": ("*", "_"),
}
"""What a text holds if a pattern matches it, by the name of the pattern: one of these."""

_OF_REFERENCES = {"reference", "image_reference", "short_reference", "short_image_ref"}
"""The patterns that match only where the page defines what they refer to."""

_NEEDED_BLOCKS = {
    "admonition": ("!!!", "markdown"),
    "details": ("???", "markdown"),
    "tabbed": ("===", "markdown"),
    "table": ("|",),
    "reference": ("]:",),
}
"""What a page holds if a processor of blocks finds one, by the name of the processor: one of these.

With the attribute `markdown`, HTML is such a block, too.
"""

_ID = re.compile(r' id="([^"]*)"')
_PLACEHOLDER = re.compile(r'<(?P<tag>\w+) data-kept="(?P<number>\d+)">(?:<i id="[^"]*"></i>)*</(?P=tag)>')
_NEIGHBOURS = re.compile(r'^<\w+ data-kept="[^\n]*(?:\n\n<\w+ data-kept="[^\n]*)+$', re.MULTILINE)


def extract_blocks(markdown: str) -> tuple[str, list[str]]:
    """Return a page with a small element, which has the ids, in place of each block, and the blocks."""
    blocks = list[str]()

    def replace_block(match: re.Match[str]) -> str:
        if _MARKDOWN_ATTRIBUTES.search(match["block"]):
            return match[0]
        blocks.append(match["block"])
        return match["indent"] + _placeholder(match["tag"] or "div", len(blocks) - 1, match["block"])

    def merge(match: re.Match[str]) -> str:
        blocks.append(restore_blocks(match[0], blocks))
        return _placeholder("div", len(blocks) - 1, match[0])

    return _NEIGHBOURS.sub(merge, _BLOCK.sub(replace_block, markdown)), blocks


def _placeholder(tag: str, number: int, block: str) -> str:
    """Return the element in place of a block; links on the page lead to the ids in it."""
    ids = "".join(f'<i id="{target}"></i>' for target in _ID.findall(block))
    return f'<{tag} data-kept="{number}">{ids}</{tag}>'


def restore_blocks(html: str, blocks: list[str]) -> str:
    """Return the HTML of a page with its blocks in place."""
    return _PLACEHOLDER.sub(lambda match: blocks[int(match["number"])], html)


def _digest(text: str) -> bytes:
    """Return a short value that stands for a text."""
    return sha256(text.encode()).digest()


class HtmlBlocks(Extension):  # type: ignore[misc] # Markdown has no types
    """Extracts the blocks of the pages with these texts; a search plugin still gets the complete text."""

    def __init__(self, texts: Iterable[str]) -> None:
        super().__init__()
        self.digests = frozenset(map(_digest, texts))
        self.blocks: list[str] | None = None

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802 - the name that Markdown calls
        """Run before and after all other processors."""
        md.preprocessors.register(_ExtractBlocks(self), "html_blocks_before", 1000)
        md.postprocessors.register(_RestoreBlocks(self), "html_blocks_after", -1000)


class PlainText(Extension):  # type: ignore[misc] # Markdown has no types
    """Tries no pattern of Markdown where it cannot match, and no kind of block; not beside other extensions."""

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802 - the name that Markdown calls
        """Run right before the patterns, and right before blocks of HTML are taken out."""
        md.treeprocessors.register(_ProtectPlainText(md), "plain_text", 20.5)
        md.parser.blockprocessors = processors = _BlockProcessors(md.parser.blockprocessors)
        md.preprocessors.register(_ChooseProcessors(processors), "plain_blocks", 20.5)


def _without_marks(marks_of: dict[str, tuple[str, ...]], text: str) -> set[str]:
    """Return the names whose marks a text holds none of."""
    return {name for name, marks in marks_of.items() if not any(mark in text for mark in marks)}


def _choose(registry: Registry, unneeded: Collection[str]) -> list[Any]:
    """Return what Markdown has registered, in its order, apart from what is not needed."""
    left_out = [registry[name] for name in unneeded if name in registry]
    return [registered for registered in Registry.__iter__(registry) if registered not in left_out]


class _BlockProcessors(Registry):  # type: ignore[misc] # Markdown has no types
    """The processors of blocks, of which a page needs some."""

    def __init__(self, registry: Registry) -> None:
        super().__init__()
        self.__dict__ |= registry.__dict__
        self.needed = list[BlockProcessor]()

    def __iter__(self) -> Iterator[BlockProcessor]:
        """Yield those that the page needs, in their order."""
        return iter(self.needed)


class _ChooseProcessors(Preprocessor):  # type: ignore[misc] # Markdown has no types
    """Leaves out processors of blocks that find none in a page."""

    def __init__(self, processors: _BlockProcessors) -> None:
        super().__init__()
        self.processors = processors

    def run(self, lines: list[str]) -> list[str]:
        """Return the page unchanged."""
        self.processors.needed = _choose(self.processors, _without_marks(_NEEDED_BLOCKS, "\n".join(lines)))
        return lines


class _ProtectPlainText(Treeprocessor):  # type: ignore[misc] # Markdown has no types
    """Marks the texts that hold nothing which a pattern could match, and leaves out patterns that match none."""

    def run(self, root: Element) -> None:
        """Mark the texts of a page."""
        marked = list[str]()

        def protect(text: str) -> str:
            if not _MARK.search(text):
                return AtomicString(text)  # type: ignore[no-any-return] # Markdown has no types
            marked.append(text)
            return text

        for node in root.iter():
            node.text = node.text and protect(node.text)
            node.tail = node.tail and protect(node.tail)
        self.md.treeprocessors["inline"].inlinePatterns = self._patterns("\n".join(marked))

    def _patterns(self, text: str) -> list[Pattern]:
        """Return the patterns that may match a part of a text, in their order; one that is not known here may."""
        unneeded = _without_marks(_NEEDED, text) | (set() if self.md.references else _OF_REFERENCES)
        return _choose(self.md.inlinePatterns, unneeded)


class _ExtractBlocks(Preprocessor):  # type: ignore[misc] # Markdown has no types
    """Extracts the blocks."""

    def __init__(self, extension: HtmlBlocks) -> None:
        super().__init__()
        self.extension = extension

    def run(self, lines: list[str]) -> list[str]:
        """Return a generated page without its blocks, and any other page unchanged."""
        self.extension.blocks = None
        if _digest(text := "\n".join(lines)) not in self.extension.digests:
            return lines
        without, self.extension.blocks = extract_blocks(text)
        return without.split("\n")


class _RestoreBlocks(Postprocessor):  # type: ignore[misc] # Markdown has no types
    """Restores the blocks."""

    def __init__(self, extension: HtmlBlocks) -> None:
        super().__init__()
        self.extension = extension

    def run(self, text: str) -> str:
        """Return the HTML of a page, as search reads it."""
        blocks = self.extension.blocks
        return separate_words(text if blocks is None else finish_page(restore_blocks(text, blocks)))
