"""Examinations that take a tenth of the time."""

import json
import time
from collections.abc import Mapping
from functools import cache
from types import SimpleNamespace
from typing import Any

import pytest

from arrakis_schema.flight import mock
from arrakis_schema.flight.adoption import adopt, drafting
from arrakis_schema.flight.conform import examination, supervisor
from arrakis_schema.store.store import open_store

OPENED = cache(open_store)
PROCESSES = {
    drafting.__name__: drafting.draft_events,
    examination.__name__: examination.examination_events,
}


@pytest.fixture
def in_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Examine and adopt servers in this process, with stores that stay open; the mock sends live data as fast as it is read.

    That an examination runs in a process of its own, with limits, is tested by servers that are hostile.
    """
    for caller in (adopt, supervisor):
        monkeypatch.setattr(caller, "run_guarded", run_here)
    for module in (drafting, examination):
        monkeypatch.setattr(module, "open_store", OPENED)
    monkeypatch.setattr(mock, "time", SimpleNamespace(time_ns=time.time_ns, sleep=wait_little))


def wait_little(seconds: float) -> None:
    """Wait only where the stride is so long that a few blocks would be ahead of the clock."""
    if seconds > 0.5:
        time.sleep(0.05)


def run_here(module: str, job: Mapping[str, Any], _seconds: float) -> tuple[list[dict[str, Any]], str]:
    """Return the events of a process, as they travel from it."""
    return json.loads(json.dumps(list(PROCESSES[module](dict(job))))), ""
