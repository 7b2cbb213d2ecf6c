"""The functions of the commands: each reads the store, prints, and returns the exit code."""

import gc
import shlex
from argparse import Namespace
from collections.abc import Callable, Hashable, Iterator
from importlib import import_module
from typing import Any

from arrakis_schema.cli.explaining import explain
from arrakis_schema.cli.output import print_errors, print_line, print_now, write, write_bytes
from arrakis_schema.cli.reporting import placed
from arrakis_schema.cli.show import view_of
from arrakis_schema.errors import MissingExtraError
from arrakis_schema.findings.finding import Severity
from arrakis_schema.findings.formats import FORMATS
from arrakis_schema.findings.text import format_count
from arrakis_schema.site.representations import Representation
from arrakis_schema.store.freezing import freeze
from arrakis_schema.store.git.append_only import history_since
from arrakis_schema.store.memo import Memo
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
    write(FORMATS[options.format](placed(findings, options.format, options.root)))
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


def run_build(options: Namespace) -> int:
    """Write the site."""
    from arrakis_schema.site import describe_omissions, site, write_tree  # noqa: PLC0415 - it needs an extra

    store = open_store(options.root)
    print_errors([] if options.trust_config else describe_omissions(store.root))
    gc.freeze()  # what is imported is no garbage
    try:
        count = write_tree(site(store, trust_config=options.trust_config), options.out, root=store.root)
    finally:
        gc.unfreeze()
    print_line(f"wrote {format_count(count, 'file')} to {options.out}")
    return 0


def run_serve(options: Namespace) -> int:
    """Serve the site until interrupted, and rebuild it when its sources change."""
    from arrakis_schema.server import Sources, serve  # noqa: PLC0415 - it needs an extra
    from arrakis_schema.site import describe_omissions, fingerprint, preload, site  # noqa: PLC0415 - the same

    root = options.root.absolute()
    address = {"host": options.host, "port": options.port, "workers": options.workers, "root_path": options.root_path}
    print_errors([] if options.trust_config else describe_omissions(root))
    preload()
    known: dict[Hashable, Any] = {}

    def build_site() -> Iterator[Representation]:
        nonlocal known
        memo = Memo(known)
        yield from site(open_store(root, memo), trust_config=options.trust_config)
        known = memo.used

    sources = Sources(lambda: fingerprint(root), print_now)
    serve(build_site, **address, announce=lambda url: print_now(f"serving {root} at {url}"), sources=sources)
    return 0


def _import_later(module: str, name: str) -> Callable[[Namespace], int]:
    """Return a command whose module, which needs the extra `check`, is imported when the command runs."""

    def run(options: Namespace) -> int:
        try:
            command = getattr(import_module(f"arrakis_schema.cli.{module}"), name)
        except (ModuleNotFoundError, MissingExtraError) as error:
            raise MissingExtraError(str(error.name).partition(".")[0], "check") from error
        try:
            code: int = command(options)
        except MissingExtraError as error:
            if error.extra != "arrow":
                raise
            raise MissingExtraError(error.module, "check") from error
        return code

    return run


COMMANDS: dict[str, Callable[[Namespace], int]] = {
    "init": run_init,
    "list": run_list,
    "show": run_show,
    "lint": run_lint,
    "validate": _import_later("validating", "run_validate"),
    "release": run_release,
    "verify": run_verify,
    "import": _import_later("importing", "run_import"),
    "compare": _import_later("comparing", "run_compare"),
    "check": _import_later("comparing", "run_check"),
    "conform": _import_later("conforming", "run_conform"),
    "adopt": _import_later("adopting", "run_adopt"),
    "mock": _import_later("conforming", "run_mock"),
    "diff": _import_later("comparing", "run_diff"),
    "matrix": _import_later("matrix", "run_matrix"),
    "build": run_build,
    "serve": run_serve,
}
