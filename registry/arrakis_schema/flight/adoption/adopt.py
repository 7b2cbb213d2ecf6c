"""Draft documents from what a server sends, in a process of its own; write all of them to a new folder, or nothing."""

import os
import re
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from shutil import rmtree
from typing import Any

from arrakis_schema.errors import ArrakisSchemaError
from arrakis_schema.flight.conform.client import Access
from arrakis_schema.flight.conform.supervisor import GRACE, run_guarded
from arrakis_schema.store.loading import data_root
from arrakis_schema.text.short_repr import short_repr

_PROCESS = "arrakis_schema.flight.adoption.drafting"
_PATH = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*(?:/[A-Za-z0-9_][A-Za-z0-9_.-]*){0,7}", re.ASCII)
_NEW_FOLDER = 0o777


class AdoptionError(ArrakisSchemaError):
    """Nothing can be drafted, or the folder cannot be written."""


@dataclass(frozen=True, slots=True)
class Adoption:
    """The drafts: the release whose examples were sent, if any, the files, and a sentence for each endpoint."""

    release: str
    files: Mapping[str, str]
    sentences: Sequence[str]

    __repr__ = short_repr


def adopt(
    access: Access,
    release: str | None = None,
    *,
    root: str | os.PathLike[str] | None = None,
    endpoints: Sequence[str] = (),
    requests: Mapping[str, Any] | None = None,
) -> Adoption:
    """Ask a server and return drafts of its documents; nothing is written.

    The requests are the examples of the release that is named or claimed, or else ask for the flights that it lists.
    `endpoints` limits what is asked; in the second case each is also asked by its name. `requests` are asked, too.
    Raises `AdoptionError`.
    """
    job = {
        "location": access.location,
        "seconds": access.seconds,
        "token": access.token,
        "root_certs": access.root_certs.decode("utf-8", "replace"),
        "root": data_root(root),
        "release": release,
        "endpoints": list(endpoints),
        "requests": dict(requests or {}),
    }
    events, ended = run_guarded(_PROCESS, job, access.seconds + GRACE)
    failed = next((event["failed"] for event in events if "failed" in event), ended)
    if failed:
        raise AdoptionError(failed)
    files = {event["file"]: event["text"] for event in events if "file" in event}
    sentences = [event["sentence"] for event in events if "sentence" in event]
    if not files:
        reasons = "; ".join(sentences) or "it lists no flights"
        raise AdoptionError(
            f"{access.location} returned nothing to draft from ({reasons}): name a request with --endpoint NAME=FILE"
        )
    return Adoption(next(event["release"] for event in events if "release" in event), files, sentences)


def write_adoption(adoption: Adoption, out: Path) -> None:
    """Write the drafts to a folder that does not exist or is empty; where that fails, nothing is written."""
    out = out.absolute()
    if out.is_symlink() or (out.exists() and (not out.is_dir() or any(out.iterdir()))):
        raise AdoptionError(f"{out} exists already, and nothing is overwritten: name a new or empty folder")
    wrong = next((path for path in adoption.files if not _PATH.fullmatch(path)), None)
    if wrong is not None:
        raise AdoptionError(f"{wrong!r} cannot be the name of a file")
    try:
        fresh = Path(tempfile.mkdtemp(prefix=f".{out.name}-", dir=out.parent))
    except OSError as error:
        raise AdoptionError(f"{out} cannot be written: {error.strerror}") from error
    try:
        _write(adoption.files, fresh)
        fresh.rename(out)
    except OSError as error:
        raise AdoptionError(f"{out} cannot be written: {error.strerror}") from error
    finally:
        rmtree(fresh, ignore_errors=True)


def _write(files: Mapping[str, str], folder: Path) -> None:
    """Write the files below a folder, with the permissions that new files have."""
    mask = os.umask(0)
    os.umask(mask)
    for path, text in files.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8", newline="\n")
    folder.chmod(_NEW_FOLDER & ~mask)
