"""The minimal and maximal number of characters, items or members."""

from collections.abc import Iterable

from arrakis_schema.compat.logic import formulas as f
from arrakis_schema.compat.logic.formulas import Atom


def sizes(atoms: Iterable[Atom]) -> tuple[int, int | None]:
    """Return the minimal and the maximal size that atoms allow; None if there is no maximum."""
    least, most = [0], []
    for atom in atoms:
        match atom:
            case f.MinSize(size):
                least.append(size)
            case f.MaxSize(size):
                most.append(size)
    return max(least), min(most, default=None)
