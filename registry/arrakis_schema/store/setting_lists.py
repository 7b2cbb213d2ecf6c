"""What is wrong with a list of tables in `registry.toml`, such as `[[documents]]`."""

from collections.abc import Callable, Collection, Iterator
from typing import Any

_MOST = 100


def list_problems(
    name: str,
    entries: Any,
    keys: Collection[str],
    example: str,
    problems_of: Callable[[dict[str, Any]], Iterator[str]],
) -> Iterator[str]:
    """Yield what is wrong with the list of a name: that it is none, is too long, or has entries with problems."""
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        yield f"{name} is a list of tables, as in {example}"
        return
    if len(entries) > _MOST:
        yield f"{name} has {len(entries)} entries: {_MOST} are allowed"
    for number, entry in enumerate(entries, 1):
        where = f"{name}, entry {number}"
        yield from (f"{where}: unknown key {key!r}" for key in entry.keys() - keys)
        yield from (f"{where}: {problem}" for problem in problems_of(entry))
