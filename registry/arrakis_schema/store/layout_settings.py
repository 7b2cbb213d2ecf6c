"""`[[documents]]` of `registry.toml`: where the documents of a team are, as globs, and how their examples are found.

Globs of paths: `**/` stands for any folders, `*` for any part of a name, `?` for a character.
"""

import re
from collections.abc import Callable, Collection, Iterator
from posixpath import splitext
from typing import Any

from arrakis_schema.store.dialects import DIALECTS
from arrakis_schema.store.layout import EXAMPLE, FORMATS, DocumentKind, Layout, Placement

KINDS = tuple(kind.value for kind in DocumentKind if kind is not DocumentKind.ENVELOPE)
_KEYS = {"files", "kind", "examples", "language", "dialect", "id", "writer", "reader"}
_LANGUAGES = tuple(dict.fromkeys(form.name for form in FORMATS.values()))
_NOUN = re.compile(r"[^\W\d_][\w '-]{0,39}")
_EXAMPLE = '[[documents]] files = "**/*.schema.json" kind = "publication"'
_ID = "https://example.org/vVERSION/PATH"
_OPTIONAL = re.compile(r"\[[^][]*\]")
_WORDS = {"NAME": "{name}", "VARIANT": "[^/]+"}
_WILD = re.compile(r"\*\*/|\*|\?")
_WILDCARDS = {"**/": "(?:[^/]+/)*", "*": "[^/]*", "?": "[^/]"}
_MOST_STARS, _MOST_ENTRIES = 2, 100


def layout_problems(entries: Any) -> Iterator[str]:
    """Yield what is wrong with the list `documents` of `registry.toml`."""
    return list_problems("documents", entries, _KEYS, _EXAMPLE, _entry_problems)


def _entry_problems(entry: dict[str, Any]) -> Iterator[str]:
    """Yield what is wrong with one entry."""
    files, examples = entry.get("files"), _texts(entry.get("examples", []))
    if not isinstance(files, str):
        yield 'files is missing or not text, as in files = "**/*.schema.json"'
    elif problem := glob_problem(files):
        yield f"files = {files!r} {problem}"
    if entry.get("kind") not in KINDS:
        yield f"kind is {entry.get('kind')!r}: expected one of {', '.join(KINDS)}"
    yield from _word_problems(entry)
    if examples is None:
        yield 'examples must be text or a list of texts, as in examples = "NAME[.VARIANT].example.json"'
    form = entry.get("id", "PATH")
    if not isinstance(form, str) or not re.search("PATH|NAME", form):
        yield f"id = {form!r} is not text with PATH or NAME in it, as in id = {_ID!r}"
    for form in examples or ():
        if problem := _form_problem(form):
            yield f"examples = {form!r} {problem}"


def _word_problems(entry: dict[str, Any]) -> Iterator[str]:
    """Yield what is wrong with the language, the dialect, and the words for who writes and who reads."""
    for key, known in (("language", _LANGUAGES), ("dialect", tuple(DIALECTS))):
        if entry.get(key, known[0]) not in known:
            yield f"{key} is {entry[key]!r}: expected one of {', '.join(known)}"
    for key, example in (("writer", "telescope"), ("reader", "broker")):
        noun = entry.get(key, example)
        if not isinstance(noun, str) or not _NOUN.fullmatch(noun):
            yield f'{key} is not a noun of up to 40 letters, as in {key} = "{example}"'


def _form_problem(form: str) -> str:
    """Return what is wrong with the form of the paths of examples; empty where nothing is."""
    if "NAME" not in form:
        return "lacks NAME, which stands for the file name of the document, as in NAME[.VARIANT].example.json"
    if form.count("NAME") > 1 or form.count("VARIANT") > 1:
        return "has NAME or VARIANT twice: once is enough"
    if not form.endswith(EXAMPLE):
        return f"does not end in {EXAMPLE}: examples are JSON"
    if any(part in {"", ".", ".."} for part in form.split("/")):
        return "is not a path below the folder of the document"
    if any(bracket in _OPTIONAL.sub("", form) for bracket in "[]"):
        return "has an unmatched bracket: the optional part is in [ ]"
    return ""


def read_layout(entries: Any) -> Layout:
    """Return the layout of a list without problems."""
    return Layout(tuple(map(_placement, entries)))


def _placement(entry: dict[str, Any]) -> Placement:
    """Return one entry."""
    examples = tuple(map(_form_pattern, _texts(entry.get("examples", [])) or ()))
    words = {key: entry[key] for key in ("language", "id", "writer", "reader") if key in entry}
    dialect = DIALECTS[entry["dialect"]] if "dialect" in entry else ""
    pattern = _glob_pattern(entry["files"])
    return Placement(entry["files"], DocumentKind(entry["kind"]), pattern, examples, dialect=dialect, **words)


def _texts(value: Any) -> list[str] | None:
    """Return a text or a list of texts as a list; None for anything else."""
    texts = [value] if isinstance(value, str) else value
    return texts if isinstance(texts, list) and all(isinstance(text, str) for text in texts) else None


def _glob_pattern(files: str) -> re.Pattern[str]:
    """Return the pattern of a glob; what follows its last wildcard, or else the suffix, is the group `rest`."""
    wild = list(_WILD.finditer(files))
    end = wild[-1].end() if wild else len(splitext(files)[0])
    head, rest = files[:end], files[end:]
    return re.compile(f"{translate_glob(head)}(?P<rest>{re.escape(rest)})")


def _form_pattern(form: str) -> str:
    """Return the regular expression of the form of the paths of examples, with `{name}` for the name."""
    pattern = ""
    for part in re.split(r"(NAME|VARIANT|\[|\])", form):
        brackets = {"[": "(?:", "]": ")?"}
        plain = re.escape(part).replace("{", "{{").replace("}", "}}")
        pattern += _WORDS.get(part) or brackets.get(part) or plain
    return pattern


def glob_problem(files: str) -> str:
    """Return what is wrong with a glob; empty where nothing is."""
    parts = files.split("/")
    if any(part in {"", ".", ".."} for part in parts):
        return "is not a path below schemas/: write it without / at an end, . and .."
    if any("**" in part and part != "**" for part in parts) or parts[-1] == "**":
        return "has ** beside other characters or at the end: ** stands for any folders, as in **/*.schema.json"
    if parts.count("**") > 1 or any(part.count("*") > _MOST_STARS for part in parts if part != "**"):
        return f"has ** more than once, or more than {_MOST_STARS} of * in one name: write several entries"
    return ""


def translate_glob(glob: str) -> str:
    """Return the regular expression of a glob."""
    parts, start = list[str](), 0
    for wild in _WILD.finditer(glob):
        parts.append(re.escape(glob[start : wild.start()]))
        parts.append(_WILDCARDS[wild.group()])
        start = wild.end()
    return "".join([*parts, re.escape(glob[start:])])


def list_problems(
    name: str,
    entries: Any,
    keys: Collection[str],
    example: str,
    problems_of: Callable[[dict[str, Any]], Iterator[str]],
) -> Iterator[str]:
    """Yield the problems of a list in `registry.toml`: it is not a list, is too long, or has invalid entries."""
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        yield f"{name} must be a list of tables, as in {example}"
        return
    if len(entries) > _MOST_ENTRIES:
        yield f"{name} has {len(entries)} entries, but at most {_MOST_ENTRIES} are allowed"
    for number, entry in enumerate(entries, 1):
        where = f"{name}, entry {number}"
        yield from (f"{where}: unknown key {key!r}" for key in entry.keys() - keys)
        yield from (f"{where}: {problem}" for problem in problems_of(entry))
