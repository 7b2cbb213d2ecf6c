"""Validation of a request, envelope and endpoint, beside jsonschema as clients use it; the limit beside them."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import jsonschema
import jsonschema_rs
import msgspec
from sides import interleaved, table, verdict

from arrakis_schema import load_schema, open_release, validate
from arrakis_schema.json_schema.judge import fast
from arrakis_schema.store.store import Release

PROJECT = Path(__file__).parent.parent
DRAFT_07, DRAFT_2020_12 = "http://json-schema.org/draft-07/schema", "https://json-schema.org/draft/2020-12/schema"
SLOW = {DRAFT_07: jsonschema.Draft7Validator, DRAFT_2020_12: jsonschema.Draft202012Validator}
RUST = {DRAFT_07: jsonschema_rs.Draft7Validator, DRAFT_2020_12: jsonschema_rs.Draft202012Validator}


class Args(msgspec.Struct):
    channels: list[str]
    time: int | None
    replay_id: str | None = None


class Describe(msgspec.Struct):
    request: str
    args: Args
    version: str | None = None


def release_in(dialect: str, root: Path) -> Release:
    """Return the working set written in a dialect."""
    shutil.copytree(PROJECT / "schemas", root / "schemas")
    for path in (root / "schemas").rglob("*.json"):
        text = path.read_text().replace(f"{DRAFT_07}#", dialect)
        path.write_text(text if dialect == DRAFT_07 else text.replace('"definitions"', '"$defs"'))
    return open_release(None, root)


def both(name: str, release: Release, make: Any) -> Any:
    """Return a check of the envelope and then the endpoint."""
    envelope, endpoint = (make(load_schema(part, root=release.store.root)) for part in ("descriptor", name))

    def check(request: Any) -> None:
        envelope.validate(request)
        endpoint.validate(request)

    return check


def compare(title: str, name: str, request: Any, wanted: float, **more: Any) -> Iterator[tuple[str, float, float]]:
    """Measure in each dialect, with the extra `fast` and without; yield the ratios with what is wanted."""
    for dialect in (DRAFT_07, DRAFT_2020_12):
        with TemporaryDirectory() as fast_root, TemporaryDirectory() as plain_root:
            quick, rust = release_in(dialect, Path(fast_root)), fast._rust  # noqa: SLF001 - as if it were not installed
            validate(request, quick)
            plain = release_in(dialect, Path(plain_root))
            fast._rust = None  # noqa: SLF001
            validate(request, plain)
            fast._rust = rust  # noqa: SLF001
            slow, limit = both(name, plain, SLOW[dialect]), both(name, plain, RUST[dialect])
            ways = {
                "arrakis_schema.validate": lambda plain=plain: validate(request, plain),
                "arrakis_schema.validate with [fast]": lambda quick=quick: validate(request, quick),
                "jsonschema": lambda slow=slow: slow(request),
                "jsonschema_rs (limit)": lambda limit=limit: limit(request),
                **more,
            }
            times = interleaved(ways)
        measured = f"{title}, {dialect.rsplit('/', 2)[-2]}"
        table(measured, times, "arrakis_schema.validate")
        ours, faster, limit_time = (times[way] for way in [*list(ways)[:2], "jsonschema_rs (limit)"])
        yield f"{measured}: faster than jsonschema by", times["jsonschema"] / ours, wanted
        yield f"{measured}: with [fast], twice jsonschema_rs takes as long by", 2 * limit_time / faster, 1


def main() -> None:
    find = json.loads((PROJECT / "schemas/endpoints/find/examples/full.json").read_text())
    describe = {"request": "Describe", "args": {"channels": [f"H1:CAL-X_{n}" for n in range(1000)], "time": None}}
    limit = {"msgspec.convert, types only (limit)": lambda: msgspec.convert(describe, Describe)}
    ratios = [
        *compare("validate a Find", "find", find, 15),
        *compare("validate a Describe of 1,000 channels", "describe", describe, 80, **limit),
    ]
    print()
    for ratio in ratios:
        verdict(*ratio)


if __name__ == "__main__":
    main()
