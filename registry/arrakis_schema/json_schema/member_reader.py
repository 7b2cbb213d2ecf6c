"""Reads one document into members: its places, and the statements about each.

What always holds is stated on the member; what holds in one case is a variant of it; a member that exists in one case
only is a member of that case.
"""

from collections import deque
from collections.abc import Iterator

from arrakis_schema.json_schema.admission import Admission, Kinds, Place
from arrakis_schema.json_schema.conditions import ALTERNATIVES, CaseNames, Extra
from arrakis_schema.json_schema.places import MemberNode, PlaceReader, array_places, object_places
from arrakis_schema.json_schema.statements import (
    MOST_STATEMENTS,
    SET,
    Statement,
    bounds_of,
    closed_words,
    first_annotation,
    is_set,
    kinds_of,
    origins_of,
    shared_values_of,
    statements_of,
    text_of,
    words_of_types,
)
from arrakis_schema.store.members import Member, Step, Variant, address_of, path_of
from arrakis_schema.text.printable import cut

_MOST_MISSING, _LONGEST_REFERENCE = 3, 120
_OBJECT: Kinds = frozenset({"object"})
_ARRAY: Kinds = frozenset({"array"})


class MemberReader:
    """One reading of a document: `places` holds the places that each schema is about."""

    def __init__(self, admission: Admission, prefix: str, most: int) -> None:
        self.places: dict[tuple[str, str], list[tuple[Step, ...]]] = {}
        self._admission, self._prefix, self._most = admission, prefix, most
        self._names = CaseNames(admission)

    def unfold(self, root: MemberNode) -> None:
        """Add the places inside the root, those near the root first, until there are as many members as are listed."""
        todo, count = deque([root]), 1
        while todo:
            node = todo.popleft()
            children = list(self._inner_nodes(node, self._most - count + 1))
            if count + len(children) > self._most:
                node.note = f"The members inside are not listed: at most {self._most:,} members are shown."
                continue
            count += len(children)
            node.children = children
            todo.extend(children)

    def members(self, root: MemberNode) -> Iterator[Member]:
        """Yield the members in the order of the document, each before those inside it."""
        todo = [root]
        while todo:
            node = todo.pop()
            member = self._member(node)
            if node.steps or _is_worth_listing(member):
                yield member
            todo += reversed(node.children)

    def record_places(self, root: MemberNode) -> None:
        """Record which places the schemas of a document are about."""
        self.unfold(root)
        todo = [root]
        while todo:
            node = todo.pop()
            self._record_places(node, statements_of(self._admission, node.places, SET))
            todo += reversed(node.children)

    def _inner_nodes(self, node: MemberNode, most: int) -> Iterator[MemberNode]:
        """Yield the places directly inside a place, so many members at most."""
        described = dict(node.described)
        for kinds_wanted, read_inner_places in ((_OBJECT, object_places), (_ARRAY, array_places)):
            if not kinds_of(self._admission, _always(node, node.places)) & kinds_wanted:
                continue
            statements = self._record_places(node, statements_of(self._admission, node.places, kinds_wanted))
            described_above = _described_above(node, statements)
            described |= {s.place.key: node.steps for s in statements if s.asserts and s not in described_above}
            listed = node.has_listed_values or any(
                self._has_containers(statement) for statement in statements if not node.further_cases(statement.place)
            )
            reader = PlaceReader(self._admission, self._names, node, statements, described_above, most)
            children = list(read_inner_places(reader))
            order = list(dict.fromkeys(child.alternative for child in children))
            for child in sorted(children, key=lambda child: order.index(child.alternative)):
                child.described, child.has_listed_values = described, listed
                child.is_certain = child.is_certain and node.is_certain and not listed
                yield child

    def _has_containers(self, statement: Statement) -> bool:
        """Return whether a schema lists whole arrays or objects: no schema inside it describes their contents."""
        values = self._admission.values(statement.place) if isinstance(statement.place.schema, dict) else []
        return any(isinstance(value, dict | list) for listed in values for value in listed)

    def _record_places(self, node: MemberNode, statements: list[Statement]) -> list[Statement]:
        """Record which place some schemas are about."""
        if len(statements) >= MOST_STATEMENTS:
            node.note = f"More than {MOST_STATEMENTS} schemas apply here: some are not shown."
        for statement in statements:
            steps = self.places.setdefault(_key(statement), [])
            if node.steps not in steps:
                steps.append(node.steps)
        return statements

    def _member(self, node: MemberNode) -> Member:
        """Return a place as a member."""
        admission = self._admission
        statements = self._record_places(node, statements_of(admission, node.places, SET))
        asserting = [statement for statement in statements if statement.asserts]
        always = [statement for statement in asserting if not node.further_cases(statement.place)]
        kinds = kinds_of(admission, _always(node, node.places)) & kinds_of(admission, _narrowing(always))
        nullable = self._nullable(node)
        return Member(
            path=path_of(node.steps),
            anchor=address_of(node.steps, self._prefix),
            type=words_of_types(kinds | ({"null"} if nullable else frozenset()), nullable=nullable),
            nullable=nullable,
            required=node.required,
            description=text_of(always, "description"),
            unit=text_of(always, "x-unit"),
            null=text_of(always, "x-null"),
            omitted=text_of(always, "x-omitted"),
            values=shared_values_of(admission, always, kinds),
            bounds=bounds_of(admission, always, kinds),
            steps=node.steps,
            alternative=node.alternative,
            required_when=node.required_when,
            default=tuple(first_annotation(always, "default", lambda _: True)),
            examples=tuple(next(iter(first_annotation(always, "examples", lambda value: isinstance(value, list))), [])),
            format=text_of(always, "format") if kinds & {"string", "integer", "fraction"} else "",
            deprecated=is_set(always, "deprecated"),
            read_only=is_set(always, "readOnly"),
            write_only=is_set(always, "writeOnly"),
            closed=closed_words(admission, always, asserting, kinds),
            variants=tuple(self._variants(node, asserting, kinds, base=nullable)),
            see="" if node.see is None else address_of(node.see, self._prefix),
            note=" ".join(filter(None, (node.note, _missing_note(admission, asserting)))),
            origins=(*origins_of(always), *node.presence),
        )

    def _nullable(self, node: MemberNode) -> bool | None:
        """Return whether null is accepted at a place; None where the schemas around it may decide."""
        answers = {self._admission.accepts_null(place) for place in node.places if not node.further_cases(place)}
        if False in answers:
            return False
        conditional = [place for place in node.places if node.further_cases(place)]
        open_cases = any(
            self._admission.accepts_null(place) is not True or _is_exclusive(node, place) for place in conditional
        )
        return None if None in answers or open_cases or node.unasserted or not node.is_certain else True

    def _variants(
        self, node: MemberNode, statements: list[Statement], kinds: Kinds, *, base: bool | None
    ) -> Iterator[Variant]:
        """Yield what holds in one case only, case by case."""
        groups: dict[Extra, list[Statement]] = {}
        holders = {statement.place for statement in statements}
        for statement in statements:
            if extra := node.further_cases(statement.place):
                groups.setdefault(extra, []).append(statement)
        labels = PlaceReader(self._admission, self._names, node, statements).labels
        for extra, cases in groups.items():
            inner = kinds & kinds_of(self._admission, cases)
            nullable = self._nullable_in(cases) if base is not False else False
            variant = Variant(
                rule=extra[-1].keyword,
                name=labels[extra],
                when=self._names.when(extra),
                type=words_of_types(inner, nullable=nullable),
                nullable=nullable,
                description=text_of(cases, "description"),
                values=shared_values_of(self._admission, cases, inner),
                bounds=bounds_of(self._admission, cases, inner),
                format=text_of(cases, "format"),
                closed=closed_words(self._admission, cases, statements, inner),
            )
            if _adds_anything(variant, kinds) or (extra[-1].keyword in ALTERNATIVES and extra[-1].holder in holders):
                yield variant

    def _nullable_in(self, cases: list[Statement]) -> bool | None:
        """Return whether null is accepted by what holds in one case."""
        answers = {self._admission.accepts_null(statement.place) for statement in cases if not statement.words_only}
        return False if False in answers else None if None in answers else True


