"""Render the folder of the site with other generators, and hold each site against the one that MkDocs renders.

`python -m tests.generators.run FOLDER [ROOT]`; in FOLDER are the environments `properdocs` and `zensical`. Exit code 1:
a page says something else, or *Check a request* does not work.
"""

import shutil
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import sync_playwright

from arrakis_schema.site import site, write_tree
from arrakis_schema.site.finishing import finish_site
from arrakis_schema.site.folder import site_folder
from arrakis_schema.site.tree import tree
from arrakis_schema.store.store import Store
from tests.browser.serving import served

COMMANDS = {
    "properdocs": ["properdocs", "build", "--strict", "--quiet", "--config-file", "mkdocs.yml", "--site-dir", "site"],
    "zensical": ["zensical", "build", "--strict", "--config-file", "mkdocs.yml"],
}
VERDICT = "Accepted by"


class Page(HTMLParser):
    """The words of the article of a page, and the ids in it."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self._texts: list[str] = []
        self._open = self._hidden = 0
        self.feed(html)
        self.close()

    @property
    def text(self) -> str:
        return " ".join("".join(self._texts).split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._open += tag == "article"
        self._hidden += tag in {"script", "style"}
        self.ids += [value or "" for name, value in attrs if name == "id" and self._open and value != "__skip"]

    def handle_endtag(self, tag: str) -> None:
        self._open -= tag == "article"
        self._hidden -= tag in {"script", "style"}

    def handle_data(self, data: str) -> None:
        if self._open and not self._hidden:
            self._texts.append(data)


def render(name: str, environments: Path, store: Store, target: Path) -> None:
    """Write the site as another generator renders it."""
    folder = site_folder(store, trust_config=True)
    with TemporaryDirectory() as temporary:
        folder.write(Path(temporary))
        program, *arguments = COMMANDS[name]
        command = [str(environments.absolute() / name / "bin" / program), *arguments]
        done = subprocess.run(command, cwd=temporary, check=False, capture_output=True, text=True)
        if done.returncode:
            raise SystemExit(f"{name} cannot render the folder:\n{done.stdout[-4000:]}{done.stderr[-4000:]}")
        raw = {file.path: file for file in tree(store) if file.path != "index.html"}
        files = {file.path: file for file in finish_site(Path(temporary, "site"), folder)}
        write_tree((files | raw).values(), target)


def differences(ours: Path, theirs: Path) -> list[str]:
    """Return which pages of two sites do not have the same words and addresses."""
    both = [{path.relative_to(folder).as_posix() for path in folder.rglob("*.html")} for folder in (ours, theirs)]
    found = [f"{path}: only one has it" for path in sorted(both[0] ^ both[1])]
    for path in sorted(both[0] & both[1]):
        one, other = (Page((folder / path).read_text(encoding="utf-8")) for folder in (ours, theirs))
        found += [f"{path}: other words"] if one.text != other.text else []
        found += [f"{path}: other ids"] if set(one.ids) != set(other.ids) else []
    return found


def checked(folder: Path) -> str:
    """Return what *Check a request* says of its first example, in a browser."""
    page_folder = next(path.parent for path in sorted(folder.rglob("index.html")) if 'data-try=""' in path.read_text())
    with served(folder) as address, sync_playwright() as started:
        installed = shutil.which("chromium") or shutil.which("google-chrome")
        page = started.chromium.launch(executable_path=installed, args=["--no-sandbox"]).new_page()
        page.goto(f"{address}{page_folder.relative_to(folder).as_posix()}/")
        page.locator("[data-try]").scroll_into_view_if_needed()
        verdict = page.locator(".try form .try-verdict").first
        verdict.wait_for()
        return verdict.inner_text()


def main(environments: str, root: str = ".") -> int:
    """Render with every generator, and print what differs."""
    store, failed = Store(Path(root)), False
    with TemporaryDirectory() as temporary:
        ours = Path(temporary, "mkdocs")
        write_tree(site(store, trust_config=True), ours)
        count = len(list(ours.rglob("*.html")))
        for name in COMMANDS:
            theirs = Path(temporary, name)
            render(name, Path(environments), store, theirs)
            found, verdict = differences(ours, theirs), checked(theirs)
            failed |= bool(found) or not verdict.startswith(VERDICT)
            print(
                f"{name}: {count} pages, {len(found)} differences; Check a request: {verdict}", *found[:20], sep="\n  "
            )
    return int(failed)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
