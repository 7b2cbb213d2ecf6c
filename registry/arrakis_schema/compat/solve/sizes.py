"""How many characters, items or members there are at least and at most."""

from collections.abc import Iterable

from arrakis_schema.compat.logic import formulas as f
from arrakis_schema.compat.logic.formulas import Atom


def sizes(atoms: Iterable[Atom]) -> tuple[int, int | None]:
    """Return the least and the greatest size that atoms allow; None where there is no greatest."""
    least, most = [0], []
    for atom in atoms:
        match atom:
            case f.MinSize(size):
                least.append(size)
            case f.MaxSize(size):
                most.append(size)
    return max(least), min(most, default=None)
