"""Draft documents from what a server sends: a root folder that every command takes, with what was seen in `schemas/`.

Run as a program it is the process that does so: it reads a job, and prints the files as events.
"""

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa

from arrakis_schema.arrow.payloads import parse_payload
from arrakis_schema.arrow.promises import strip_annotations
from arrakis_schema.arrow.rows import record_batch
from arrakis_schema.arrow.template import Template
from arrakis_schema.errors import ArrakisSchemaError
from arrakis_schema.findings.reports import format_count
from arrakis_schema.flight.adoption.asking import Asker, observe_flights, observe_release
from arrakis_schema.flight.adoption.observations import (
    Observation,
    Unanswered,
    discriminator_in,
    explain_unasked,
    first_rows,
    infer_descriptor,
    infer_settings,
    is_nested,
)
from arrakis_schema.flight.adoption.payload_drafts import Draft, draft_payload
from arrakis_schema.flight.conform.client import Access
from arrakis_schema.flight.conform.supervisor import read_server_info, run_job, with_end
from arrakis_schema.flight.payloads import schema_differences, schema_to_compare
from arrakis_schema.flight.release_contract import Contract
from arrakis_schema.store.store import Release, Store, open_store
from arrakis_schema.text.printable import clean_line

MOST_ROWS = 8
LARGEST = 256 * 1024
_KEPT_IDENTIFIERS = """
[[lint]]
rule = "id-mismatch"
severity = "off"
reason = {}
"""
Files = dict[str, str]
_MOST_MEMBERS = 20


