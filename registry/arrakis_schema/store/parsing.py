"""Parse JSON and TOML strictly and within limits; an error says what is wrong, and of a TOML file, which one it is.

In JSON, whatever RFC 8259 leaves to the parser (sections 4, 6, 8 and 9) is rejected.
"""

import json
import re
import tomllib
from collections import Counter
from collections.abc import Iterator
from math import isinf
from typing import Any, NoReturn

from arrakis_schema.errors import DamagedStoreError, MalformedRequestError
from arrakis_schema.store.files import LARGEST_SETTINGS, YAML, mebibytes

MAX_DEPTH = 32
_OPENING = (b"[", b"{")
_MOST_PARTS = 20
_LONG_KEY = re.compile(rf"(?<![\w\"'-])(?:[\w\"'-]+[ \t]*\.[ \t]*){{{_MOST_PARTS}}}")  # tomllib is quadratic in these


def parse_json(data: bytes, deepest: int = MAX_DEPTH) -> Any:
    """Parse the JSON value in these bytes.

    Raises `MalformedRequestError` for bytes that are not UTF-8 or not JSON, for NaN and infinities, a duplicate name,
    a lone surrogate, and nesting of more than `deepest` levels.
    """
    try:
        text = data.decode("utf-8")
        parsed = json.loads(text, object_pairs_hook=_unique, parse_constant=_not_a_number, parse_float=_finite)
    except UnicodeDecodeError as error:
        raise MalformedRequestError(f"byte {error.start} is not UTF-8") from error
    except json.JSONDecodeError as error:
        raise MalformedRequestError(f"{error.msg} at line {error.lineno} column {error.colno}") from error
    except RecursionError as error:
        raise too_deep(deepest) from error
    except ValueError as error:
        raise error if isinstance(error, MalformedRequestError) else _number(error) from error
    refuse_depth(data, parsed, deepest)
    refuse_lone_surrogates(data, parsed)
    return parsed


def parse_text(content: bytes, path: str, deepest: int = MAX_DEPTH) -> Any:
    """Parse the JSON value in these bytes, in the notation that a file of this name has: JSON, or YAML.

    Raises `MalformedRequestError`, as `parse_json` does, and `MissingExtraError` where PyYAML is missing.
    """
    if not path.endswith(YAML):
        return parse_json(content, deepest)
    from arrakis_schema.store.yaml_text import parse_yaml  # noqa: PLC0415 - most schemas are JSON

    return parse_yaml(content, deepest)


def parse_toml(content: bytes, name: str) -> dict[str, Any]:
    """Parse the table in a file; raises `DamagedStoreError` with `name`, the path below the root."""
    if not content:
        return {}
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
        raise DamagedStoreError([f"{name} contains a number with too many digits: shorten it"]) from error


def longest_number(value: Any) -> int:
    """Estimate how many digits the largest integer in a JSON value has, without converting it to text."""
    largest, todo = 0, [value]
    while todo:
        item = todo.pop()
        if isinstance(item, int):
            largest = max(largest, item.bit_length())
        else:
            todo.extend(json_children(item))
    return largest * 30103 // 100_000 + 1


def json_children(value: Any) -> Iterator[Any]:
    """Return an iterator over the members of an object or the items of an array."""
    return iter(value.values() if isinstance(value, dict) else value if isinstance(value, list | tuple) else ())


def _number(error: ValueError) -> MalformedRequestError:
    """Return the error for a number that Python refuses to parse."""
    return MalformedRequestError(f"a number cannot be read: {error}")


def too_deep(deepest: int) -> MalformedRequestError:
    """Return the error for deep nesting."""
    return MalformedRequestError(f"it nests more than {deepest} levels")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Build an object; raises `MalformedRequestError` for a duplicate name."""
    members = dict(pairs)
    if len(members) != len(pairs):
        counts = Counter(name for name, _ in pairs)
        twice = next(name for name, count in counts.items() if count > 1)
        raise MalformedRequestError(f"the name {json.dumps(twice)} occurs twice in one object")
    return members


def _not_a_number(constant: str) -> NoReturn:
    """Refuse NaN and the infinities, which Python's parser accepts."""
    raise MalformedRequestError(f"{constant} is not a JSON number")


def _finite(number: str) -> float:
    """Parse a number; raises `MalformedRequestError` where it would become an infinity."""
    value = float(number)
    if isinf(value):
        raise MalformedRequestError(f"{number} is too large a number")
    return value


def refuse_depth(data: bytes, value: Any, deepest: int) -> None:
    """Refuse nesting beyond the limit; a value with few brackets cannot nest deeply and is not walked."""
    if sum(map(data.count, _OPENING)) <= deepest:
        return
    level = [value]
    for _ in range(deepest + 1):
        level = [child for parent in level for child in json_children(parent) if isinstance(child, dict | list | tuple)]
        if not level:
            return
    raise too_deep(deepest)


def refuse_lone_surrogates(data: bytes, value: Any) -> None:
    """Refuse an escaped half of a surrogate pair: it has no UTF-8 form (RFC 8259, section 8.2)."""
    if b"\\ud" not in data.lower():
        return
    try:
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError as error:
        raise MalformedRequestError(f"half a surrogate pair, {error.object[error.start]!a}") from error
