"""The commands that need no extra, and the table of all commands: each prints, and returns the exit code."""

import gc
import re
import shlex
import sys
from argparse import Namespace
from collections.abc import Callable, Iterator, Sequence
from difflib import get_close_matches
from importlib import import_module
from pathlib import Path

from arrakis_schema.cli.output import print_line, print_report, write_bytes
from arrakis_schema.errors import ArrakisSchemaError, MissingExtraError, UnknownSchemaError
from arrakis_schema.findings.finding import Severity
from arrakis_schema.findings.reports import format_count
from arrakis_schema.findings.rules import FIXED, LINT, RULES
from arrakis_schema.languages import language_of
from arrakis_schema.store.append_only import history_since
from arrakis_schema.store.documents import Document
from arrakis_schema.store.freezing import freeze
from arrakis_schema.store.layout import FORMATS
from arrakis_schema.store.loading import data_root
from arrakis_schema.store.new_root import BASE_URL, TITLE, create_root
from arrakis_schema.store.settings import REGISTRY_FILE
from arrakis_schema.store.store import Release, open_store
from arrakis_schema.store.verification import verify
from arrakis_schema.system.lint import lint_release
from arrakis_schema.text.printable import printable

SUMMARY = "summary"
_LINT_PAGE, _CHANGE_PAGES = "rules.md", "changes/*.md"
_HEADING = re.compile(r"^(?:##? |<h3 ).*$", re.MULTILINE)
_NAME, _ANCHOR = re.compile(r"## `([a-z-]+)`"), re.compile(r'<h3 id="([^"]+)">')
_FENCE, _BOLD = re.compile(r"^```\w*\n", re.MULTILINE), re.compile(r"\*\*(\w+)\*\*")
_LINK = re.compile(r"\[([^\]]+)\]\([^)\s]+\)")
_MOST_NAMES = 5
_SET = "## Set a rule"
_NOT_ACCEPTED = frozenset({"releases", "sent"})
"""The pages of rules about no difference of two documents: what they find cannot be accepted."""

_ACCEPT = (
    "Severity: error if the verdict says that somebody breaks, warning if it is undecided, otherwise notice. "
    "An entry of schemas/exceptions.toml accepts an intended break: `check` prints the entry, all but the reason."
)


class UnknownRuleError(ArrakisSchemaError):
    """There is no rule of this name."""


def run_init(options: Namespace) -> int:
    """Write a new root, and print what to run next and in CI."""
    folder = options.folder
    title = options.name if options.name is not None else folder.resolve().name or TITLE
    files = create_root(folder, title, options.url)
    root = shlex.quote(str(folder))
    print_line(f"wrote {len(files)} files to {folder}: one document of each kind, with examples")
    if options.url == BASE_URL:
        print_line(f"each $id begins with {BASE_URL}, because --url was not given: replace it before the first release")
    print_line(f"next: arrakis-schema check --root {root}")
    print_line(f"in CI: arrakis-schema check --root {root} --against git:origin/main")
    return 0


def run_list(options: Namespace) -> int:
    """Print the releases, newest last, with the documents of each; or the documents of one."""
    store = open_store(options.root)
    aliases = {version: alias for alias, version in store.aliases.items() if alias == "latest"}
    versions = [options.release] if options.release else [*store.releases, None]
    for release in map(store.release, versions):
        names = dict.fromkeys(document.name for document in release.every_document())
        title, label = release.version, aliases.get(release.version, "")
        if not release.frozen and release.version in store.releases:
            title, label = "next", f"{release.version} is released: declare the next version in {REGISTRY_FILE}"
        elif not release.frozen:
            label = "next, not released yet"
        print_line(f"{title}{f' ({label})' if label else ''}: {', '.join(names) or 'no documents'}")
    return 0


def run_show(options: Namespace) -> int:
    """Print one document, or an endpoint with all its documents."""
    store = open_store(options.root)
    release = store.release(options.release).held(as_documented=not options.corrected)
    documents = [release.document(path) for path in release.find(options.name)]
    write_bytes(view_of(release, documents, options.view))
    return 0


def views() -> list[str]:
    """Return the names of all views."""
    return list(dict.fromkeys([SUMMARY, *(view for form in FORMATS.values() for view in form.views)]))


def view_of(release: Release, documents: Sequence[Document], view: str) -> bytes:
    """Return a summary of the documents, or the first that has this view in that view; raises `UnknownSchemaError`."""
    if view == SUMMARY:
        return "\n".join(_summary(release, candidate) for candidate in documents).encode()
    document = next((candidate for candidate in documents if view in candidate.format.views), None)
    if document is None:
        what = f"{documents[0].name} has no document that can be shown as {view} in release {release.version}"
        raise UnknownSchemaError(what, [candidate.path for candidate in documents])
    return language_of(document).view(document, view)


def _summary(release: Release, document: Document) -> str:
    """Return a summary of a document: its kind, its path, its fields."""
    title = f"{document.name}: {document.kind.value}, {release.title}"
    lines = [title, f"{release.folder}/{document.path}", "", *language_of(document).lines(document)]
    return "".join(f"{printable(line, sys.maxsize)}\n" for line in lines)


def run_lint(options: Namespace) -> int:
    """Print what is wrong with each document by itself, or what a rule means."""
    if options.explain is not None:
        return explain(options.explain)
    store = open_store(options.root)
    release = store.release(options.release)
    paths = [path for name in options.names for path in release.find(name)]
    findings = sorted(lint_release(release, paths if options.names else None))
    print_report(findings, options.format, options.root)
    return 1 if any(finding.severity is not Severity.NOTICE for finding in findings) else 0


