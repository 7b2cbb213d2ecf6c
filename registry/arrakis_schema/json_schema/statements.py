"""The schemas that apply to one place of a message: through references, `allOf`, alternatives and conditions."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from arrakis_schema.json_schema.admission import EVERY, Admission, Branch, Kinds, Place, branch

MOST_STATEMENTS = 400
"""How many schemas are read for one place."""
SET: Kinds = EVERY - {"null"}
"""The types of a value that is not null."""


@dataclass(frozen=True, slots=True)
class Statement:
    """A schema that says something of a place.

    `asserts` is False for what stands in `not`, and for a condition; `words_only` where validators read nothing but the
    `$ref` of the schema; `outermost` where all that applies to the place is in it.
    """

    place: Place
    asserts: bool = True
    words_only: bool = False
    outermost: bool = False


def statements_of(admission: Admission, places: list[Place], wanted: Kinds) -> list[Statement]:
    """Return the schemas that apply to a place where these do, for a value of one of the wanted types.

    An alternative that no wanted value fits is left out; if one is left, it applies always.
    """
    reading = _Reading(admission, wanted)
    for place in places:
        if not reading.enter(place, outermost=len(places) == 1):
            break
    return reading.statements


class _Reading:
    """One walk through the schemas of a place."""

    def __init__(self, admission: Admission, wanted: Kinds) -> None:
        self.statements: list[Statement] = []
        self._admission, self._wanted = admission, wanted
        self._seen: set[Place] = set()

    def enter(self, place: Place, *, outermost: bool = False) -> bool:
        """Read a schema and all that applies with it; False when too many were read."""
        todo = [(place, outermost)]
        while todo:
            place, outermost = todo.pop()
            if place in self._seen:
                continue
            if len(self.statements) >= MOST_STATEMENTS:
                return False
            self._seen.add(place)
            words_only = self._admission.ref_is_alone(place)
            self.statements.append(Statement(place, words_only=words_only, outermost=outermost))
            if isinstance(place.schema, dict):
                todo += [(inner, outermost and is_target) for inner, is_target in reversed(list(self._inner(place)))]
        return True

    def _inner(self, place: Place) -> Iterator[tuple[Place, bool]]:
        """Yield the schemas that apply together with one, and whether each is what a reference leads to."""
        admission = self._admission
        yield from ((target, len(place.schema) == 1) for target in admission.targets(place) if target)
        yield from ((part, False) for part in admission.listed(place, "allOf"))
        for keyword in ("anyOf", "oneOf"):
            yield from ((part, False) for part in self._alternatives(place, keyword))
        yield from ((case.place, False) for case in self._cases(place))
        if admission.has(place, "not"):
            self._mention(place.below("not"))

    def _alternatives(self, place: Place, keyword: str) -> list[Place]:
        """Return the alternatives that a wanted value can fit; the only one stands for itself."""
        parts = self._admission.listed(place, keyword)
        fitting = [index for index, part in enumerate(parts) if self._admission.kinds(part) & self._wanted]
        if len(fitting) == 1:
            return [parts[fitting[0]]]
        return [branch(place, keyword, index).place for index in fitting]

    def _cases(self, place: Place) -> Iterator[Branch]:
        """Yield the cases of conditions: `then`, `else`, and what depends on the presence of a member."""
        admission = self._admission
        if admission.has(place, "if"):
            cases = [keyword for keyword in ("then", "else") if admission.has(place, keyword)]
            yield from (branch(place, keyword) for keyword in cases)
            if any(not admission.kinds(place.below(keyword)) & self._wanted for keyword in cases):
                self._mention(place.below("if"))
        for keyword in ("dependentSchemas", "dependencies"):
            schemas = place.schema.get(keyword) if admission.has(place, keyword) and "object" in self._wanted else None
            for name, schema in schemas.items() if isinstance(schemas, dict) else ():
                if isinstance(schema, dict | bool):
                    yield branch(place, keyword, name)

    def _mention(self, place: Place) -> None:
        """Note a schema that is asked and not asserted, with those in place in it."""
        reading = _Reading(self._admission, EVERY)
        reading.enter(place)
        self.statements += [Statement(statement.place, asserts=False) for statement in reading.statements]


def keyword_dict(statement: Statement, admission: Admission, keyword: str) -> dict[str, Any]:
    """Return the object that a keyword of a schema holds; an empty one without it."""
    schema = statement.place.schema
    value = schema[keyword] if isinstance(schema, dict) and admission.has(statement.place, keyword) else None
    return value if isinstance(value, dict) else {}


def keyword_list(statement: Statement, admission: Admission, keyword: str) -> list[Any]:
    """Return the list that a keyword of a schema holds; an empty one without it."""
    schema = statement.place.schema
    value = schema[keyword] if isinstance(schema, dict) and admission.has(statement.place, keyword) else None
    return value if isinstance(value, list) else []
