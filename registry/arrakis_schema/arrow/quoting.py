r"""Names and metadata in `schema.txt`: as pyarrow prints them, or quoted if that could not be parsed again.

One rule: what could not be parsed again is written as a JSON string. So is a name or value that holds a literal
`{word}`, which unquoted would be a placeholder. A byte of metadata that is not UTF-8 is written `\udcXX`, as Python's
`surrogateescape` does. Ordinary pyarrow output needs neither and is left unchanged.
"""

import json
import re

PLACEHOLDER = re.compile(r"\{([A-Za-z_][A-Za-z0-9_]*)\}", re.ASCII)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_STARTS = (" ", '"', ">")


def format_name(name: str, end: str = ": ") -> str:
    """Return a field's name, quoted if need be; `end` is the text that follows it."""
    return json.dumps(name) if needs_quotes(name) or end in name else name


def needs_quotes(text: str) -> bool:
    """Return whether a name or a metadata key must be quoted to be parsed again."""
    return text.startswith(_STARTS) or bool(_CONTROL.search(text) or PLACEHOLDER.search(text))


def format_metadata(key: bytes, value: bytes) -> str:
    """Return one line of metadata: `key: 'value'`."""
    name, text = key.decode("utf-8", "surrogateescape"), value.decode("utf-8", "surrogateescape")
    plain_key = not needs_quotes(name) and ": '" not in name and ': "' not in name and _is_utf8(name)
    plain_value = not (_CONTROL.search(text) or PLACEHOLDER.search(text)) and _is_utf8(text)
    quoted = f"'{text}'" if plain_value else json.dumps(text)
    return f"{name if plain_key else json.dumps(name)}: {quoted}"


def read_json(text: str) -> str:
    """Return the value of a quoted text; raises ValueError if it is not one JSON string."""
    value = json.loads(text)
    if not isinstance(value, str):
        raise ValueError(text)  # noqa: TRY004 - the text is wrong, not the caller
    return value


def json_string_end(text: str, start: int) -> int:
    """Return where the JSON string that begins at `start` ends; raises ValueError if it does not end."""
    _, end = json.JSONDecoder().raw_decode(text, start)
    return end


def _is_utf8(text: str) -> bool:
    """Return whether the text was decoded without surrogate escapes."""
    return not any("\ud800" <= character <= "\udfff" for character in text)
