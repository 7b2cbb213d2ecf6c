"""Examine a Flight server in a separate process, with limits on time and memory."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from arrakis_schema.errors import ArrakisSchemaError
from arrakis_schema.findings.finding import Finding, Severity
from arrakis_schema.findings.reports import format_count
from arrakis_schema.flight.conform.client import Access
from arrakis_schema.flight.conform.guarded_job import GRACE, run_guarded
from arrakis_schema.store.loading import data_root
from arrakis_schema.text.short_repr import short_repr


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
