"""Containment of JSON Schemas: a model of "the writer's schema holds, the reader's fails", or a proof of none.

A model is confirmed by an independent validator.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urldefrag, urljoin

from arrakis_schema.compat.blame import describe_error
from arrakis_schema.compat.closure import CLOSED_EVERYWHERE, OPEN, Closure
from arrakis_schema.compat.confirmation import check_schema, pick_witness, validation_errors
from arrakis_schema.compat.logic.connectives import disjunction, opposite
from arrakis_schema.compat.logic.equality import classes_of, plainly_differ
from arrakis_schema.compat.logic.evaluation import Interpretation
from arrakis_schema.compat.logic.formulas import State
from arrakis_schema.compat.logic.nodes import Nodes
from arrakis_schema.compat.logic.results import SECONDS, STEPS, Budget, Closed, Model, Open, UndecidedError
from arrakis_schema.compat.logic.values import Json
from arrakis_schema.compat.sides import Side, Sides, open_side
from arrakis_schema.compat.solve.tableau import Tableau
from arrakis_schema.findings.verdicts import Kind, Verdict
from arrakis_schema.json_schema.dialects import DIALECTS, DRAFT_07, REFERENCES, dialect_of
from arrakis_schema.regex.characters import Reading
from arrakis_schema.regex.tree import UnsupportedPatternError
from arrakis_schema.text.short_repr import short_repr

_MOST_ERRORS = 20
_MOST_LISTED = 1_000
EMPTY = "the writer can send nothing"
UNKNOWN = "the reader rejects members that it does not know"


@dataclass(frozen=True, slots=True)
class QuestionSeries:
    """Questions that share one document, opened in `sides`; the others are known to be valid.

    The steps of closing it are counted once, in the first question.
    """

    document: Any
    sides: Sides = field(default_factory=Sides)
    closures: set[Closure] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Question:
    """A pair of schemas, their closures, and the limits of the search.

    In a `series` the documents are known to be valid and to differ. `sides` is shared by questions about the same
    documents.
    """

    reader: Any
    writer: Any
    reader_closure: Closure = OPEN
    writer_closure: Closure = OPEN
    timeout: float = SECONDS
    assert_formats: bool = False
    examples: tuple[Any, ...] = ()
    steps: int = STEPS
    patterns: Reading = Reading.ECMA
    series: QuestionSeries | None = None
    sides: Sides = field(default_factory=Sides)

    __repr__ = short_repr


def decide_containment(question: Question) -> Verdict:
    """Return whether the reader accepts every instance that the writer's schema accepts, without findings.

    A document is compatible with itself, even if the search is undecided.
    """
    verdict = _search(question)
    is_open = verdict.kind is Kind.UNDECIDED and question.series is None
    return Verdict(Kind.COMPATIBLE) if is_open and _is_one_document(question) else verdict


def _is_one_document(question: Question) -> bool:
    """Return whether both are one document without external references, and the writer is closed like the reader."""
    try:
        texts = [json.dumps(schema, sort_keys=True) for schema in (question.reader, question.writer)]
        return texts[0] == texts[1] and _closed_alike(question) and not _leads_out(question.reader)
    except (RecursionError, ValueError):  # too deep, or an `$id` that is not a URI reference
        return False


def _closed_alike(question: Question) -> bool:
    """Return whether the writer is closed wherever the reader is."""
    reads, writes = question.reader_closure, question.writer_closure
    return reads in {OPEN, writes} or writes == CLOSED_EVERYWHERE


def _leads_out(document: Any) -> bool:
    """Return whether a reference may lead out of a document, to something that may differ for each side."""
    identifier = DIALECTS[dialect_of(document) or DRAFT_07].identifier
    base = str(document.get(identifier, "")) if isinstance(document, dict) else ""
    schemas = list(_objects(document))
    ids = {urljoin(base, schema[identifier]) for schema in schemas if isinstance(schema.get(identifier), str)}
    references = [schema[name] for schema in schemas for name in REFERENCES if isinstance(schema.get(name), str)]
    places = (urldefrag(reference).url for reference in references)
    return any(uri and urljoin(base, uri) not in ids for uri in places)


def _objects(value: Any) -> Iterator[dict[str, Any]]:
    """Yield every object in a document."""
    if isinstance(value, dict):
        yield value
    children = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for child in children:
        yield from _objects(child)


def _search(question: Question) -> Verdict:
    """Return the verdict of the search for a witness."""
    try:
        return _Comparison(question).verdict()
    except (UndecidedError, UnsupportedPatternError) as error:
        return Verdict(Kind.UNDECIDED, reason=str(error))
    except RecursionError:
        return Verdict(Kind.UNDECIDED, reason="schemas that nest too deeply")


class _Comparison:
    """The state of answering one question."""

    def __init__(self, question: Question) -> None:
        self.question, self.budget = question, Budget(question.steps, question.timeout)
        self.tick, series = self.budget.tick, question.series
        self.sides = question.sides if series is None else series.sides
        self.reader = self.open_side(question.reader, "reader's schema")
        self.writer = self.open_side(question.writer, "writer's schema")
        self.meaning = Interpretation(question.patterns, self.tick)
        self.tableau = Tableau(self.meaning)
        self.sent, self.state = State(), State()

    def open_side(self, document: Any, name: str) -> Side:
        """Return one side, with nothing closed; a document that several questions share is opened once."""
        series = self.question.series
        if series is not None and document is not series.document:
            return open_side(document, self.dialect(document, name))
        return self.sides.opened(document, lambda: self.dialect(document, name))

    def dialect(self, schema: Any, name: str) -> str:
        """Return the dialect of a schema, which is validated unless it is known to be valid."""
        dialect = None if self.question.series is None else dialect_of(schema)
        return dialect or check_schema(schema, name)

    def build_states(self) -> None:
        """Build the state of what the writer sends, and the state of what the reader rejects of it."""
        nodes = Nodes(self.tick, assert_formats=self.question.assert_formats)
        writes, reads = self.writer.subschemas(nodes), self.reader.subschemas(nodes)
        formats = self.question.assert_formats
        nodes.merge(classes_of([*writes, *reads], self.tick, formats=formats, reader=self.sides.keywords))
        sent = [nodes.root(*subschema).pair[0] for subschema in writes]
        refused = disjunction(nodes.root(*subschema).pair[1] for subschema in reads)
        self.sent, self.state = State(sent), State([*sent, refused])

    def plainly_differ(self) -> bool:
        """Return whether both sides are certainly not equivalent, which is seen sooner than that they are."""
        reader, writer, formats = self.reader, self.writer, self.question.assert_formats
        if reader.dialect != writer.dialect:
            return False
        return plainly_differ(reader.document, writer.document, reader.dialect, self.sides.keywords, formats=formats)

    def verdict(self) -> Verdict:
        """Return the verdict; equivalent documents are not searched."""
        may_mean_the_same = self.question.series is None and _closed_alike(self.question) and not self.plainly_differ()
        if may_mean_the_same:
            self.build_states()
            if any(opposite(formula) in self.state for formula in self.state):
                return self.without_witness()
        if self.close_sides() or not may_mean_the_same:
            self.build_states()
        result = self.tableau.solve(self.state)
        if isinstance(result, Closed):
            return self.without_witness()
        if isinstance(result, Open):
            return self.judge_each() or Verdict(Kind.UNDECIDED, reason=result.reason)
        verdict = self.confirm(result.value)
        return verdict if verdict.kind is Kind.INCOMPATIBLE else self.confirm_in_every_reading() or verdict

    def confirm_in_every_reading(self) -> Verdict | None:
        """Return the verdict for a witness on which all readings of the patterns agree; None without one."""
        every = Interpretation(
            self.question.patterns,
            self.tick,
            *(reading for reading in Reading if reading is not self.question.patterns),
        )
        result = Tableau(every).solve(self.state)
        verdict = self.confirm(result.value) if isinstance(result, Model) else None
        return verdict if verdict and verdict.kind is Kind.INCOMPATIBLE else None

    def close_sides(self) -> bool:
        """Close both sides, and return whether that made a difference."""
        opened = self.reader, self.writer
        self.reader = self.close_side(self.reader, self.question.reader, self.question.reader_closure)
        self.writer = self.close_side(self.writer, self.question.writer, self.question.writer_closure)
        return self.reader is not opened[0] or self.writer is not opened[1]

    def close_side(self, opened: Side, document: Any, closure: Closure) -> Side:
        """Return one side with its closure."""
        series = self.question.series
        if series is None or document is not series.document:
            return opened.closed(closure, self.budget, self.sides.keywords)
        side = opened.closed(closure, self.budget, self.sides.keywords, free=closure in series.closures)
        series.closures.add(closure)
        return side

    def without_witness(self) -> Verdict:
        """Return the verdict without a witness, with a reason if the writer can send nothing."""
        empty = isinstance(self.tableau.solve(self.sent), Closed)
        return Verdict(Kind.COMPATIBLE, reason=EMPTY if empty else "")

    def judge_each(self) -> Verdict | None:
        """Return the verdict for a writer with an enumeration of messages, by validating each of them."""
        document = self.writer.document if isinstance(self.writer.document, dict) else {}
        listed = [document["const"]] if "const" in document else document.get("enum")
        refers = DIALECTS[self.writer.dialect].ref_alone and "$ref" in document
        if listed is None or refers or len(listed) > _MOST_LISTED:
            return None
        try:
            sent = [value for value in listed if not self._rejects(self.writer, value)]
            refused = [value for value in sent if self._rejects(self.reader, value)]
        except UndecidedError:
            return None
        return self.judge(refused[0]) if refused else Verdict(Kind.COMPATIBLE, reason="" if sent else EMPTY)

    def is_witness(self, value: Json) -> bool:
        """Return whether a value is a witness, by the formulas of both schemas."""
        return self.meaning.all_hold(self.state, value)

    def confirm(self, value: Json) -> Verdict:
        """Return the verdict for a witness, which the validator must confirm; a likelier one is preferred."""
        likely = pick_witness(value, self.question.examples, self.is_witness)
        if likely != value and (verdict := self.judge(likely)).kind is Kind.INCOMPATIBLE:
            return verdict
        return self.judge(value)

    def judge(self, value: Json) -> Verdict:
        """Return the verdict of the validator on a witness."""
        if self._rejects(self.writer, value):
            return Verdict(Kind.UNDECIDED, reason=f"a validator rejects {_short(value)} for the writer already")
        errors = self._errors(self.reader, self.reader.document, value, _MOST_ERRORS)
        if not (errors or self._rejects(self.reader, value)):
            return Verdict(Kind.UNDECIDED, reason=f"a validator accepts {_short(value)} for the reader")
        at = describe_error(errors[0]) if errors else UNKNOWN
        return Verdict(Kind.INCOMPATIBLE, value, errors=tuple(errors), at=at)

    def _rejects(self, side: Side, value: Json) -> bool:
        """Return whether the validator rejects a value for a document or for its closure."""
        return any(self._errors(side, schema, value, 1) for schema in side.schemas)

    def _errors(self, side: Side, schema: Any, value: Json, most: int) -> list[Any]:
        """Return the first errors of the validator on a value for a schema of one side."""
        return validation_errors(lambda: side.validator(schema, self.question.patterns), value, self.tick, most)


def _short(value: Json) -> str:
    """Return a value as short JSON."""
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 100 else f"{text[:97]}..."  # noqa: PLR2004
