"""The real client and the real server, which have an environment of their own: `make .venv-peers/ready`."""

import subprocess

import pytest

from tests.flight.servers import PROJECT

PYTHON = PROJECT / ".venv-peers/bin/python"
OLD = PROJECT / ".venv-peers/clients"


@pytest.mark.skipif(not (PROJECT / ".venv-peers/ready").exists(), reason="make .venv-peers/ready installs the peers")
def test_real_clients_and_servers_do_what_is_recorded() -> None:
    command = [str(PYTHON), str(PROJECT / "tests/peers/travel.py"), "--quick"]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr[-3000:]
    assert "is what real servers and clients do" in done.stdout


@pytest.mark.skipif(not (PYTHON.exists() and OLD.exists()), reason="make test-peers installs old clients")
def test_old_clients_run_on_the_mock_of_the_release_that_they_speak() -> None:
    command = [str(PYTHON), str(PROJECT / "tests/peers/mocks.py")]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr[-3000:]
    assert done.stdout.count(" finds, counts, describes and streams on the mock of release ") == 3


@pytest.mark.skipif(not (PROJECT / ".venv-peers/ready").exists(), reason="make .venv-peers/ready installs the peers")
def test_the_guide_for_authors_changes_real_clients_and_servers() -> None:
    command = [str(PYTHON), str(PROJECT / "tests/peers/authors.py")]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr[-3000:]
    assert "the guide's changes name what is wrong with 8 requests" in done.stdout
