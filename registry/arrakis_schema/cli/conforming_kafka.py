"""`conform kafka://…`: check the topics of a broker against the documents of a release."""

import re
from argparse import Namespace
from pathlib import Path

from arrakis_schema.cli.conformance_logging import log_failure, log_findings
from arrakis_schema.cli.output import say, write
from arrakis_schema.cli.reporting import placed
from arrakis_schema.errors import ArrakisSchemaError, MissingExtraError
from arrakis_schema.findings.formats import FORMATS
from arrakis_schema.kafka.conform import Examination, Examined
from arrakis_schema.store import conformance_log as log
from arrakis_schema.store.store import open_release

CONFORMS, DIFFERS, UNDECIDED = 0, 1, 3
SCHEME = "kafka://"


class KafkaOptionError(ArrakisSchemaError, ValueError):
    """An option of `conform` for Kafka cannot be used."""


def conform_kafka(options: Namespace) -> int:
    """Print what does not conform in the topics of a broker; return 0, 1, or 3 where undecided."""
    try:
        from arrakis_schema.kafka.broker import OURS, Broker  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise MissingExtraError("confluent_kafka", "kafka") from error
    servers, chosen = _servers(options.url), _pattern(options.topics)
    settings = _settings(options.consumer_config, {*OURS, "bootstrap.servers"}) if options.consumer_config else {}
    as_documented = options.as_documented or options.strict
    release = open_release(options.release, options.root).held(as_documented=as_documented)
    examination = Examination(release)
    broker = Broker(servers, options.timeout, settings)
    try:
        with log_failure(options):
            examined = examination.run(broker, options.newest, chosen)
    finally:
        broker.close()
    verdict = log.DIFFERS if examined.failed else log.UNDECIDED if examined.undecided else log.CONFORMS
    messages = sum(examined.messages.values())
    log_findings(options, release.version, verdict, examined.findings, requests=messages)
    write(FORMATS[options.format](placed(examined.findings, options.format, options.root)))
    if options.format == "text":
        say(_counts(examined))
    return DIFFERS if examined.failed else UNDECIDED if examined.undecided else CONFORMS


def _servers(url: str) -> str:
    """Parse the addresses in a URL, separated by commas."""
    servers = url.removeprefix(SCHEME).rstrip("/")
    if not url.startswith(SCHEME) or not all(re.fullmatch(r"[^\s/,]+:\d{1,5}", part) for part in servers.split(",")):
        raise KafkaOptionError(f"{url} is not {SCHEME}HOST:PORT, or several HOST:PORT with commas between")
    return servers


def _pattern(text: str | None) -> re.Pattern[str] | None:
    """Compile the expression for the names of topics."""
    try:
        return re.compile(text) if text is not None else None
    except re.error as error:
        raise KafkaOptionError(f"--topics {text!r} is not a regular expression: {error}") from error


def _settings(file: Path, ours: set[str]) -> dict[str, str]:
    """Read a properties file: one setting of librdkafka a line, as `name=value`; comments begin with `#`."""
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8"
        raise KafkaOptionError(f"{file} cannot be read: {reason}") from error
    settings = {}
    for number, line in enumerate(lines, 1):
        text = line.strip()
        if not text or text.startswith("#"):
            continue
        name, equals, value = (part.strip() for part in text.partition("="))
        if not equals or not name:
            raise KafkaOptionError(f"{file}, line {number} is not name=value")
        if name in ours:
            raise KafkaOptionError(f"{file}, line {number}: {name} cannot be set: reading must change nothing")
        settings[name] = value
    return settings


def _counts(examined: Examined) -> str:
    """Return how much was examined."""
    messages, topics = sum(examined.messages.values()), len(examined.messages)
    return f"{messages:,} message{'s' * (messages != 1)} of {topics:,} topic{'s' * (topics != 1)}"
