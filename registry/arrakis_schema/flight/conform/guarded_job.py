"""A process that talks to a server for its parent: nothing a server sends can hang, crash or fill the parent.

It reads a job from standard input and writes events to standard output, one JSON object a line. Both ends are here.
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from arrakis_schema.errors import ArrakisSchemaError
from arrakis_schema.flight.conform.call_errors import CallError, NotAllowedError, TimedOutError, UnreachableError
from arrakis_schema.flight.conform.client import Peer
from arrakis_schema.store.flight_settings import Info
from arrakis_schema.text.printable import clean_line

GRACE = 10.0  # to start, and to report
_QUIET = {"GRPC_VERBOSITY": "NONE", "GLOG_minloglevel": "3"}
_MEMORY = 768 * 1024 * 1024

Event = dict[str, Any]


def run_guarded(module: str, job: Mapping[str, Any], seconds: float) -> tuple[list[dict[str, Any]], str]:
    """Run a module in a process of its own; return its events, and the reason where it was stopped or crashed."""
    command = [sys.executable, "-P", "-m", module]
    source = str(Path(__file__).parents[3])
    path = os.pathsep.join(filter(None, [source, os.environ.get("PYTHONPATH", "")]))
    environment = {**os.environ, **_QUIET, "PYTHONPATH": path}
    with subprocess.Popen(  # noqa: S603 - our own module
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environment
    ) as child:
        try:
            printed, _ = child.communicate(json.dumps(job), timeout=seconds)
            ended = _reason(child.returncode)
        except subprocess.TimeoutExpired:
            child.kill()
            printed, _ = child.communicate()
            ended = f"the examination did not finish within {seconds:g} s"
    return list(_events(printed)), ended


def _events(printed: str) -> Iterator[dict[str, Any]]:
    """Yield the events in the output; the last line may be cut."""
    for line in printed.splitlines():
        with suppress(ValueError):
            yield json.loads(line)


def _reason(code: int) -> str:
    """Return why a process ended; empty where it succeeded."""
    if code == 0:
        return ""
    why = f"signal {-code}: the data may have been larger than its memory" if code < 0 else f"exit code {code}"
    return f"the examination ended early ({why})"


def run_job(read_events: Callable[[dict[str, Any]], Iterator[Event]]) -> int:
    """Read a job from standard input, and print the events that it has."""
    _limit_memory(_MEMORY)
    for event in read_events(json.loads(sys.stdin.read())):
        print(json.dumps(event), flush=True)  # noqa: T201 - this is what the process is for
    return 0


def with_end(events: Iterator[Event], location: str, purpose: str) -> Iterator[Event]:
    """Yield events, and last `end`, or `failed` with the reason in a sentence; `purpose` is a participle for it."""
    try:
        yield from events
    except UnreachableError as error:
        yield {"failed": f"{location} cannot be reached: {error.reason}"}
    except TimedOutError as error:
        yield {"failed": f"{location} does not answer as a Flight server in time: {error.reason}"}
    except NotAllowedError as error:
        yield {"failed": f"{location} denies access: {error.reason}"}
    except ArrakisSchemaError as error:
        yield {"failed": str(error)}
    except Exception as error:  # noqa: BLE001 - whatever a server sends must end in a message
        yield {
            "failed": f"{location} sends data that cannot be {purpose} ({type(error).__name__}: {clean_line(error)})"
        }
    else:
        yield {"end": True}


def read_server_info(peer: Peer, info: Info) -> dict[str, Any]:
    """Return the server's description of itself, empty where it has none; raises an error that ends everything."""
    if not info.action:
        peer.require_flight()
        return {}
    try:
        answer = peer.action(info.action)
    except (UnreachableError, TimedOutError, NotAllowedError):
        raise
    except CallError:
        return {}
    return answer if isinstance(answer, dict) else {}


def _limit_memory(size: int) -> None:
    """Limit the memory of this process, where the system supports that."""
    with suppress(ImportError, ValueError, OSError):
        import resource  # noqa: PLC0415 - not on every system

        resource.setrlimit(resource.RLIMIT_DATA, (size, size))
