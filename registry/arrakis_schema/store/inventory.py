"""The files below the folder of a release by their roles, and those that must not be there, with the reason.

This is an allowlist: a file without a role is rejected, and so is a name that does not mean the same everywhere: in a
URL, in a checkout on any system, in a terminal. The content of files is ignored.

https://learn.microsoft.com/windows/win32/fileio/naming-a-file for Windows, RFC 3986 for URLs.
"""

import re
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from posixpath import basename, dirname, split, splitext
from unicodedata import is_normalized, normalize

from arrakis_schema.store.files import FILE, FOLDER, NOT_PLAIN, NOTATIONS, YAML, scan_folder
from arrakis_schema.store.layout import EXAMPLE, FORMATS, STANDARD, Layout
from arrakis_schema.text.printable import printable
from arrakis_schema.text.short_repr import short_repr

SETTINGS = frozenset({"registry.toml", "exceptions.toml"})
NOTE = ".md"
PROGRAMS = frozenset(
    {".c", ".cc", ".cpp", ".cs", ".go", ".h", ".hpp", ".java", ".jl", ".js", ".kt", ".lua", ".m", ".pl", ".py"}
    | {".r", ".R", ".rb", ".rs", ".sh", ".swift", ".ts"}
)
_OTHER_LANGUAGES = {
    ".avsc": "Avro",
    ".avdl": "Avro",
    ".proto": "Protobuf",
    ".thrift": "Thrift",
    ".fbs": "FlatBuffers",
    ".xsd": "XML Schema",
    ".graphql": "GraphQL",
    ".cddl": "CDDL",
}
IGNORED = frozenset({".DS_Store", ".gitattributes", ".gitignore", ".gitkeep"})
"""Files of git and of file managers: they are neither published nor frozen."""

FILE_RULES = {
    "file-unexpected": "Every file is a document, an example, a program beside one of them, or a note in Markdown.",
    "file-not-plain": "Every file is a regular file: no link, no pipe, no device.",
    "file-name-invalid": "Every name works in a URL and in a checkout on any system.",
    "file-name-clash": "No two names differ only in case or Unicode form, and no document has a reserved name.",
}
_PLACES = (
    "documents are endpoints/descriptor.json, endpoints/NAME/descriptor.json, endpoints/NAME/schema.txt,"
    " publication/NAME.json and publication/NAME.txt (or .yaml for .json), or what [[documents]] of registry.toml says"
)
_MOST_GLOBS = 6
_PAGES = frozenset({"index", "readme"})

LONGEST_NAME, LONGEST_PATH = 100, 180
"""In bytes: the site derives longer names from these, and a checkout adds its own folder in front."""

_SURROGATE = re.compile("[\ud800-\udfff]")  # how Python represents a byte that is not UTF-8
_SPECIAL = re.compile(r'["*:<>?|\\%#]')
_DEVICE = re.compile(r"(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\..*)?", re.IGNORECASE)
_FAULTS: tuple[tuple[str, Callable[[str], object]], ...] = (
    ("is not UTF-8", _SURROGATE.search),
    ("has a character that cannot be printed", lambda name: not name.isprintable()),
    ('has one of " * : < > ? | \\ % #, which have a special meaning in URLs or file systems', _SPECIAL.search),
    ("begins or ends with a space, or ends with a dot", lambda name: name != name.strip(" ") or name.endswith(".")),
    ("is reserved for a device on Windows", _DEVICE.fullmatch),
    ("is not in Unicode's form NFC, so some systems change it", lambda name: not is_normalized("NFC", name)),
    (f"has more than {LONGEST_NAME} bytes", lambda name: len(name.encode()) > LONGEST_NAME),
)


@dataclass(frozen=True, slots=True, order=True)
class RefusedFile:
    """A file or folder that must not be there: its printable path, the rule, and what to do about it."""

    path: str
    rule: str
    message: str


