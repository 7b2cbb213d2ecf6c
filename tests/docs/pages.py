"""The code blocks of a hand-written page, so that tests run what it shows."""

import re
from pathlib import Path
from textwrap import dedent

PROJECT = Path(__file__).parent.parent.parent
DOCS = PROJECT / "docs"
_BLOCK = re.compile(r"^( *)```(\w+)[^\n]*\n(.*?)^\1```$", re.DOTALL | re.MULTILINE)


def blocks(page: str, *languages: str) -> list[str]:
    """Return the code blocks of a page in these languages, in its order; in tabs too."""
    found = _BLOCK.findall((DOCS / page).read_text(encoding="utf-8"))
    return [dedent(code) for _, language, code in found if not languages or language in languages]
