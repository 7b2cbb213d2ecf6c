"""The differences between two JSON Schemas that break a reader: alone, or only together."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from itertools import groupby
from typing import Any

from arrakis_schema.compat.accepting import explain_verdict
from arrakis_schema.compat.blame import describe_error_at
from arrakis_schema.compat.changes import changes_in_place
from arrakis_schema.compat.containment import Question, QuestionSeries, decide_containment
from arrakis_schema.compat.unfolding import unfold
from arrakis_schema.errors import InvalidSchemaError
from arrakis_schema.findings.reports import format_count
from arrakis_schema.findings.verdicts import Break, Change, Effect, Kind, Verdict
from arrakis_schema.json_schema.positions import value_at
from arrakis_schema.text.json_pointer import unescape_token

_MOST_CHANGES = 200
_MISSING: Any = object()


Ask = Callable[[Any], Verdict]


def breaks(question: Question, verdict: Verdict, *, reader_is_new: bool) -> Iterator[Break]:
    """Yield every change that breaks the reader: first those that break it alone, then those that do so only together.

    If it is undecided whether anything else breaks, the last item is a `Break` of the rule `undecided`.
    """
    documents = (question.writer, question.reader) if reader_is_new else (question.reader, question.writer)
    unfolded = unfold(*documents)
    reader, writer = (unfolded.new, unfolded.old) if reader_is_new else (unfolded.old, unfolded.new)
    question = replace(question, reader=reader, writer=writer, sides=question.sides.new_child())
    for breaking in _list_breaks(question, verdict, reader_is_new=reader_is_new):
        yield replace(breaking, change=unfolded.restore(breaking.change))


def _list_breaks(question: Question, verdict: Verdict, *, reader_is_new: bool) -> Iterator[Break]:
    """Yield every change of two documents that breaks the reader."""
    old, new = (question.writer, question.reader) if reader_is_new else (question.reader, question.writer)
    side = "reader" if reader_is_new else "writer"
    series = QuestionSeries(question.writer if reader_is_new else question.reader, question.sides)

    def ask(schema: Any) -> Verdict:
        """Return the verdict with this document in place of the new one; its keywords are those of valid documents."""
        try:
            return decide_containment(replace(question, **{side: schema}, series=series))
        except InvalidSchemaError as error:
            return Verdict(Kind.UNDECIDED, reason=str(error))

    differences = list(changes_in_place(old, new))
    loosens = Effect.WIDENED if reader_is_new else Effect.NARROWED
    old = _with_added_definitions(old, new, differences)
    asserting = [change for change in differences if change.effect is not Effect.ANNOTATION]
    single = list(_single_breaks(old, new, asserting[:_MOST_CHANGES], ask, loosens))
    yield from single
    if (left_over := len(asserting) - _MOST_CHANGES) > 0:
        reason = f"whether each breaks by itself was not examined of {format_count(left_over, 'more change')}"
        yield Break(Change("undecided", "", "", Effect.CHANGED, reason), None, "")
    faults = {_key(breaking.change) for breaking in single}
    unexamined = set(map(_key, asserting[_MOST_CHANGES:])) if faults else set()
    taken = faults | unexamined
    reverted = _revert(new, old, [change for change in asserting if _key(change) in taken])
    remaining = ask(reverted) if faults else verdict
    if remaining.kind is Kind.INCOMPATIBLE:
        together = list(_joint_breaks(old, new, [change for change in differences if _key(change) not in taken], ask))
        yield from together or _breaks_by_location(
            explain_verdict(replace(question, **{side: reverted}), reader_is_new=reader_is_new)
        )
    elif remaining.kind is Kind.UNDECIDED:
        reason = f"whether anything else breaks is undecided: {remaining.reason}"
        yield Break(Change("undecided", "", "", Effect.CHANGED, reason), None, "")


def with_breaks(verdict: Verdict, breaks: Iterable[Break]) -> Verdict:
    """Return a verdict with these breaks as its findings at fault, each with its own witness and the reader's error."""
    faults = [replace(breaking.change, message=breaking.description, witness=breaking.witness) for breaking in breaks]
    places = set(map(_key, faults))
    differences = [change for change in verdict.findings if change.message != verdict.at]  # that is none by itself
    others = [change for change in differences if _key(change) not in places]
    return replace(verdict, findings=(*faults, *(replace(change, at_fault=False) for change in others)))


def _key(change: Change) -> tuple[str, str, str]:
    """Return what identifies a change, whether it is at fault or not."""
    return change.rule, change.old, change.new