@dataclass(frozen=True, slots=True)
class Inventory:
    """The contents of one folder; all paths are relative to it and sorted.

    `published` are the documents, the examples (each with the document that it belongs to) and the programs: what a
    release consists of. `plain` are all plain files, whatever their role; `empty` are the folders without any.
    """

    documents: tuple[str, ...]
    examples: tuple[tuple[str, str], ...]
    programs: tuple[str, ...]
    notes: tuple[str, ...]
    published: tuple[str, ...]
    refused: tuple[RefusedFile, ...]
    plain: tuple[str, ...]
    empty: tuple[str, ...]

    __repr__ = short_repr


def read_inventory(root: str, folder: str, layout: Layout = STANDARD) -> Inventory:
    """Return the inventory of a folder of `root`; raises `DamagedStoreError` where a folder cannot be read."""
    return classify(scan_folder(root, folder), layout)


def classify(entries: Iterable[tuple[str, str]], layout: Layout = STANDARD) -> Inventory:
    """Return the inventory of some paths with their kinds, as `scan_folder` yields them."""
    kinds = dict(sorted(entries))
    plain = tuple(path for path, kind in kinds.items() if kind == FILE)
    misnamed = dict(_name_refusals(kinds))
    named = [path for path in plain if not misnamed.keys() & _around(path)]
    visible = [path for path in named if not _is_hidden(path)]
    beside = frozenset(visible)
    documents = tuple(path for path in visible if layout.is_document(path) and not _is_taken(path, layout, beside))
    examples = tuple(layout.examples(visible, frozenset(documents)).items())
    homes = {dirname(path) for path in (*documents, *dict(examples))}
    programs = tuple(path for path in visible if splitext(path)[1] in PROGRAMS and dirname(path) in homes)
    notes = tuple(path for path in visible if path.endswith(NOTE))
    published = tuple(sorted((*documents, *dict(examples), *programs)))
    expected = {*published, *notes, *(path for path in named if path in SETTINGS or basename(path) in IGNORED)}
    unexpected = _role_refusals([path for path in named if path not in expected], layout, beside)
    refused = [*_link_refusals(kinds), *misnamed.values(), *unexpected]
    return Inventory(
        documents, examples, programs, notes, published, tuple(sorted(refused)), plain, tuple(_empty(kinds))
    )


def _around(path: str) -> set[str]:
    """Return a path and the folders around it."""
    parts = path.split("/")
    return {"/".join(parts[:end]) for end in range(1, len(parts) + 1)}


def _is_hidden(path: str) -> bool:
    """Return whether the name of a file or of a folder around it begins with a dot."""
    return any(part.startswith(".") for part in path.split("/"))


def _is_taken(path: str, layout: Layout, beside: Collection[str]) -> bool:
    """Return whether the site uses the name of a document for something else: a page, or another form of one."""
    stem, suffix = splitext(basename(path))
    derived = stem.endswith((".arrow", ".bundle")) or ("." in stem and suffix == ".txt")
    derived = derived or (suffix in YAML and f"{splitext(path)[0]}.json" in beside)
    return basename(layout.name_of(path)).casefold() in _PAGES or derived


def _link_refusals(kinds: dict[str, str]) -> Iterator[RefusedFile]:
    """Yield a refusal for each link, pipe, socket and device."""
    for path, kind in kinds.items():
        if kind in NOT_PLAIN:
            yield RefusedFile(printable(path), "file-not-plain", NOT_PLAIN[kind])


def _name_refusals(kinds: dict[str, str]) -> Iterator[tuple[str, RefusedFile]]:
    """Yield each path with a name that is not portable, with its refusal."""
    for path, clashing in clashes(kinds):
        message = f"differs from {printable(clashing)} only in case or Unicode form: rename one"
        yield path, RefusedFile(printable(path), "file-name-clash", message)
    for path in kinds:
        name = basename(path)
        message = ""
        if reason := fault_of_name(name):
            message = f"the name {reason}: rename it"
        elif len(path.encode("utf-8", "surrogatepass")) > LONGEST_PATH:
            message = f"the path has more than {LONGEST_PATH} bytes: shorten its names"
        if message:
            yield path, RefusedFile(printable(path), "file-name-invalid", message)


