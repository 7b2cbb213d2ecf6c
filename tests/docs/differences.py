"""Writes the pages on the compatibility rules from their test cases: `python -m tests.docs.differences`.

The engine decides whom each example breaks, so the pages are always true.
"""

import json
from collections.abc import Callable, Iterator
from itertools import chain, groupby
from typing import Any

from arrakis_schema.arrow import parse_document
from arrakis_schema.compat import Kind, Verdict, accepts
from arrakis_schema.findings.rules import RULES
from tests.docs import sent
from tests.docs.pages import DOCS, PROJECT

CASES = json.loads((PROJECT / "tests/cases/compat/differences.json").read_text(encoding="utf-8"))
TITLES = {
    "values": "Values, types and annotations",
    "numbers": "Numbers",
    "strings": "Strings",
    "arrays": "Arrays",
    "objects": "Objects",
    "combined": "Combined schemas",
    "columns": "Columns",
    "releases": "Releases",
    "sent": "Data as sent",
}
_KEEP = "Keep accepting what old writers send, or [accept the break](../compatibility.md#accepted-breaks)."
_UPGRADE = "Upgrade the readers first: old ones reject what new writers may send."
_BOTH = "No order of upgrades is safe. Add the new form beside the old one instead, and remove the old one later."
_NOTHING = "Nothing to do: nobody breaks."
_LOOK = "Use `$ref` in place of this keyword: then the verdict can be decided."
ADVICE = {
    ("works", "works"): _NOTHING,
    ("breaks", "works"): _KEEP,
    ("works", "breaks"): _UPGRADE,
    ("breaks", "breaks"): _BOTH,
}
SPECIAL = {
    "required-added": "Leave the member optional, and say in `x-omitted` what absence means. If that is impossible, "
    "[accept the break](../compatibility.md#accepted-breaks).",
    "properties-added": "Keep the property optional. Readers that reject unknown members (`unknown` in `registry.toml`) must be "
    "upgraded before writers send it.",
    "properties-removed": "The new reader ignores the property that old writers still send; a reader that "
    "rejects unknown members breaks. Keep the property until nobody sends it.",
    "unevaluatedProperties-added": "Nothing to do: writers send only members that they declare. With `--policy strict`, old writers break.",
    "unevaluatedProperties-removed": "Nothing to do: writers send only members that they declare. With `--policy strict`, old readers "
    "break.",
    "annotation-changed": "Nothing to do. `arrakis-schema diff --annotations` shows it. If it is a misspelt keyword, "
    "[lint](../rules.md#keyword-unknown) reports it.",
    "enum-loosened": "Upgrade the readers first: old ones reject the new value. Readers that ignore unknown values "
    "should not list them in `enum`.",
    "type-loosened": "Upgrade the readers first. If null is new, say in `x-null` what it means.",
    "pattern-changed": f"{_BOTH} The messages shown are shortest texts that only one of the patterns matches.",
    "column-added": "Check `unknown` in `registry.toml`: readers that ignore unknown columns keep working; those that reject them "
    "must be upgraded before the writer sends the column.",
    "column-removed": "Send the column as null as long as there are old readers. A column that may be null in the old schema "
    "can be left out: the reader fills in null.",
    "column-reordered": "Nothing to do if readers look up columns by name (`columns` in `registry.toml`). Otherwise keep the order, and "
    "add columns at the end.",
    "nullable-tightened": "Nothing to do if no new reader reads data of old writers. Otherwise upgrade the writers first.",
    "nullable-loosened": "Keep the column `not null` if no null is sent. Otherwise upgrade the readers first.",
    "type-narrowed": "Nothing to do if no new reader reads data of old writers. Otherwise upgrade the writers first.",
    "type-widened": "Keep the type, or upgrade the readers first.",
    "encoding-changed": "Nothing to do if Arrow casts one encoding to the other, as here. If it does not, as for run ends and "
    "views of lists, the reader breaks: upgrade the readers first.",
    "metadata-changed": "Nothing to do, unless readers use the key (`metadata` in `registry.toml`), as here.",
    "value-added": "Upgrade the readers first, or bind the template to a value that both allow.",
    "value-removed": "Upgrade the writers first, or bind the template to a value that both allow.",
}
COLUMN_ADVICE = {"works": _NOTHING, "breaks": _KEEP}


def main() -> None:
    """Write the pages into `docs/`."""
    for path, text in pages().items():
        (DOCS / path).parent.mkdir(exist_ok=True)
        (DOCS / path).write_text(text, encoding="utf-8")


def pages() -> dict[str, str]:
    """Return every page by its path in `docs/`; the one on releases is written by hand, and only listed."""
    found = {f"changes/{name}.md": _page(TITLES[name], _grouped(cases, _document)) for name, cases in _named()}
    columns = chain([_COLUMNS], _grouped(CASES["columns"], _column))
    others = {"changes/sent.md": _page(TITLES["sent"], sent.sections(heading)), "changes.md": _index()}
    return {**found, "changes/columns.md": _page("Columns", columns), **others}


def _grouped(cases: dict[str, list[Any]], section: Callable[[str, list[Any]], str]) -> Iterator[str]:
    """Yield the section of each rule, those of one keyword under its name."""
    for keyword, rules in groupby(cases, lambda rule: rule.rpartition("-")[0]):
        yield f"## {keyword}"
        yield from (section(rule, cases[rule]) for rule in rules)


def home(rule: str) -> str:
    """Return the name of the page that a rule has its section on."""
    for name, cases in (("columns", CASES["columns"]), ("sent", sent.CASES)):
        if rule in cases:
            return name
    return next((name for name, cases in _named() if rule in cases), "releases")


