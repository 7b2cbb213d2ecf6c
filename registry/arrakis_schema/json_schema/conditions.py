"""The names of alternatives and conditions: `Card`, `kind is "card"`, `if key is "x"`."""

from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from arrakis_schema.json_schema.admission import Admission, Branch, Place, type_words
from arrakis_schema.json_schema.violations import expectation, short_json

ALTERNATIVES = {"anyOf", "oneOf"}
_WORDS = {"description", "title", "$comment", "default", "examples", "deprecated"}
_DEEPEST = 3
_LONGEST = 60
_MOST_VALUES = 6


Extra = tuple[Branch, ...]


@dataclass(slots=True)
class CaseNames:
    """The names of the cases of a document; each is named once, where the members around it are known."""

    admission: Admission
    _names: dict[Branch, str] = field(default_factory=dict)

    def read(self, extras: Iterable[Extra], required: set[str]) -> None:
        """Name the cases of a place; `required` are the members that are always there."""
        for branch in (branch for extra in extras for branch in extra):
            if branch not in self._names:
                self._names[branch] = _case_name(self.admission, branch, required)

    def of(self, extra: Extra) -> str:
        """Return the name of one case, or of several together."""
        return " and ".join(self._names[branch] for branch in extra)

    def when(self, extra: Extra) -> str:
        """Return the case as part of a sentence: `in Card`, `if key is "x"`."""
        return " and ".join(
            f"in {self._names[branch]}" if branch.keyword in ALTERNATIVES else self._names[branch] for branch in extra
        )

    def labels(self, places: Sequence[Place], extras: Sequence[Extra], cases: Container[Branch]) -> dict[Extra, str]:
        """Return a name for each case of a place; no two have the same."""
        at_place: dict[Extra, list[Place]] = {}
        for place in places:
            at_place.setdefault(extra_cases(place, cases), []).append(place)
        labels: dict[Extra, str] = {}
        taken: set[str] = set()
        for extra in filter(None, extras):
            label = _reference_name(at_place.get(extra, [])) or self.of(extra)
            unique = next(filter(lambda name: name not in taken, _number_labels(label)))
            taken.add(unique)
            labels[extra] = unique
        return labels


def _number_labels(label: str) -> Iterator[str]:
    """Yield a label alone, then with the numbers from 2 on."""
    yield label
    yield from (f"{label} {number}" for number in count(2))


def extra_cases(place: Place, cases: Container[Branch]) -> Extra:
    """Return the cases of a schema that are not among these."""
    return tuple(branch for branch in place.branches if branch not in cases)


def _reference_name(places: Sequence[Place]) -> str:
    """Return the name of the definition that a place is described by, if that is one reference."""
    schemas = [place.schema for place in places]
    if len(schemas) != 1 or not isinstance(schemas[0], dict) or not isinstance(schemas[0].get("$ref"), str):
        return ""
    return _definition_name(schemas[0]["$ref"])


def _case_name(admission: Admission, branch: Branch, required: set[str]) -> str:
    """Return what one case is called among those beside it."""
    match branch.keyword:
        case "then":
            return f"if {_condition(admission, branch, required)}"
        case "else":
            return f"unless {_condition(admission, branch, required)}"
        case "dependentSchemas" | "dependencies":
            return f"if {branch.key} is present"
    names = _alternatives(admission, admission.schemas_in_list(branch.holder, branch.keyword))
    return names[int(branch.key)]


def _condition(admission: Admission, branch: Branch, required: set[str]) -> str:
    """Return the condition in words."""
    condition = branch.holder.below("if")
    return _clause(admission, condition, "", required, _DEEPEST) or f"the condition at {condition.pointer} holds"


def _alternatives(admission: Admission, parts: list[Place]) -> list[str]:
    """Return a name for each alternative: its title, the name of its definition, a value, its type, or its number."""
    names = [_own_name(part) for part in parts]
    constants = _discriminator(admission, parts)
    types = [type_words(admission.kinds(part)) for part in parts]
    for index, part in enumerate(parts):
        with_members = _required_only(part)
        if not names[index] and constants:
            names[index] = constants[index]
        elif not names[index] and with_members:
            names[index] = f"with {with_members}"
        elif not names[index] and types.count(types[index]) == 1 and types[index] != "any":
            names[index] = types[index]
        elif not names[index]:
            names[index] = f"alternative {index + 1}"
    return [name if names.count(name) == 1 else f"{name} {index + 1}" for index, name in enumerate(names)]


