"""The commands for running servers: `conform` checks one, or a broker, `adopt` drafts documents, `mock` starts one."""

import socket
from argparse import Namespace
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa

from arrakis_schema.cli.argument_values import (
    FLIGHT,
    KAFKA,
    OptionError,
    parse_pattern,
    parse_servers,
    read_option_file,
    read_properties,
    read_request,
    read_token,
)
from arrakis_schema.cli.exit_codes import OK, UNDECIDED, WRONG
from arrakis_schema.cli.output import print_line, print_now, print_report, write
from arrakis_schema.errors import ArrakisSchemaError, MissingExtraError
from arrakis_schema.findings.finding import Finding, Severity
from arrakis_schema.findings.reports import as_json, format_count
from arrakis_schema.flight.adoption.adopt import adopt, write_adoption
from arrakis_schema.flight.adoption.observations import plain_name
from arrakis_schema.flight.conform.client import Access
from arrakis_schema.flight.conform.supervisor import Report, examine
from arrakis_schema.flight.mock import MockServer
from arrakis_schema.store import conformance_log as log
from arrakis_schema.store.records import now
from arrakis_schema.store.store import open_release

_LAST_PORT = 65535


def run_conform(options: Namespace) -> int:
    """Print how a running server or broker deviates from its contract; return 0, 1, or 3 where undecided."""
    if options.log:
        log.require_appendable(options.log)
    if options.url.startswith(KAFKA):
        return _conform_kafka(options)
    if not options.url.startswith(FLIGHT):
        raise OptionError(f"{options.url} is not grpc://HOST:PORT, grpc+tls://HOST:PORT or kafka://HOST:PORT")
    access = replace(_read_access(options), follow=tuple(options.follow or ()), replicas=options.replicas)
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
        print_report(report.findings, options.format, options.root)
    if options.format == "text":
        for line in (*_describe_endpoints(report), _verdict(report)):
            print_line(line)
    if not report.conforms:
        return WRONG
    return UNDECIDED if report.undecided else OK


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


def _conform_kafka(options: Namespace) -> int:
    """Print what does not conform in the topics of a broker; return 0, 1, or 3 where undecided."""
    from arrakis_schema.kafka.conform import Examination  # noqa: PLC0415 - only brokers need it

    try:
        from arrakis_schema.kafka.broker import FIXED_SETTINGS, Broker  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise MissingExtraError("confluent_kafka", "kafka") from error

    servers, chosen = parse_servers(options.url), parse_pattern(options.topics)
    settings = (
        read_properties(options.consumer_config, {*FIXED_SETTINGS, "bootstrap.servers"})
        if options.consumer_config
        else {}
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
    print_report(examined.findings, options.format, options.root)
    if options.format == "text":
        print_line(f"{format_count(messages, 'message')} of {format_count(len(examined.messages), 'topic')}")
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


def run_adopt(options: Namespace) -> int:
    """Write drafts of the documents of a server to a new folder."""
    if not options.url.startswith(FLIGHT):
        raise OptionError(f"{options.url} is not grpc://HOST:PORT or grpc+tls://HOST:PORT")
    names, requests = _read_endpoints(options.endpoint)
    adoption = adopt(_read_access(options), options.release, root=options.root, endpoints=names, requests=requests)
    write_adoption(adoption, options.out)
    for sentence in adoption.sentences:
        print_line(sentence)
    basis = f"the examples of {adoption.release}" if adoption.release else "requests for the flights that it lists"
    files = format_count(len(adoption.files), "file")
    print_line(f"wrote {files} to {options.out}, drafted from the answers to {basis}: review them")
    return 0


def _read_endpoints(texts: list[str]) -> tuple[list[str], dict[str, Any]]:
    """Return the endpoints that are named, and the requests of those that are given as NAME=FILE."""
    names, requests = [], {}
    for text in texts:
        name, equals, file = text.partition("=")
        if plain_name(name) != name:
            raise OptionError(f"{name!r} is not the name of an endpoint: expected lower-case letters, digits, - and _")
        names.append(name)
        if equals:
            requests[name] = read_request(Path(file))
    return names, requests


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


def _read_access(options: Namespace) -> Access:
    """Return how to access the server that the options name."""
    certs = read_option_file(options.tls_root_certs) if options.tls_root_certs else b""
    return Access(options.url, options.timeout, read_token(options.token_file), certs)
