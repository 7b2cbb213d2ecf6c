"""The page on data as sent: each example goes through the code that examines tables, messages, brokers and servers.

The `wrong` part of an example is reported, its `fixed` counterpart is not; `given` is the context of both.
"""

import json
from collections.abc import Iterator
from difflib import SequenceMatcher
from functools import lru_cache
from typing import Any

import pyarrow as pa

from arrakis_schema import check_table, load_payload
from arrakis_schema.arrow import bound_like, record_batch, strip_annotations
from arrakis_schema.arrow.template import Template
from arrakis_schema.findings.finding import Finding
from arrakis_schema.findings.rules import RULES
from arrakis_schema.kafka.conform import Examination, ReadMessage
from arrakis_schema.store.store import open_release
from tests.docs import channels
from tests.docs.forecasts import examined
from tests.docs.pages import PROJECT
from tests.kafka.messages import schema_of, serialized
from tests.kafka.test_conform import Table

GROUPS = json.loads((PROJECT / "tests/cases/compat/sent.json").read_text(encoding="utf-8"))
CASES: dict[str, dict[str, Any]] = {rule: case for group in GROUPS.values() for rule, case in group.items()}
_DATA = "float64"

INTRODUCTION = """`check_table` and `check_message` report these findings about a table or a message, and
[`arrakis-schema conform`](../commands.md) about the topics of a broker or the answers of a Flight server. Differences between
a schema and the registered one have the ids of [columns](columns.md).

Each example shows the wrong data (`-`), the right data (`+`), the data around it, and the finding. A message in
Kafka has a `topic`, and a `value` that is text, a JSON record, or an Arrow stream with a batch for each `row`. A `payload`
is a table before it is sent. The server is an Arrakis server, or a weather service whose release 1.1.0 has one
endpoint; `asked` is the request, and the lines below it are the answer: rows, or the `pyarrow.flight` error that it raises."""


def sections(heading: Any) -> Iterator[str]:
    """Yield the introduction, and the section of each rule below the name of its group."""
    yield INTRODUCTION
    for title, cases in GROUPS.items():
        yield f"## {title}"
        yield from (_section(heading(rule), rule, case) for rule, case in cases.items())


def _section(heading: str, rule: str, case: dict[str, Any]) -> str:
    """Return the section of a rule, with what the example is found to be."""
    given = [f"  {line}" for line in _lines(case.get("given", {}))]
    both = _difference(_lines(case["wrong"]), _lines(case["fixed"]))
    example = "\n".join(["```diff", *given, *([""] if given else []), *both, "```"])
    told = [f"- {one.severity} at `{_place(one)}`: `{one.message}`" for one in found(rule, "wrong") if one.rule == rule]
    return "\n\n".join([heading, RULES[rule].meaning, example, "\n".join([*told, f"- {case['todo']}"])])


def _place(one: Finding) -> str:
    """Return where a finding is: a line of a file, or a server."""
    return one.file if "://" in one.file else f"{one.file}:{one.line}"


def _difference(wrong: list[str], fixed: list[str]) -> Iterator[str]:
    """Yield the lines that both sides have, and those of one side with its sign."""
    for kind, start, end, begin, stop in SequenceMatcher(None, wrong, fixed).get_opcodes():
        if kind == "equal":
            yield from (f"  {line}" for line in wrong[start:end])
        else:
            yield from (f"- {line}" for line in wrong[start:end])
            yield from (f"+ {line}" for line in fixed[begin:stop])


def _lines(what: dict[str, Any]) -> list[str]:
    """Return what is sent as lines: one for each member, each member of a record, and each row."""
    members: list[tuple[str, Any]] = []
    for name, value in what.items():
        if name == "rows":
            members += [("row", row) for row in value]
        elif name == "value" and isinstance(value, dict):
            members += [(f"value.{inner}", said) for inner, said in value.items()]
        else:
            members.append((name, value))
    return [f"{name}: {json.dumps(value, ensure_ascii=False)}" for name, value in members]


@lru_cache(maxsize=64)
def found(rule: str, part: str) -> tuple[Finding, ...]:
    """Return what is found in one part of an example, with what is given."""
    lines = [CASES[rule][one] for one in ("given", part) if one in CASES[rule]]
    ways = {"topic": _broker, "payload": _table}
    of_weather = lines[0].get("asked", {}).get("request", "Forecast") == "Forecast" and "claims" not in lines[-1]
    way = next((ways[key] for key in ways if key in lines[-1]), examined if of_weather else channels.examined)
    return tuple(way(lines))


def _table(lines: list[dict[str, Any]]) -> list[Finding]:
    """Return what is found in a table before it is sent."""
    (line,) = lines
    document = load_payload(line["payload"])
    assert isinstance(document, pa.Schema)
    return check_table(record_batch(strip_annotations(document), line["rows"]), line["payload"])


def _broker(lines: list[dict[str, Any]]) -> list[Finding]:
    """Return what is found in a broker that holds these messages."""
    messages = [_read(offset, line) for offset, line in enumerate(lines) if {"rows", "value"} & line.keys()]
    partitions = {line["topic"]: list(range(line.get("partitions", 1))) for line in lines}
    kept = {line["topic"]: line["cleanup.policy"] for line in lines if "cleanup.policy" in line}
    findings = Examination(open_release(root=PROJECT)).run(Table(messages, partitions, kept=kept), 10).findings
    return [one for one in findings if "there is no message to check" not in one.message]


def _read(offset: int, line: dict[str, Any]) -> ReadMessage:
    """Return the message that a line stands for; text is sent as it is, rows as a message, and all else as JSON."""
    key = line["key"].encode() if "key" in line else None
    if "rows" in line:
        value = serialized(record_batch(_publication(), line["rows"]))
    else:
        value = (line["value"] if isinstance(line["value"], str) else json.dumps(line["value"])).encode()
    return ReadMessage(line["topic"], offset, key, value, headers=False, time=1)


def _publication() -> pa.Schema:
    """Return the schema of a message, which the document accepts."""
    document, schema = load_payload("publication"), schema_of(_DATA)
    assert isinstance(document, Template)
    assert strip_annotations(bound_like(document, schema)) == schema
    return schema
