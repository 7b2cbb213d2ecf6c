"""The site keeps the reasons for the breaks that a release makes on purpose."""

import json
import shutil
from pathlib import Path

from arrakis_schema.reference import book
from arrakis_schema.reference.markup import code, escape_markdown
from arrakis_schema.store.exceptions import entry_text
from arrakis_schema.store.freezing import freeze
from arrakis_schema.store.store import Store

PROJECT = Path(__file__).parent.parent.parent
PLACE = "endpoints/forecast/descriptor.json#/properties/days/maximum = 10"
SHOWN = (
    f"- {escape_markdown('No *model* looks further.')} {code('maximum-tightened')} "
    f"in {code('endpoints/forecast/descriptor.json: days')}"
)


def test_the_pages_of_a_release_and_of_its_neighbours_say_why_it_breaks(tmp_path: Path) -> None:
    root = tmp_path / "weather"
    shutil.copytree(PROJECT / "tests/fixtures/weather", root)
    freeze(root)
    entry = entry_text("maximum-tightened", PLACE, "2.0.0").replace(
        'reason = ""', 'reason = "No *model* looks further."'
    )
    (root / "schemas/exceptions.toml").write_text(entry)
    for path in (root / "schemas/registry.toml", root / "schemas/endpoints/forecast/descriptor.json"):
        path.write_text(path.read_text().replace("1.1.0", "2.0.0").replace('"maximum": 14', '"maximum": 10'))
    for _ in ("before it is released", "and afterwards"):
        pages = dict(book(Store(root)))
        assert SHOWN in pages["releases/2.0.0/index.md"]
        assert SHOWN in pages["compare/1.1.0...2.0.0.md"]
        assert "Accepted breaks" not in pages["releases/1.1.0/index.md"]
        (accepted,) = json.loads(pages["releases/2.0.0/index.json"])["accepted"]
        assert accepted == {"rule": "maximum-tightened", "places": [PLACE], "reason": "No *model* looks further."}
        if "2.0.0" not in Store(root).releases:
            freeze(root)
