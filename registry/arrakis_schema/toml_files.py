"""How the TOML files beside the schemas are read: broken ones are named, never a traceback."""

import tomllib
from typing import Any

from arrakis_schema.errors import DamagedStoreError


def parse_toml(content: bytes, name: str) -> dict[str, Any]:
    """Return the table in a file; raises `DamagedStoreError` that calls it by `name`, its path below the root."""
    try:
        return tomllib.loads(content.decode("utf-8"))
    except (
        ValueError,
        RecursionError,
    ) as error:  # also a number of 5,000 digits and deep nesting, which tomllib lets through
        raise DamagedStoreError([f"{name} is not TOML: {error}"]) from error
