"""An Arrakis server that answers one request otherwise than it should, and what is found of it."""

from typing import Any

from arrakis_schema.findings.finding import Finding
from arrakis_schema.flight.mock import MockServer
from arrakis_schema.store.store import open_release
from tests.docs.pages import PROJECT
from tests.flight.mutating import Rows, findings_of, mutating


def examined(lines: list[dict[str, Any]]) -> list[Finding]:
    """Return what is found of a server that claims a release, or that answers these rows to what it is asked."""
    does = lines[-1]
    if "claims" in does:
        with MockServer(open_release(does["claims"], PROJECT).contract) as server:
            return _found(f"grpc://127.0.0.1:{server.port}")
    asked = lines[0]["asked"]

    def answer(rows: Rows, args: dict[str, Any]) -> Rows:
        return does["rows"] if args == asked["args"] else rows

    with mutating(open_release(root=PROJECT), asked["request"].lower(), answer) as location:
        return _found(location)


def _found(location: str) -> list[Finding]:
    """Return what is found of a server that may be asked everything, without what it does not offer."""
    return [finding for finding in findings_of(location, may_write=True) if finding.rule != "not-examined"]