def _role_refusals(paths: Iterable[str], layout: Layout, beside: Collection[str]) -> Iterator[RefusedFile]:
    """Yield a refusal for each file that has none of the roles."""
    for path in paths:
        if layout.is_document(path) and not _is_hidden(path):
            yield RefusedFile(path, "file-name-clash", _explain_taken(path, beside))
        else:
            yield RefusedFile(path, "file-unexpected", explain_role(path, layout))


def _explain_taken(path: str, beside: Collection[str]) -> str:
    """Say what the site uses the name of a document for."""
    stem, suffix = splitext(path)
    if suffix in YAML and (json := f"{stem}.json") in beside:
        return f"is also served as JSON, under the name of {basename(json)} beside it: delete or rename one of them"
    return "has a name that is reserved for a file of the site: rename it"


def explain_role(path: str, layout: Layout) -> str:
    """Guess what a file without a role was meant for, and say what to do."""
    if _is_hidden(path):
        return "is hidden, so it is neither published nor checked: delete it"
    return _explain_declared(path, layout) if layout.declared else _explain_standard(path)


def explain_language(path: str) -> str:
    """Say that a file is in a language that is not supported, and in which one where its suffix tells."""
    named = _OTHER_LANGUAGES.get(splitext(path)[1].lower())
    what = f"is written in {named}, which is not supported" if named else "is in a language that is not supported"
    return f"{what} (only JSON Schema, in {', '.join(NOTATIONS['.json'])}, and Arrow, in .txt, are)"


def _explain_declared(path: str, layout: Layout) -> str:
    """Say what to do with a file that the declared layout gives no role."""
    if any(placement.is_example(path) for placement in layout.placements):
        return "is an example without a document of its name: rename or delete it"
    suffix = splitext(path)[1]
    if suffix in FORMATS:
        globs = [placement.files for placement in layout.placements]
        listed = ", ".join(globs) if len(globs) <= _MOST_GLOBS else f"its {len(globs)} entries"
        return f"is neither document nor example according to [[documents]] ({listed}): add an entry, or move it"
    if suffix in PROGRAMS:
        return "is a program without a document or example beside it: move it to one"
    return f"{explain_language(path)}; move or delete it"


def _explain_standard(path: str) -> str:
    """Say what to do with a file that the standard layout gives no role."""
    folder, separator, _ = path.partition("/examples/")
    suffix = splitext(path)[1]
    if separator and suffix == EXAMPLE:
        where = f"{folder}/examples/ is for descriptor.json, or else schema.txt; {folder}/examples/NAME/ for NAME"
        return f"is an example without a document: {where}"
    if suffix in FORMATS:
        return f"is not a document in this folder: {_PLACES}"
    if suffix in PROGRAMS:
        return "is a program without a document or example beside it: move it to one"
    if suffix.lower() in _OTHER_LANGUAGES:
        return f"{explain_language(path)}; move or delete it"
    roles = "document (.json, .yaml, .txt), example (.json), program (.py, .sh …) nor note (.md)"
    return f"is neither {roles}: move or delete it"


def _empty(kinds: dict[str, str]) -> Iterator[str]:
    """Yield each empty folder."""
    parents = {dirname(path) for path in kinds}
    yield from (path for path, kind in kinds.items() if kind == FOLDER and path not in parents)


def fault_of_name(name: str) -> str:
    """Return why a name cannot be used in a URL or on some system; empty where it can."""
    return next((reason for reason, holds in _FAULTS if holds(name)), "")


def clashes(paths: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Yield each path that equals an earlier one where case does not matter, with that one; lower case comes first."""
    first: dict[str, str] = {}
    for path in sorted(paths, key=str.swapcase):
        earlier = first.setdefault(_fold(path), path)
        if earlier != path and split(earlier)[0] == split(path)[0]:
            yield path, earlier


def _fold(path: str) -> str:
    """Return a key that is equal for paths that some systems do not distinguish."""
    return normalize("NFC", normalize("NFD", path).casefold())
