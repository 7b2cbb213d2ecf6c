"""Whether a schema is satisfiable, and which of its keywords exclude each other if it is not."""

from dataclasses import dataclass
from typing import Any

from arrakis_schema.compat.confirmation import check_schema
from arrakis_schema.compat.logic.evaluation import Interpretation
from arrakis_schema.compat.logic.formulas import State
from arrakis_schema.compat.logic.nodes import Nodes, SchemaNode
from arrakis_schema.compat.logic.results import Budget, Closed, UndecidedError
from arrakis_schema.compat.sides import open_side
from arrakis_schema.compat.solve.tableau import Tableau
from arrakis_schema.errors import InvalidSchemaError
from arrakis_schema.json_schema.dialects import has_effect
from arrakis_schema.regex.characters import Reading
from arrakis_schema.regex.tree import UnsupportedPatternError
from arrakis_schema.text.json_pointer import escape_token

_FEW = 3
"""From this number of keywords on, `type` is left out of a conflict, because it only makes the others apply."""


@dataclass(frozen=True, slots=True)
class Conflict:
    """Why nothing satisfies a schema: keywords that exclude each other, in the schema at a JSON Pointer.

    It is `endless` where each instance would have to hold another one.
    """

    pointer: str
    keywords: tuple[str, ...]
    endless: bool = False

    def __str__(self) -> str:
        """Return the reason as a clause."""
        location = f" at {self.pointer}" if self.pointer else ""
        if self.endless:
            return f"the schema{location} requires itself inside itself, without end"
        if not self.keywords:
            return f"the schema{location} is false"
        *most, last = self.keywords
        if not most:
            return f"{last}{location} can never hold"
        return f"{', '.join(most)} and {last}{location} exclude each other"


def find_conflict(document: Any) -> Conflict | None:
    """Return why nothing satisfies a document; None if something does, or if that is unknown."""
    try:
        search = _Search(document)
        return search.conflict(search.root, "") if search.is_empty(search.root) else None
    except (UndecidedError, UnsupportedPatternError, InvalidSchemaError, RecursionError):
        return None


class _Search:
    """The search for keywords that exclude each other."""

    def __init__(self, document: Any) -> None:
        """Begin with a document; raises `InvalidSchemaError` for an invalid schema."""
        tick = Budget().tick
        dialect = check_schema(document, "document")
        self._nodes = Nodes(tick)
        self._tableau = Tableau(Interpretation(Reading.ECMA, tick))
        (self.root,) = open_side(document, dialect).roots(self._nodes)
        self._above: set[SchemaNode] = set()

    def is_empty(self, node: SchemaNode) -> bool:
        """Return whether it is proved that nothing satisfies a subschema."""
        return isinstance(self._tableau.solve(State([node.pair[0]])), Closed)

    def conflict(self, node: SchemaNode, pointer: str) -> Conflict:
        """Return the conflict of an unsatisfiable subschema: in a required member, or in its own keywords."""
        if isinstance(node.schema, bool):
            return Conflict(pointer, ())
        if node in self._above:
            return Conflict(pointer, (), endless=True)
        self._above.add(node)
        properties = node.schema.get("properties", {})
        if node.schema.get("type") == "object" and not node.refers:
            for name in node.schema.get("required", ()):
                if name in properties and self.is_empty(child := node.subschema(properties[name])):
                    return self.conflict(child, f"{pointer}/properties/{escape_token(name)}")
        left = {keyword: value for keyword, value in node.schema.items() if has_effect(keyword, node.dialect)}
        for keyword in list(left):
            fewer = {name: value for name, value in left.items() if name != keyword}
            if self.is_empty(node.subschema(fewer)):
                left = fewer
        if list(left) == ["$ref"] and (left["$ref"] == "#" or str(left["$ref"]).startswith("#/")):
            return self.conflict(node.target(), left["$ref"].removeprefix("#"))
        keywords = [keyword for keyword in left if keyword != "type" or len(left) < _FEW]
        return Conflict(pointer, tuple(keywords))