def asked(rule: str) -> tuple[Verdict, Verdict]:
    """Return what the engine says of the example of a rule: old writer and new reader, then the other way round."""
    old, new = next(cases[rule] for _, cases in _named() if rule in cases)
    return accepts(new, old), accepts(old, new, reader_is_new=False)


def asked_of_columns(rule: str) -> tuple[Verdict, Verdict]:
    """Return what the engine says of the example of a rule for columns: new writer and old reader, then the other way."""
    *pair, how = CASES["columns"][rule]
    old, new = map(parse_document, pair)
    return accepts(old, new, reader_is_new=False, **how), accepts(new, old, **how)


_COLUMNS = """Rules run from the old document (`<`) to the new one (`>`), whichever of them is the reader's. For a payload, a new
server must work with an old client; a new client should work with an old server. [`registry.toml`](../compatibility.md#readers)
declares how readers treat columns. If neither type of a column holds all values of the other, as with `int32` and `string`, the
rule is [`type-changed`](values.md#type-changed)."""


def _named() -> list[tuple[str, dict[str, list[Any]]]]:
    """Return the cases of documents by the page that they are on."""
    return list(CASES["documents"].items())


def _page(title: str, parts: Iterator[str]) -> str:
    """Return a page; search finds its rules on the page that lists them all."""
    about = f"{title}: each difference that can be reported, whom it breaks, and what to do."
    front = f'---\ndescription: "{about}"\nsearch:\n  exclude: true\n---'
    return "\n\n".join([front, f"# {title}: compatibility rules", *parts]) + "\n"


def heading(rule: str) -> str:
    """Return the heading of a rule: not in the table of contents, which would be longer than the page."""
    link = f'<a class="headerlink" href="#{rule}" title="Permanent link">&para;</a>'
    return f'<h3 id="{rule}"><code>{rule}</code>{link}</h3>'


def _document(rule: str, case: list[Any]) -> str:
    """Return the section of a difference between two JSON Schemas."""
    old, new = map(_shown, case)
    verdicts = asked(rule)
    backward, forward = map(_said, verdicts)
    todo = SPECIAL.get(rule) or ADVICE.get((backward, forward), _LOOK)
    told = [f"{who}: {_told(verdict)}" for who, verdict in zip(_WHO, verdicts, strict=True)]
    return "\n".join(
        [heading(rule), "", RULES[rule].meaning, f"{old} → {new}", "", *(f"- {line}" for line in (*told, todo))]
    )


_WHO = ("Old writer, new reader", "New writer, old reader")


def _column(rule: str, case: list[Any]) -> str:
    """Return the section of a difference between columns."""
    old, new, how = case
    verdicts = asked_of_columns(rule)
    way = f" ({', '.join(f'`{key} = {json.dumps(value)}`' for key, value in how.items())})" if how else ""
    todo = SPECIAL.get(rule) or COLUMN_ADVICE[_said(verdicts[0])]
    code = "\n".join(f"{side}  {line}" for side, text in (("<", old), (">", new)) for line in text.split("\n"))
    told = [f"{who}{way}: {_told(verdict)}" for who, verdict in zip(reversed(_WHO), verdicts, strict=True)]
    lines = "\n".join(f"- {line}" for line in (*told, todo))
    return f"{heading(rule)}\n\n{RULES[rule].meaning}\n\n```text\n{code}\n```\n\n{lines}"


def _said(verdict: Verdict) -> str:
    """Return a verdict in one word."""
    return {Kind.COMPATIBLE: "works", Kind.INCOMPATIBLE: "breaks"}.get(verdict.kind, "undecided")


def _told(verdict: Verdict) -> str:
    """Return a verdict in words, with the message that breaks."""
    if verdict.kind is Kind.UNDECIDED:
        return f"undecided: {verdict.reason.partition(' (')[0]}."
    if verdict.kind is Kind.COMPATIBLE:
        return "works."
    witness = verdict.witness
    if isinstance(witness, dict) and "column" in witness:
        return f"**breaks**{_with(witness)}."
    return f"**breaks** with `{json.dumps(witness, sort_keys=True)}`."


def _with(witness: dict[str, Any]) -> str:
    """Return what a reader of columns refuses: a value of a placeholder, a value of a column, or just the schema."""
    if "refused" in witness:
        return "".join(f" where `{name}` is `{value}`" for name, value in witness["refused"].items())
    shown = witness["column"] and "metadata" not in witness
    return f" with the value `{json.dumps(witness['value'])}`" if shown else ""


def _shown(schema: Any) -> str:
    """Return a schema in one line; a dialect that is not draft-07 stands behind it."""
    named = isinstance(schema, dict) and "$schema" in schema
    shown = {key: value for key, value in schema.items() if key != "$schema"} if named else schema
    return f"`{json.dumps(shown)}`{' (2020-12)' if named else ''}"


def _index() -> str:
    """Return the page that lists every rule."""
    rows = [
        f'| <span id="{rule}">[`{rule}`](changes/{home(rule)}.md#{rule})</span> | {told.meaning} |'
        for rule, told in RULES.items()
    ]
    return f"{_INDEX}\n" + "\n".join(["| id | meaning |", "| --- | --- |", *rows]) + "\n"


_INDEX = """---
description: "The id of every difference that is reported, with its meaning."
search:
  boost: 0.5
---

# Compatibility rules

Every difference that `compare`, `check`, `diff` and `conform` report has an id, whose meaning never changes. The section of each id shows
a minimal example, whom it breaks, and what to do. Whether a difference breaks somebody does not depend on the rule alone:
see [Compatibility](compatibility.md). Location and line are those of the keyword or column that causes the problem.
"""


if __name__ == "__main__":
    main()
