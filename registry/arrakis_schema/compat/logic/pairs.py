"""The meaning of a keyword, a pair of formulas: "it holds" and "it fails"."""

import json
from collections.abc import Callable
from typing import Any

from arrakis_schema.compat.logic import formulas as f
from arrakis_schema.compat.logic.formulas import FALSE, TRUE, Formula, conjunction, disjunction
from arrakis_schema.compat.logic.nodes import SchemaNode

Pair = tuple[Formula, Formula]
Meaning = Callable[[SchemaNode, Any, str], Pair]
ALWAYS: Pair = TRUE, FALSE
NEVER: Pair = FALSE, TRUE


def join_pairs(pairs: list[Pair]) -> Pair:
    """Return the meaning of several keywords together."""
    return conjunction(holds for holds, _ in pairs), disjunction(fails for _, fails in pairs)


def undecided_meaning(keyword: str) -> Meaning:
    """Return the meaning of a keyword that is not decided: it depends on all keywords of its subschema."""

    def meaning(node: SchemaNode, value: Any, _type: str) -> Pair:
        text = json.dumps(value, sort_keys=True)
        return f.Opaque(keyword, text, holds=True, node=node), f.Opaque(keyword, text, holds=False, node=node)

    return meaning
