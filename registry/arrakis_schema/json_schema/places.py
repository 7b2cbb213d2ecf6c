"""The places directly inside a place of a message, with the schemas that apply to each."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice

from arrakis_schema.json_schema.admission import Admission, Branch, Place, PlaceKey
from arrakis_schema.json_schema.conditions import CaseNames, Extra, extra_cases
from arrakis_schema.json_schema.judge.patterns import PatternError, search
from arrakis_schema.json_schema.statements import Statement, keyword_dict, keyword_list
from arrakis_schema.store.members import Origin, Step
from arrakis_schema.text.json_pointer import extend_pointer

_DEPENDENCIES, _MOST_POSITIONS = ("dependentRequired", "dependencies"), 50
Applies = Callable[[Statement], list[Place]]


@dataclass(slots=True)
class MemberNode:
    """A place of a message with the schemas that apply to it, and the cases in which it exists.

    `is_certain` is False where more than these schemas decides whether null is accepted, `has_listed_values` is True
    where a schema around the place lists whole values. `see` is the place where the same schema is described already.
    """

    steps: tuple[Step, ...]
    places: list[Place]
    cases: frozenset[Branch] = frozenset()
    unasserted: list[Place] = field(default_factory=list)
    alternative: str = ""
    required: bool = False
    required_when: tuple[str, ...] = ()
    presence: tuple[Origin, ...] = ()
    is_certain: bool = True
    has_listed_values: bool = False
    described: dict[PlaceKey, tuple[Step, ...]] = field(default_factory=dict)
    children: "list[MemberNode]" = field(default_factory=list)
    see: tuple[Step, ...] | None = None
    note: str = ""

    def further_cases(self, place: Place) -> Extra:
        """Return the cases of a schema that are not those of the place itself."""
        return extra_cases(place, self.cases)


@dataclass(frozen=True)
class PlaceReader:
    """The schemas that apply to a place, and the places inside it that they describe.

    Those that are `described_above`, around the place, apply as well, but the places inside them are not repeated. Of
    the members with a name, `most` are read.
    """

    admission: Admission
    names: CaseNames
    node: MemberNode
    statements: list[Statement]
    described_above: frozenset[Statement] = frozenset()
    most: int | None = None

    @cached_property
    def asserting(self) -> list[Statement]:
        """The schemas that a value must satisfy."""
        return [statement for statement in self.statements if statement.asserts]

    @cached_property
    def declaring(self) -> list[Statement]:
        """The schemas whose inner places are described here."""
        return [statement for statement in self.asserting if statement not in self.described_above]

    def places(self, step: Step, declares: Callable[[Statement], bool], applies: Applies) -> Iterator[MemberNode]:
        """Yield the place one step further: once where it always exists, else once for each case."""
        node, asserting, labels = self.node, self.asserting, self.labels
        declaring = filter(declares, self.declaring)
        cases = dict.fromkeys(node.further_cases(statement.place) for statement in declaring)
        if not cases:
            return
        chosen: list[Extra] = []
        for extra in sorted(cases, key=len):
            if not any(set(known) <= set(extra) for known in chosen):
                chosen.append(extra)
        places = [place for statement in asserting for place in applies(statement)]
        unasserted = [place for statement in self.statements if not statement.asserts for place in applies(statement)]
        for extra in chosen:
            cases_inside = node.cases | set(extra)
            applying = [p for p in places if set(extra) <= set(p.branches) or set(p.branches) <= cases_inside]
            into = (Step("alternative", labels[extra]),) if extra else ()
            alternative = ", ".join(filter(None, (node.alternative, labels.get(extra, ""))))
            child = MemberNode((*node.steps, *into, step), applying, cases_inside, unasserted, alternative)
            if step.kind == "name":
                self._set_presence(child, str(step.value))
            yield child

    @cached_property
    def labels(self) -> dict[Extra, str]:
        """The names of the cases of the place."""
        extras = list(dict.fromkeys(self.node.further_cases(statement.place) for statement in self.declaring))
        self.names.read(extras, self._required_names())
        return self.names.labels(self.node.places, extras, self.node.cases)

    def _required_names(self) -> set[str]:
        """Return the members that are always required."""
        always = [statement for statement in self.asserting if not self.node.further_cases(statement.place)]
        names = (name for statement in always for name in keyword_list(statement, self.admission, "required"))
        return {name for name in names if isinstance(name, str)}

    def _set_presence(self, child: MemberNode, name: str) -> None:
        """Note on a place whether its member is required, or when."""
        when: dict[str, None] = {}
        for statement in self.asserting:
            extra, pointer = child.further_cases(statement.place), statement.place.pointer
            if not child.cases - self.node.cases <= set(statement.place.branches) and extra:
                continue  # it holds in another case
            if name in keyword_list(statement, self.admission, "required"):
                child.presence += (
                    Origin(statement.place.document, extend_pointer(pointer, "required"), ("required",)),
                )
                child.required = child.required or not extra
                when |= {self.names.when(extra): None} if extra else {}
            for keyword in _DEPENDENCIES:
                for trigger, names in keyword_dict(statement, self.admission, keyword).items():
                    if isinstance(names, list) and name in names:
                        when[f"if {trigger} is present"] = None
        child.required_when = () if child.required else tuple(when)


def object_places(reader: PlaceReader) -> Iterator[MemberNode]:
    """Yield the members of an object: by name, by pattern, and all others."""
    members = _ObjectMembers(reader)
    siblings_closed = any(_closes_siblings(s, reader.admission, "unevaluatedProperties") for s in reader.statements)
    for child in [*members.by_name(), *members.by_pattern()]:
        child.is_certain = child.is_certain and not siblings_closed
        yield child
    yield from members.others()


class _ObjectMembers:
    """The members of an object, by the schemas that apply to it."""

    def __init__(self, reader: PlaceReader) -> None:
        admission, self._reader = reader.admission, reader
        self._named = {id(s): keyword_dict(s, admission, "properties") for s in reader.statements}
        self._patterns = {id(s): keyword_dict(s, admission, "patternProperties") for s in reader.statements}

    def by_name(self) -> list[MemberNode]:
        """Return the members with a name, those of one case in the order of that case."""
        reader, ranks = self._reader, dict[tuple[frozenset[Branch], str], int]()
        for statement in reader.asserting:
            cases = frozenset(reader.node.further_cases(statement.place))
            for name in (*self._named[id(statement)], *self._names_required_by(statement)):
                ranks.setdefault((cases, name), len(ranks))
        children = (
            child
            for name in dict.fromkeys(name for _, name in ranks)
            for child in reader.places(
                Step("name", name),
                lambda s, name=name: name in self._named[id(s)] or name in self._names_required_by(s),  # type: ignore[misc]
                lambda s, name=name: self._schemas_of(s, name),  # type: ignore[misc]
            )
        )
        return sorted(
            islice(children, reader.most),
            key=lambda child: ranks[child.cases - reader.node.cases, str(child.steps[-1].value)],
        )

    def by_pattern(self) -> Iterator[MemberNode]:
        """Yield the members with names of a pattern; a name that matches two patterns makes them uncertain."""
        reader = self._reader
        for pattern in dict.fromkeys(pattern for s in reader.asserting for pattern in self._patterns[id(s)]):
            crossing = any(
                self._patterns[id(s)].keys() - {pattern}
                or (self._additional(s) and pattern not in self._patterns[id(s)])
                or any(_matches(pattern, name) for name in self._named[id(s)])
                for s in reader.statements
            )
            for child in reader.places(
                Step("pattern", pattern),
                lambda s, pattern=pattern: pattern in self._patterns[id(s)],  # type: ignore[misc]
                lambda s, pattern=pattern: (  # type: ignore[misc]
                    [s.place.below("patternProperties", pattern)] if pattern in self._patterns[id(s)] else []
                ),
            ):
                child.is_certain = not crossing
                yield child

    def others(self) -> Iterator[MemberNode]:
        """Yield the members with any other name, unless there are none."""
        reader = self._reader
        always = [s for s in reader.asserting if not reader.node.further_cases(s.place)]
        if not any(place.schema is False for s in always for place in self._additional(s)):
            yield from reader.places(Step("any"), self._describes_others, self._additional)

    def _describes_others(self, statement: Statement) -> bool:
        """Return whether a schema says something about members that it does not name."""
        return any(map(_is_substantial, self._additional(statement)))

    def _names_required_by(self, statement: Statement) -> list[str]:
        """Return the members that one schema requires, always or beside another member."""
        admission = self._reader.admission
        lists = [keyword_list(statement, admission, "required")]
        for keyword in _DEPENDENCIES:
            dependent = keyword_dict(statement, admission, keyword).values()
            lists += [names for names in dependent if isinstance(names, list)]
        return [name for names in lists for name in names if isinstance(name, str)]

    def _schemas_of(self, statement: Statement, name: str) -> list[Place]:
        """Return the schemas that one schema has for the member with a name."""
        schemas = [statement.place.below("properties", name)] if name in self._named[id(statement)] else []
        fitting = [pattern for pattern in self._patterns[id(statement)] if _matches(pattern, name)]
        schemas += [statement.place.below("patternProperties", pattern) for pattern in fitting]
        return schemas or self._additional(statement)

    def _additional(self, statement: Statement) -> list[Place]:
        """Return the schema that one schema has for members that it does not name."""
        keyword = "additionalProperties"
        has = self._reader.admission.has(statement.place, keyword)
        return [statement.place.below(keyword)] if has else []


def array_places(reader: PlaceReader) -> Iterator[MemberNode]:
    """Yield the items of an array: by position, all further ones, and those that `contains` asks for."""
    admission, statements = reader.admission, reader.statements
    tuples = {id(s): _tuple(s, admission) for s in statements}
    length = max((len(positions) for positions, _ in tuples.values()), default=0)
    siblings_closed = any(_closes_siblings(s, admission, "unevaluatedItems") for s in statements)
    coupled = _are_coupled(statements, admission, is_tuple=length > 0)

    def at(index: int) -> Applies:
        def applies(statement: Statement) -> list[Place]:
            positions, other_schemas = tuples[id(statement)]
            return [positions[index]] if index < len(positions) else other_schemas

        return applies

    for index in range(min(length, _MOST_POSITIONS)):

        def declares(statement: Statement, index: int = index) -> bool:
            return index < len(tuples[id(statement)][0])

        for child in reader.places(Step("position", index), declares, at(index)):
            child.is_certain = not siblings_closed and not coupled
            yield child

    def further_items(statement: Statement) -> list[Place]:
        return tuples[id(statement)][1]

    for child in reader.places(Step("items"), lambda s: any(map(_is_substantial, further_items(s))), further_items):
        is_limited = any(admission.has(s.place, "maxContains") for s in statements)
        child.is_certain = not (siblings_closed or coupled or is_limited)
        yield child

    def contained_schemas(statement: Statement) -> list[Place]:
        has = admission.has(statement.place, "contains")
        return [statement.place.below("contains")] if has else []

    for child in reader.places(Step("contains"), lambda s: bool(contained_schemas(s)), contained_schemas):
        child.is_certain = False
        yield child


def _tuple(statement: Statement, admission: Admission) -> tuple[list[Place], list[Place]]:
    """Return the schemas of the first items of an array by position, and that of the others."""
    place = statement.place
    if not isinstance(place.schema, dict):
        return [], []
    items = place.schema.get("items") if admission.has(place, "items") else None
    if isinstance(items, list):
        other_schemas = [place.below("additionalItems")] if admission.has(place, "additionalItems") else []
        return admission.schemas_in_list(place, "items"), other_schemas
    other_schemas = [place.below("items")] if items is not None else []
    return admission.schemas_in_list(place, "prefixItems"), other_schemas


def _are_coupled(statements: list[Statement], admission: Admission, *, is_tuple: bool) -> bool:
    """Return whether what an item may be depends on the others: all differ, or one of few must match `contains`."""

    def has(keyword: str) -> bool:
        return any(admission.has(s.place, keyword) and s.place.schema[keyword] is not False for s in statements)

    return (has("contains") and (is_tuple or has("maxItems"))) or (has("uniqueItems") and is_tuple)


def _closes_siblings(statement: Statement, admission: Admission, keyword: str) -> bool:
    """Return whether a schema disallows what schemas beside it describe."""
    return admission.has(statement.place, keyword) and not statement.outermost


def _is_substantial(place: Place) -> bool:
    """Return whether a schema says something that is worth an entry of its own."""
    return isinstance(place.schema, dict) and bool(place.schema)


def _matches(pattern: str, name: str) -> bool:
    """Return whether a pattern finds something in a name; a pattern that is none finds nothing."""
    try:
        return search(pattern, name)
    except PatternError:
        return False
