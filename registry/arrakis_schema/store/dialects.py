"""How a JSON Schema names its dialect. What the keywords of each dialect are is in `json_schema/dialects.py`.

`dialects.json` has the name and the meta-schema of each dialect; Python and the pages both read it.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

DIALECTS: dict[str, str] = json.loads(Path(__file__).with_name("dialects.json").read_text(encoding="utf-8"))
"""The URI of each dialect by its name, without the `#` that `$schema` may have, from the oldest to the newest."""

Aliases = tuple[tuple[str, str], ...]
"""Meta-schemas of a team's own, in the form of `_plain`, each with the dialect that it stands for: see `Settings`.

The empty one stands for the dialect of documents without `$schema`.
"""

_EXAMPLE = '[dialects] "https://example.org/meta-schema" = "draft-07"'


def named_dialect(uri: str) -> str | None:
    """Return the dialect that a URI names, by http or https and with or without `#`; None for an unknown one."""
    return _BY_URI.get(_plain(uri))


def read_aliased(schema: Any, aliases: Aliases) -> Any:
    """Return a document whose `$schema` is a dialect where it was a meta-schema of the team's own, or nothing."""
    named = schema.get("$schema", "") if isinstance(schema, dict) else None
    dialect = dict(aliases).get(_plain(named)) if isinstance(named, str) else None
    return schema if dialect is None else {**schema, "$schema": dialect}


def read_aliases(table: Any) -> Aliases:
    """Return the aliases of a table without problems."""
    return tuple((_plain(uri), DIALECTS[name]) for uri, name in table.items())


def alias_problems(table: Any) -> Iterator[str]:
    """Yield what is wrong with the table `dialects` of `registry.toml`."""
    if not isinstance(table, dict):
        yield f"dialects must be a table, as in {_EXAMPLE}"
        return
    for uri, name in table.items():
        if not _is_absolute(uri):
            yield f'dialects: "{uri}" is not an absolute URI, as in {_EXAMPLE}'
        elif named_dialect(uri) is not None:
            yield f'dialects: "{uri}" is a dialect itself, and cannot stand for another one'
        if not isinstance(name, str) or name not in DIALECTS:
            yield f'dialects."{uri}" is {name!r}: expected one of {", ".join(DIALECTS)}'
    if len({_plain(uri) for uri in table}) < len(table):
        yield "dialects has one meta-schema twice: http and https are the same, and so is an empty fragment"


def _is_absolute(uri: str) -> bool:
    """Return whether a text is a URI with a scheme."""
    try:
        return bool(urlsplit(uri).scheme)
    except ValueError:
        return False


def _plain(uri: str) -> str:
    """Return a URI in the form that is compared: by https, without an empty fragment."""
    plain = uri.removesuffix("#")
    return f"https{plain.removeprefix('http')}" if plain.startswith("http://") else plain


_BY_URI = {_plain(uri): uri for uri in DIALECTS.values()}
