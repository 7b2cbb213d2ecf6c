"""The process that asks a server and drafts documents."""

import sys
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from arrakis_schema.errors import ArrakisSchemaError
from arrakis_schema.flight.adoption.folder import draft_files
from arrakis_schema.flight.adoption.observation import Asker, observe_flights, observe_release
from arrakis_schema.flight.conform.client import Access
from arrakis_schema.flight.conform.guarded_job import read_server_info, run_job, with_end
from arrakis_schema.flight.release_contract import Contract
from arrakis_schema.flight.texts import clean_line
from arrakis_schema.store.store import Store, open_store

_MOST_MEMBERS = 20


def events(job: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield `file` and `sentence` events, and last `end` or `failed`."""
    access = Access(job["location"], job["seconds"], job["token"], job["root_certs"].encode())
    return with_end(_draft(job, access), access.location, "drafted")


def _draft(job: dict[str, Any], access: Access) -> Iterator[dict[str, Any]]:
    """Yield the events of drafting documents."""
    store = open_store(Path(job["root"]))
    peer = Asker(access)
    about = _texts(read_server_info(peer, store.settings.flight.info))
    contract = _contract(store, job["release"], about)
    if contract is None:
        observed = list(observe_flights(peer, job["endpoints"], job["requests"]))
    else:
        observed = list(observe_release(contract, peer, job["endpoints"], job["requests"]))
    files, sentences = draft_files(observed, contract, about)
    yield {"release": "" if contract is None else contract.release.title}
    yield from ({"sentence": clean_line(sentence, 600)} for sentence in sentences)
    yield from ({"file": path, "text": text} for path, text in files.items())


def _texts(server_info: dict[str, Any]) -> dict[str, str]:
    """Return the texts of a server's description of itself, of bounded length."""
    plain = ((name, value) for name, value in server_info.items() if isinstance(value, str))
    return {clean_line(name, 60): clean_line(value, 60) for name, value in islice(plain, _MOST_MEMBERS)}


def _contract(store: Store, release: str | None, about: dict[str, str]) -> Contract | None:
    """Return the contract of the release that is named, or else that the server claims; None where there is none."""
    if release is not None:
        return Contract(store.release(release).contract)
    claimed = about.get(store.settings.flight.info.release)
    try:
        return None if claimed is None else Contract(store.release(claimed).contract)
    except ArrakisSchemaError:
        return None


if __name__ == "__main__":
    sys.exit(run_job(events))