def explain(rule: str) -> int:
    """Print what a rule means, with an example, and how its severity is set; raises `UnknownRuleError`."""
    explanation = dict(explanations(Path(data_root(), "docs"))).get(rule)
    if explanation is None:
        raise UnknownRuleError(_describe_unknown(rule))
    for line in [rule, "", *explanation.split("\n")]:
        print_line(line)
    return 0


def explanations(folder: Path) -> Iterator[tuple[str, str]]:
    """Yield each rule with its explanation."""
    lint = list(_sections(folder / _LINT_PAGE))
    setting = next(_plain(text) for heading, text in lint if heading == _SET)
    for heading, text in lint:
        if rule := _NAME.fullmatch(heading):
            yield rule[1], _plain(text) if rule[1] in FIXED else f"{_plain(text)}\n\n{setting}"
    for page in sorted(folder.glob(_CHANGE_PAGES)):
        for heading, text in _sections(page):
            if rule := _ANCHOR.match(heading):
                yield rule[1], _plain(text) if page.stem in _NOT_ACCEPTED else f"{_plain(text)}\n\n{_ACCEPT}"


def _sections(page: Path) -> Iterator[tuple[str, str]]:
    """Yield the line of each heading of a page with the text below it."""
    text = page.read_text(encoding="utf-8")
    headings = list(_HEADING.finditer(text))
    ends = [heading.start() for heading in headings[1:]] + [len(text)]
    for heading, end in zip(headings, ends, strict=True):
        yield heading[0], text[heading.end() : end]


def _plain(markdown: str) -> str:
    """Return Markdown as it is read on a terminal."""
    return _BOLD.sub(r"\1", _LINK.sub(r"\1", _FENCE.sub("", markdown))).strip()


def _describe_unknown(rule: str) -> str:
    """Return the sentence for a name that no rule has, with those that are near it."""
    near = get_close_matches(rule, [*LINT, *RULES], _MOST_NAMES)
    near += sorted(name for name in {*LINT, *RULES} - set(near) if rule and rule in name)[: _MOST_NAMES - len(near)]
    hint = f"did you mean {' or '.join(near)}?" if near else "a finding ends with its rule in brackets"
    return f"there is no rule {rule!r}: {hint}"


def run_release(options: Namespace) -> int:
    """Freeze the working set, unless lint finds an error in it."""
    store = open_store(options.root)
    working = store.release(None)
    errors = [finding for finding in lint_release(working) if finding.severity is Severity.ERROR]
    if errors:
        print_report(errors, "text", None)
        return 1
    frozen = freeze(store.root)
    files = format_count(len(frozen.inventory.plain), "file")
    print_line(f"{frozen.folder} is frozen, with {files}; now declare the next version in {REGISTRY_FILE}")
    return 0


def run_verify(options: Namespace) -> int:
    """Print how the frozen files differ from the lock, and what changed in the releases since a commit."""
    store = open_store(options.root)
    problems = verify(store)
    since = history_since(store, options.against) if options.against else []
    problems += [finding.message for finding in since if finding.severity is Severity.ERROR]
    lines = problems or [f"frozen releases that match versions/lock.json: {len(store.releases)}"]
    lines += [finding.message for finding in since if finding.severity is not Severity.ERROR]
    if not options.against:
        lines.append("not compared with history: --against git:COMMIT proves that releases were only added since")
    for line in lines:
        print_line(line)
    return 1 if problems else 0


def _import_later(module: str, name: str) -> Callable[[Namespace], int]:
    """Return a command whose module is imported when the command runs: no other command waits for it."""

    def run(options: Namespace) -> int:
        return _load(module, name)(options)

    return run


def _import_checked(module: str, name: str) -> Callable[[Namespace], int]:
    """Return a command that is imported when it runs, and needs the extra `check`, which includes `arrow`."""

    def run(options: Namespace) -> int:
        try:
            return _load(module, name)(options)
        except ModuleNotFoundError as error:
            package = str(error.name).partition(".")[0]
            if package == __package__.partition(".")[0]:
                raise  # an internal error
            raise MissingExtraError(package, "check") from error
        except MissingExtraError as error:
            if error.extra != "arrow":
                raise
            raise MissingExtraError(error.module, "check") from error

    return run


def _load(module: str, name: str) -> Callable[[Namespace], int]:
    """Import the function of a command; what is imported is no garbage, and not looked at until the command ends."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        function: Callable[[Namespace], int] = getattr(import_module(f"arrakis_schema.cli.{module}"), name)
    finally:
        gc.freeze()
        if collecting:
            gc.enable()
    return function


COMMANDS: dict[str, Callable[[Namespace], int]] = {
    "init": run_init,
    "list": run_list,
    "show": run_show,
    "lint": run_lint,
    "validate": _import_checked("validating", "run_validate"),
    "release": run_release,
    "verify": run_verify,
    "import": _import_checked("importing", "run_import"),
    "compare": _import_checked("comparing", "run_compare"),
    "check": _import_checked("comparing", "run_check"),
    "conform": _import_checked("servers", "run_conform"),
    "adopt": _import_checked("servers", "run_adopt"),
    "mock": _import_checked("servers", "run_mock"),
    "diff": _import_checked("release_tables", "run_diff"),
    "matrix": _import_checked("release_tables", "run_matrix"),
    "build": _import_later("building", "run_build"),
    "serve": _import_later("building", "run_serve"),
}
