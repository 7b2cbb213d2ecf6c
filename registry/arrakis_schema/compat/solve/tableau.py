"""The search for a model: one type of instance at a time, with literals expanded and choices made last.

A state that reaches itself inside an instance has no model of that form, because instances are finite: it counts as
closed there (the least fixpoint), and conclusions from that are only kept while the state is being solved.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field

from arrakis_schema.compat.logic import formulas as f
from arrakis_schema.compat.logic.connectives import disjunction, opposite
from arrakis_schema.compat.logic.evaluation import Interpretation
from arrakis_schema.compat.logic.formulas import Atom, Formula, Literal, State
from arrakis_schema.compat.logic.results import CLOSED, Closed, Model, Open, Result, first_model
from arrakis_schema.compat.logic.values import TYPES, Json, canonical, parse_canonical_values, type_of
from arrakis_schema.compat.solve.array import array
from arrakis_schema.compat.solve.number import number
from arrakis_schema.compat.solve.object import object_
from arrakis_schema.compat.solve.string import string

_DEEPEST = 60
_NEVER = 10**9
_COMPOSITE = frozenset({f.All, f.Some})
_FINITE: dict[str, tuple[Json, ...]] = {"boolean": (True, False), "null": (None,)}


class _Opposites:
    """The opposites of formulas, each made once: by identity, because a choice is looked at in many branches."""

    def __init__(self) -> None:
        """Begin without any."""
        self._known: dict[int, tuple[Formula, Formula | None]] = {}

    def of(self, formula: Formula) -> Formula | None:
        """Return the opposite of a formula, if it has a simple one."""
        known = self._known.get(id(formula))
        if known is None:
            known = self._known[id(formula)] = formula, opposite(formula)  # kept, so that its id stays its own
        return known[1]


@dataclass(slots=True)
class _Branch:
    """One branch of the tableau: the literals and atoms that hold in it, in order, and the open choices."""

    opposites: _Opposites
    atoms: dict[Atom, None] = field(default_factory=dict)
    literals: dict[Formula, None] = field(default_factory=dict)
    choices: list[f.Some] = field(default_factory=list)

    def copy(self) -> "_Branch":
        """Return an independent copy."""
        return _Branch(self.opposites, dict(self.atoms), dict(self.literals), list(self.choices))

    def holds(self, formula: Formula) -> bool:
        """Return whether a formula is known to hold in the branch, which keeps the parts of composite formulas."""
        if formula.__class__ is Literal:
            return formula in self.literals
        return formula.__class__ not in _COMPOSITE and formula in self.atoms

    def refuses(self, formula: Formula) -> bool:
        """Return whether a formula certainly cannot hold in the branch."""
        if formula.__class__ is Literal:
            return formula.node.pair[formula.holds] in self.literals
        if formula.__class__ is f.All:
            return any(map(self.refuses, formula.parts))
        contrary = self.opposites.of(formula)
        return contrary is not None and self.holds(contrary)


class Tableau:
    """Finds models of states and caches the results."""

    def __init__(self, interpretation: Interpretation) -> None:
        """Begin without results."""
        self.interpretation = interpretation
        self._opposites = _Opposites()
        self._results: dict[State, Result] = {}
        self._under_way: dict[State, int] = {}
        self._reached = _NEVER

    def solve(self, state: State) -> Result:
        """Return an instance of which all formulas of a state hold."""
        if (known := self._results.get(state)) is not None:
            return known
        if f.FALSE in state:
            return CLOSED
        if state in self._under_way:
            self._reached = min(self._reached, self._under_way[state])
            return CLOSED
        if any(formula.opposite in state for formula in state if formula.__class__ is Literal):
            return CLOSED
        depth = len(self._under_way)
        if depth > _DEEPEST:
            return Open("instances that nest too deeply")
        return self._solve(state, depth)

    def _solve(self, state: State, depth: int) -> Result:
        """Solve a state that is not under way."""
        before, self._reached = self._reached, _NEVER
        self._under_way[state] = depth
        try:
            result = self._of_any_type(state)
        finally:
            del self._under_way[state]
        independent = self._reached >= depth
        if independent or isinstance(result, Model):
            self._results[state] = result
        self._reached = min(before, _NEVER if independent else self._reached)
        return result

    def _of_any_type(self, state: State) -> Result:
        """Return a model of the first type that has one."""
        types = {formula.name for formula in state if isinstance(formula, f.Typed)}
        return first_model(
            self._grow(name, list(state), _Branch(self._opposites), state) for name in TYPES if types <= {name}
        )

    def _grow(self, instance_type: str, todo: list[Formula], branch: _Branch, state: State) -> Result:
        """Add formulas to a branch, and close it, find a model at its leaf, or split it."""
        self.interpretation.tick()
        while todo:
            if not self._take(instance_type, todo, branch):
                return CLOSED
            forced = _force_choices(branch)
            if forced is None:
                return CLOSED
            todo = forced
        hint = next(iter(self._hints(instance_type, branch, state)), None)
        result = hint or self._leaf(instance_type, branch, state)
        if isinstance(result, Closed) or not branch.choices:
            return result
        if isinstance(result, Model) and self.interpretation.all_hold(state, result.value):
            return result
        return self._split(instance_type, branch, state, result)

    def _take(self, instance_type: str, todo: list[Formula], branch: _Branch) -> bool:
        """Sort formulas into a branch, with literals expanded; False if one contradicts the branch."""
        while todo:
            formula = todo.pop()
            if isinstance(formula, Literal):  # the most frequent first: this is the innermost loop of the search
                if formula in branch.literals:
                    continue
                if branch.refuses(formula):
                    return False
                branch.literals[formula] = None
                todo.append(self.interpretation.expand(formula, instance_type))
            elif isinstance(formula, f.All):
                todo += reversed(formula.parts)
            elif isinstance(formula, f.Some):
                branch.choices.append(formula)
            elif isinstance(formula, f.Constant):
                if not formula.holds:
                    return False
            elif isinstance(formula, f.NoneOf) and instance_type in {"array", "object"}:
                values = parse_canonical_values(formula.values)
                todo += [_differs(value) for value in values if type_of(value) == instance_type]
            else:
                branch.atoms[formula] = None
        return True

    def _hints(self, instance_type: str, branch: _Branch, state: State) -> Iterator[Model]:
        """Yield the examples of the schemas that hold in a branch, if they are models."""
        for literal in branch.literals:
            if isinstance(literal, Literal) and literal.holds and "examples" in literal.node.schema:
                for value in literal.node.schema["examples"]:
                    if type_of(value) == instance_type and self.interpretation.all_hold(state, value):
                        yield Model(value)

    def _leaf(self, instance_type: str, branch: _Branch, state: State) -> Result:
        """Solve the atoms of a branch, without its choices."""
        if any(branch.refuses(atom) for atom in branch.atoms):
            return CLOSED
        opaque = next((atom for atom in branch.atoms if isinstance(atom, f.Opaque)), None)
        listed = [atom for atom in branch.atoms if isinstance(atom, f.OneOf)]
        if listed or instance_type in _FINITE:
            values = parse_canonical_values(listed[0].values) if listed else _FINITE[instance_type]
            result = self._solve_listed(values, branch, state)
        else:
            result = self._solve_typed(instance_type, branch.atoms)
        if opaque is not None and not isinstance(result, Closed):
            return Open(opaque.reason)
        return result

    def _solve_listed(self, values: Iterable[Json], branch: _Branch, state: State) -> Result:
        """Return the first of all possible values that is a model."""
        left = [value for value in values if not self._is_refuted(branch.atoms, value)]
        models = (Model(value) for value in left if self.interpretation.all_hold(state, value))
        if (model := next(models, None)) is not None:
            return model
        closed = all(self.interpretation.any_fails(state, value) for value in left)
        return CLOSED if closed else Open("a keyword that is not decided")

    def _is_refuted(self, atoms: Collection[Atom], value: Json) -> bool:
        """Return whether an atom does not hold of a value."""
        self.interpretation.tick()
        return self.interpretation.any_fails(atoms, value)

    def _solve_typed(self, instance_type: str, atoms: Collection[Atom]) -> Result:
        """Solve atoms of one type."""
        match instance_type:
            case "number":
                return number(atoms)
            case "string":
                return string(atoms, self.interpretation.readings, self.interpretation.tick)
            case "array":
                return array(atoms, self.solve, self.interpretation.tick)
            case _:
                return object_(atoms, self.interpretation, self.solve)

    def _split(self, instance_type: str, branch: _Branch, state: State, result: Result) -> Result:
        """Continue with each alternative of a choice, preferably of one that the leaf's model violates."""
        unmet = branch.choices
        if isinstance(result, Model):
            value = result.value
            unmet = [choice for choice in branch.choices if not self.interpretation.all_hold([choice], value)] or unmet
        chosen = min(unmet, key=lambda choice: len(choice.parts))
        branch.choices.remove(chosen)
        return first_model(self._grow(instance_type, [part], branch.copy(), state) for part in chosen.parts)


