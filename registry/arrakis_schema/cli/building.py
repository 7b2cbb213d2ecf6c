"""The commands that make the site: `build` writes it, `serve` answers from it."""

import gc
import os
from argparse import Namespace
from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from typing import Any

from arrakis_schema.cli.output import print_errors, print_line, print_now
from arrakis_schema.findings.reports import format_count
from arrakis_schema.site import describe_omissions, fingerprint, preload, site, write_tree
from arrakis_schema.site.representations import Representation
from arrakis_schema.store.caching import Memo
from arrakis_schema.store.store import open_store

_NEW_OBJECTS, _MOST_TIMES = 10_000, 1_000


def run_build(options: Namespace) -> int:
    """Write the site."""
    os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")  # its own pools reserve megabytes, for a few schemas
    store = open_store(options.root)
    print_errors([] if options.trust_config else describe_omissions(store.root))
    with _collect_rarely():
        count = write_tree(site(store, trust_config=options.trust_config), options.out, root=store.root)
    print_line(f"wrote {format_count(count, 'file')} to {options.out}")
    return 0


@contextmanager
def _collect_rarely() -> Iterator[None]:
    """Look for garbage among more new objects than usual, and nowhere else: most others are used until a build ends."""
    first, second, third = gc.get_threshold()
    gc.set_threshold(max(first, _NEW_OBJECTS), max(second, _MOST_TIMES), third)
    try:
        yield
    finally:
        gc.set_threshold(first, second, third)


def run_serve(options: Namespace) -> int:
    """Serve the site until interrupted, and rebuild it when its sources change."""
    from arrakis_schema.server import Sources, serve  # noqa: PLC0415 - it needs an extra that `build` does not need

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
