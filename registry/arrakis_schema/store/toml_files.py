"""Parse the TOML files beside the schemas, within a size limit; a broken file gives an error that names it."""

import re
import tomllib
from collections.abc import Callable, Collection, Iterator
from typing import Any

from arrakis_schema.errors import DamagedStoreError
from arrakis_schema.store.limits import LARGEST_SETTINGS, mebibytes

_MOST_PARTS = 20
_LONG_KEY = re.compile(rf"(?<![\w\"'-])(?:[\w\"'-]+[ \t]*\.[ \t]*){{{_MOST_PARTS}}}")  # tomllib is quadratic in these
_MOST = 100


def parse_toml(content: bytes, name: str) -> dict[str, Any]:
    """Parse the table in a file; raises `DamagedStoreError` with `name`, the path below the root."""
    if len(content) > LARGEST_SETTINGS:
        raise DamagedStoreError([f"{name} is larger than {mebibytes(LARGEST_SETTINGS)}: that is the limit, shorten it"])
    try:
        text = content.decode("utf-8")
        if long_key := _LONG_KEY.search(text):
            line = text.count("\n", 0, long_key.start()) + 1
            raise DamagedStoreError([f"{name}, line {line}: a key has more than {_MOST_PARTS} parts: shorten it"])
        return tomllib.loads(text)
    except RecursionError as error:
        raise DamagedStoreError([f"{name} nests too deeply: nothing in it needs more than three levels"]) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise DamagedStoreError([f"{name} is not TOML: {error}"]) from error
    except ValueError as error:  # Python reads no integer of more than 4,300 digits
        raise DamagedStoreError([f"{name} holds a number of too many digits: shorten it"]) from error


def list_problems(
    name: str,
    entries: Any,
    keys: Collection[str],
    example: str,
    problems_of: Callable[[dict[str, Any]], Iterator[str]],
) -> Iterator[str]:
    """Yield the problems of the list under a name: it is not a list, is too long, or has invalid entries."""
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        yield f"{name} is a list of tables, as in {example}"
        return
    if len(entries) > _MOST:
        yield f"{name} has {len(entries)} entries, but at most {_MOST} are allowed"
    for number, entry in enumerate(entries, 1):
        where = f"{name}, entry {number}"
        yield from (f"{where}: unknown key {key!r}" for key in entry.keys() - keys)
        yield from (f"{where}: {problem}" for problem in problems_of(entry))
