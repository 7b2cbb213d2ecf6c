"""A root folder for a new team, with one example of each kind of document; the `.gitattributes` of every root.

The files are those of `starter/`, which the guide *Your own API* explains; they get the team's title and base URL.
"""

import json
import os
import re
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from shutil import rmtree

from arrakis_schema.errors import ReleaseError

STARTER = Path(__file__).parent / "starter"
TITLE, BASE_URL = "Tides", "https://example.org/tides/"
"""What the files of `starter/` say before a team names its own."""

_URL = re.compile(r"https?://[A-Za-z0-9](?:[A-Za-z0-9._~:/@!$&'()*+,;=-]|%[0-9A-Fa-f]{2})*", re.ASCII)
_FOLDERS = ("schemas", "versions")
ATTRIBUTES_FILE = ".gitattributes"
_ATTRIBUTES_NOTE = "# A release never changes, nor do its line endings: its sha256 is in versions/lock.json."
_ATTRIBUTES = ("versions/** -text", "schemas/** -text")


def create_root(root: Path, title: str, base_url: str) -> list[str]:
    """Write the files of a new root into a folder, which may hold others, and return their paths.

    Raises `ReleaseError` where the folder has a registry, or anything else at these places; nothing is overwritten.
    `schemas/` is written beside its place and renamed, so whoever is interrupted has all of it or nothing.
    """
    files = starter_files(title, base_url)
    _refuse(root)
    try:
        with _folder_for(root) as folder:
            _write(files, folder)
            attributes = with_attributes(root)
            if attributes is not None:
                (folder / ATTRIBUTES_FILE).write_bytes(attributes)
                (folder / ATTRIBUTES_FILE).rename(root / ATTRIBUTES_FILE)
            (root / "versions").mkdir(exist_ok=True)
            (folder / "schemas").rename(root / "schemas")  # fails where another run has written there
    except OSError as error:
        raise ReleaseError(f"{root} cannot be written: {error.strerror or error}; no schemas were written") from error
    return [*files, *([] if attributes is None else [ATTRIBUTES_FILE])]


def starter_files(title: str, base_url: str) -> dict[str, str]:
    """Return the text of each file by its path, with a title and a base URL; raises `ReleaseError` for wrong ones."""
    if not title.strip() or not title.isprintable():
        raise ReleaseError(f"{title!a} is not a title: give one in printable characters with --name")
    url = f"{base_url.rstrip('/')}/"
    if not _URL.fullmatch(url):
        raise ReleaseError(f"{base_url!a} is not an http(s) URL: give one with --url, such as {BASE_URL}")
    named = {f'title = "{TITLE}"': f"title = {json.dumps(title, ensure_ascii=False)}", BASE_URL: url}
    texts = {path.relative_to(STARTER).as_posix(): path.read_text("utf-8") for path in sorted(STARTER.rglob("*.*"))}
    return {path: _replace_all(text, named) for path, text in texts.items()}


def _replace_all(text: str, named: Mapping[str, str]) -> str:
    """Return a text in which each key is replaced by its value, all at once."""
    return re.sub("|".join(map(re.escape, named)), lambda match: named[match[0]], text)


def _refuse(root: Path) -> None:
    """Raise `ReleaseError` where a root cannot be made of a folder."""
    if os.path.lexists(root) and not root.is_dir():
        raise ReleaseError(f"{root} is not a folder: name a folder, which may be new")
    if (root / "schemas/registry.toml").exists():
        raise ReleaseError(f"{root} has a registry already, which is not overwritten: name another folder")
    for folder in _FOLDERS:
        place = root / folder
        if place.is_symlink() or (place.exists() and (not place.is_dir() or any(place.iterdir()))):
            remedy = "name another folder, or import what you have with `arrakis-schema import`"
            raise ReleaseError(f"{place} exists already, and nothing is overwritten: {remedy}")


@contextmanager
def _folder_for(root: Path) -> Iterator[Path]:
    """Yield an empty folder below the root, which is made where it is missing, and removed again where that fails."""
    made = [folder for folder in (root, *root.parents) if not folder.exists()]
    root.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix=".schemas-", dir=root))
    try:
        yield folder
    finally:
        rmtree(folder, ignore_errors=True)
        for parent in made:
            with suppress(OSError):
                parent.rmdir()  # fails, as it should, where something is in it


def _write(files: Mapping[str, str], folder: Path) -> None:
    """Write the files below a folder."""
    for path, text in files.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8", newline="\n")


def with_attributes(root: Path) -> bytes | None:
    """Return the content of `.gitattributes` with the missing lines appended; None where there is nothing to write.

    With these lines git changes no byte of documents and releases, not even line endings. A symbolic link is left
    alone: git does not follow it either.
    """
    path = root / ATTRIBUTES_FILE
    if path.is_symlink() or (path.exists() and not path.is_file()):
        return None
    written = path.read_bytes() if path.exists() else b""
    lines = [line.split() for line in written.decode("utf-8", "replace").splitlines()]
    missing = [line for line in _ATTRIBUTES if not _is_in_effect(line.split(), lines)]
    if not missing:
        return None
    gap = b"" if written.endswith(b"\n") or not written else b"\n"
    return written + gap + "".join(f"{line}\n" for line in (_ATTRIBUTES_NOTE, *missing)).encode()


def _is_in_effect(line: list[str], lines: list[list[str]]) -> bool:
    """Return whether a line is present, and no later line overrides it by declaring something text."""
    if line not in lines:
        return False
    later = lines[len(lines) - lines[::-1].index(line) :]
    return not any(word in {"text", "!text"} or word.startswith("text=") for words in later for word in words[1:])
