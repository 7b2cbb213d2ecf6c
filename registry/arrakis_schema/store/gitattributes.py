"""`.gitattributes` beside `schemas/`: git keeps the bytes of documents and releases as they are, line ends included."""

from pathlib import Path

ATTRIBUTES_FILE = ".gitattributes"
_NOTE = "# A release never changes, nor do its line endings: its sha256 is in versions/lock.json."
_LINES = ("versions/** -text", "schemas/** -text")


def with_attributes(root: Path) -> bytes | None:
    """Return the content of the file with the missing lines appended; None where there is nothing to write.

    A symbolic link is left alone: git does not follow it either.
    """
    path = root / ATTRIBUTES_FILE
    if path.is_symlink() or (path.exists() and not path.is_file()):
        return None
    written = path.read_bytes() if path.exists() else b""
    lines = [line.split() for line in written.decode("utf-8", "replace").splitlines()]
    missing = [line for line in _LINES if not _holds(line.split(), lines)]
    if not missing:
        return None
    gap = b"" if written.endswith(b"\n") or not written else b"\n"
    return written + gap + "".join(f"{line}\n" for line in (_NOTE, *missing)).encode()


def _holds(line: list[str], lines: list[list[str]]) -> bool:
    """Tell whether a line is present, and no later line overrides it by declaring something text."""
    if line not in lines:
        return False
    later = lines[len(lines) - lines[::-1].index(line) :]
    return not any(word in {"text", "!text"} or word.startswith("text=") for words in later for word in words[1:])
