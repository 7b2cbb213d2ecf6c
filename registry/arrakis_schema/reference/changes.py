"""What one release changed since another, for people: what was added or became stricter, who breaks, what to change.

The pages that compare, the changelog and the feed are written from the same summaries; only the marks differ. What a
release breaks on purpose has a section of its own.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from arrakis_schema.findings.reports import plural
from arrakis_schema.findings.verdicts import Change, Effect
from arrakis_schema.reference.facts.history import History, ReleaseStep
from arrakis_schema.reference.markup import NOTHING_YET, code, escape_markdown, page, with_keywords
from arrakis_schema.store.exceptions import Accepted
from arrakis_schema.store.layout import DocumentKind
from arrakis_schema.store.store import Release
from arrakis_schema.system.advice import advice
from arrakis_schema.system.relations import Answer, Exchange, names
from arrakis_schema.text.escaping import one_line

_OUTCOME = {
    Answer.WORKS: "keep working",
    Answer.PARTLY: "keep working, though not every field is understood",
    Answer.BREAKS: "break",
    Answer.EDGE: "keep working, except for messages that no example sends",
    Answer.UNKNOWN: "are not documented",
    Answer.UNDECIDED: "may break: this is undecided",
}
_LABELS = {
    "properties-added": "Added",
    "column-added": "Added",
    "properties-removed": "Removed",
    "column-removed": "Removed",
}
_EFFECTS = {Effect.WIDENED: "Now also allowed", Effect.NARROWED: "Stricter"}
_ORDER = ("Added", "Removed", "Now also allowed", "Stricter", "Changed")
NO_CHANGE = "No schema changed."
ONLY_WORDING = "Only the wording changed; what is accepted and sent is the same."


@dataclass(frozen=True, slots=True)
class Writing:
    """How a text, a name and a link to a rule are written: as Markdown or as plain text."""

    text: Callable[[str], str]
    name: Callable[[str], str]
    strong: Callable[[str], str]
    link: Callable[[str, str], str]


def markdown_writing(history: History, up: str) -> Writing:
    """Return how Markdown is written on a page; `up` leads to the top."""

    def link(text: str, rule: str) -> str:
        return f"[{text}]({up}changes.md#{rule})" if history.has_rules else f"{text} {code(rule)}"

    return Writing(with_keywords, code, lambda text: f"**{text}**", link)


PLAIN = Writing(one_line, one_line, one_line, lambda text, _rule: text)


def change_list(history: History, step: ReleaseStep, up: str) -> str:
    """Return the effects of the changes of one document, then the changes as a list with the breaking ones marked."""
    writing = markdown_writing(history, up)
    breaking = {(change.rule, change.new) for change in history.breaking_changes(step)}
    rows = [
        f"- {'**breaks** ' if (change.rule, change.new) in breaking else ''}{_sentence(change, writing)}"
        for change in step.changes
    ]
    return page(" ".join(effects(history, step)), "\n".join(rows)).rstrip()


def effects(history: History, step: ReleaseStep) -> Iterator[str]:
    """Yield what a change means for each pairing of the old release with the new one; nothing for a shared document."""
    if not history.kind_of(step.document).is_sent:
        return
    asking, answering = map(plural, history.store.layout.sides_of(step.document))
    pairs = [
        (f"{asking.capitalize()} of {step.old} with {answering} of {step.new}", step.older.answer),
        (f"{asking} of {step.new} with {answering} of {step.old}", history.newer(step).answer),
    ]
    outcomes = [f"{who} {_format_outcome(answer)}" for who, answer in pairs]
    yield f"{outcomes[0]}; {outcomes[1]}."


def _format_outcome(answer: Answer) -> str:
    """Return an outcome, the bad ones in bold."""
    return f"**{_OUTCOME[answer]}**" if answer in {Answer.BREAKS, Answer.UNDECIDED} else _OUTCOME[answer]


def _sentence(change: Change, writing: Writing) -> str:
    """Return one change as a clause that links to its rule."""
    name, colon, clause = change.message.partition(": ")
    if not colon:
        return writing.link(writing.text(change.message), change.rule)
    return f"{writing.name(name)}: {writing.link(writing.text(clause), change.rule)}"


@dataclass(frozen=True, slots=True)
class Summary:
    """What changed in the same way at some endpoints: titles, and a sentence under each label."""

    titles: tuple[str, ...]
    lines: tuple[tuple[str, str], ...]
    breaks: bool


def summaries(history: History, old: Release, new: Release, writing: Writing) -> list[Summary]:
    """Return what a release changed in its documents, those that break somebody first."""
    groups: dict[tuple[tuple[tuple[str, str], ...], bool], list[str]] = {}
    for name in names([old, new]):
        for step in history.steps_between(old, new, name):
            if step.changes:
                lines = tuple(_lines(history, step, writing))
                breaks = step.older.answer in {Answer.BREAKS, Answer.UNDECIDED}
                groups.setdefault((lines, breaks), []).append(_title(history, name, step.document, writing))
    changed = [Summary(tuple(titles), lines, breaks) for (lines, breaks), titles in groups.items()]
    return sorted(changed, key=lambda summary: not summary.breaks)


def _title(history: History, name: str, path: str, writing: Writing) -> str:
    """Return the name of an endpoint, with the kind of its document where that is not a request."""
    kind = history.kind_of(path)
    return writing.text(name) + ("" if kind is DocumentKind.REQUEST else f" ({kind.value})")


def _lines(history: History, step: ReleaseStep, writing: Writing) -> Iterator[tuple[str, str]]:
    """Yield a label and a sentence: the changes by what they mean, who breaks, and what to change."""
    labelled: dict[str, list[Change]] = {}
    for change in step.changes:
        label = _LABELS.get(change.rule) or _EFFECTS.get(change.effect, "Changed")
        labelled.setdefault(label, []).append(change)
    for label in _ORDER:
        if label in labelled:
            yield label, _clauses(label, labelled[label], writing)
    if history.kind_of(step.document).is_sent:
        yield from _breaks(history, step, writing)


def _clauses(label: str, changes: Iterable[Change], writing: Writing) -> str:
    """Return changes of one label; of a member that came or went only its name."""
    if label in _LABELS.values():
        named = [(change.message.rpartition(": "), change.rule) for change in changes]
        return ", ".join(writing.link(writing.name(name), rule) for (name, _, _), rule in named)
    return "; ".join(_sentence(change, writing) for change in changes)


def _breaks(history: History, step: ReleaseStep, writing: Writing) -> Iterator[tuple[str, str]]:
    """Yield whom a change breaks, each with what to change."""
    asking, answering = map(plural, history.store.layout.sides_of(step.document))
    for exchange, client, server in ((step.older, step.old, step.new), (history.newer(step), step.new, step.old)):
        who, whom = f"{asking} of {client}", f"{answering} of {server}"
        if exchange.answer is Answer.BREAKS and _only_unknown_columns(exchange):
            yield "Breaks", writing.text(f"{who} that reject unknown columns, with {whom}")
        elif exchange.answer is Answer.BREAKS:
            yield "Breaks", writing.text(f"{who} with {whom}")
        elif exchange.answer is Answer.EDGE:
            yield "Can break", writing.text(f"{who} with {whom}, for messages that no example sends")
        elif exchange.answer is Answer.UNDECIDED:
            yield "May break", writing.text(f"{who} with {whom}: undecided, {exchange.verdict.reason}")
        if exchange.answer.breaks and (todo := advice(history.comparisons, [exchange])):
            yield f"{writing.strong('What to change')} in {writing.text(who)}", writing.text(todo).removesuffix(".")


def _only_unknown_columns(exchange: Exchange) -> bool:
    """Return whether a reader fails only because it rejects columns that it does not know."""
    rules = {change.rule for change in exchange.verdict.findings if change.at_fault}
    sent = "column-removed" if exchange.reader_is_new else "column-added"
    return rules == {sent}


def describe_changes(history: History, old: Release, new: Release, up: str) -> Iterator[str]:
    """Yield the changes of a release by endpoint as Markdown; endpoints with the same changes share one entry."""
    writing = markdown_writing(history, up)
    yield from (f"{word}: {listed}." for word, listed in _documents(old, new, writing))
    changed = summaries(history, old, new, writing)
    for summary in changed:
        yield f"### {', '.join(summary.titles)}"
        yield "\n".join(f"- {label}: {sentence}." for label, sentence in summary.lines)
    if not changed and old.documents == new.documents:
        yield wording_note(history, old, new)


def _documents(old: Release, new: Release, writing: Writing) -> Iterator[tuple[str, str]]:
    """Yield which documents were added, and which were removed."""
    for word, (without, having) in {"New documents": (old, new), "Removed documents": (new, old)}.items():
        if listed := [writing.name(path) for path in having.documents if path not in without.documents]:
            yield word, ", ".join(listed)


def wording_note(history: History, old: Release, new: Release) -> str:
    """Return that nothing changed in two releases without a change of meaning, or only the wording."""
    return ONLY_WORDING if any(history.steps_between(old, new, name) for name in names([old, new])) else NO_CHANGE


def entry(history: History, release: Release, writing: Writing) -> Iterator[tuple[str, list[str]]]:
    """Yield the paragraphs of a release in a changelog: each a title, and the items below it."""
    before = history.previous_release(release)
    if before is None:
        yield writing.strong("First release"), [writing.text(", ".join(names([release])) or NOTHING_YET)]
        return
    for word, listed in _documents(before, release, writing):
        yield f"{writing.strong(word)}: {listed}", []
    changed = summaries(history, before, release, writing)
    for summary in changed:
        items = [f"{label}: {sentence}" for label, sentence in summary.lines]
        yield writing.strong(", ".join(summary.titles)), items
    if not changed and before.documents == release.documents:
        yield wording_note(history, before, release), []


def accepted_breaks(history: History, release: Release, up: str) -> Iterator[str]:
    """Yield the section on the breaks that a release makes on purpose; nothing where there are none."""
    entries = history.accepted.get(release.version, [])
    if entries:
        yield "## Accepted breaks { #accepted-breaks }"
        yield "\n".join(_accepted_item(history, release, entry, up) for entry in entries)


def _accepted_item(history: History, release: Release, entry: Accepted, up: str) -> str:
    """Return an item of the list: the reason, the rule, and the places."""
    rule = f"[{code(entry.rule)}]({up}changes.md#{entry.rule})" if history.has_rules else code(entry.rule)
    places = ", ".join(code(_member_place(history, release, place)) for place in entry.places)
    return f"- {escape_markdown(entry.reason)} {rule} in {places}"


def _member_place(history: History, release: Release, place: str) -> str:
    """Return the document of a place, and the member in it."""
    document, _, remainder = place.partition("#")
    location = remainder.partition(" = ")[0]
    name = history.place_name(release, [document], location)
    return f"{document}: {name}" if name else document
