"""Blocks of HTML in a generated page, which Markdown need not read: taken out before, put back afterwards.

Most of a generated page is such blocks, one on each line, and three parsers would read each of them.
"""

import re

_TAGS = "details|div|nav|p"
_BLOCK = re.compile(rf"(?<=\n)(?P<indent> *)(?P<block><(?P<tag>{_TAGS})[ >].*</(?P=tag)>)(?=\n\n|\n?\Z)")
_READ = re.compile(r' (?:id|name|markdown)="|^[^>]* data-kept=')
"""What MkDocs must see, to know the addresses on a page, and Markdown, as it says how to read a block."""
_NEIGHBOURS = re.compile(r'^<\w+ data-kept="\d+"></\w+>(?:\n\n<\w+ data-kept="\d+"></\w+>)+$', re.MULTILINE)
_PLACE = re.compile(r'<(?P<tag>\w+) data-kept="(?P<number>\d+)"></(?P=tag)>')


def take_out(markdown: str) -> tuple[str, list[str]]:
    """Return a page with an empty element in place of each block, and the blocks."""
    blocks = list[str]()

    def place(match: re.Match[str]) -> str:
        if _READ.search(match["block"]):
            return match[0]
        blocks.append(match["block"])
        return f'{match["indent"]}<{match["tag"]} data-kept="{len(blocks) - 1}"></{match["tag"]}>'

    def merge(match: re.Match[str]) -> str:
        blocks.append(put_back(match[0], blocks))
        return f'<div data-kept="{len(blocks) - 1}"></div>'

    return _NEIGHBOURS.sub(merge, _BLOCK.sub(place, markdown)), blocks


def put_back(html: str, blocks: list[str]) -> str:
    """Return the HTML of a page with its blocks in place."""
    return _PLACE.sub(lambda match: blocks[int(match["number"])], html)
