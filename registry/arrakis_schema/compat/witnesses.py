"""Readable witnesses: an example of the documents, changed as little as possible."""

import copy
import json
from collections.abc import Callable, Iterator, Sequence
from typing import TypeAlias

from arrakis_schema.compat.logic.values import Json

Path: TypeAlias = tuple[str, ...]
_MOST_PATHS = 200


def pick_witness(witness: Json, examples: Sequence[Json], refused: Callable[[Json], bool]) -> Json:
    """Return an example that is a witness, unchanged or with one member as in the witness, or the witness itself.

    `refused` tells whether the writer may send a value and the reader rejects it.
    """
    ordered = sorted(examples, key=_size)
    plain = next((example for example in ordered if refused(example)), None)
    if plain is not None:
        return plain
    candidates = (candidate for example in ordered for candidate in _grafts(example, witness))
    return next((candidate for candidate in candidates if refused(candidate)), witness)


def _grafts(example: Json, witness: Json) -> Iterator[Json]:
    """Yield the example with one member set, or left out, as in the witness; the deepest members first."""
    paths = sorted({*_paths(example), *_paths(witness)}, key=lambda path: (-len(path), path))
    for path in paths[:_MOST_PATHS]:
        if _get(example, path) != _get(witness, path):
            grafted = copy.deepcopy(example)
            parent = _get(grafted, path[:-1])
            if not isinstance(parent, dict):
                continue
            parent.pop(path[-1], None)
            value = _get(witness, path)
            if value is not _MISSING:
                parent[path[-1]] = value
            yield grafted


def _paths(value: object) -> Iterator[Path]:
    """Yield the path of every member."""
    if isinstance(value, dict):
        for name, member in value.items():
            yield (name,)
            yield from ((name, *path) for path in _paths(member))


def _get(value: Json, path: Path) -> object:
    """Return the value at a path."""
    member: object = value
    for name in path:
        if not isinstance(member, dict) or name not in member:
            return _MISSING
        member = member[name]
    return member


def _size(value: Json) -> int:
    return len(json.dumps(value))


_MISSING = object()