def draft_events(job: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield `file` and `sentence` events, and last `end` or `failed`."""
    access = Access(job["location"], job["seconds"], job["token"], job["root_certs"].encode())
    return with_end(_draft(job, access), access.location, "drafted")


def _draft(job: dict[str, Any], access: Access) -> Iterator[dict[str, Any]]:
    """Yield the events of drafting documents."""
    store = open_store(Path(job["root"]))
    peer = Asker(access)
    about = _texts(read_server_info(peer, store.settings.flight.info))
    contract = _contract(store, job["release"], about)
    if contract is None:
        observed = list(observe_flights(peer, job["endpoints"], job["requests"]))
    else:
        observed = list(observe_release(contract, peer, job["endpoints"], job["requests"]))
    files, sentences = draft_files(observed, contract, about)
    yield {"release": "" if contract is None else contract.release.title}
    yield from ({"sentence": clean_line(sentence, 600)} for sentence in sentences)
    yield from ({"file": path, "text": text} for path, text in files.items())


def _texts(server_info: dict[str, Any]) -> dict[str, str]:
    """Return the texts of a server's description of itself, of bounded length."""
    plain = ((name, value) for name, value in server_info.items() if isinstance(value, str))
    return {clean_line(name, 60): clean_line(value, 60) for name, value in islice(plain, _MOST_MEMBERS)}


def _contract(store: Store, release: str | None, about: dict[str, str]) -> Contract | None:
    """Return the contract of the release that is named, or else that the server claims; None where there is none."""
    if release is not None:
        return Contract(store.release(release).contract)
    claimed = about.get(store.settings.flight.info.release)
    try:
        return None if claimed is None else Contract(store.release(claimed).contract)
    except ArrakisSchemaError:
        return None


def draft_files(
    observed: Sequence[Observation | Unanswered], contract: Contract | None, about: Mapping[str, str]
) -> tuple[Files, list[str]]:
    """Return the files to write, by their paths, and a sentence for each endpoint; no files if nothing was answered."""
    by_endpoint: dict[str, list[Observation]] = {}
    for it in observed:
        if isinstance(it, Observation):
            by_endpoint.setdefault(it.endpoint, []).append(it)
    drafted: Files = {}
    member, nested = discriminator_in(by_endpoint), contract is None and is_nested(by_endpoint)
    sentences, corrections = [], []
    for endpoint, observations in by_endpoint.items():
        place = "/".join(observations[0].path) if nested else f"endpoints/{endpoint}"
        rows = _binding_rows(endpoint, by_endpoint, contract)
        try:
            files, sentence, correction = _draft_endpoint(endpoint, observations, rows, contract, about, member, place)
        except (ArrakisSchemaError, pa.ArrowException, ValueError, TypeError) as error:
            sentences.append(f"{endpoint}: cannot be drafted: {clean_line(error)}")
            continue
        drafted.update(files)
        sentences.append(sentence)
        corrections += [correction] if correction else []
    sentences += list(dict.fromkeys(_explain_unanswered(it) for it in observed if isinstance(it, Unanswered)))
    if not drafted:
        return {}, sentences
    if corrections:
        drafted["corrections.toml"] = "\n".join(corrections)
    around = {"schemas/registry.toml": infer_settings(by_endpoint)} if contract is None else _files_of(contract.release)
    if contract is None:
        sentences += list(explain_unasked(by_endpoint))
    page = {"DRAFT.md": _page(sentences, about, corrections=bool(corrections))}
    return {**around, **drafted, **page}, sentences


def _draft_endpoint(  # noqa: PLR0913, PLR0917 - all that is known of an endpoint
    endpoint: str,
    observations: Sequence[Observation],
    rows: Sequence[Mapping[str, Any]],
    contract: Contract | None,
    about: Mapping[str, str],
    member: str,
    place: str,
) -> tuple[Files, str, str]:
    """Return the files of one endpoint, a sentence about it, and the entry that corrects its release, or nothing."""
    folder = f"schemas/{place}"
    registered = None if contract is None else contract.payload(endpoint)
    draft = draft_payload(observations, registered, rows)
    files = {f"{folder}/schema.txt": draft.text, **dict(_example_files(folder, observations, draft))}
    if contract is None:
        described = infer_descriptor(endpoint, [it.request for it in observations], member)
        files |= {f"{folder}/descriptor.json": _json(described)} if described else {}
        return files, _sentence(endpoint, observations, draft, None), ""
    drift = _drift(contract.release, endpoint, observations)
    wrong = drift is not None and contract.release.frozen and registered is not None
    correction = _correction(contract.release, endpoint, draft, drift or "", about) if wrong else ""
    return files, _sentence(endpoint, observations, draft, drift), correction


def _files_of(release: Release) -> Files:
    """Return the documents of a release, and the settings, as a working set; frozen ones keep the `$id`s they have."""
    settings = (release.store.snapshot.read_if_there("schemas/registry.toml") or b"").decode("utf-8")
    if release.frozen:
        settings += _KEPT_IDENTIFIERS.format(json.dumps(f"The documents are those of {release.version}."))
    documents = {f"schemas/{path}": release.read(path).decode("utf-8") for path in release.documents}
    return {"schemas/registry.toml": settings, **documents}


def _binding_rows(
    endpoint: str, by_endpoint: Mapping[str, Sequence[Observation]], contract: Contract | None
) -> list[dict[str, Any]]:
    """Return rows that may say what the columns of an answer are: of the endpoint that the settings name, or all."""
    columns = None if contract is None else contract.flight.columns.get(endpoint)
    sources = [columns.rows] if columns else [name for name in by_endpoint if name != endpoint]
    batches = [batch for name in sources for it in by_endpoint.get(name, ()) for batch in it.batches]
    return first_rows(batches, 10_000)


def _example_files(folder: str, observations: Sequence[Observation], draft: Draft) -> Iterator[tuple[str, str]]:
    """Yield an example of each request, and one of the rows that came, where JSON can hold them."""
    requests = (it.request for it in observations if it.request is not None)
    for number, request in enumerate(requests, 1):
        yield f"{folder}/examples/seen-{number}.json", _json(request)
    document = parse_payload(draft.text.encode(), folder)
    for it in islice((it for it in observations if it.batches), 1):
        rows = [dict(row) for row in first_rows(it.batches, MOST_ROWS)]
        example = _rows_as_json(rows)
        if example is not None and not isinstance(document, Template) and _fit(document, example):
            yield f"{folder}/examples/schema/seen-1.json", _json({"rows": example})


def _rows_as_json(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]] | None:
    """Return rows as JSON has them; None where JSON has no such values, or too many."""
    try:
        text = json.dumps(rows, allow_nan=False)
    except (TypeError, ValueError):
        return None
    return json.loads(text) if len(text) <= LARGEST else None


