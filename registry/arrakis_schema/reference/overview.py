"""The pages about all endpoints at once: the releases, and who gets on with whom."""

import hashlib
from collections.abc import Iterator

from arrakis_schema.documents import name_of
from arrakis_schema.lock import read_lock
from arrakis_schema.reference.history import History
from arrakis_schema.reference.markdown import code, escaped, json_block, page, table
from arrakis_schema.store import Release
from arrakis_schema.system.relations import Answer, Relation, alike, grid, names

Relations = dict[tuple[str, str], Relation]
_MARKS = {
    Answer.WORKS: "✓ works",
    Answer.PARTLY: "~ partly",
    Answer.BREAKS: "✗ breaks",
    Answer.UNDECIDED: "? undecided",
}


def release_page(history: History, release: Release) -> str:
    """Return the page of one release: what changed, its documents with their digests, what is wrong in it."""
    index = [one.version for one in history.releases].index(release.version)
    before = history.releases[index - 1] if index else None
    entries = read_lock(history.store.root).get(release.version, {})
    folder = f"versions/{release.version if release.frozen else 'next'}"
    rows = [
        (
            f"[{path}](../../{folder}/{path})",
            f"[{name}]({_page_of(history, release, name)})",
            code(entries[path].sha256[:16]) if path in entries else "",
        )
        for path in release.documents
        for name in [name_of(path)]
    ]
    return page(
        "" if release is history.releases[-1] else "---\nsearch:\n  exclude: true\n---",
        f"# Release {release.version}{'' if release.frozen else ', not released yet'}",
        *(_changes(history, before, release) if before else ("The first release.",)),
        "## Documents",
        table(("document", "page", "sha256"), rows),
        *_problems(history, release),
    )


def _page_of(history: History, release: Release, name: str) -> str:
    """Return the link from the page of a release to that of an endpoint in it."""
    return f"../../endpoints/{name}.md" if release is history.releases[-1] else f"{name}.md"


def _changes(history: History, old: Release, new: Release) -> Iterator[str]:
    """Yield what a release changed, by endpoint."""
    yield f"## What changed since {old.version}"
    told: dict[str, list[str]] = {}
    for name in names([old, new]):
        for step in history.between(old, new, name):
            if step.changes:
                told.setdefault(step.told, []).append(f"{escaped(name)} ({code(step.document.rpartition('/')[2])})")
    added = [name for name in names([new]) if not history.documents(old, name)]
    yield f"New: {', '.join(map(escaped, added))}." if added else ""
    yield from (f"**{', '.join(found)}**\n\n{text}" for text, found in told.items())
    if not told and not added:
        yield "No schema changed."


def _problems(history: History, release: Release) -> Iterator[str]:
    """Yield what is known to be wrong in a release."""
    found = [one for one in history.errata if release.version in one.releases]
    if found:
        yield "## Known problems"
        rows = [(escaped(", ".join(one.documents)), code(one.location), escaped(one.text), one.fixed) for one in found]
        yield table(("documents", "where", "what", "mended in"), rows)


def releases_page(history: History) -> str:
    """Return the list of releases, the newest first."""
    groups = alike(history.comparisons, history.releases)
    rows = []
    for release in reversed(history.releases):
        twin = groups[release.version]
        same = f"the same in meaning as {twin}" if twin != release.version else ""
        label = "" if release.frozen else "not released yet"
        rows.append((f"[{release.version}]({release.version}/index.md)", label or same, str(len(release.documents))))
    return page("# Releases", "A release never changes.", table(("release", "note", "documents"), rows))


def matrix_page(history: History) -> str:
    """Return who gets on with whom: one table an endpoint, newest first, and why not."""
    releases = list(reversed(history.releases))
    blocks = ["---\nhide:\n  - toc\nsearch:\n  exclude: true\n---", "# Who gets on with whom", _question()]
    for name in names(history.releases):
        found = grid(history.comparisons, name, releases)
        relations = {(relation.client, relation.server): relation for relation in found}
        if any(relation.answer is not Answer.WORKS for relation in relations.values()):
            groups = _groups([release.version for release in releases], relations)
            blocks += [f"## {escaped(name)}", _matrix(name, relations, groups), *_reasons(name, relations, groups)]
    return page(*blocks)


def _groups(versions: list[str], relations: Relations) -> dict[str, str]:
    """Return a label for the first of neighbouring releases that get on alike with everybody."""

    def alike_with_all(version: str) -> list[tuple[str, str]]:
        pairs = [pair for other in versions for pair in ((version, other), (other, version))]
        return [(relations[pair].answer, _reason(relations[pair])) for pair in pairs if pair[0] != pair[1]]

    groups: list[list[str]] = []
    for version in versions:
        if (
            groups
            and relations[groups[-1][0], version].answer is relations[version, groups[-1][0]].answer is Answer.WORKS
        ):
            first = alike_with_all(groups[-1][0])
            if set(alike_with_all(version)) == set(first):
                groups[-1].append(version)
                continue
        groups.append([version])
    return {group[0]: group[0] if len(group) == 1 else f"{group[-1]} to {group[0]}" for group in groups}


def _question() -> str:
    """Return what the tables answer."""
    return (
        "Does a client of one release work with a server of another? Rows are clients, columns are servers, newest"
        " first. *Partly* means that it works, and a field is not understood. Follow a cell to see why, with a message"
        " that shows it."
    )


def _matrix(name: str, relations: Relations, groups: dict[str, str]) -> str:
    """Return the table of one endpoint."""
    rows = [
        (f"**{groups[client]}**", *(_cell(name, relations[client, server]) for server in groups)) for client in groups
    ]
    return table(("client ↓ server →", *groups.values()), rows)


def _cell(name: str, relation: Relation) -> str:
    """Return a cell: a mark and a word, with a link where there is something to say."""
    mark = _MARKS[relation.answer]
    return mark if relation.answer is Answer.WORKS else f"[{mark}](#{_key(name, relation)})"


def _key(name: str, relation: Relation) -> str:
    """Return the id of the reason: relations with the same reason share it."""
    return f"why-{name}-{hashlib.sha256(_reason(relation).encode()).hexdigest()[:8]}"


def _reason(relation: Relation) -> str:
    """Return what stands in the way, as one text."""
    return "\n".join(exchange.why for exchange in relation.exchanges)


def _reasons(name: str, relations: Relations, groups: dict[str, str]) -> Iterator[str]:
    """Yield each reason once, with the pairs it stands for and a message that shows it."""
    seen: dict[str, list[Relation]] = {}
    for client in groups:
        for server in groups:
            relation = relations[client, server]
            if relation.answer is not Answer.WORKS:
                seen.setdefault(_key(name, relation), []).append(relation)
    for key, found in seen.items():
        pairs = ", ".join(f"{groups[one.client]} with {groups[one.server]}" for one in found)
        yield f"### {_MARKS[found[0].answer]}: {pairs} {{ #{key} }}"
        for exchange in found[0].exchanges:
            if exchange.why:
                yield f"{code(exchange.document.rpartition('/')[2])}: {escaped(exchange.why)}"
            if exchange.answer is Answer.BREAKS and exchange.verdict.witness is not None:
                yield json_block(exchange.verdict.witness)
