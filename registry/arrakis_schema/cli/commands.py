"""The functions of the commands: each reads the store, prints, and returns the exit code."""

import gc
import shlex
from argparse import Namespace
from collections.abc import Callable
from importlib import import_module

from arrakis_schema.cli.explaining import explain
from arrakis_schema.cli.output import print_line, write, write_bytes
from arrakis_schema.cli.reporting import place_findings
from arrakis_schema.cli.show import view_of
from arrakis_schema.errors import MissingExtraError
from arrakis_schema.findings.finding import Severity
from arrakis_schema.findings.formats import FORMATS
from arrakis_schema.findings.text import format_count
from arrakis_schema.store.freezing import freeze
from arrakis_schema.store.git.append_only import history_since
from arrakis_schema.store.new_root import BASE_URL, TITLE, create_root
from arrakis_schema.store.settings import REGISTRY_FILE
from arrakis_schema.store.store import open_store
from arrakis_schema.store.verification import verify
from arrakis_schema.system.lint import lint_release


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


def run_lint(options: Namespace) -> int:
    """Print what is wrong with each document by itself, or what a rule means."""
    if options.explain is not None:
        return explain(options.explain)
    store = open_store(options.root)
    release = store.release(options.release)
    paths = [path for name in options.names for path in release.find(name)]
    findings = sorted(lint_release(release, paths if options.names else None))
    write(FORMATS[options.format](place_findings(findings, options.format, options.root)))
    return 1 if any(finding.severity is not Severity.NOTICE for finding in findings) else 0


def run_release(options: Namespace) -> int:
    """Freeze the working set, unless lint finds an error in it."""
    store = open_store(options.root)
    working = store.release(None)
    errors = [finding for finding in lint_release(working) if finding.severity is Severity.ERROR]
    if errors:
        write(FORMATS["text"](errors))
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
    """Return a command whose module is imported when the command runs, and needs the extra `check`."""

    def run(options: Namespace) -> int:
        try:
            command = _load(module, name)
        except (ModuleNotFoundError, MissingExtraError) as error:
            raise MissingExtraError(str(error.name).partition(".")[0], "check") from error
        try:
            return command(options)
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
    "conform": _import_checked("conforming", "run_conform"),
    "adopt": _import_checked("adopting", "run_adopt"),
    "mock": _import_checked("conforming", "run_mock"),
    "diff": _import_checked("comparing", "run_diff"),
    "matrix": _import_checked("matrix", "run_matrix"),
    "build": _import_later("building", "run_build"),
    "serve": _import_later("building", "run_serve"),
}