def _own_name(place: Place) -> str:
    """Return the name that a schema has by itself: its title, or that of the definition that it refers to."""
    if not isinstance(place.schema, dict):
        return ""
    title, reference = place.schema.get("title"), place.schema.get("$ref")
    if isinstance(title, str) and title:
        return title[:_LONGEST]
    return _definition_name(reference) if isinstance(reference, str) else ""


def _definition_name(reference: str) -> str:
    """Return the name of the definition that a reference leads to: the last part of it."""
    last = reference.rstrip("#/").rpartition("/")[2].rpartition("#")[2] or reference
    return last.removesuffix(".json").removesuffix(".schema")[:_LONGEST]


def _discriminator(admission: Admission, parts: list[Place]) -> list[str]:
    """Return the values of one member that distinguish the alternatives; empty if there is no such member."""
    tables = [_constants(admission, part) for part in parts]
    for name in tables[0] if tables else ():
        values = [table.get(name) for table in tables]
        if None not in values and len(set(values)) == len(values):
            return [f"{name} is {value}" for value in values]
    return []


def _constants(admission: Admission, place: Place, depth: int = _DEEPEST) -> dict[str, str]:
    """Return the members of an alternative that can have one value only, with that value as JSON."""
    if not isinstance(place.schema, dict) or depth == 0:
        return {}
    constants: dict[str, str] = {}
    for part in [*filter(None, admission.targets(place)), *admission.schemas_in_list(place, "allOf")]:
        constants |= _constants(admission, part, depth - 1)
    properties = place.schema.get("properties")
    for name, schema in properties.items() if isinstance(properties, dict) else ():
        values = [schema["const"]] if isinstance(schema, dict) and "const" in schema else []
        values = values or (schema.get("enum") if isinstance(schema, dict) else None) or []
        if isinstance(values, list) and len(values) == 1:
            constants[name] = short_json(values[0], _LONGEST)
    return constants


def _required_only(place: Place) -> str:
    """Return the names that an alternative requires, if it says nothing else."""
    schema = place.schema
    if not isinstance(schema, dict) or set(schema) - _WORDS - {"type"} != {"required"}:
        return ""
    return ", ".join(map(str, schema["required"])) if isinstance(schema["required"], list) else ""


def _clause(admission: Admission, place: Place, path: str, required: set[str], depth: int) -> str:
    """Return what a schema requires of an instance in words; empty where that takes many."""
    schema = place.schema
    if not isinstance(schema, dict) or depth == 0:
        return ""
    clauses = []
    required_here, properties = schema.get("required"), schema.get("properties")
    required_here = required_here if isinstance(required_here, list) else []
    properties = properties if isinstance(properties, dict) else {}
    for keyword, value in schema.items():
        if keyword in _WORDS or keyword.startswith("x-") or (keyword == "type" and value == "object"):
            continue
        if keyword == "properties" and isinstance(value, dict):
            for name in value:
                where = f"{path}.{name}" if path else name
                clause = _clause(admission, place.below("properties", name), where, set(), depth - 1)
                clauses.append(_or_absent(clause, where, is_there=name in required_here or name in required))
        elif keyword == "required" and isinstance(value, list):
            dotted = [f"{path}.{name}" if path else str(name) for name in value if name not in properties]
            clauses += [f"{name} is present" for name in dotted]
        elif keyword == "not":
            clauses.append(_negate_clause(_clause(admission, place.below("not"), path, required, depth - 1)))
        elif path:
            clauses.append(_value_clause(path, keyword, value))
        else:
            return ""
    return " and ".join(clauses) if all(clauses) else ""


def _or_absent(clause: str, where: str, *, is_there: bool) -> str:
    return clause if is_there or not clause else f"{clause} or {where} is absent"


def _negate_clause(clause: str) -> str:
    return f"not ({clause})" if clause else ""


def _value_clause(path: str, keyword: str, value: Any) -> str:
    """Return what one keyword requires of the value at a path."""
    if keyword == "const":
        return f"{path} is {short_json(value, _LONGEST)}"
    if keyword == "enum" and isinstance(value, list):
        few = len(value) <= _MOST_VALUES
        return f"{path} is {' or '.join(short_json(item, _LONGEST) for item in value)}" if few else ""
    if keyword == "pattern":
        return f"{path} matches {short_json(value, _LONGEST)}"
    if keyword in {"type", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"}:
        return f"{path} is {expectation(keyword, value)}"
    return ""
