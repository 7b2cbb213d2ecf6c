"""The changes between two releases, in words: which clients or servers break, then every difference."""

from collections.abc import Iterator

from arrakis_schema.compat import Change
from arrakis_schema.reference.facts.history import History, Step
from arrakis_schema.reference.markup import code, escape_markdown, page
from arrakis_schema.store.store import Release
from arrakis_schema.system.relations import Answer, names
from arrakis_schema.text.nouns import plural

_OUTCOME = {
    Answer.WORKS: "go on working",
    Answer.PARTLY: "go on working, though not every field is understood",
    Answer.BREAKS: "break",
    Answer.EDGE: "go on working, but for messages that no example sends",
    Answer.UNKNOWN: "are not documented",
    Answer.UNDECIDED: "may break: it is undecided",
}


def change_list(history: History, step: Step, up: str) -> str:
    """Return the effects of the changes of one document, then the changes as a list with the breaking ones marked."""
    rows = [
        f"- {'**breaks** ' if step.breaks(change) else ''}{_sentence(history, change, up)}" for change in step.changes
    ]
    return page(" ".join(effects(history, step)), "\n".join(rows)).rstrip()


def effects(history: History, step: Step) -> Iterator[str]:
    """Yield what a change means for each pairing of the old release with the new one; nothing for a shared document."""
    if not history.kind_of(step.document).travels:
        return
    writers, readers = map(plural, history.store.layout.roles_of(step.document))
    asking, answering = (readers, writers) if history.kind_of(step.document).answers else (writers, readers)
    pairs = [
        (f"{asking.capitalize()} of {step.old} with {answering} of {step.new}", step.older.answer),
        (f"{asking} of {step.new} with {answering} of {step.old}", step.newer.answer),
    ]
    outcomes = [f"{who} {_format_outcome(answer)}" for who, answer in pairs]
    yield f"{outcomes[0]}; {outcomes[1]}."


def _format_outcome(answer: Answer) -> str:
    """Return an outcome, the bad ones in bold."""
    return f"**{_OUTCOME[answer]}**" if answer in {Answer.BREAKS, Answer.UNDECIDED} else _OUTCOME[answer]


def _sentence(history: History, change: Change, up: str) -> str:
    """Return one change with its rule."""
    rule = f"[{code(change.rule)}]({up}changes.md#{change.rule})" if history.has_rules else code(change.rule)
    return f"{escape_markdown(change.message)} {rule}"


def describe_changes(history: History, old: Release, new: Release, up: str) -> Iterator[str]:
    """Yield the changes of a release by endpoint; endpoints with the same changes share one entry."""
    groups: dict[tuple[str, str], list[str]] = {}
    for name in names([old, new]):
        for step in history.steps_between(old, new, name):
            if step.changes:
                kind = history.kind_of(step.document).value.capitalize()
                groups.setdefault((kind, change_list(history, step, up)), []).append(escape_markdown(name))
    for word, (without, having) in {"Added": (old, new), "Removed": (new, old)}.items():
        listed = [code(path) for path in having.documents if path not in without.documents]
        yield f"{word}: {', '.join(listed)}." if listed else ""
    yield from (f"### {kind}: {', '.join(endpoints)}\n\n{text}" for (kind, text), endpoints in groups.items())
    if not groups and old.documents == new.documents:
        yield "No schema changed." if _equal(history, old, new) else "Words changed; what is accepted and sent did not."


def _equal(history: History, old: Release, new: Release) -> bool:
    """Tell whether two releases have the same bytes."""
    return not any(history.steps_between(old, new, name) for name in names([old, new]))