def _force_choices(branch: _Branch) -> list[Formula] | None:
    """Drop the alternatives that contradict a branch; return the only ones left, or None if a choice has none."""
    forced: list[Formula] = []
    left: list[f.Some] = []
    for choice in branch.choices:
        if any(map(branch.holds, choice.parts)):
            continue
        parts = tuple(part for part in choice.parts if not branch.refuses(part))
        if not parts:
            return None
        if len(parts) == 1:
            forced.append(parts[0])
        else:
            left.append(choice if len(parts) == len(choice.parts) else f.Some(parts))
    branch.choices = left
    return forced


def _differs(value: Json) -> Formula:
    """Return the formula that an array or object differs from this one."""
    if isinstance(value, list):
        sizes: list[Formula] = [f.MinSize(len(value) + 1), *([f.MaxSize(len(value) - 1)] if value else [])]
        items = [f.SomeItem(index, index + 1, f.NoneOf((canonical(item),))) for index, item in enumerate(value)]
        return disjunction([*sizes, *items])
    if isinstance(value, dict):
        names = tuple(sorted(value))
        fewer = [f.Present(name, holds=False) for name in names]
        others = [f.SomeMember(f.Named(name), f.NoneOf((canonical(value[name]),))) for name in names]
        return disjunction([*fewer, f.SomeMember(f.Others(names, ()), f.TRUE), *others])
    return f.TRUE
