"""The command `init`: a working folder for a team that begins."""

import shlex
from argparse import Namespace

from arrakis_schema.cli.output import say
from arrakis_schema.store.new_root import BASE_URL, TITLE, create_root


def run_init(options: Namespace) -> int:
    """Write a new root, and say what to run next and in CI."""
    folder = options.folder
    title = options.name if options.name is not None else folder.resolve().name or TITLE
    files = create_root(folder, title, options.url)
    root = shlex.quote(str(folder))
    say(f"wrote {len(files)} files to {folder}: one document of each kind, with examples")
    if options.url == BASE_URL:
        say(f"each $id begins with {BASE_URL}, as --url was not given: replace that before the first release")
    say(f"next: arrakis-schema check --root {root}")
    say(f"in CI: arrakis-schema check --root {root} --against git:origin/main")
    return 0
