"""JSON Patch (RFC 6902): a list of operations applied to a JSON value. Needs nothing but the standard library."""

import copy
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from arrakis_schema.store.parsing import json_children
from arrakis_schema.text.json_pointer import unescape_token

Operation = Mapping[str, Any]
"""One operation of a JSON Patch: `op`, `path`, and what the operation needs."""

_MOST_COPIED = 100_000
_INDEX = re.compile(r"0|[1-9][0-9]{0,8}", re.ASCII)
_NEEDED = {"add": "value", "replace": "value", "test": "value", "move": "from", "copy": "from", "remove": "path"}


class PatchError(ValueError):
    """A patch cannot be applied to a document."""


def apply_patch(document: Any, patch: Sequence[Operation]) -> Any:
    """Return a JSON value after a patch; the value itself may be changed. Raises `PatchError`.

    What the patch copies is bounded, since each copy may double the document.
    """
    holder, copied = {"": document}, 0  # the document as a member, so that it can be replaced as a whole
    for operation in patch:
        name = str(operation.get("op"))
        if name not in _NEEDED or _NEEDED[name] not in operation:
            raise PatchError(
                f"{name!r} is not an operation of a JSON Patch, or lacks its {_NEEDED.get(name, 'path')!r}"
            )
        if name == "copy":
            copied += _count_values(_value_at(holder, operation["from"]))
            if copied > _MOST_COPIED:
                raise PatchError(f"it copies more than {_MOST_COPIED:,} values")
        _OPERATIONS[name](holder, operation)
    if "" not in holder:
        raise PatchError("it removes the whole document")
    return holder[""]


def _add(holder: Any, operation: Operation) -> None:
    """Add a value: a member in place of one that exists, an item before the one at the index."""
    _insert(holder, operation["path"], copy.deepcopy(operation["value"]))


def _remove(holder: Any, operation: Operation) -> None:
    """Remove a value that exists."""
    _take(holder, operation["path"])


def _replace(holder: Any, operation: Operation) -> None:
    """Put another value in place of one that exists."""
    parent, key = _place(holder, operation["path"])
    parent[key] = copy.deepcopy(operation["value"])


def _move(holder: Any, operation: Operation) -> None:
    """Remove a value, and add it elsewhere, which is not inside it."""
    source, target = operation["from"], operation["path"]
    if target.startswith(f"{source}/"):
        raise PatchError(f"{source!r} cannot be moved into itself")
    _insert(holder, target, _take(holder, source))


def _copy(holder: Any, operation: Operation) -> None:
    """Add a copy of a value elsewhere."""
    _insert(holder, operation["path"], copy.deepcopy(_value_at(holder, operation["from"])))


def _test(holder: Any, operation: Operation) -> None:
    """Raise `PatchError` unless a value is what the patch expects."""
    if not _are_equal(_value_at(holder, operation["path"]), operation["value"]):
        raise PatchError(f"{operation['path']!r} differs from the value that the patch expects")


_OPERATIONS: dict[str, Callable[[Any, Operation], None]] = {
    "add": _add,
    "remove": _remove,
    "replace": _replace,
    "move": _move,
    "copy": _copy,
    "test": _test,
}


def _value_at(holder: Any, pointer: str) -> Any:
    """Return the value at a JSON Pointer."""
    parent, key = _place(holder, pointer)
    return parent[key]


def _take(holder: Any, pointer: str) -> Any:
    """Remove the value at a pointer, and return it."""
    parent, key = _place(holder, pointer)
    return parent.pop(key)


def _insert(holder: Any, pointer: str, value: Any) -> None:
    """Add a value at a pointer, whose parent exists."""
    parent, key = _parent(holder, pointer)
    if isinstance(parent, dict):
        parent[key] = value
        return
    index = len(parent) if key == "-" else _index(key, pointer)
    if index > len(parent):
        raise PatchError(f"{pointer!r} is beyond the end of the array")
    parent.insert(index, value)


def _place(holder: Any, pointer: str) -> tuple[Any, Any]:
    """Return the parent of the value that a pointer leads to, and its key there."""
    parent, token = _parent(holder, pointer)
    return parent, _key(parent, token, pointer)


def _parent(holder: Any, pointer: str) -> tuple[Any, str]:
    """Return the object or array that holds what a pointer leads to, and the last token."""
    if not isinstance(pointer, str) or (pointer and not pointer.startswith("/")) or re.search("~(?![01])", pointer):
        raise PatchError(f"{pointer!r} is not a JSON Pointer, as in /properties/args")
    value = holder
    *tokens, last = map(unescape_token, pointer.split("/"))
    for token in tokens:
        value = value[_key(value, token, pointer)]
    if not isinstance(value, dict | list):
        raise PatchError(f"{pointer!r} leads into a value that is neither an object nor an array")
    return value, last


def _key(parent: Any, token: str, pointer: str) -> Any:
    """Return the key of a token in an object or array that has it."""
    if isinstance(parent, dict) and token in parent:
        return token
    if isinstance(parent, list) and (index := _index(token, pointer)) < len(parent):
        return index
    raise PatchError(f"{pointer!r} leads nowhere: there is no {token!r}")


def _index(token: str, pointer: str) -> int:
    """Return the index that a token is."""
    if not _INDEX.fullmatch(token):
        raise PatchError(f"{pointer!r} leads into an array, where {token!r} is not an index")
    return int(token)


def _are_equal(left: Any, right: Any) -> bool:
    """Return whether two JSON values are equal: 1 is 1.0, and neither of them is true."""
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(_are_equal(left[name], right[name]) for name in left)
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(_are_equal, left, right))
    return bool(left == right)


def _count_values(value: Any) -> int:
    """Return how many values a JSON value holds, itself included; a few more than are allowed are enough."""
    count, todo = 0, [value]
    while todo and count <= _MOST_COPIED:
        count += 1
        todo.extend(json_children(todo.pop()))
    return count