def _described_above(node: MemberNode, statements: list[Statement]) -> frozenset[Statement]:
    """Return the schemas whose inner places are described further up already, and note where.

    A schema that only requires members belongs to the schemas beside it that describe them.
    """
    around = {statement: node.described.get(statement.place.key) for statement in statements if statement.asserts}
    opening = {statement: steps for statement, steps in around.items() if steps is not None and _opens(statement)}
    for steps in opening.values():
        node.see = steps
    same = {statement for statement, steps in around.items() if steps is not None and steps == node.see}
    return frozenset(opening.keys() | same)


def _missing_note(admission: Admission, statements: list[Statement]) -> str:
    """Say which schemas apply to a place and cannot be told, because they are not among the documents."""
    missing = dict.fromkeys(
        str(statement.place.schema.get("$ref"))
        for statement in statements
        if isinstance(statement.place.schema, dict) and None in admission.targets(statement.place)
    )
    named = [f'"{cut(reference, _LONGEST_REFERENCE)}"' for reference in missing]
    listed = " and ".join(named[:_MOST_MISSING]) + " and others" * (len(named) > _MOST_MISSING)
    return f"What $ref {listed} leads to is not shown: it is not among these documents." if missing else ""


def _is_worth_listing(member: Member) -> bool:
    """Return whether a member for the message as a whole has any content."""
    content = member.bounds or member.values or member.variants or member.closed or member.note
    return member.type not in {"object", "any"} or bool(content)


def _adds_anything(variant: Variant, kinds: Kinds) -> bool:
    """Return whether a variant adds something to the member itself."""
    return bool(
        variant.values
        or variant.closed
        or variant.bounds
        or variant.format
        or variant.description
        or variant.type != words_of_types(kinds, nullable=False)
    )


def _is_exclusive(node: MemberNode, place: Place) -> bool:
    """Return whether a schema applies in a case that excludes others."""
    return any(branch.keyword == "oneOf" for branch in node.further_cases(place))


def _always(node: MemberNode, places: list[Place]) -> list[Statement]:
    """Return the schemas that always apply, as statements."""
    return [Statement(place) for place in places if not node.further_cases(place)]


def _narrowing(statements: list[Statement]) -> list[Statement]:
    """Return the statements that validators read."""
    return [statement for statement in statements if not statement.words_only]


def _key(statement: Statement) -> tuple[str, str]:
    """Return where a schema stands."""
    return statement.place.document, statement.place.pointer


def _opens(statement: Statement) -> bool:
    """Return whether a schema describes places inside its own."""
    inner = {"properties", "patternProperties", "additionalProperties", "items", "prefixItems", "contains"}
    return isinstance(statement.place.schema, dict) and bool(inner & statement.place.schema.keys())
