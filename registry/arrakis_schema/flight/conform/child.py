"""The process that examines a server, so that nothing a server sends can hang, crash or fill the one that asks.

It reads a job from standard input and writes events to standard output, one JSON object a line.
"""

import json
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

from arrakis_schema.errors import ArrakisSchemaError
from arrakis_schema.findings.finding import Finding
from arrakis_schema.flight.conform.client import (
    Access,
    CallError,
    NotAllowedError,
    Peer,
    TimedOutError,
    UnreachableError,
)
from arrakis_schema.flight.conform.examination import Asking, Examination, Examined
from arrakis_schema.flight.release_contract import Contract
from arrakis_schema.flight.texts import shortened
from arrakis_schema.store.flight_settings import Info
from arrakis_schema.store.store import Store, open_store

MEMORY = 768 * 1024 * 1024
_MOST_MEMBERS = 20
KINDS: dict[type, str] = {Asking: "asking", Examined: "examined", Finding: "finding"}


def main() -> int:
    """Do the job on standard input."""
    limit_memory(MEMORY)
    for event in events(json.loads(sys.stdin.read())):
        print(json.dumps(event), flush=True)  # noqa: T201 - this is what the process is for
    return 0


def events(job: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield what happens: `about` (the server's own words), `finding`, `examined`, and `end` or `failed` at last."""
    access = Access(job["location"], job["seconds"], job["token"], job["root_certs"].encode())
    try:
        store = open_store(Path(job["root"]))
        peer = Peer(access)
        told = _told(peer, store.settings.flight.info)
        examined = _contract(store, job["release"], told)
        yield {"about": _about(told, store.settings.flight.info), "release": examined.release.version}
        offered = told.get(store.settings.flight.info.endpoints)
        known = [str(name) for name in offered] if isinstance(offered, list) else None
        claimed = _claimed(store, told)
        for event in Examination(examined, peer, known, may_write=job["may_write"], claimed=claimed).run():
            yield {KINDS[type(event)]: asdict(event)}
    except UnreachableError as error:
        yield {"failed": f"{access.location} is not reached: {error.said}"}
    except TimedOutError as error:
        yield {"failed": f"{access.location} does not answer as a Flight server in time: {error.said}"}
    except NotAllowedError as error:
        yield {"failed": f"{access.location} does not let this in: {error.said}"}
    except ArrakisSchemaError as error:
        yield {"failed": str(error)}
    except Exception as error:  # noqa: BLE001 - whatever a server sends must end in words
        yield {
            "failed": f"{access.location} sends what cannot be examined ({type(error).__name__}: {shortened(error)})"
        }
    else:
        yield {"end": True}


def limit_memory(size: int) -> None:
    """Let this process have no more memory than this, where the system can say so."""
    with suppress(ImportError, ValueError, OSError):
        import resource  # noqa: PLC0415 - not on every system

        resource.setrlimit(resource.RLIMIT_DATA, (size, size))


def _told(peer: Peer, info: Info) -> dict[str, Any]:
    """Return what a server says about itself; raises what ends an examination before it begins."""
    if not info.action:
        peer.greet()
        return {}
    try:
        told = peer.action(info.action)
    except (UnreachableError, TimedOutError, NotAllowedError):
        raise
    except CallError:
        return {}
    return told if isinstance(told, dict) else {}


def _contract(store: Store, release: str | None, told: dict[str, Any]) -> Contract:
    """Return the contract of the release that is wanted, or that the server claims."""
    claimed = told.get(store.settings.flight.info.release)
    if release is not None:
        return Contract(store.release(release))
    if isinstance(claimed, str):
        try:
            return Contract(store.release(shortened(claimed, 40)))
        except ArrakisSchemaError as error:
            raise ArrakisSchemaError(f"the server claims what is not here: {error}; name one with --release") from error
    raise ArrakisSchemaError("the server does not say which release it keeps to: name one with --release")


def _claimed(store: Store, told: dict[str, Any]) -> Contract | None:
    """Return the contract that a server says it keeps, if there is one of this name."""
    claimed = told.get(store.settings.flight.info.release)
    try:
        return Contract(store.release(claimed)) if isinstance(claimed, str) else None
    except ArrakisSchemaError:
        return None


def _about(told: dict[str, Any], info: Info) -> dict[str, str]:
    """Return what a server says about itself as texts of a bounded size."""
    plain = {name: value for name, value in told.items() if isinstance(value, str | int | float | bool)}
    texts = {shortened(name, 60): shortened(value, 60) for name, value in list(plain.items())[:_MOST_MEMBERS]}
    claimed = told.get(info.release)
    return {**texts, "release": shortened(claimed, 40) if isinstance(claimed, str) else ""}


if __name__ == "__main__":
    sys.exit(main())
