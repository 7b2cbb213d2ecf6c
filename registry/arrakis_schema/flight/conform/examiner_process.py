"""The process that examines a server."""

import sys
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from arrakis_schema.errors import ArrakisSchemaError, UnknownSchemaError
from arrakis_schema.findings.finding import Finding
from arrakis_schema.flight.conform.client import Access, Peer
from arrakis_schema.flight.conform.drift import Drift
from arrakis_schema.flight.conform.examination import ExaminedEndpoint, ServerExamination, StartedEndpoint
from arrakis_schema.flight.conform.guarded_job import read_server_info, run_job, with_end
from arrakis_schema.flight.release_contract import Contract
from arrakis_schema.flight.texts import clean_line
from arrakis_schema.store.flight_settings import Info
from arrakis_schema.store.store import Store, open_store

_MOST_MEMBERS = 20
KINDS: dict[type, str] = {StartedEndpoint: "asking", ExaminedEndpoint: "examined", Finding: "finding"}


def events(job: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield events: `about` (the server's description), `asking`, `finding`, `examined`, and last `end` or `failed`."""
    access = Access(
        job["location"],
        job["seconds"],
        job["token"],
        job["root_certs"].encode(),
        tuple(job.get("follow", ())),
        bool(job.get("replicas")),
    )
    return with_end(_examine(job, access), access.location, "examined")


def _examine(job: dict[str, Any], access: Access) -> Iterator[dict[str, Any]]:
    """Yield the events of an examination."""
    store = open_store(Path(job["root"]))
    peer = Peer(access)
    server_info = read_server_info(peer, store.settings.flight.info)
    as_documented = bool(job.get("as_documented"))
    contract = _contract_to_test(store, job["release"], server_info, as_documented=as_documented)
    about = _describe_server(server_info, store.settings.flight.info)
    _check_names(contract, job.get("required", ()))
    yield {"about": about, "release": contract.release.version}
    offered = server_info.get(store.settings.flight.info.endpoints)
    offered_names = [str(name) for name in offered] if isinstance(offered, list) else None
    claimed = _claimed_contract(store, server_info)
    newer = None if as_documented else Contract(store.release(None))
    drift = Drift(Contract(store.release(contract.release.version))) if contract.release.corrected else None
    examination = ServerExamination(contract, peer, offered_names, bool(job["may_write"]), claimed, newer, drift)
    for event in examination.run():
        yield {KINDS[type(event)]: asdict(event)}


def _contract_to_test(
    store: Store, release: str | None, server_info: dict[str, Any], *, as_documented: bool
) -> Contract:
    """Return the contract of the requested release, or else of the one that the server claims."""
    claimed = server_info.get(store.settings.flight.info.release)
    if release is not None:
        return Contract(store.release(release).held(as_documented=as_documented))
    if isinstance(claimed, str):
        try:
            return Contract(store.release(clean_line(claimed, 40)).held(as_documented=as_documented))
        except ArrakisSchemaError as error:
            raise ArrakisSchemaError(f"the server claims what is not here: {error}; name one with --release") from error
    if not store.settings.flight.info.action:  # nothing to ask a server, so it is held to what `mock` answers by
        return Contract(store.release(None))
    raise ArrakisSchemaError("the server does not say which release it keeps to: name one with --release")


def _check_names(contract: Contract, names: Iterable[str]) -> None:
    """Raise `UnknownSchemaError` for the name of an endpoint that the release does not have."""
    for name in names:
        if name not in contract.endpoints:
            raise UnknownSchemaError(f"{contract.release.title} has no endpoint {name!r}", contract.endpoints)


def _claimed_contract(store: Store, server_info: dict[str, Any]) -> Contract | None:
    """Return the contract that a server claims to keep, if that release exists."""
    claimed = server_info.get(store.settings.flight.info.release)
    try:
        return Contract(store.release(claimed).contract) if isinstance(claimed, str) else None
    except ArrakisSchemaError:
        return None


def _describe_server(server_info: dict[str, Any], info: Info) -> dict[str, str]:
    """Return the server's description of itself as texts of bounded length."""
    plain = {name: value for name, value in server_info.items() if isinstance(value, str | int | float | bool)}
    texts = {clean_line(name, 60): clean_line(value, 60) for name, value in list(plain.items())[:_MOST_MEMBERS]}
    claimed = server_info.get(info.release)
    return {**texts, "release": clean_line(claimed, 40) if isinstance(claimed, str) else ""}


if __name__ == "__main__":
    sys.exit(run_job(events))
