"""Damage to well-formed inputs: bytes changed anywhere, or a tree of values changed at some place. Chance repeats by its seed."""

import json
from collections.abc import Callable, Iterator, Sequence
from copy import deepcopy
from datetime import UTC, date, datetime
from random import Random
from typing import Any

from tests.hostile.texts import TEXTS
from tests.hostile.toml_text import toml_text

Mutation = Callable[[Random, bytes], bytes]

TOKENS = tuple(
    text.encode("utf-8", "surrogatepass")
    for text in (
        *TEXTS,
        *(
            "{",
            "}",
            "[",
            "]",
            '"',
            "'",
            '"""',
            "'''",
            ",",
            ":",
            "=",
            "#",
            "\n",
            "\r\n",
            "\t",
            "\0",
            "\\",
            "\\u",
            "\\ud800",
        ),
        *("null", "true", "NaN", "-Infinity", "1e999", "-0", "0.1", "1_000", "0x10", "inf", "2026-13-99", "\ufeff"),
        *(
            "not null",
            "list<item: ",
            "struct<",
            "dictionary<",
            "map<",
            "decimal128(",
            ">",
            "timestamp[ns]",
            "-- field metadata --",
        ),
        *("[" * 40, "{" * 3000, "[" * 100_000, '{"a":' * 1000, "9" * 5000, "list<item: " * 2000, "a" * 70_000),
    )
)
VALUES: tuple[Any, ...] = (
    *TEXTS,
    *(None, True, False, 0, -1, 1.5, -0.0, 1e308, 10**400, -(10**25), 2**63, 2**64, float("inf"), float("nan")),
    *([], {}, [[]], [None], {"": None}, [1, "a", {}], {"a": {"b": {"c": []}}}, ["a"] * 300, {"$ref": "#"}),
    *("^(a+)+$", "(", "[^", "\\p{Nope}", "(?<n>a)\\k<n>", "a{99999}", "#/definitions/a", "file:///etc/passwd", "http://127.0.0.1:1/"),
    *(datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, 23, 59, 59), date(2026, 1, 1)),  # noqa: DTZ001 - TOML has both
)  # fmt: skip


def change_bytes(random: Random, data: bytes) -> bytes:
    """Return data with a few places changed."""
    content = bytearray(data)
    for _ in range(random.choice((1, 1, 1, 2, 3, 8))):
        start = random.randrange(len(content) + 1)
        end = min(len(content), start + random.choice((0, 1, 1, 4, 8, 60)))
        match random.randrange(6):
            case 0 if content:
                content[start % len(content)] ^= 1 << random.randrange(8)
            case 1:
                content[start:end] = random.choice(TOKENS)
            case 2:
                content[start:end] = random.randbytes(random.choice((1, 2, 4, 8)))
            case 3:
                content[start:start] = content[start : start + random.choice((1, 16, 200))]
            case 4 if random.random() < 0.3:
                del content[start:]
            case 5:
                content[start:end] = random.choice((b"\xff\xff\xff\x7f", b"\0\0\0\x80", b"\xff" * 8, b"\0" * 8))
            case _:
                del content[start:end]
    return bytes(content)


def change_tree(random: Random, value: Any, names: Sequence[str]) -> Any:
    """Return a tree of values with a few places changed; `names` are the members that a reader looks for."""
    tree = [deepcopy(value)]
    for _ in range(random.choice((1, 1, 2, 4))):
        holder, key = random.choice(list(_places(tree)))
        match random.randrange(7):
            case 0 | 1:
                holder[key] = deepcopy(random.choice(VALUES))
            case 2 if isinstance(holder, dict):
                del holder[key]
            case 3 if isinstance(holder[key], dict):
                holder[key][random.choice((*names, *names, *TEXTS))] = deepcopy(random.choice(VALUES))
            case 4 if isinstance(holder, dict):
                holder[random.choice((*names, *TEXTS))] = holder.pop(key)
            case 5:
                holder[key] = _nested(random, holder[key])
            case _:
                other, place = random.choice(list(_places(tree)))
                holder[key] = deepcopy(other[place])
    return tree[0]


def json_bytes(random: Random, value: Any) -> bytes:
    """Return a tree as JSON, now and then with bytes changed."""
    text = json.dumps(value, ensure_ascii=random.random() < 0.5, default=str).encode("utf-8", "surrogatepass")
    return change_bytes(random, text) if random.random() < 0.1 else text


def toml_bytes(random: Random, value: Any) -> bytes:
    """Return a table as TOML, now and then with bytes changed."""
    text = toml_text(value if isinstance(value, dict) else {"a": value}).encode("utf-8", "surrogatepass")
    return change_bytes(random, text) if random.random() < 0.1 else text


def _places(tree: Any) -> Iterator[tuple[Any, Any]]:
    """Yield every place in a tree: the list or object, and the index or name."""
    todo = [tree]
    while todo:
        holder = todo.pop()
        items = list(holder.items() if isinstance(holder, dict) else enumerate(holder))
        yield from ((holder, key) for key, _ in items)
        todo += [inner for _, inner in items if isinstance(inner, dict | list)]


def _nested(random: Random, value: Any) -> Any:
    """Return a value inside many others."""
    kind = random.choice(("allOf", "items", "properties", None))
    for _ in range(random.choice((1, 20, 70, 300))):
        value = [value] if kind is None else {kind: [value] if kind == "allOf" else value}
    return value
