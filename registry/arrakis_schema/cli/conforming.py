"""The commands `conform`, which checks a server or broker against its documents and logs the result, and `mock`."""

import re
import socket
from argparse import Namespace
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa

from arrakis_schema.cli.access import SCHEMES, OptionError, read_access
from arrakis_schema.cli.exit_codes import OK, UNDECIDED, WRONG
from arrakis_schema.cli.output import print_line, print_now, write
from arrakis_schema.cli.reporting import place_findings
from arrakis_schema.errors import ArrakisSchemaError, MissingExtraError
from arrakis_schema.findings.finding import Finding, Severity
from arrakis_schema.findings.formats import FORMATS
from arrakis_schema.findings.reports import as_json, format_count
from arrakis_schema.flight.conform.client import Access
from arrakis_schema.flight.conform.supervisor import Report, examine
from arrakis_schema.flight.mock.server import MockServer
from arrakis_schema.kafka.conform import Examination, Examined
from arrakis_schema.store import conformance_log as log
from arrakis_schema.store.dates import now
from arrakis_schema.store.store import open_release

KAFKA = "kafka://"
_LAST_PORT = 65535


def run_conform(options: Namespace) -> int:
    """Print how a running server or broker deviates from its contract; return 0, 1, or 3 where undecided."""
    if options.log:
        log.require_appendable(options.log)
    if options.url.startswith(KAFKA):
        return conform_kafka(options)
    if not options.url.startswith(SCHEMES):
        raise OptionError(f"{options.url} is not grpc://HOST:PORT, grpc+tls://HOST:PORT or kafka://HOST:PORT")
    access = replace(read_access(options), follow=tuple(options.follow or ()), replicas=options.replicas)
    report = _examine_and_log(
        options,
        access,
        options.release,
        root=options.root,
        may_write=options.allow_publish,
        as_documented=options.as_documented or options.strict,
        required=options.require,
    )
    if options.format == "json":
        members = {"release": report.release, "server": dict(report.about), "endpoints": dict(report.examined)}
        write(as_json(report.findings, verdict=report.verdict, **members))
    else:
        write(FORMATS[options.format](place_findings(report.findings, options.format, options.root)))
    if options.format == "text":
        for line in (*_describe_endpoints(report), _verdict(report)):
            print_line(line)
    if not report.conforms:
        return WRONG
    return UNDECIDED if report.undecided else OK


def run_mock(options: Namespace) -> int:
    """Run a mock server until interrupted."""
    release = open_release(options.release, options.root).held(as_documented=options.as_documented)
    host = f"[{options.host}]" if ":" in options.host else options.host
    try:
        _require_free_port(options.host, options.port)
        server = MockServer(release, f"grpc://{host}:{options.port}")
    except (pa.ArrowException, OSError) as error:
        address = f"port {options.port} on {options.host}"
        raise OptionError(f"{address} cannot be used: choose another one with --port") from error
    print_now(f"serving {release.title} at grpc://{host}:{server.port}")
    with suppress(KeyboardInterrupt):
        server.serve()
    return 0


def _require_free_port(host: str, port: int) -> None:
    """Raise `OSError` unless this port is free: gRPC would share it with another process."""
    if not 0 <= port <= _LAST_PORT:
        raise OSError(f"there is no port {port}")
    with socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET):
        pass


def _verdict(report: Report) -> str:
    """Return the result, and how much was examined."""
    requests = sum(counts["requests"] for counts in report.examined.values())
    rows = sum(counts["rows"] for counts in report.examined.values())
    return (
        f"{report.verdict}: release {report.release}, {format_count(requests, 'request')}, {format_count(rows, 'row')}"
    )


def _describe_endpoints(report: Report) -> Iterator[str]:
    """Yield how much of each endpoint was examined."""
    for name, counts in report.examined.items():
        if not counts["requests"]:
            yield f"{name}: not examined"
            continue
        refused = f", {counts['refused']:,} rejected" if counts["refused"] else ""
        answered = f"{format_count(counts['requests'], 'request')}, {counts['answered']:,} answered{refused}"
        types = (
            f", {counts['types_seen']} of {format_count(counts['types_listed'], 'data type')}"
            if counts["types_listed"]
            else ""
        )
        yield f"{name}: {answered}, {format_count(counts['rows'], 'row')}{types}"


