"""The rules for the patterns of a JSON Schema: none may keep a validator busy for longer than its text deserves."""

import math
from collections.abc import Iterator

from arrakis_schema.json_schema.judge.patterns import is_valid
from arrakis_schema.json_schema.violations import short_json
from arrakis_schema.lint.json_subject import JsonSubject
from arrakis_schema.lint.subject import Fault
from arrakis_schema.regex.characters import Reading
from arrakis_schema.regex.matching import longest_text
from arrakis_schema.regex.slowness import SlowText, slow_text
from arrakis_schema.store.files import LONGEST_PATTERNS, MOST_PATTERNS
from arrakis_schema.text.json_pointer import escape_token

Faults = Iterator[Fault]
_LONGEST_SHOWN, _COUNTABLE = 12, 1e12


def patterns(json_subject: JsonSubject) -> Iterator[tuple[str, str]]:
    """Yield the pointer and the text of every pattern, also of those that are names in `patternProperties`."""
    for node in json_subject.objects():
        if isinstance(pattern := node.schema.get("pattern"), str):
            yield f"{node.pointer}/pattern", pattern
        named = node.schema.get("patternProperties")
        for name in named if isinstance(named, dict) else ():
            yield f"{node.pointer}/patternProperties/{escape_token(name)}", name


def pattern_exponential(json_subject: JsonSubject) -> Faults:
    """No pattern takes exponential time in a backtracking matcher."""
    for pointer, pattern in patterns(json_subject):
        slow = slow_text(pattern)
        if slow is not None and slow.exponential:
            yield Fault(pointer, f"{short_json(pattern)} takes exponential time: {_slowness(slow)}")


def pattern_slow(json_subject: JsonSubject) -> Faults:
    """No pattern takes more than quadratic time in a backtracking matcher."""
    for pointer, pattern in patterns(json_subject):
        slow = slow_text(pattern)
        if slow is not None and not slow.exponential:
            yield Fault(pointer, f"{short_json(pattern)} takes more than quadratic time: {_slowness(slow)}")


def pattern_unbounded(json_subject: JsonSubject) -> Faults:
    """Every pattern can be matched against a text of any length in linear time."""
    for pointer, pattern in patterns(json_subject):
        reading = json_subject.reading
        limit = longest_text(pattern, reading) if is_valid(pattern, reading) else None
        if limit is not None:
            others = "" if reading is Reading.ECMA else "look-around, word boundaries and "
            remedy = f"write it without {others}backreferences, or with fewer repetitions"
            yield Fault(
                pointer,
                f"{short_json(pattern)} is safe only for texts of at most {limit} characters: {remedy}",
            )


def excess_of_patterns(json_subject: JsonSubject) -> str | None:
    """Return how the patterns of a document are too many to be examined, or None."""
    distinct = {pattern for _, pattern in patterns(json_subject)}
    size = sum(map(len, distinct))
    if len(distinct) > MOST_PATTERNS:
        return f"{len(distinct):,} different patterns, but at most {MOST_PATTERNS:,} are allowed"
    if size > LONGEST_PATTERNS:
        return f"{size:,} characters in patterns, but at most {LONGEST_PATTERNS:,} are allowed"
    return None


def _slowness(slow: SlowText) -> str:
    """Say which text is slow, and how slow."""
    text = slow.text if len(slow.text) <= _LONGEST_SHOWN else f"{slow.text[:_LONGEST_SHOWN]}…"
    steps = f"{slow.steps:,.0f}" if slow.steps < _COUNTABLE else f"10^{math.log10(slow.steps):.0f}"
    size = len(slow.text)
    remedy = "rewrite it so that no text matches in two ways"
    return f"{short_json(text)} with {size} characters takes at least {steps} steps; {remedy}"
