"""A root folder with a damaged file builds, or says in one sentence which file is damaged."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from arrakis_schema.errors import ArrakisSchemaError, DamagedStoreError
from arrakis_schema.site import site
from arrakis_schema.store.freezing import freeze
from arrakis_schema.store.store import Store

WEATHER = Path(__file__).parent.parent / "fixtures/weather"
FILES = sorted(path.relative_to(WEATHER).as_posix() for path in WEATHER.rglob("*") if path.is_file())
DAMAGE: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda content: content[:0],
    "cut": lambda content: content[: len(content) * 2 // 3],
    "no text": lambda content: b"\xff\xfe\x00" + content,
    "a number": lambda content: b"1" + content[:0],
    "a list": lambda content: b"[[]]" + content[:0],
}


@pytest.mark.parametrize("path", ["docs/environment.md", "docs/environment.txt", "docs/more", "docs", "mkdocs.yml"])
def test_no_page_is_a_link(path: str, tmp_path: Path) -> None:
    root = tmp_path / "weather"
    shutil.copytree(WEATHER, root)
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret/index.md").write_text("# secret")
    if path != "docs":
        (root / "docs").mkdir()
        (root / "docs/index.md").write_text("# Weather")
    target = "/proc/self/environ" if "environment" in path else tmp_path / "secret"
    (root / path).symlink_to(target)
    with pytest.raises(DamagedStoreError, match=f"^{path} is a symbolic link"):
        list(site(Store(root)))


@pytest.mark.parametrize("damage", DAMAGE)
@pytest.mark.parametrize("file", FILES)
def test_a_damaged_file_is_named_or_does_no_harm(file: str, damage: str, tmp_path: Path) -> None:
    shutil.copytree(WEATHER, tmp_path / "weather")
    freeze(tmp_path / "weather")
    settings = tmp_path / "weather/schemas/registry.toml"
    settings.write_text(settings.read_text().replace("1.1.0", "1.2.0"))
    path = tmp_path / "weather" / file
    path.write_bytes(DAMAGE[damage](path.read_bytes()))
    try:
        assert len(list(site(Store(tmp_path / "weather")))) > 50
    except ArrakisSchemaError as error:
        unnamed = [line for line in str(error).splitlines() if Path(file).name not in line]
    else:
        unnamed = []
    assert unnamed == []
