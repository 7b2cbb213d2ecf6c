"""Fixtures for projects that use the API or publish schemas: a mock server, and the checks of `conform` and `check`.

pytest finds them by the entry point `pytest11`; they have no effect unless a test uses one. Needs the extra `check`.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol

import pytest


class Conforms(Protocol):
    """Fails the test unless the Flight server at a location keeps its contract."""

    def __call__(  # noqa: PLR0913 - each is an option of the command
        self,
        location: str,
        release: str | None = None,
        *,
        allow_publish: bool = False,
        token: str = "",
        root_certs: bytes = b"",
        timeout: float = 30.0,
    ) -> None:
        """Check the server against a release, by default the one that it claims; see the command `conform`."""


class Releasable(Protocol):
    """Fails the test unless the schemas in the root folder may be released."""

    def __call__(self, against: str | None = None, *, transitive: bool = False) -> None:
        """Compare with a release, an alias or `git:COMMIT`, by default the newest release; see the command `check`."""


class PayloadAsserted(Protocol):
    """Fails the test unless a schema is the promised one of an endpoint's answer."""

    def __call__(self, sent: Any, endpoint: str, release: str | None = None, **args: Any) -> None:
        """Judge a schema, table, batch or reader by a release, by default that of the mock server."""


@pytest.fixture(scope="session")
def arrakis_schema_release() -> str | None:
    """Return the release that the mock server answers by: None is the working set. To be overridden."""
    return None


@pytest.fixture(scope="session")
def arrakis_schema_root() -> Path:
    """Return the folder with `schemas/` and `versions/`: that of this package. To be overridden."""
    from arrakis_schema.store.loading import data_root  # noqa: PLC0415 - imported only when it is needed

    return Path(data_root())


@pytest.fixture(scope="session")
def arrakis_schema_server(arrakis_schema_root: Path, arrakis_schema_release: str | None) -> Iterator[str]:
    """Yield the location of a mock server, as in grpc://127.0.0.1:41234, that answers by the contract of a release."""
    from arrakis_schema.flight.mock import MockServer  # noqa: PLC0415 - the same
    from arrakis_schema.store.store import open_release  # noqa: PLC0415 - the same

    with MockServer(open_release(arrakis_schema_release, arrakis_schema_root).contract) as server:
        yield f"grpc://127.0.0.1:{server.port}"


@pytest.fixture(scope="session")
def assert_conforms(arrakis_schema_root: Path) -> Conforms:
    """Return the function that fails a test unless a Flight server keeps its contract."""

    def check(  # noqa: PLR0913 - each is an option of the command
        location: str,
        release: str | None = None,
        *,
        allow_publish: bool = False,
        token: str = "",
        root_certs: bytes = b"",
        timeout: float = 30.0,
    ) -> None:
        __tracebackhide__ = True
        from arrakis_schema.findings.formats import FORMATS  # noqa: PLC0415 - the same
        from arrakis_schema.flight.conform.client import Access  # noqa: PLC0415 - the same
        from arrakis_schema.flight.conform.supervisor import examine  # noqa: PLC0415 - the same

        access = Access(location, timeout, token, root_certs)
        report = examine(access, release, root=arrakis_schema_root, may_write=allow_publish)
        if not report.conforms or report.undecided:
            pytest.fail(f"{location} and release {report.release}:\n{FORMATS['text'](report.findings)}", pytrace=False)

    return check


@pytest.fixture(scope="session")
def assert_releasable(arrakis_schema_root: Path) -> Releasable:
    """Return the function that fails a test unless the schemas in the root folder may be released."""

    def check_schemas(against: str | None = None, *, transitive: bool = False) -> None:
        __tracebackhide__ = True
        from arrakis_schema.store.store import open_store  # noqa: PLC0415 - the same
        from arrakis_schema.system.check import check, check_report  # noqa: PLC0415 - the same

        result = check(open_store(arrakis_schema_root), against=against, transitive=transitive)
        if result.failed or result.undecided:
            pytest.fail(f"{arrakis_schema_root}:\n{check_report(result, 'text')}", pytrace=False)

    return check_schemas


@pytest.fixture(scope="session", name="assert_payload")
def payload_assertion(arrakis_schema_root: Path, arrakis_schema_release: str | None) -> PayloadAsserted:
    """Return the function that fails a test unless a schema is the promised one of an endpoint's answer."""

    def check(sent: Any, endpoint: str, release: str | None = None, **args: Any) -> None:
        __tracebackhide__ = True
        from arrakis_schema.flight.payloads import assert_payload  # noqa: PLC0415 - the same

        try:
            assert_payload(sent, endpoint, release or arrakis_schema_release, root=arrakis_schema_root, **args)
        except AssertionError as error:
            pytest.fail(str(error), pytrace=False)

    return check