def _single_breaks(old: Any, new: Any, changes: list[Change], ask: Ask, loosens: Effect) -> Iterator[Break]:
    """Yield every change that breaks the reader when it is the only one applied to the old document.

    Changes of one keyword are applied together, and those that only loosen are not reported.
    """
    for _, same in groupby(changes, key=lambda change: (change.old, change.new)):
        at_place = list(same)
        changed = apply_change(old, new, at_place[0])
        verdict = ask(changed) if changed is not _MISSING else None
        if verdict is not None and verdict.kind is Kind.INCOMPATIBLE:
            reader = changed if loosens is Effect.WIDENED else old
            at = describe_error_at(verdict.errors, at_place[0].old, reader) if verdict.errors else verdict.at
            for change in [change for change in at_place if change.effect is not loosens] or at_place:
                yield Break(replace(change, at_fault=True), verdict.witness, at)


def _joint_breaks(old: Any, new: Any, changes: list[Change], ask: Ask) -> Iterator[Break]:
    """Yield each change that breaks the reader when the changes are applied one after the other.

    Changes without an effect of their own, as in `definitions`, are applied first, but for what is removed there: until
    the others are applied, references lead to it. Changes that break nothing are passed over many at a time, by halves.
    """

    def priority(change: Change) -> int:
        if change.effect is not Effect.ANNOTATION:
            return 1
        return 2 if value_at(new, change.new, _MISSING) is _MISSING else 0

    ordered = sorted(changes, key=priority)[:_MOST_CHANGES]
    pending = [ordered] if ordered else []
    while pending:
        batch = pending.pop()
        changed = _apply_changes(old, new, batch)
        verdict = ask(changed) if changed is not old else None
        if verdict is not None and verdict.kind is not Kind.COMPATIBLE and len(batch) > 1:
            pending += [batch[len(batch) // 2 :], batch[: len(batch) // 2]]
        elif verdict is not None and verdict.kind is Kind.INCOMPATIBLE:
            yield Break(replace(batch[0], at_fault=True), verdict.witness, verdict.at)
        else:
            old = changed


def _with_added_definitions(old: Any, new: Any, changes: Iterable[Change]) -> Any:
    """Return the old schema with what the new one adds without an effect of its own: a change may refer to it."""
    without_effect = (change for change in changes if change.effect is Effect.ANNOTATION)
    return _apply_changes(
        old, new, [change for change in without_effect if value_at(old, change.old, _MISSING) is _MISSING]
    )


def _apply_changes(old: Any, new: Any, changes: Iterable[Change]) -> Any:
    """Return the old schema with some changes of the new one applied; the old one itself where none can be."""
    for change in changes:
        changed = apply_change(old, new, change)
        old = old if changed is _MISSING else changed
    return old


def _breaks_by_location(verdict: Verdict) -> Iterator[Break]:
    """Yield the changes at fault by the location of the error, at least one."""
    faults = [change for change in verdict.findings if change.at_fault]
    for change in faults or [Change("schema-changed", "", "", Effect.CHANGED, "the schema changed", at_fault=True)]:
        yield Break(change, verdict.witness, verdict.at)


def _revert(new: Any, old: Any, changes: list[Change]) -> Any:
    """Return the new schema with some changes reverted, the last first, so that indices in lists stay valid."""
    for change in reversed(changes):
        reverted = apply_change(new, old, replace(change, old=change.new, new=change.old))
        new = new if reverted is _MISSING else reverted
    return new


def apply_change(old: Any, new: Any, change: Change) -> Any:
    """Return the old schema with one change of the new one applied."""
    value = value_at(new, change.new, _MISSING)
    return _with_value(old, [unescape_token(part) for part in change.old.split("/")[1:]], value)


def _with_value(document: Any, path: list[str], value: Any) -> Any:
    """Return a document with a value at a path; what is beside the path is shared with the document."""
    if not path:
        return value
    if isinstance(document, dict):
        return _with_member(document, path, value)
    if isinstance(document, list) and path[0].isdecimal():
        return _with_item(document, path, value)
    return _MISSING


def _with_member(document: dict[str, Any], path: list[str], value: Any) -> Any:
    """Return an object with a value at a path; an object on the way that is missing is made."""
    name, *inner_path = path
    if not inner_path:
        others = {key: member for key, member in document.items() if key != name}
        return others if value is _MISSING else {**others, name: value}
    makes = value is not _MISSING and not inner_path[0].isdecimal()
    inner = _with_value(document.get(name, {} if makes else _MISSING), inner_path, value)
    return _MISSING if inner is _MISSING else {**document, name: inner}


def _with_item(document: list[Any], path: list[str], value: Any) -> Any:
    """Return an array with a value at a path; an index beyond its end appends."""
    index, inner_path = int(path[0]), path[1:]
    if not inner_path:
        return [*document[:index], *([] if value is _MISSING else [value]), *document[index + 1 :]]
    inner = _with_value(document[index], inner_path, value) if index < len(document) else _MISSING
    return _MISSING if inner is _MISSING else [*document[:index], inner, *document[index + 1 :]]
