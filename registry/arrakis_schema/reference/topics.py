"""The section about Kafka on the page of a publication: which topics hold its messages, and programs for both ends."""

import json
from collections.abc import Iterator

from arrakis_schema.languages import language_of
from arrakis_schema.reference.facts.history import History
from arrakis_schema.reference.markup import UNSEARCHED, code, code_block, escape_markdown, table, tabs
from arrakis_schema.reference.programs import publishing_record, publishing_rows, receiving_program, topic_text
from arrakis_schema.store.documents import Document
from arrakis_schema.store.kafka_settings import Topics
from arrakis_schema.store.store import Release
from arrakis_schema.text.escaping import href

_CLEANUP = {
    "compact": "the broker keeps at least the newest record of each key",
    "delete": "the broker deletes old messages",
}


def topic_section(history: History, release: Release, document: Document, up: str) -> Iterator[str]:
    """Yield the section of a document: a table for each entry of the settings, then programs for the first topic."""
    entries = [topics for topics in history.store.settings.topics if topics.document == document.path]
    if not entries:
        return
    yield f"## Kafka {{ #the-{'message' if document.format.tabular else 'record'}-topics {UNSEARCHED} }}"
    for topics in entries:
        head, *rows = _facts(history, release, document, topics, up)
        yield table(head, rows)
    topic = min(entries[0].names, key=lambda name: name.count("{"))
    to_replace = ", ".join(code(word) for word in ("HOST:9092", *_placeholders(topic)))
    yield f"The programs need `confluent-kafka`{' and `pyarrow`' * document.format.tabular}; replace {to_replace}."
    programs = [
        ("Read one message", receiving_program(topic, tabular=document.format.tabular)),
        *_publishing_programs(history, release, document, topic),
    ]
    yield tabs([(title, code_block(text, "python")) for title, text in programs])


def _placeholders(topic: str) -> list[str]:
    """Return the words to replace in the name of a topic."""
    return [topic_text(f"{{{part.partition('}')[0]}}}") for part in topic.split("{")[1:]]


def _facts(
    history: History, release: Release, document: Document, topics: Topics, up: str
) -> Iterator[tuple[str, str]]:
    """Yield what the settings say of the topics, a row for each fact."""
    names = "<br>".join(map(code, topics.names))
    yield "Topics", names + (" (the first that a name matches)" if len(topics.names) > 1 else "")
    yield "**Partitions**", str(topics.partitions or "not specified")
    cleanup = _CLEANUP.get(topics.cleanup, "")
    yield "**Cleanup policy**", f"{code(topics.cleanup)}: {cleanup}" if cleanup else topics.cleanup or "not specified"
    if topics.key == "none":
        yield "**Key**", "none, and no headers"
    else:
        repeated = f"; the value repeats it as {code(topics.key_member)}" if topics.key_member else ""
        yield "**Key**", f"text in UTF-8{repeated}"
    yield "**Message**", _framing(document, topics)
    if topics.described_by:
        yield "**Described by**", _described_by(history, release, topics, up)
    if topics.repeats:
        repeats = [
            f"{code(f'{{{name}}}')} as {', '.join(map(code, members))}" for name, members in topics.repeats.items()
        ]
        yield "**Repeated in the value**", f"of the name of the topic, {'; '.join(repeats)}"
    if topics.alike:
        yield "**Equal in one topic**", ", ".join(map(code, topics.alike))
    if topics.series.time:
        time, stride = code(topics.series.time), code(topics.series.stride)
        yield "**Order**", f"{time} rises in steps of {stride}, in ns since the Unix time {topics.series.epoch:,} s"
    if topics.digest.key:
        count, digest = code(topics.digest.count), code(topics.digest.sha256)
        yield "**Digest**", f"the record {code(topics.digest.key)} has the {count} of the others and their {digest}"


def _framing(document: Document, topics: Topics) -> str:
    """Return what the bytes of a message are."""
    if not document.format.tabular:
        return "a JSON text in UTF-8; an empty value removes what the key stands for"
    least = f" of at least {topics.least_rows} row{'s' * (topics.least_rows > 1)}" if topics.least_rows else ""
    return f"one Arrow IPC stream: the schema, then one record batch{least}"


def _described_by(history: History, release: Release, topics: Topics, up: str) -> str:
    """Return which records describe the rows."""
    name = release.name_of(topics.described_by)
    path = href(history.page(release, name))
    link = f"[{escape_markdown(name)}]({up}{path}.md)" if topics.described_by in release.documents else code(name)
    return f"the records of {link}, whose members make the name of the topic"


def _publishing_programs(
    history: History, release: Release, document: Document, topic: str
) -> Iterator[tuple[str, str]]:
    """Yield a program that publishes the first example that is accepted and has content."""
    for judged in history.examples(release, document):
        example = None if judged.reason else json.loads(judged.text)
        if not isinstance(example, dict):
            continue
        if document.format.tabular:
            if schema := language_of(document).schema_code(document, example):
                yield "Publish one message", publishing_rows(topic, schema, example["rows"])
                return
        elif example.get("value") is not None and "key" in example:
            yield "Publish one message", publishing_record(topic, example)
            return
