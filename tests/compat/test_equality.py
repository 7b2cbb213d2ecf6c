"""Subschemas share a class if nothing tells them apart, however references lead from one to another."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from arrakis_schema.compat.logic.equality import KeywordReader, classes_of, plainly_differ
from arrakis_schema.compat.logic.nodes import Nodes
from arrakis_schema.compat.sides import open_side
from arrakis_schema.json_schema.dialects import DRAFT_07

MOST = 6
TARGETS = st.lists(st.integers(0, MOST - 1), max_size=3)


def definition(bound: int, members: list[int], choices: list[int]) -> dict[str, Any]:
    """Return a definition whose members, in order, and alternatives, in any order, are other definitions."""
    properties = {f"m{place}": {"$ref": f"#/definitions/{target}"} for place, target in enumerate(members)}
    return {
        "minimum": bound,
        "properties": properties,
        "anyOf": [{}, *({"$ref": f"#/definitions/{target}"} for target in choices)],
    }


def partition(edges: list[tuple[int, list[int], list[int]]]) -> set[frozenset[int]]:
    """Return which definitions are equal, by the definition of equality: as long as any class can be split, it is."""
    classes = [0] * len(edges)
    while True:
        keys = [
            (
                classes[place],
                bound,
                [classes[target] for target in members],
                sorted(classes[target] for target in choices),
            )
            for place, (bound, members, choices) in enumerate(edges)
        ]
        finer = [keys.index(key) for key in keys]
        if len(set(finer)) == len(set(classes)):
            return groups(finer)
        classes = finer


def groups(classes: list[int]) -> set[frozenset[int]]:
    return {frozenset(place for place, number in enumerate(classes) if number == own) for own in classes}


@given(edges=st.lists(st.tuples(st.integers(0, 1), TARGETS, TARGETS), min_size=MOST, max_size=MOST))
def test_definitions_are_equal_unless_something_tells_them_apart(edges: list[tuple[int, list[int], list[int]]]) -> None:
    definitions = {str(place): definition(*edge) for place, edge in enumerate(edges)}
    uses = [{"$ref": f"#/definitions/{place}"} for place in range(MOST)]
    nodes = Nodes(lambda: None)
    roots = open_side({"definitions": definitions, "allOf": uses}, DRAFT_07).subschemas(nodes)
    classes = classes_of(roots, lambda: None, formats=False)
    by_identity = {identity: number for (identity, _), number in classes.items()}
    assert groups([by_identity[id(schema)] for schema in definitions.values()]) == partition(edges)


def test_one_type_in_a_list_is_that_type() -> None:
    nodes = Nodes(lambda: None)
    roots = [
        *open_side({"type": "string"}, DRAFT_07).subschemas(nodes),
        *open_side({"type": ["string"]}, DRAFT_07).subschemas(nodes),
    ]
    assert len(set(classes_of(roots, lambda: None, formats=False).values())) == 1


def test_equal_documents_are_equal_whatever_their_identity() -> None:
    nodes = Nodes(lambda: None)
    sides = [open_side({"properties": {"a": {"minimum": 1}}}, DRAFT_07) for _ in range(2)]
    roots = [subschema for one in sides for subschema in one.subschemas(nodes)]
    nodes.merge(classes_of(roots, lambda: None, formats=False))
    assert sides[0].roots(nodes) == sides[1].roots(nodes)


SCHEMAS = st.recursive(
    st.sampled_from([True, False, {}, {"title": "a"}, {"type": "string"}, {"enum": [1, 2]}, {"enum": [2, 1]}]),
    lambda inner: st.one_of(
        st.fixed_dictionaries({"properties": st.dictionaries(st.sampled_from("ab"), inner, max_size=2)}),
        st.fixed_dictionaries({"anyOf": st.lists(inner, min_size=1, max_size=2)}),
        st.fixed_dictionaries({"items": inner, "required": st.just(["a"])}),
        st.just({"$ref": "#"}),
    ),
    max_leaves=5,
)


@given(old=SCHEMAS, new=SCHEMAS)
def test_documents_that_plainly_differ_are_not_equal(old: Any, new: Any) -> None:
    nodes, reader = Nodes(lambda: None), KeywordReader()
    sides = [open_side(document, DRAFT_07) for document in (old, new)]
    differ = plainly_differ(sides[0].document, sides[1].document, DRAFT_07, reader, formats=False)
    (before,), (after,) = (side.subschemas(nodes) for side in sides)
    classes = classes_of([before, after], lambda: None, formats=False, reader=reader)
    numbers = [classes[id(schema), scope] for schema, scope, _ in (before, after)]
    assert not (differ and numbers[0] == numbers[1])


def test_what_plainly_differs_is_seen_at_any_depth() -> None:
    old, new = ({"properties": {"a": {"items": {"maximum": bound}}}} for bound in (1, 2))
    assert plainly_differ(old, new, DRAFT_07, KeywordReader(), formats=False)
