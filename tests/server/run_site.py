"""Serve the site of `site.json`: `run_site.py PORT WORKERS [ROOT_PATH]`; the URL is printed once it answers."""

import json
import sys
from pathlib import Path

from arrakis_schema.representations import Representation, media_type_of
from arrakis_schema.server import ServeError, serve


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


def announce(url: str) -> None:
    sys.stdout.write(f"{url}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    try:
        serve(
            load,
            port=int(sys.argv[1]),
            workers=int(sys.argv[2]),
            root_path="".join(sys.argv[3:]),
            announce=announce,
        )
    except ServeError as refused:
        sys.exit(str(refused))
