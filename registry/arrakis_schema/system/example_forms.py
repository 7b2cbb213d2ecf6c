"""Extend the entries of a `registry.toml` with the forms that examples of imported versions have.

The text is edited line by line, so that everything that a person wrote in it stays. What new schemas need is proposed
by `system/proposed_layout.py`.
"""

import json
import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise, product
from typing import Any

from arrakis_schema.store.files import FILE
from arrakis_schema.store.importing import Version
from arrakis_schema.store.inventory import classify
from arrakis_schema.store.layout import EXAMPLE, DocumentKind, Layout
from arrakis_schema.store.layout_settings import read_layout
from arrakis_schema.store.store import Store
from arrakis_schema.system.proposed_layout import FORMS

_HEADER = re.compile(r"^[ \t]*\[", re.MULTILINE)
_TABLE = re.compile(r"[ \t]*\[\[[ \t]*documents[ \t]*\]\]")
_TEXT = r"""(?:"[^"\n]*"|'[^'\n]*')"""
_EXAMPLES = re.compile(rf"^[ \t]*examples[ \t]*=[ \t]*(?:{_TEXT}|\[(?:[\s,]|{_TEXT}|#[^\n]*)*\])", re.MULTILINE)


def propose_forms(versions: Sequence[Version], store: Store) -> dict[str, list[str]]:
    """Return for entries of `[[documents]]`, by their glob, the forms of examples that they lack.

    None are returned where they would change what a release, or a version, consists of beside its examples.
    """
    missing, layout = dict[str, list[str]](), store.layout
    for version in versions:
        inventory = classify([(path, FILE) for path in version.contents], layout)
        left = {path for path in version.contents if path.endswith(EXAMPLE)}.difference(inventory.published)
        for form, placement in product(FORMS if left else (), layout.placements):
            extended = _extended(layout, placement.files, form)
            if found := extended.examples(left, frozenset(inventory.documents)):
                layout, left = extended, left - found.keys()
                missing.setdefault(placement.files, []).append(form)
    releases = [store.release(version).files for version in (*store.releases, None)]
    changed = any(_published(files, layout) != _published(files, store.layout) for files in releases)
    changed = changed or any(
        _documents(version.contents, layout) != _documents(version.contents, store.layout) for version in versions
    )
    return {} if changed else missing


def _extended(layout: Layout, files: str, form: str) -> Layout:
    """Return a layout in which the entry of a glob has one more form of examples."""
    entry = {"files": files, "kind": DocumentKind.PUBLICATION.value, "examples": [form]}
    more = read_layout([entry]).placements[0].examples
    return Layout(
        tuple(
            replace(placement, examples=(*placement.examples, *more)) if placement.files == files else placement
            for placement in layout.placements
        )
    )


def _published(paths: Iterable[str], layout: Layout) -> tuple[str, ...]:
    """Return those of some paths that a layout gives a role."""
    return classify([(path, FILE) for path in paths], layout).published


def _documents(paths: Iterable[str], layout: Layout) -> tuple[str, ...]:
    """Return those of some paths that are documents by a layout."""
    return classify([(path, FILE) for path in paths], layout).documents


def with_forms(text: str, forms: Mapping[str, Sequence[str]]) -> str:
    """Return the text of a `registry.toml` in which entries have further forms of examples, by their glob.

    Where a person wrote it in another way than is understood here, it stays as it is.
    """
    starts = [0, *(match.start() for match in _HEADER.finditer(text)), len(text)]
    try:
        edited = "".join(_edited(text[start:end], forms) for start, end in pairwise(starts))
        wanted = [_with_more(entry, forms) for entry in tomllib.loads(text)["documents"]]
        same = tomllib.loads(edited) == {**tomllib.loads(text), "documents": wanted}
    except tomllib.TOMLDecodeError:
        return text
    return edited if same else text


def _with_more(entry: Mapping[str, Any], forms: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """Return an entry with the forms that it lacks."""
    known, more = entry.get("examples", []), forms.get(entry["files"], ())
    return {**entry, "examples": [*([known] if isinstance(known, str) else known), *more]} if more else dict(entry)


def _edited(part: str, forms: Mapping[str, Sequence[str]]) -> str:
    """Return the text of one table with the forms that its entry lacks."""
    if not _TABLE.match(part):
        return part
    entry = tomllib.loads(part)["documents"][0]
    extended = _with_more(entry, forms)
    if extended == entry:
        return part
    line = f"examples = [{', '.join(map(json.dumps, extended['examples']))}]"
    body = part.rstrip()
    edited = _EXAMPLES.sub(lambda _: line, body, count=1) if "examples" in entry else f"{body}\n{line}"
    return edited + part[len(body) :]
