"""`lint --explain RULE`: the section on a rule of the pages that explain all rules, as plain text."""

import re
from collections.abc import Iterator
from difflib import get_close_matches
from pathlib import Path

from arrakis_schema.cli.output import print_line
from arrakis_schema.errors import ArrakisSchemaError
from arrakis_schema.findings.rules import FIXED, LINT, RULES
from arrakis_schema.store.loading import data_root

_LINT_PAGE, _CHANGE_PAGES = "rules.md", "changes/*.md"
_HEADING = re.compile(r"^(?:##? |<h3 ).*$", re.MULTILINE)
_NAME, _ANCHOR = re.compile(r"## `([a-z-]+)`"), re.compile(r'<h3 id="([^"]+)">')
_FENCE, _BOLD = re.compile(r"^```\w*\n", re.MULTILINE), re.compile(r"\*\*(\w+)\*\*")
_LINK = re.compile(r"\[([^\]]+)\]\([^)\s]+\)")
_MOST_NAMES = 5
_SET = "## Set a rule"
_NOT_ACCEPTED = frozenset({"releases", "sent"})
"""The pages of rules about no difference of two documents: what they find cannot be accepted."""

_ACCEPT = (
    "Severity: error if the verdict says that somebody breaks, warning if it is undecided, otherwise notice. "
    "An entry of schemas/exceptions.toml accepts an intended break: `check` prints the entry, all but the reason."
)


class UnknownRuleError(ArrakisSchemaError):
    """There is no rule of this name."""


def explain(rule: str) -> int:
    """Print what a rule means, with an example, and how its severity is set; raises `UnknownRuleError`."""
    explanation = dict(explanations(Path(data_root(), "docs"))).get(rule)
    if explanation is None:
        raise UnknownRuleError(_describe_unknown(rule))
    for line in [rule, "", *explanation.split("\n")]:
        print_line(line)
    return 0


def explanations(folder: Path) -> Iterator[tuple[str, str]]:
    """Yield each rule with its explanation."""
    lint = list(_sections(folder / _LINT_PAGE))
    setting = next(_plain(text) for heading, text in lint if heading == _SET)
    for heading, text in lint:
        if rule := _NAME.fullmatch(heading):
            yield rule[1], _plain(text) if rule[1] in FIXED else f"{_plain(text)}\n\n{setting}"
    for page in sorted(folder.glob(_CHANGE_PAGES)):
        for heading, text in _sections(page):
            if rule := _ANCHOR.match(heading):
                yield rule[1], _plain(text) if page.stem in _NOT_ACCEPTED else f"{_plain(text)}\n\n{_ACCEPT}"


def _sections(page: Path) -> Iterator[tuple[str, str]]:
    """Yield the line of each heading of a page with the text below it."""
    text = page.read_text(encoding="utf-8")
    headings = list(_HEADING.finditer(text))
    ends = [heading.start() for heading in headings[1:]] + [len(text)]
    for heading, end in zip(headings, ends, strict=True):
        yield heading[0], text[heading.end() : end]


def _plain(markdown: str) -> str:
    """Return Markdown as it is read on a terminal."""
    return _BOLD.sub(r"\1", _LINK.sub(r"\1", _FENCE.sub("", markdown))).strip()


def _describe_unknown(rule: str) -> str:
    """Return the sentence for a name that no rule has, with those that are near it."""
    near = get_close_matches(rule, [*LINT, *RULES], _MOST_NAMES)
    near += sorted(name for name in {*LINT, *RULES} - set(near) if rule and rule in name)[: _MOST_NAMES - len(near)]
    hint = f"did you mean {' or '.join(near)}?" if near else "a finding ends with its rule in brackets"
    return f"there is no rule {rule!r}: {hint}"