def _fit(schema: Any, rows: Sequence[Mapping[str, Any]]) -> bool:
    """Return whether rows that went through JSON are still those of the schema."""
    try:
        record_batch(strip_annotations(schema), rows)
    except ArrakisSchemaError:
        return False
    return True


def _drift(release: Release, endpoint: str, observations: Sequence[Observation]) -> str | None:
    """Return the first difference between the sent schema and the contract of a release, or None."""
    if f"endpoints/{endpoint}/schema.txt" not in release.documents:
        return f"{release.title} has no payload"
    for it in observations:
        try:
            promised = schema_to_compare(it.schema, endpoint, release, {})
        except (AssertionError, ArrakisSchemaError, ValueError) as error:
            return clean_line(error)
        difference = next(schema_differences(it.schema, promised), None)
        if difference is not None:
            return difference
    return None


def _correction(release: Release, endpoint: str, draft: Draft, drift: str, about: Mapping[str, str]) -> str:
    """Return the draft of an entry of `versions/corrections.toml`."""
    software = " ".join(f"{name} {about[name]}" for name in about if name.endswith("version") and about[name])
    lines = [
        "[[correction]]",
        f"releases = {json.dumps([release.version])}",
        f"documents = {json.dumps([f'endpoints/{endpoint}/schema.txt'])}",
        f"seen = {json.dumps([software or 'the server that was asked'])}",
        f"reason = {json.dumps(f'Draft: {drift}.')}",
        f"text = '''\n{draft.text}'''" if "'''" not in draft.text else f"text = {json.dumps(draft.text)}",
    ]
    return "\n".join(lines) + "\n"


def _sentence(endpoint: str, observations: Sequence[Observation], draft: Draft, drift: str | None) -> str:
    """Return what was seen of an endpoint."""
    count = f"{format_count(len(observations), 'request')} answered, {format_count(draft.rows, 'row')} read"
    promises = [f"{column} {' '.join(map(': '.join, kept.items()))}" for column, kept in draft.promised.items()]
    kept = f"promises that held: {'; '.join(promises)}" if promises else ""
    parts = [count, *draft.notes, f"differs from the registered payload: {drift}" if drift else "", kept]
    return f"{endpoint}: {'; '.join(filter(None, parts))}"


def _explain_unanswered(it: Unanswered) -> str:
    """Return why nothing is known of a request."""
    return f"{it.endpoint or 'the server'}: not answered: {it.reason}"


def _page(sentences: Sequence[str], about: Mapping[str, str], *, corrections: bool) -> str:
    """Return the page that says what the folder holds, and what to do with it."""
    server = ", ".join(f"{name} {value}" for name, value in about.items() if value)
    lines = [
        "# Draft",
        "",
        f"Written by `arrakis-schema adopt` from what a server sent{f' ({server})' if server else ''}.",
        "It records what was seen, which may not be what is intended: review each column, promise and member, describe",
        "them. Then delete this page.",
        "",
        *(f"    {sentence}" for sentence in sentences),
        "",
        "- `arrakis-schema lint --root .` lists what is missing.",
        "- `arrakis-schema conform URL --root . --release next` checks the server against the draft.",
    ]
    if corrections:
        lines.append(
            "- `corrections.toml` has entries for `versions/corrections.toml`: a released document never changes."
        )
    return "\n".join(lines) + "\n"


def _json(value: Any) -> str:
    """Return a value as the text of a file."""
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    sys.exit(run_job(draft_events))
