"""JSON Pointers (RFC 6901), and the reference tokens that they consist of."""


def escape_token(name: str) -> str:
    """Return a name as a reference token of a JSON Pointer."""
    return name.replace("~", "~0").replace("/", "~1")


def unescape_token(token: str) -> str:
    """Return the name that a reference token of a JSON Pointer denotes."""
    return token.replace("~1", "/").replace("~0", "~")


def extend_pointer(pointer: str, *names: str | int) -> str:
    """Return a JSON Pointer that leads further, through these names and indices."""
    return "".join([pointer, *(f"/{escape_token(str(name))}" for name in names)])


def names_in(pointer: str) -> tuple[str, ...]:
    """Return the names that a JSON Pointer leads through, none for the whole document."""
    return tuple(map(unescape_token, pointer.split("/")[1:]))
