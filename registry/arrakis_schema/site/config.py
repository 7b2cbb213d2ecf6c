"""The configuration of MkDocs for a root: its whole `mkdocs.yml` where trusted, otherwise the keys that run no code.

MkDocs imports the hooks, plugins and extensions that an `mkdocs.yml` names, runs the templates of its theme, follows
symbolic links out of `docs/`, and creates any Python object that a YAML tag names while it reads the file. Without
this module, the author of a pull request could run code on the machine that builds the site.
"""

import shutil
from collections.abc import Iterator
from pathlib import Path
from posixpath import normpath, splitext
from typing import Any

import yaml
from mkdocs.exceptions import MkDocsException
from mkdocs.utils.yaml import yaml_load

from arrakis_schema.site.sources import refuse_other_than_files
from arrakis_schema.site.writer import BuildError
from arrakis_schema.store.files import FILE, exists, read_file, refuse_links, scan_folder
from arrakis_schema.store.loading import data_root
from arrakis_schema.store.store import Store
from arrakis_schema.text.printable import join_names, printable

CONFIG = "mkdocs.yml"
FLAG = "--trust-config"
_HERE = Path(__file__).parent
_HOOKS = "hooks.py"
_TEXTS = ("site_name", "site_description", "site_url", "docs_dir")
_KNOWN = (*_TEXTS, "nav")
_PUBLISHED = {".md", ".png", ".jpg", ".jpeg", ".gif", ".webp", ".avif", ".txt", ".csv", ".json", ".pdf"}
"""The suffixes of files in `docs/` in which no browser runs scripts."""

_MOST_ENTRIES = 1_000


class _PlainLoader(yaml.SafeLoader):
    """Reads text, numbers, lists and tables; other tags become null, and aliases are refused."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        """Refuse aliases: nested ones grow exponentially."""
        if self.check_event(yaml.AliasEvent):
            raise yaml.YAMLError("aliases (*name) are not read")
        return super().compose_node(parent, index)


_PlainLoader.add_multi_constructor("", lambda _loader, _tag, _node: None)


def is_trusted(root: Path) -> bool:
    """Tell whether a root is this package's own: whoever can change its `mkdocs.yml` can change the program, too."""
    packaged = Path(data_root())
    return packaged.is_dir() and root.exists() and root.samefile(packaged)


def mkdocs_options(store: Store, folder: Path, *, trust_config: bool) -> dict[str, Any]:
    """Return the arguments for MkDocs' `load_config`; `folder` is an empty one for temporary files."""
    if exists(str(store.root), CONFIG) and (trust_config or is_trusted(store.root)):
        refuse_links(str(store.root), CONFIG)
        return {"config_file": str(store.root / CONFIG), **_inherited_hooks(store.root / CONFIG)}
    settings = {key: value for key, value in _read_settings(store.root).items() if key in _KNOWN}
    docs, pages = _docs_folder(store.root, settings), folder / "docs"
    pages.mkdir()
    for name in _files(docs)[0] if (docs / "index.md").is_file() else ():
        (pages / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(docs / name, pages / name)
    extra = {"root": str(store.root), "generator": False}
    named = {"site_name": store.settings.title, **settings, "docs_dir": str(pages), "extra": extra}
    return {"config_file": str(_HERE / CONFIG), **named}


def _inherited_hooks(config: Path) -> dict[str, list[str]]:
    """Return the hooks of a trusted configuration that inherits this package's: MkDocs looks for ours beside it."""
    try:
        with config.open("rb") as file:
            hooks = yaml_load(file).get("hooks")
    except (MkDocsException, yaml.YAMLError):
        return {}  # MkDocs says why
    if not isinstance(hooks, list) or _HOOKS not in hooks or (config.parent / _HOOKS).exists():
        return {}
    return {"hooks": [str(_HERE / hook) if hook == _HOOKS else hook for hook in hooks]}


def describe_omissions(root: Path) -> list[str]:
    """Return a sentence for the settings, and one for the files, that a site omits because the root is not trusted."""
    if is_trusted(root):
        return []
    settings = _read_settings(root)
    keys = tuple(printable(str(key), 40) for key in settings if key not in _KNOWN)
    docs = _docs_folder(root, settings)
    files = tuple(printable(name, 80) for name in _files(docs)[1]) if (docs / "index.md").is_file() else ()
    sentences = [f"{CONFIG}: not used without {FLAG}: {join_names(keys, 10)}"] if keys else []
    return sentences + ([f"{docs.name}/: not published without {FLAG}: {join_names(files, 10)}"] if files else [])


def _read_settings(root: Path) -> dict[Any, Any]:
    """Return the contents of the `mkdocs.yml` of a root, or nothing where there is none; raises `BuildError`."""
    if not exists(str(root), CONFIG):
        return {}
    content = read_file(str(root), CONFIG)
    try:
        settings = yaml.load(content, Loader=_PlainLoader)  # noqa: S506 - a safe loader with fewer features
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise BuildError(f"{CONFIG} is not YAML: {' '.join(str(error).split())}") from error
    if not isinstance(settings, dict):
        raise BuildError(f"{CONFIG} is not a table of settings")
    invalid = [key for key in _TEXTS if not isinstance(settings.get(key, ""), str)]
    if invalid:
        raise BuildError(f"{CONFIG}: {invalid[0]} is not text")
    if not settings.get("site_url", "https://").startswith(("https://", "http://")):
        raise BuildError(f"{CONFIG}: site_url is not a URL that begins with https://")
    if "nav" in settings and len(list(_entries(settings["nav"]))) > _MOST_ENTRIES:
        raise BuildError(f"{CONFIG}: nav has more than {_MOST_ENTRIES:,} entries")
    return settings


def _entries(nav: Any) -> Iterator[str]:
    """Yield the targets of a navigation; raises `BuildError` for anything else, such as a link that runs a script."""
    if isinstance(nav, dict):
        nav = list(nav.values())
    if isinstance(nav, list):
        for part in nav:
            yield from _entries(part)
    elif not isinstance(nav, str) or (":" in nav and not nav.startswith(("https://", "http://"))):
        raise BuildError(f"{CONFIG}: nav: {printable(repr(nav), 80)} is neither the path of a page nor a URL")
    else:
        yield nav


def _docs_folder(root: Path, settings: dict[Any, Any]) -> Path:
    """Return the folder with the root's own pages; raises an error where it is outside the root, or has links in it."""
    folder = normpath(str(settings.get("docs_dir", "docs")))
    if folder.startswith((".", "/")):
        raise BuildError(f"{CONFIG}: docs_dir = {printable(folder, 80)} is not a folder below the root")
    refuse_links(str(root), folder)
    if (root / folder).is_dir():
        refuse_other_than_files(root / folder)
    return root / folder


def _files(docs: Path) -> tuple[list[str], list[str]]:
    """Return the files of a folder that are published, and those omitted as a browser may run scripts in them."""
    files = sorted(path for path, kind in scan_folder(str(docs.parent), docs.name) if kind == FILE)
    published = [path for path in files if splitext(path)[1].lower() in _PUBLISHED]
    return published, [path for path in files if path not in published and not path.startswith(".")]
