"""What the working set is compared with: a release, the releases of the same major version, or a commit of git."""

import io
import subprocess
import tarfile
import tempfile
from pathlib import Path

from arrakis_schema.documents import Document
from arrakis_schema.errors import ArrakisSchemaError
from arrakis_schema.store import Release, Store

GIT = "git:"


class BaseError(ArrakisSchemaError):
    """There is nothing of this name to compare with."""


def base_documents(store: Store, against: str | None, *, transitive: bool) -> dict[str, dict[str, Document]]:
    """Return the documents of each base by its name, the nearest last."""
    if against is not None and against.startswith(GIT):
        return {against: _of_commit(store, against.removeprefix(GIT))}
    releases = store.releases
    if not releases and against is None:
        return {}
    newest = store.release(against or releases[-1])
    bases = [newest]
    if transitive:
        same = [name for name in releases if name.partition(".")[0] == newest.version.partition(".")[0]]
        bases = [store.release(name) for name in same[: same.index(newest.version) + 1]]
    return {base.version: documents_of(store, base) for base in bases}


def documents_of(store: Store, release: Release) -> dict[str, Document]:
    """Return the documents of a release by path."""
    return {document.path: document for document in store.documents(release)}


def _of_commit(store: Store, commit: str) -> dict[str, Document]:
    """Return the documents of the working set of a commit."""
    if commit.startswith("-") or not commit:
        raise BaseError(f"{GIT}{commit} names no commit: write git:origin/main, or a tag or hash")
    command = ["git", "-C", str(store.root), "archive", "--format=tar", commit, "schemas"]
    try:
        archived = subprocess.run(command, check=True, capture_output=True)  # noqa: S603 - fixed but for a commit's name
    except FileNotFoundError as error:
        raise BaseError("git is not installed, so a commit cannot be compared with") from error
    except subprocess.CalledProcessError as error:
        said = error.stderr.decode(errors="replace").strip().splitlines()
        raise BaseError(f"git cannot show schemas/ of {commit}: {said[-1] if said else 'no reason given'}") from error
    with tempfile.TemporaryDirectory() as folder:
        with tarfile.open(fileobj=io.BytesIO(archived.stdout)) as archive:
            archive.extractall(folder, filter="data")
        other = Store(Path(folder))
        return documents_of(other, other.release(None))
