"""The table `[flight]` of `registry.toml`: each key is read, and each mistake is told by name."""

import shutil
import tomllib
from dataclasses import fields, is_dataclass
from pathlib import Path

import pytest

from arrakis_schema.errors import DamagedStoreError
from arrakis_schema.store.flight_settings import Flight
from arrakis_schema.store.settings import read_settings
from tests.flight.servers import PROJECT


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ("flight = 7", "flight is not a table"),
        ("[flight]\nargumens = 'x'", "unknown key flight.argumens"),
        ("[flight]\narguments = 7", "flight.arguments is not text"),
        ("[flight]\nexchange = 'x'", "flight.exchange is not a list of texts"),
        ("[flight]\nexchange = [7]", "flight.exchange is not a list of texts"),
        ("[flight]\ncounts = { a = 7 }", "flight.counts is not a table"),
        ("[flight]\ninfo = 'x'", "flight.info is not a table"),
        ("[flight.info]\nname = 'x'", "unknown key flight.info.name"),
        ("[flight.names]\na = 'x'", "flight.names.a is not a table"),
        ("[flight.names.a]\nfield = 'x'", "unknown key flight.names.a.field"),
        ("[flight.filters.a]\nkeeps = 'x'", "flight.filters.a.keeps is not one of named, listed, matching"),
        ("[flight.columns.a]\nsorted = 1", "flight.columns.a.sorted is not true or false"),
        ("[flight.columns.a.series]\nepoch = 1.5", "flight.columns.a.series.epoch is not a whole number"),
        ("[flight.columns.a.series]\nend = true", "flight.columns.a.series.end is not text"),
    ],
)
def test_a_mistake_is_told_by_name(tmp_path: Path, table: str, said: str) -> None:
    shutil.copytree(PROJECT / "tests/fixtures/weather", tmp_path, dirs_exist_ok=True)
    file = tmp_path / "schemas/registry.toml"
    parts = [file.read_text(), table] if table.startswith("[") else [table, file.read_text()]
    file.write_text("\n".join(parts))
    with pytest.raises(DamagedStoreError) as caught:
        read_settings(str(tmp_path))
    assert str(caught.value).startswith(f"schemas/registry.toml: {said}")


def test_every_key_is_used_and_explained() -> None:
    said = tomllib.loads((PROJECT / "schemas/registry.toml").read_text())["flight"]
    page = (PROJECT / "docs/architecture.md").read_text()
    assert {*said, "calls", "discriminator"} == {one.name for one in fields(Flight)}
    for one in fields(Flight):
        assert f"`{one.name}`" in page or f"`[flight.{one.name}" in page, one.name
        if is_dataclass(one.type):
            assert all(f"`{inner.name}`" in page for inner in fields(one.type))


def test_an_api_need_not_say_anything() -> None:
    assert read_settings(str(PROJECT / "tests/fixtures/weather")).flight == Flight()
