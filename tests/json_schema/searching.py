"""Whether a document accepts an instance that shows a statement of its member tree, or shows it to be false.

The search of `compat` is asked: it finds such an instance, which a validator confirms, or proves that there is none.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from arrakis_schema.compat.containment import Question, QuestionSeries, decide_containment
from arrakis_schema.errors import ArrakisSchemaError
from arrakis_schema.findings.verdicts import Kind
from arrakis_schema.json_schema.dialects import DIALECTS, DRAFT_04, DRAFT_07, dialect_of
from arrakis_schema.store.members import Member, Step

Siblings = dict[tuple[Step, ...], set[Step]]
"""The last steps of the places directly inside each place."""
_NULL = {"enum": [None]}
_UNASKED = {"propertyNames", "contentEncoding", "contentMediaType", "pattern"}


@dataclass(frozen=True)
class Search:
    """What a document accepts at its places; `unknown` counts the questions that were not decided."""

    document: Any
    siblings: Siblings
    steps: int = 5_000
    seconds: float = 2.0
    series: QuestionSeries = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "series", QuestionSeries(self.document))

    @property
    def dialect(self) -> str:
        return dialect_of(self.document) or DRAFT_07

    def find(self, steps: tuple[Step, ...], inner: dict[str, Any]) -> list[Any] | None:
        """Return in a list an instance that is accepted with such a value at a place, or none; None if undecided."""
        reader = {"$schema": self.dialect, "not": self._some(steps, inner)}
        question = Question(reader, self.document, timeout=self.seconds, steps=self.steps, series=self.series)
        try:
            verdict = decide_containment(question)
        except ArrakisSchemaError:
            return None
        return None if verdict.kind is Kind.UNDECIDED else [verdict.witness] * (verdict.kind is Kind.INCOMPATIBLE)

    def shows_null(self, member: Member) -> str:
        """Return whether null is accepted at the place of a member, or the place is never reached."""
        answer = self.find(member.steps, _NULL)
        if answer is None:
            return "undecided"
        if answer:
            return "shown"
        return "unreachable" if self.find(member.steps, {}) == [] else "false"

    def falsehoods(self, member: Member, required: list[str]) -> Iterator[tuple[str, list[Any] | None]]:
        """Yield the statements about a place, each with the answer of the search for an instance that refutes it."""
        yield "type, values, bounds", self.find(member.steps, self._unlike(member))
        if member.nullable is False:
            yield "null", self.find(member.steps, _NULL)
        for name in required:
            yield f"{name} required", self.find(member.steps, {"type": "object", "not": {"required": [name]}})
        if "no other members" in member.closed and not member.see and not member.note:
            yield "closed", self.find((*member.steps, Step("any")), {})

    def _unlike(self, member: Member) -> dict[str, Any]:
        """Return a schema of the values, null apart, that are not as a member says."""
        parts: list[dict[str, Any]] = [] if member.type == "any" else [_of_type(member.type)]
        parts += [{"enum": list(member.values)}] if member.values else []
        for bound in member.bounds:
            if bound.keyword not in _UNASKED:
                parts.append(self._bound(bound.keyword, bound.value))
        return {"not": {"anyOf": [_NULL, {"allOf": parts or [{}]}]}}

    def _bound(self, keyword: str, value: Any) -> dict[str, Any]:
        if self.dialect == DRAFT_04 and keyword.startswith("exclusive"):
            return {keyword.removeprefix("exclusive").lower(): value, keyword: True}
        return {keyword: value}

    def _some(self, steps: tuple[Step, ...], inner: dict[str, Any]) -> dict[str, Any]:
        """Return a schema of the instances in which some value at a place is such."""
        for depth in range(len(steps) - 1, -1, -1):
            if steps[depth].kind != "alternative":
                before = tuple(step for step in steps[:depth] if step.kind != "alternative")
                inner = self._some_child(steps[depth], self.siblings.get(before, set()), inner)
        return inner

    def _some_child(self, step: Step, siblings: set[Step], inner: dict[str, Any]) -> dict[str, Any]:
        """Return a schema of the values in which some value one step inside is such."""
        dialect, rest = DIALECTS[self.dialect], {"not": inner}
        match step.kind:
            case "name":
                return {"type": "object", "required": [step.value], "properties": {str(step.value): inner}}
            case "pattern":
                return {"type": "object", "not": {"patternProperties": {str(step.value): rest}}}
            case "any":
                known: dict[str, Any] = {"properties": {}, "patternProperties": {}, "additionalProperties": rest}
                for sibling in siblings:
                    if sibling.kind in {"name", "pattern"}:
                        home = "properties" if sibling.kind == "name" else "patternProperties"
                        known[home][str(sibling.value)] = {}
                return {"type": "object", "not": known}
            case "position":
                index = int(step.value)
                return {"type": "array", "minItems": index + 1, dialect.first_items: [{}] * index + [inner]}
        before = sum(sibling.kind == "position" for sibling in siblings)
        items = {dialect.first_items: [{}] * before, dialect.other_items: rest} if before else {"items": rest}
        return {"type": "array", "not": items}


def _of_type(words: str) -> dict[str, Any]:
    """Return the schema of the types that a member names."""
    names = words.split(" or ")
    return {"not": {}} if names == ["nothing"] else {"type": names}
