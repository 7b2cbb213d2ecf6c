"""The option `--log` of `conform`: each examination appends one line to a file."""

from argparse import Namespace
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from arrakis_schema.errors import ArrakisSchemaError
from arrakis_schema.findings.finding import Finding, Severity
from arrakis_schema.flight.conform.client import Access
from arrakis_schema.flight.conform.supervisor import Report, examine
from arrakis_schema.store.conformance_log import (
    CONFORMS,
    DIFFERS,
    NOT_REACHED,
    UNDECIDED,
    LogRecord,
    append_record,
)
from arrakis_schema.store.dates import now


def examine_and_log(options: Namespace, access: Access, release: str | None, **how: Any) -> Report:
    """Examine a Flight server, and append a record of the result, or of why there is none."""
    with log_failure(options):
        report = examine(access, release, **how)
    _log_report(options, report)
    return report


@contextmanager
def log_failure(options: Namespace) -> Iterator[None]:
    """Append a record where an examination cannot begin, and pass the error on."""
    try:
        yield
    except ArrakisSchemaError as error:
        if options.log:
            release = options.release or ""
            append_record(options.log, LogRecord(now(), options.url, release, NOT_REACHED, problem=str(error)))
        raise


def _log_report(options: Namespace, report: Report) -> None:
    """Append the record of a report."""
    requests = sum(counts["requests"] for counts in report.examined.values())
    rows = sum(counts["rows"] for counts in report.examined.values())
    verdict = DIFFERS if not report.conforms else UNDECIDED if report.undecided else CONFORMS
    software = _software(report.about)
    log_findings(options, report.release, verdict, report.findings, software=software, requests=requests, rows=rows)


def log_findings(  # noqa: PLR0913 - the members of a record
    options: Namespace,
    release: str,
    verdict: str,
    findings: Sequence[Finding],
    *,
    software: str = "",
    requests: int = 0,
    rows: int = 0,
) -> None:
    """Append a record for these findings."""
    if not options.log:
        return
    counts = Counter(finding.severity for finding in findings)
    worst = next((it.message for severity in Severity for it in findings if it.severity is severity), "")
    numbers = {f"{severity}s": counts[severity] for severity in Severity}
    problem = "" if verdict == CONFORMS else worst
    record = LogRecord(now(), options.url, release, verdict, software, requests, rows, **numbers, problem=problem)
    append_record(options.log, record)


def _software(about: Mapping[str, str]) -> str:
    """Return the version that a server reports."""
    return next((value for name, value in about.items() if name.endswith("version")), "")
