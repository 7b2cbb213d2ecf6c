"""The process that asks a server and drafts documents, so that nothing a server sends can hang or fill its parent.

It reads a job from standard input and writes events to standard output, one JSON object a line.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from arrakis_schema.errors import ArrakisSchemaError
from arrakis_schema.flight.adoption.folder import draft_files
from arrakis_schema.flight.adoption.observation import Asker, observe_flights, observe_release
from arrakis_schema.flight.conform.client import (
    Access,
    CallError,
    NotAllowedError,
    TimedOutError,
    UnreachableError,
)
from arrakis_schema.flight.conform.examiner_process import MEMORY, limit_memory
from arrakis_schema.flight.release_contract import Contract
from arrakis_schema.flight.texts import clean_line
from arrakis_schema.store.store import Store, open_store

_MOST_MEMBERS = 20


def run_job() -> int:
    """Read a job from standard input and run it."""
    limit_memory(MEMORY)
    for event in events(json.loads(sys.stdin.read())):
        print(json.dumps(event), flush=True)  # noqa: T201 - this is what the process is for
    return 0


def events(job: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield `file` and `sentence` events, and last `end` or `failed`."""
    access = Access(job["location"], job["seconds"], job["token"], job["root_certs"].encode())
    try:
        store = open_store(Path(job["root"]))
        peer = Asker(access)
        about = _server_info(peer, store)
        contract = _contract(store, job["release"], about)
        if contract is None:
            observed = list(observe_flights(peer, job["endpoints"], job["requests"]))
        else:
            observed = list(observe_release(contract, peer, job["endpoints"], job["requests"]))
        files, sentences = draft_files(observed, contract, about)
        yield {"release": "" if contract is None else contract.release.title}
        yield from ({"sentence": clean_line(sentence, 600)} for sentence in sentences)
        yield from ({"file": path, "text": text} for path, text in files.items())
    except UnreachableError as error:
        yield {"failed": f"{access.location} is not reached: {error.reason}"}
    except TimedOutError as error:
        yield {"failed": f"{access.location} does not answer in time: {error.reason}"}
    except NotAllowedError as error:
        yield {"failed": f"{access.location} does not let this in: {error.reason}"}
    except ArrakisSchemaError as error:
        yield {"failed": str(error)}
    except Exception as error:  # noqa: BLE001 - whatever a server sends must end in a message
        yield {
            "failed": f"{access.location} sends what cannot be drafted ({type(error).__name__}: {clean_line(error)})"
        }
    else:
        yield {"end": True}


def _server_info(peer: Asker, store: Store) -> dict[str, str]:
    """Return the server's description of itself, as texts; empty where it has none."""
    info = store.settings.flight.info
    if not info.action:
        peer.greet()
        return {}
    try:
        answer = peer.action(info.action)
    except (UnreachableError, TimedOutError, NotAllowedError):
        raise
    except CallError:
        return {}
    plain = answer.items() if isinstance(answer, dict) else ()
    texts = ((clean_line(name, 60), clean_line(value, 60)) for name, value in plain if isinstance(value, str))
    return dict(list(texts)[:_MOST_MEMBERS])


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
    sys.exit(run_job())
