"""What a root's own `mkdocs.yml` may do to whoever builds its site: nothing, unless it was said to be trusted."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from mkdocs.utils.meta import get_data

from arrakis_schema.cli import main
from arrakis_schema.errors import DamagedStoreError
from arrakis_schema.site import BuildError, describe_omissions, site
from arrakis_schema.site.config import is_trusted, read_configuration
from arrakis_schema.site.folder import site_folder
from arrakis_schema.store.store import Store

PROJECT = Path(__file__).parent.parent.parent
PACKAGE_CONFIG = PROJECT / "registry/arrakis_schema/site/mkdocs.yml"
ENVIRONMENT = {**os.environ, "NO_MKDOCS_2_WARNING": "1"}
DATED = {"sitemap.xml", "sitemap.xml.gz"}
PAGE = "# Front\n\nOur words.\n"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "weather"
    shutil.copytree(PROJECT / "tests/fixtures/weather", folder)
    (folder / "docs").mkdir()
    (folder / "docs/index.md").write_text(PAGE)
    return folder


def pages(root: Path, *, trust_config: bool = False) -> dict[str, bytes]:
    return {file.path: file.content for file in site(Store(root), trust_config=trust_config)}


def hostile(root: Path) -> dict[str, str]:
    """Return ways to run a program, each of which would write the file `ran`."""
    ran = f"open({str(root / 'ran')!r}, 'w').close()"
    (root / "evil.py").write_text(f"{ran}\ndef on_startup(**_): pass\ndef makeExtension(**_): pass\n")
    (root / "theme").mkdir()
    (root / "theme/main.html").write_text("OVERRIDDEN {{ config.__class__ }}")
    (root / "parent.yml").write_text("hooks: [evil.py]\n")
    return {
        "hooks": "hooks: [evil.py]\n",
        "a tag": f"extra: !!python/object/apply:os.system ['touch {root / 'ran'}']\n",
        "a module": "extra: !!python/module:evil\n",
        "a name": "extra: !!python/name:evil.x\n",
        "a plugin": "plugins: [evil]\n",
        "an extension": "markdown_extensions: [evil]\n",
        "a theme": "theme: {name: material, custom_dir: theme}\n",
        "a parent": "INHERIT: parent.yml\n",
        "the environment": "extra: {secret: !ENV PATH}\n",
    }


WAYS = ("hooks", "a tag", "a module", "a name", "a plugin", "an extension", "a theme", "a parent", "the environment")


@pytest.mark.parametrize("way", WAYS)
def test_nothing_of_a_config_is_run(way: str, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(root))
    text = hostile(root)[way]
    (root / "mkdocs.yml").write_text(f"site_name: Ours\n{text}")
    front = pages(root)["index.html"].decode()
    assert not (root / "ran").exists()
    assert "OVERRIDDEN" not in front
    assert "Our words." in front
    assert "Ours" in front
    assert os.environ["PATH"] not in front
    assert describe_omissions(root) == [f"mkdocs.yml: not used without --trust-config: {text.partition(':')[0]}"]


def test_a_trusted_config_runs(root: Path) -> None:
    text = hostile(root)["hooks"]
    (root / "mkdocs.yml").write_text(f"site_name: Ours\nplugins: []\n{text}")
    assert "index.html" in pages(root, trust_config=True)
    assert (root / "ran").exists()


def test_a_trusted_config_inherits_that_of_the_package(root: Path) -> None:
    (root / "mkdocs.yml").write_text(
        f"INHERIT: {PACKAGE_CONFIG}\nsite_name: Mine\nnav: [index.md]\nhooks: [own.py]\ntheme: {{language: de}}\n"
    )
    settings = read_configuration(Store(root), trust_config=True).settings
    assert list(settings["plugins"]) == ["search"]
    assert settings["site_name"] == "Mine"
    assert (settings["theme"]["name"], settings["theme"]["language"]) == ("material", "de")
    assert settings["hooks"] == [str(root / "own.py")]


@pytest.mark.parametrize("plugins", ["", "plugins: [arrakis-schema, search]\n"])
def test_mkdocs_builds_a_root_that_inherits_as_the_command_does(plugins: str, root: Path) -> None:
    (root / "mkdocs.yml").write_text(f"INHERIT: {PACKAGE_CONFIG}\nsite_name: Mine\n{plugins}")
    built = root.parent / "built"
    command = [sys.executable, "-m", "mkdocs", "build", "--quiet", "--site-dir", str(built)]
    result = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False, env=ENVIRONMENT)
    assert (result.returncode, result.stderr) == (0, "")
    files = {path.relative_to(built).as_posix(): path.read_bytes() for path in built.rglob("*") if path.is_file()}
    ours = pages(root, trust_config=True)
    assert files.keys() == ours.keys()
    assert {path for path in files if files[path] != ours[path]} <= DATED


def test_the_own_root_of_the_package_is_trusted() -> None:
    assert is_trusted(PROJECT)
    assert describe_omissions(PROJECT) == []
    assert not is_trusted(PROJECT / "tests/fixtures/weather")


def test_words_and_navigation_are_used(root: Path) -> None:
    (root / "docs/more.md").write_text("# More\n")
    (root / "mkdocs.yml").write_text(
        "site_name: Ours\nsite_description: All of it\nnav: [Home: index.md, More of it: more.md, Elsewhere: 'https://example.org/'] \n"
    )
    front = pages(root)["index.html"].decode()
    assert all(text in front for text in ("Ours", "All of it", "More of it", "https://example.org/"))
    assert describe_omissions(root) == []


def test_what_a_browser_runs_is_not_published(root: Path) -> None:
    for name in ("evil.html", "evil.svg", "more/evil.js"):
        (root / "docs" / name).parent.mkdir(exist_ok=True)
        (root / "docs" / name).write_text("<script>alert(1)</script>")
    (root / "docs/picture.png").write_bytes(b"\x89PNG")
    found = pages(root)
    assert "picture.png" in found
    assert not [path for path in found if "evil" in path]
    assert describe_omissions(root) == [
        "docs/: not published without --trust-config: evil.html, evil.svg, more/evil.js"
    ]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("a: [", "is not YAML"),
        ("[" * 5000, "is not YAML"),
        ("a: &a [x]\nb: [*a, *a]\n", "aliases"),
        ("- a\n", "is not a table"),
        ("site_name: 7\n", "site_name is not text"),
        ("site_name: !ENV PATH\n", "site_name is not text"),
        ("docs_dir: ..\n", "docs_dir"),
        ("docs_dir: /etc\n", "docs_dir"),
        ("docs_dir: .\n", "docs_dir"),
        ("docs_dir: elsewhere\n", "symbolic link"),
        ("site_url: 'javascript:alert(1)'\n", "site_url"),
        ("nav: [X: 'javascript:alert(1)']\n", "nav"),
        ("nav: {a: {b: 3}}\n", "nav"),
        (f"nav: {['index.md'] * 1001}\n", "nav has more than 1,000 entries"),
        ("\x00", "is not YAML"),
    ],
)
def test_a_config_that_cannot_be_used_gets_a_sentence(
    text: str, problem: str, root: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (root / "elsewhere").symlink_to(tmp_path)
    (root / "mkdocs.yml").write_text(text)
    with pytest.raises((BuildError, DamagedStoreError), match=problem):
        list(site(Store(root)))
    assert main(["build", str(tmp_path / "out"), "--root", str(root)]) == 2
    printed = capfd.readouterr()
    assert problem in printed.err
    assert len(printed.err.splitlines()) == 1
    assert not (tmp_path / "out").exists()


def test_build_says_what_it_left_out(root: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (root / "mkdocs.yml").write_text("site_name: Ours\nhooks: [evil.py]\n")
    assert main(["build", str(tmp_path / "out"), "--root", str(root)]) == 0
    assert capfd.readouterr().err == "arrakis-schema: mkdocs.yml: not used without --trust-config: hooks\n"


@pytest.mark.parametrize(
    "page",
    [
        "subtitle: <img src=x>\ntitle: <img src=x>\n\nText.\n",
        '---\n---\ndescription: "<img src=x>"\ntitle: <img src=x>\n---\nText.\n',
        "---\nsubtitle: <img src=x>\nauthor: [<img src=x>]\n---\n# Heading\n",
    ],
    ids=["without marks", "marks twice", "any name"],
)
def test_only_our_front_matter_is_read_and_all_of_it_is_text(page: str, root: Path) -> None:
    (root / "docs/more.md").write_text(page)
    source = site_folder(Store(root)).pages["more.md"].source
    _, meta = get_data(source)  # what MkDocs takes for front matter
    assert "<img" not in str(meta)
    assert not meta or "&lt;img src=x&gt;" in str(meta)


def test_a_name_of_a_file_is_text(root: Path) -> None:
    (root / "docs/<img src=x>.md").write_text("Text.\n")
    found = pages(root)
    assert b"<img src=x>" not in found["<img src=x>/index.html"]


def test_a_page_that_is_not_utf_8_is_named(root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (root / "docs/more.md").write_bytes(b"caf\xe9\n")
    assert main(["build", str(tmp_path / "out"), "--root", str(root)]) == 2
    assert capsys.readouterr().err == "arrakis-schema: the page more.md is not UTF-8 at byte 3: save it as UTF-8\n"


@pytest.mark.parametrize("path", ["endpoints.md", "endpoints/README.md", "releases/index.md", "catalog.json"])
def test_a_page_at_the_address_of_a_generated_one_is_named(path: str, root: Path) -> None:
    (root / "docs" / path).parent.mkdir(exist_ok=True)
    (root / "docs" / path).write_text("# Ours")
    with pytest.raises(BuildError, match=rf"^{path} of your docs/ has the address of a page or file"):
        site_folder(Store(root))
