"""What MkDocs is told for a root: all that its `mkdocs.yml` says where that is trusted, else what cannot run a program.

MkDocs imports the hooks, plugins and extensions that an `mkdocs.yml` names, runs the templates of its theme, follows
symbolic links out of `docs/`, and makes any Python object that a YAML tag names while it reads the file. Whoever may
send a pull request could do so on the machine that builds the site.
"""

import shutil
from collections.abc import Iterator
from pathlib import Path
from posixpath import normpath, splitext
from typing import Any

import yaml

from arrakis_schema.site.sources import refuse_other_than_files
from arrakis_schema.site.write import BuildError
from arrakis_schema.store.files import FILE, exists, read_file, refuse_links, scan_folder
from arrakis_schema.store.loading import data_root
from arrakis_schema.store.store import Store
from arrakis_schema.text.printable import join_names, printable

CONFIG = "mkdocs.yml"
FLAG = "--trust-config"
_HERE = Path(__file__).parent
_TEXTS = ("site_name", "site_description", "site_url", "docs_dir")
_KNOWN = (*_TEXTS, "nav")
_PUBLISHED = {".md", ".png", ".jpg", ".jpeg", ".gif", ".webp", ".avif", ".txt", ".csv", ".json", ".pdf"}
"""The suffixes of files in `docs/` that no browser runs a script of."""

_MOST_ENTRIES = 1_000


class _Plain(yaml.SafeLoader):
    """Reads text, numbers, lists and tables; any other tag stands for nothing, and an alias is refused."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        """Refuse what grows without bounds: an alias in an alias in an alias."""
        if self.check_event(yaml.AliasEvent):
            raise yaml.YAMLError("aliases (*name) are not read")
        return super().compose_node(parent, index)


_Plain.add_multi_constructor("", lambda _loader, _tag, _node: None)


def is_trusted(root: Path) -> bool:
    """Tell whether a root is this package's own: who may change its `mkdocs.yml` may change the program, too."""
    own = Path(data_root())
    return own.is_dir() and root.exists() and root.samefile(own)


def mkdocs_options(store: Store, folder: Path, *, trust_config: bool) -> dict[str, Any]:
    """Return what to load the configuration with; `folder` is a fresh one, for files that are needed meanwhile."""
    if exists(str(store.root), CONFIG) and (trust_config or is_trusted(store.root)):
        refuse_links(str(store.root), CONFIG)
        return {"config_file": str(store.root / CONFIG)}
    said = {key: value for key, value in _read(store.root).items() if key in _KNOWN}
    docs, pages = _docs(store.root, said), folder / "docs"
    pages.mkdir()
    for name in _files(docs)[0] if (docs / "index.md").is_file() else ():
        (pages / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(docs / name, pages / name)
    extra = {"root": str(store.root), "generator": False}
    named = {"site_name": store.settings.title, **said, "docs_dir": str(pages), "extra": extra}
    return {"config_file": str(_HERE / CONFIG), **named}


def left_out(root: Path) -> list[str]:
    """Return a sentence for each thing of a root that a site leaves out because it was not said to be trusted."""
    if is_trusted(root):
        return []
    said = _read(root)
    keys = tuple(printable(str(key), 40) for key in said if key not in _KNOWN)
    docs = _docs(root, said)
    files = tuple(printable(name, 80) for name in _files(docs)[1]) if (docs / "index.md").is_file() else ()
    sentences = [f"{CONFIG}: not used without {FLAG}: {join_names(keys, 10)}"] if keys else []
    return sentences + ([f"{docs.name}/: not published without {FLAG}: {join_names(files, 10)}"] if files else [])


def _read(root: Path) -> dict[Any, Any]:
    """Return what the `mkdocs.yml` of a root says, or nothing where there is none; raises `BuildError`."""
    if not exists(str(root), CONFIG):
        return {}
    content = read_file(str(root), CONFIG)
    try:
        said = yaml.load(content, Loader=_Plain)  # noqa: S506 - a safe loader that knows fewer things
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise BuildError(f"{CONFIG} is not YAML: {' '.join(str(error).split())}") from error
    if not isinstance(said, dict):
        raise BuildError(f"{CONFIG} is not a table of settings")
    wrong = [key for key in _TEXTS if not isinstance(said.get(key, ""), str)]
    if wrong:
        raise BuildError(f"{CONFIG}: {wrong[0]} is not text")
    if not said.get("site_url", "https://").startswith(("https://", "http://")):
        raise BuildError(f"{CONFIG}: site_url is not a URL that begins with https://")
    if "nav" in said and len(list(_entries(said["nav"]))) > _MOST_ENTRIES:
        raise BuildError(f"{CONFIG}: nav has more than {_MOST_ENTRIES:,} entries")
    return said


def _entries(nav: Any) -> Iterator[str]:
    """Yield the targets of a navigation; raises `BuildError` for what is none, such as a link that is a script."""
    if isinstance(nav, dict):
        nav = list(nav.values())
    if isinstance(nav, list):
        for part in nav:
            yield from _entries(part)
    elif not isinstance(nav, str) or (":" in nav and not nav.startswith(("https://", "http://"))):
        raise BuildError(f"{CONFIG}: nav: {printable(repr(nav), 80)} is neither the path of a page nor a URL")
    else:
        yield nav


def _docs(root: Path, said: dict[Any, Any]) -> Path:
    """Return the folder with the root's own pages; raises an error where it lies elsewhere, or has links in it."""
    folder = normpath(str(said.get("docs_dir", "docs")))
    if folder.startswith((".", "/")):
        raise BuildError(f"{CONFIG}: docs_dir = {printable(folder, 80)} is not a folder below the root")
    refuse_links(str(root), folder)
    if (root / folder).is_dir():
        refuse_other_than_files(root / folder)
    return root / folder


def _files(docs: Path) -> tuple[list[str], list[str]]:
    """Return the files of a folder that are published, and those that are left out: a browser would run them."""
    files = sorted(path for path, kind in scan_folder(str(docs.parent), docs.name) if kind == FILE)
    published = [path for path in files if splitext(path)[1].lower() in _PUBLISHED]
    return published, [path for path in files if path not in published and not path.startswith(".")]
