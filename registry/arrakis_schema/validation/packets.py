"""The command of a Flight descriptor: one JSON object in UTF-8, to and from a `Request`.

What JSON leaves to the parser (RFC 8259, sections 4, 6, 8 and 9) is refused here rather than guessed.
"""

import json
from collections import Counter
from collections.abc import Iterator
from math import isinf
from typing import Any, NoReturn, Required, TypedDict, cast

from arrakis_schema.errors import MalformedRequestError

MAX_DEPTH = 32
_OPENING = (b"[", b"{")
_TYPES = {list: "an array", str: "a string", bool: "a boolean", type(None): "null"}


class Request(TypedDict, total=False):
    """The envelope of a request, a dict: which endpoint, with which arguments, by which version of the schemas.

    `request` is the name of the endpoint as it travels, as in `"Find"`; `args` are its arguments; `version`, which may
    be left out, is the release that the client knows.
    """

    request: Required[str]
    args: Required[dict[str, Any]]
    version: str


def parse_request(command: bytes | bytearray | memoryview) -> Request:
    """Return the request that a descriptor's command holds; it is not yet validated against a schema.

    Raises `MalformedRequestError` for what is not UTF-8, not JSON or not an object, for NaN and infinities, a name
    given twice, half a surrogate pair, and nesting of more than 32 levels.
    """
    parsed = parse_json(bytes(command))
    if not isinstance(parsed, dict):
        raise MalformedRequestError(f"it is {_TYPES.get(type(parsed), 'a number')}, not an object")
    return cast("Request", parsed)


def parse_json(data: bytes, deepest: int = MAX_DEPTH) -> Any:
    """Return the JSON value of these bytes.

    Raises `MalformedRequestError` for bytes that are not UTF-8 or not JSON, for NaN and infinities, a name given twice,
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
        raise _too_deep(deepest) from error
    except ValueError as error:
        raise error if isinstance(error, MalformedRequestError) else _number(error) from error
    _refuse_depth(data, parsed, deepest)
    _refuse_lone_surrogates(data, parsed)
    return parsed


def longest_number(value: Any) -> int:
    """Return how many digits the largest integer in a JSON value has, about: nothing is written out to count them."""
    largest, todo = 0, [value]
    while todo:
        item = todo.pop()
        if isinstance(item, int):
            largest = max(largest, item.bit_length())
        else:
            todo.extend(_children(item))
    return largest * 30103 // 100_000 + 1


def dump_request(request: Request) -> bytes:
    """Return the command for a request: the members request, args and version first, in this order, as clients send it.

    Raises `MalformedRequestError` for what JSON in UTF-8 cannot say, and for what `parse_request` would refuse.
    """
    if not isinstance(request, dict):
        raise MalformedRequestError(f"a dict is wanted, not {type(request).__name__}")
    order = [name for name in ("request", "args", "version") if name in request]
    members: dict[str, Any] = {**dict.fromkeys(order), **request}
    try:
        command = json.dumps(members, allow_nan=False).encode("ascii")
    except RecursionError as error:
        raise _too_deep(MAX_DEPTH) from error
    except (TypeError, ValueError) as error:
        raise MalformedRequestError(f"it has no JSON form: {error}") from error
    _refuse_other_names(members)
    _refuse_depth(command, members, MAX_DEPTH)
    _refuse_lone_surrogates(command, members)
    return command


def _number(error: ValueError) -> MalformedRequestError:
    """Word the error for a number that Python will not read."""
    return MalformedRequestError(f"a number cannot be read: {error}")


def _too_deep(deepest: int) -> MalformedRequestError:
    """Word the error for nesting."""
    return MalformedRequestError(f"it nests more than {deepest} levels")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Build an object, and refuse a name that stands twice in it."""
    members = dict(pairs)
    if len(members) != len(pairs):
        counts = Counter(name for name, _ in pairs)
        twice = next(name for name, count in counts.items() if count > 1)
        raise MalformedRequestError(f"the name {json.dumps(twice)} stands twice in one object")
    return members


def _not_a_number(constant: str) -> NoReturn:
    """Refuse NaN and the infinities, which Python's parser would let pass."""
    raise MalformedRequestError(f"{constant} is not a JSON number")


def _finite(number: str) -> float:
    """Read a number, and refuse one that would become an infinity."""
    value = float(number)
    if isinf(value):
        raise MalformedRequestError(f"{number} is too large a number")
    return value


def _children(value: Any) -> Iterator[Any]:
    """Yield what stands directly in an object or an array."""
    return iter(value.values() if isinstance(value, dict) else value if isinstance(value, list | tuple) else ())


def _refuse_depth(data: bytes, value: Any, deepest: int) -> None:
    """Refuse nesting beyond the limit; few brackets cannot nest deep, so most requests are not walked."""
    if sum(map(data.count, _OPENING)) <= deepest:
        return
    level = [value]
    for _ in range(deepest + 1):
        level = [child for parent in level for child in _children(parent) if isinstance(child, dict | list | tuple)]
        if not level:
            return
    raise _too_deep(deepest)


def _refuse_lone_surrogates(data: bytes, value: Any) -> None:
    """Refuse an escaped half of a surrogate pair: it has no UTF-8 form (RFC 8259, section 8.2)."""
    if b"\\ud" not in data.lower():
        return
    try:
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError as error:
        raise MalformedRequestError(f"half a surrogate pair, {error.object[error.start]!a}") from error


def _refuse_other_names(value: Any) -> None:
    """Refuse names that are not text: Python would silently turn 1 and None into "1" and "null"."""
    todo = [value]
    while todo:
        item = todo.pop()
        names = [name for name in item if not isinstance(name, str)] if isinstance(item, dict) else []
        if names:
            raise MalformedRequestError(f"the name {names[0]!r} is not text")
        todo.extend(_children(item))
