"""What the `mkdocs.yml` of a root says: all of it where trusted, otherwise the keys that run no code.

MkDocs imports the hooks, plugins and extensions that an `mkdocs.yml` names, runs the templates of its theme, follows
symbolic links out of `docs/`, and creates any Python object that a YAML tag names while it reads the file. Without
this module, the author of a pull request could run code on the machine that builds the site.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from posixpath import normpath, splitext
from typing import Any

import yaml
from yaml_env_tag import construct_env_tag  # type: ignore[import-untyped]

from arrakis_schema.site.sources import refuse_other_than_files
from arrakis_schema.site.writer import BuildError
from arrakis_schema.store.files import FILE, exists, read_file, refuse_links, scan_folder
from arrakis_schema.store.loading import data_root
from arrakis_schema.store.store import Store
from arrakis_schema.text.printable import join_names, printable

CONFIG = "mkdocs.yml"
FLAG = "--trust-config"
_HERE = Path(__file__).parent
_PLUGIN = "arrakis-schema"
_TEXTS = ("site_name", "site_description", "site_url", "docs_dir")
_KNOWN = (*_TEXTS, "nav")
_HARMLESS = {*_KNOWN, "copyright", "extra", "validation"}
"""What no text is rendered by."""

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


class _WholeLoader(yaml.UnsafeLoader):
    """Reads all that a trusted configuration says: tags that name Python objects, and `!ENV`."""


_WholeLoader.add_constructor("!ENV", construct_env_tag)


def is_trusted(root: Path) -> bool:
    """Return whether a root is this package's own: whoever can change its `mkdocs.yml` can change the program, too."""
    packaged = Path(data_root())
    return packaged.is_dir() and root.exists() and root.samefile(packaged)


@dataclass(frozen=True, slots=True)
class Configured:
    """What a root says about its site: settings without a path in them, its own pages, and parts of the theme.

    `plain`: nothing but this package and its theme renders the pages.
    """

    settings: dict[str, Any]
    docs: Path | None
    published: tuple[str, ...]
    theme: Path | None = None
    plain: bool = True


def read_configuration(store: Store, *, trust_config: bool) -> Configured:
    """Return the settings of the root upon those of the package; raises `BuildError`, and MkDocs' own exceptions."""
    if exists(str(store.root), CONFIG) and (trust_config or is_trusted(store.root)):
        refuse_links(str(store.root), CONFIG)
        return _trusted(store.root / CONFIG, _load(_HERE / CONFIG))
    settings = {key: value for key, value in _read_settings(store.root).items() if key in _KNOWN}
    docs = _docs_folder(store.root, settings)
    published = tuple(_files(docs)[0]) if (docs / "index.md").is_file() else ()
    merged = {**_load(_HERE / CONFIG), "site_name": store.settings.title, **settings}
    return Configured(_without_paths(merged, _HERE), docs if published else None, published)


def _trusted(config: Path, ours: dict[str, Any]) -> Configured:
    """Return all that a trusted configuration says, also by `INHERIT`; what it leaves out is as in the package's."""
    own = _load(config, ours)
    docs, theme = config.parent / str(own.get("docs_dir", "docs")), own.get("theme")
    custom = theme.get("custom_dir") if isinstance(theme, dict) else None
    settings, packaged = _without_paths(_merge(ours, own), config.parent), _without_paths(ours, _HERE)
    same = all(settings.get(key) == packaged.get(key) for key in settings.keys() | packaged if key not in _HARMLESS)
    published: tuple[str, ...] = ()
    if docs.is_dir():
        refuse_other_than_files(docs)
        listed = sorted(path for path, kind in scan_folder(str(docs.parent), docs.name) if kind == FILE)
        published = tuple(path for path in listed if not any(part.startswith(".") for part in path.split("/")))
    return Configured(settings, docs, published, config.parent / custom if custom else None, same and not custom)


def _load(config: Path, ours: dict[str, Any] | None = None) -> dict[str, Any]:
    """Return the contents of a trusted `mkdocs.yml`, upon those of the one that it inherits; `ours` if it is that."""
    if ours is not None and config.exists() and config.samefile(_HERE / CONFIG):
        return dict(ours)
    try:
        with config.open("rb") as file:
            loaded = yaml.load(file, Loader=_WholeLoader)  # noqa: S506 - it is trusted
    except OSError as error:
        raise BuildError(f"{config} cannot be read: {error.strerror}") from error
    except yaml.YAMLError as error:
        raise BuildError(f"{config.name} is not YAML: {' '.join(str(error).split())}") from error
    if not isinstance(loaded, dict):
        raise BuildError(f"{config.name} is not a table of settings")
    parent = loaded.pop("INHERIT", None)
    return loaded if parent is None else _merge(_load(config.parent / str(parent), ours), loaded)


def _merge(below: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
    """Return settings upon others: tables are merged, and all else is replaced."""
    tables = {
        key: _merge(below[key], value)
        for key, value in above.items()
        if isinstance(value, dict) and isinstance(below.get(key), dict)
    }
    return {**below, **above, **tables}


def _without_paths(settings: dict[str, Any], folder: Path) -> dict[str, Any]:
    """Return settings without our plugin and the paths of folders; hooks by their whole paths."""
    kept = {key: value for key, value in settings.items() if key not in {"docs_dir", "site_dir", "hooks", "watch"}}
    hooks = [str(folder / hook) for hook in settings.get("hooks") or ()]
    theme, plugins = kept.get("theme"), kept.get("plugins")
    if isinstance(theme, dict):
        kept["theme"] = {key: value for key, value in theme.items() if key != "custom_dir"}
    if isinstance(plugins, dict):
        kept["plugins"] = {name: options for name, options in plugins.items() if name != _PLUGIN}
    if isinstance(plugins, list):
        kept["plugins"] = [entry for entry in plugins if entry not in (_PLUGIN, {_PLUGIN: {}})]
    return {**kept, **({"hooks": hooks} if hooks else {})}


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