def conform_kafka(options: Namespace) -> int:
    """Print what does not conform in the topics of a broker; return 0, 1, or 3 where undecided."""
    try:
        from arrakis_schema.kafka.broker import FIXED_SETTINGS, Broker  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise MissingExtraError("confluent_kafka", "kafka") from error
    servers, chosen = _servers(options.url), _pattern(options.topics)
    settings = (
        _settings(options.consumer_config, {*FIXED_SETTINGS, "bootstrap.servers"}) if options.consumer_config else {}
    )
    as_documented = options.as_documented or options.strict
    release = open_release(options.release, options.root).held(as_documented=as_documented)
    examination = Examination(release)
    broker = Broker(servers, options.timeout, settings)
    try:
        with _log_failure(options):
            examined = examination.run(broker, options.newest, chosen)
    finally:
        broker.close()
    verdict = log.DIFFERS if examined.failed else log.UNDECIDED if examined.undecided else log.CONFORMS
    messages = sum(examined.messages.values())
    _log_findings(options, release.version, verdict, examined.findings, requests=messages)
    write(FORMATS[options.format](place_findings(examined.findings, options.format, options.root)))
    if options.format == "text":
        print_line(_counts(examined))
    return WRONG if examined.failed else UNDECIDED if examined.undecided else OK


def _examine_and_log(options: Namespace, access: Access, release: str | None, **how: Any) -> Report:
    """Examine a Flight server, and append a record of the result, or of why there is none."""
    with _log_failure(options):
        report = examine(access, release, **how)
    _log_report(options, report)
    return report


@contextmanager
def _log_failure(options: Namespace) -> Iterator[None]:
    """Append a record where an examination cannot begin, and pass the error on."""
    try:
        yield
    except ArrakisSchemaError as error:
        if options.log:
            release = options.release or ""
            log.append_record(
                options.log, log.LogRecord(now(), options.url, release, log.NOT_REACHED, problem=str(error))
            )
        raise


def _log_report(options: Namespace, report: Report) -> None:
    """Append the record of a report."""
    requests = sum(counts["requests"] for counts in report.examined.values())
    rows = sum(counts["rows"] for counts in report.examined.values())
    verdict = log.DIFFERS if not report.conforms else log.UNDECIDED if report.undecided else log.CONFORMS
    software = _software(report.about)
    _log_findings(options, report.release, verdict, report.findings, software=software, requests=requests, rows=rows)


def _log_findings(  # noqa: PLR0913 - the members of a record
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
    problem = "" if verdict == log.CONFORMS else worst
    record = log.LogRecord(now(), options.url, release, verdict, software, requests, rows, **numbers, problem=problem)
    log.append_record(options.log, record)


def _software(about: Mapping[str, str]) -> str:
    """Return the version that a server reports."""
    return next((value for name, value in about.items() if name.endswith("version")), "")


def _servers(url: str) -> str:
    """Parse the addresses in a URL, separated by commas."""
    servers = url.removeprefix(KAFKA).rstrip("/")
    if not url.startswith(KAFKA) or not all(re.fullmatch(r"[^\s/,]+:\d{1,5}", part) for part in servers.split(",")):
        raise OptionError(f"{url} is not {KAFKA}HOST:PORT, or several HOST:PORT with commas between")
    return servers


def _pattern(text: str | None) -> re.Pattern[str] | None:
    """Compile the expression for the names of topics."""
    try:
        return re.compile(text) if text is not None else None
    except re.error as error:
        raise OptionError(f"--topics {text!r} is not a regular expression: {error}") from error


def _settings(file: Path, ours: set[str]) -> dict[str, str]:
    """Read a properties file: one setting of librdkafka a line, as `name=value`; comments begin with `#`."""
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8"
        raise OptionError(f"{file} cannot be read: {reason}") from error
    settings = {}
    for number, line in enumerate(lines, 1):
        text = line.strip()
        if not text or text.startswith("#"):
            continue
        name, equals, value = (part.strip() for part in text.partition("="))
        if not equals or not name:
            raise OptionError(f"{file}, line {number} is not name=value")
        if name in ours:
            raise OptionError(f"{file}, line {number}: {name} cannot be set: reading must change nothing")
        settings[name] = value
    return settings


def _counts(examined: Examined) -> str:
    """Return how much was examined."""
    messages, topics = sum(examined.messages.values()), len(examined.messages)
    return f"{format_count(messages, 'message')} of {format_count(topics, 'topic')}"
