"""Values as TOML, for files with any text in any place: strings have every character that TOML lets them have."""

import json
from datetime import date
from typing import Any


def toml_text(table: dict[str, Any]) -> str:
    """Return a table, one line a key; what TOML has no form for is left out."""
    return "".join(f"{_string(key)} = {_value(value)}\n" for key, value in table.items() if value is not None)


def _value(value: Any) -> str:
    """Return a value on one line."""
    match value:
        case dict():
            members = (f"{_string(key)} = {_value(inner)}" for key, inner in value.items() if inner is not None)
            return f"{{ {', '.join(members)} }}"
        case list() | tuple():
            return f"[{', '.join(_value(inner) for inner in value if inner is not None)}]"
        case bool():
            return "true" if value else "false"
        case int() | float():
            return str(value)
        case date():
            return value.isoformat()
        case _:
            return _string(str(value))


def _string(text: str) -> str:
    """Return a string of TOML: that of JSON but for DEL; half a surrogate pair, which it cannot hold, is shown."""
    shown = text.encode("utf-8", "backslashreplace").decode("utf-8")
    return json.dumps(shown, ensure_ascii=False).replace("\u007f", "\\u007f")
