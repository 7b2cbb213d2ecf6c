"""Serve the site of `site.json`, or that of a folder: `run_site.py PORT WORKERS [ROOT_PATH [FOLDER]]`.

The URL is printed once it answers. What is served from a folder is built again when the folder changes; a file that is
called `broken` there stops each build.
"""

import json
import sys
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path

from arrakis_schema.server import ServeError, Sources, serve
from arrakis_schema.site import fingerprint
from arrakis_schema.site.representations import Representation, media_type_of


def load() -> list[Representation]:
    files = json.loads((Path(__file__).parent / "site.json").read_text())
    return [
        Representation(
            file["path"],
            file["text"].encode() * file.get("times", 1),
            file.get("media_type", media_type_of(file["path"])),
            immutable=file.get("immutable", False),
        )
        for file in files
    ]


def load_folder(folder: Path) -> Iterable[Representation]:
    for path in sorted((folder / "docs").iterdir()):
        if path.name == "broken":
            raise ValueError(path.read_text())
        yield Representation(path.name, path.read_bytes(), media_type_of(path.name))


def print_now(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def run(port: str, workers: str, root_path: str = "", folder: str = "") -> None:
    given: Callable[[], Iterable[Representation]] = partial(load_folder, Path(folder)) if folder else load
    sources = Sources(partial(fingerprint, Path(folder)), print_now) if folder else None
    serve(given, port=int(port), workers=int(workers), root_path=root_path, announce=print_now, sources=sources)


if __name__ == "__main__":
    try:
        run(*sys.argv[1:])
    except ServeError as refused:
        sys.exit(str(refused))
