"""The reference tokens of a JSON Pointer (RFC 6901)."""


def escape_token(name: str) -> str:
    """Return a name as a reference token of a JSON Pointer."""
    return name.replace("~", "~0").replace("/", "~1")


def unescape_token(token: str) -> str:
    """Return the name that a reference token of a JSON Pointer denotes."""
    return token.replace("~1", "/").replace("~0", "~")


def names_in(pointer: str) -> tuple[str, ...]:
    """Return the names that a JSON Pointer leads through, none for the whole document."""
    return tuple(map(unescape_token, pointer.split("/")[1:]))
