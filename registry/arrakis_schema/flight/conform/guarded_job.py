"""What a process does that talks to a server for its parent: nothing a server sends can hang, crash or fill that.

It reads a job from standard input and writes events to standard output, one JSON object a line.
"""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

from arrakis_schema.errors import ArrakisSchemaError
from arrakis_schema.flight.conform.client import CallError, NotAllowedError, Peer, TimedOutError, UnreachableError
from arrakis_schema.flight.texts import clean_line
from arrakis_schema.store.flight_settings import Info

_MEMORY = 768 * 1024 * 1024

Event = dict[str, Any]


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
        yield {"failed": f"{location} is not reached: {error.reason}"}
    except TimedOutError as error:
        yield {"failed": f"{location} does not answer as a Flight server in time: {error.reason}"}
    except NotAllowedError as error:
        yield {"failed": f"{location} does not let this in: {error.reason}"}
    except ArrakisSchemaError as error:
        yield {"failed": str(error)}
    except Exception as error:  # noqa: BLE001 - whatever a server sends must end in a message
        yield {"failed": f"{location} sends what cannot be {purpose} ({type(error).__name__}: {clean_line(error)})"}
    else:
        yield {"end": True}


def read_server_info(peer: Peer, info: Info) -> dict[str, Any]:
    """Return the server's description of itself, empty where it has none; raises an error that ends everything."""
    if not info.action:
        peer.greet()
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
