"""Distinct values for several states: enough models of each, and a matching of states and models.

By Hall's theorem a state never needs more models than there are states, so no more are searched for.
"""

from collections.abc import Callable, Sequence

from arrakis_schema.compat.logic import formulas as f
from arrakis_schema.compat.logic.formulas import State
from arrakis_schema.compat.logic.results import CLOSED, Closed, Open, Result
from arrakis_schema.compat.logic.values import Json, canonical, parse_canonical

Solve = Callable[[State], Result]
_MOST = 200


def solve_distinct(states: Sequence[State], solve: Solve) -> list[Json] | Closed | Open:
    """Return one model for each state, no two equal."""
    if len(states) > _MOST:
        return Open(f"more than {_MOST} values that must differ")
    models: dict[State, list[str] | Open] = {}
    for state in states:
        if state not in models:
            models[state] = _models(state, len(states), solve)
        candidates = models[state]
        if isinstance(candidates, Open):
            return candidates
        if not candidates:
            return CLOSED
    chosen = _matching([candidates for state in states if isinstance(candidates := models[state], list)])
    return CLOSED if chosen is None else [parse_canonical(text) for text in chosen]


def _models(state: State, count: int, solve: Solve) -> list[str] | Open:
    """Return up to `count` different models, or all of them if there are fewer."""
    texts: list[str] = []
    while len(texts) < count:
        result = solve(state.having([f.NoneOf(tuple(texts))]) if texts else state)
        if isinstance(result, Open):
            return result
        if isinstance(result, Closed):
            break
        texts.append(canonical(result.value))
    return texts


def _matching(choices: list[list[str]]) -> list[str] | None:
    """Return a choice from each list, all different, or None if that is impossible (augmenting paths)."""
    owner: dict[str, int] = {}

    def place(index: int, tried: set[str]) -> bool:
        for text in choices[index]:
            if text not in tried:
                tried.add(text)
                if text not in owner or place(owner[text], tried):
                    owner[text] = index
                    return True
        return False

    if not all(place(index, set()) for index in range(len(choices))):
        return None
    return [text for _, text in sorted((index, text) for text, index in owner.items())]
