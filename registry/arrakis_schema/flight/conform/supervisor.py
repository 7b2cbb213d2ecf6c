"""Examine a Flight server in a process of its own: nothing that a server sends can hang, crash or fill this one.

Such a process reads a job from standard input and writes events to standard output, one JSON object a line, within
limits of time and memory. Both ends are here: `run_guarded` starts it, and it calls `run_job`.
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from arrakis_schema.errors import ArrakisSchemaError
from arrakis_schema.findings.finding import Finding, Severity
from arrakis_schema.findings.reports import format_count
from arrakis_schema.flight.conform.call_errors import CallError, NotAllowedError, TimedOutError, UnreachableError
from arrakis_schema.flight.conform.client import Access, Peer
from arrakis_schema.store.flight_settings import Info
from arrakis_schema.store.loading import data_root
from arrakis_schema.text.printable import clean_line
from arrakis_schema.text.short_repr import short_repr

GRACE = 10.0  # to start, and to report
_QUIET = {"GRPC_VERBOSITY": "NONE", "GLOG_minloglevel": "3"}
_MEMORY = 768 * 1024 * 1024

Event = dict[str, Any]


class UnexaminedError(ArrakisSchemaError):
    """A server could not be examined: it is unreachable, is not a Flight server, or does not name its release."""


@dataclass(frozen=True, slots=True)
class Report:
    """The result of an examination: the release checked against, the server's description of itself, and the findings.

    `examined` maps an endpoint to how much of it was examined: `requests`, `answered`, `refused`, `batches`, `rows`,
    and how many data types were streamed, `types_seen` of `types_listed`.
    """

    release: str
    about: Mapping[str, str]
    findings: Sequence[Finding]
    examined: Mapping[str, Mapping[str, int]] = field(default_factory=dict)

    __repr__ = short_repr

    @property
    def conforms(self) -> bool:
        """Whether no difference was found; undecided checks do not count."""
        return not any(
            finding.severity is not Severity.NOTICE and finding.rule != "undecided" for finding in self.findings
        )

    @property
    def undecided(self) -> bool:
        """Whether something could not be decided."""
        return any(finding.rule == "undecided" for finding in self.findings)

    @property
    def verdict(self) -> str:
        """The answer in words: `conforms`, `does not conform` or `undecided`."""
        return "does not conform" if not self.conforms else "undecided" if self.undecided else "conforms"


def examine(  # noqa: PLR0913 - each is an option of the command
    access: Access,
    release: str | None = None,
    *,
    root: str | os.PathLike[str] | None = None,
    may_write: bool = False,
    as_documented: bool = False,
    required: Sequence[str] = (),
) -> Report:
    """Examine a server against a release, or (None) the one that it claims, and return the report.

    The release is taken with its corrections, which is what its servers really do, or `as_documented`. An endpoint that
    is `required` is undecided unless it answered with data.
    It takes at most the seconds of `access`, and ten to start and end. Raises `UnexaminedError`.
    """
    job = {
        "location": access.location,
        "seconds": access.seconds,
        "token": access.token,
        "root_certs": access.root_certs.decode("utf-8", "replace"),
        "follow": list(access.follow),
        "replicas": access.replicas,
        "root": data_root(root),
        "release": release,
        "may_write": may_write,
        "as_documented": as_documented,
        "required": list(required),
    }
    events, ended = run_guarded("arrakis_schema.flight.conform.examination", job, access.seconds + GRACE)
    return _report(access.location, events, ended, required)


def _report(location: str, events: Sequence[Mapping[str, Any]], ended: str, required: Sequence[str]) -> Report:
    """Return the report for the events of an examination."""
    about = next((event for event in events if "about" in event), None)
    failed = next((event["failed"] for event in events if "failed" in event), ended)
    if about is None:
        raise UnexaminedError(failed or f"{location} could not be examined")
    findings = [_finding(event["finding"]) for event in events if "finding" in event]
    examined = {event["examined"]["endpoint"]: event["examined"]["counts"] for event in events if "examined" in event}
    if failed:
        asking = [event["asking"]["endpoint"] for event in events if "asking" in event][-1:]
        problem = f"undecided: {failed}{f', when {asking[0]} was asked' if asking else ''}"
        findings.append(Finding(location, 1, 1, "undecided", Severity.WARNING, "", problem))
    elif not any(counts["answered"] for counts in examined.values()):
        problem = "undecided: the server answered no request that the contract accepts"
        findings.append(Finding(location, 1, 1, "undecided", Severity.WARNING, "", problem))
    for name in required:
        if not _is_examined(examined.get(name, {})):
            problem = f"undecided: {name} is required, and {_describe(examined.get(name, {}))}"
            findings.append(Finding(location, 1, 1, "undecided", Severity.WARNING, "", problem))
    claimed = about["about"]["release"]
    if claimed and claimed != about["release"]:
        message = f"the server claims release {claimed}, but is checked against {about['release']}"
        findings.append(Finding(location, 1, 1, "release-claimed", Severity.NOTICE, "", message))
    return Report(about["release"], about["about"], findings, examined)


def _is_examined(counts: Mapping[str, int]) -> bool:
    """Return whether an endpoint answered with data: of a series, of each data type that is listed."""
    return bool(counts.get("rows")) and counts["types_seen"] == counts["types_listed"]


def _describe(counts: Mapping[str, int]) -> str:
    """Return how little of an endpoint was examined."""
    if not counts.get("answered"):
        return "it answered nothing"
    if not counts["rows"]:
        return "no row of it was examined"
    return f"{counts['types_seen']} of {format_count(counts['types_listed'], 'data type')} were streamed"


def _finding(members: Mapping[str, Any]) -> Finding:
    """Return the finding that an event holds."""
    return Finding(**{**members, "severity": Severity(members["severity"])})


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
