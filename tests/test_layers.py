"""Imports point down: each room imports only from the rooms below it."""

import ast
import re
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

# Lowest first. Rooms in one line do not import each other.
FLOORS = [
    ["text"],
    ["errors"],
    ["findings", "regex"],
    ["store"],
    ["arrow", "json_schema"],
    ["compat"],
    ["lint"],
    ["languages"],
    ["system", "tables"],
    ["reference", "kafka"],
    ["site"],
    ["server", "flight"],
    ["cli", "pytest_plugin"],
]
FLOOR = {room: number for number, rooms in enumerate(FLOORS) for room in rooms}
# `declared_version` is asked for only where a version is not a folder, and imported only then: see `loading`.
SOURCE = Path(__file__).parent.parent / "registry/arrakis_schema"
FOLDERS = [SOURCE, SOURCE.parents[1], SOURCE / "site"]
FILES = sorted(path for path in SOURCE.rglob("*.py") if path != SOURCE / "__init__.py")


def room(path: Path) -> str:
    return path.relative_to(SOURCE).parts[0].removesuffix(".py")


def imported(path: Path, *, types: bool = True) -> set[str]:
    found = set()
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for_types = [
        block for block in ast.walk(tree) if isinstance(block, ast.If) and ast.unparse(block.test) == "TYPE_CHECKING"
    ]
    left_out = {id(node) for block in for_types for node in ast.walk(block)} if not types else set[int]()
    for node in ast.walk(tree):
        if id(node) in left_out:
            continue
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("arrakis_schema"):
            assert node.level == 0
            found.add(node.module)
            found |= {f"{node.module}.{alias.name}" for alias in node.names} if not types else set()
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names if alias.name.startswith("arrakis_schema")}
    return found


def test_every_room_has_its_floor() -> None:
    assert {room(path) for path in FILES} == set(FLOOR)


def test_the_page_about_the_architecture_shows_the_rooms_in_their_order() -> None:
    page = (SOURCE.parents[1] / "docs/architecture.md").read_text(encoding="utf-8")
    rows = [
        re.findall(r"`(\w+)`", row) for row in re.findall(r"^\| (`[^|]+) \|", page.partition("## ")[0], re.MULTILINE)
    ]
    assert [sorted(rooms) for rooms in rows] == [sorted(rooms) for rooms in reversed(FLOORS)]


def test_the_page_about_the_architecture_names_what_there_is() -> None:
    page = (SOURCE.parents[1] / "docs/architecture.md").read_text(encoding="utf-8")
    paths: list[str] = re.findall(r"`([\w/]+\.(?:py|js))`", page)
    missing = [path for path in paths if not any((folder / path).exists() for folder in FOLDERS)]
    assert (len(paths) > 5, missing) == (True, [])


def test_the_page_about_the_architecture_shows_compat_in_the_order_of_its_imports() -> None:
    page = (SOURCE.parents[1] / "docs/architecture.md").read_text(encoding="utf-8")
    lines = re.findall(r"^  (\w.*)", page.partition("```text\n")[2].partition("```")[0], re.MULTILINE)
    names = [name for line in lines for name in line.split("   ")[0].split(" · ")]
    parts = [[path.with_suffix("").as_posix() for path in FILES if is_part(path, name)] for name in names]
    assert len(names) > 5
    assert [] not in parts, f"{names}: name modules or packages of compat"
    for number, lower in enumerate(parts):
        upper = {f"arrakis_schema.{(SOURCE / path).relative_to(SOURCE)}" for part in parts[:number] for path in part}
        upper = {module.replace("/", ".") for module in upper}
        for path in lower:
            assert not upper & imported(Path(f"{path}.py"), types=False), f"{path} imports what is shown above it"


def is_part(path: Path, name: str) -> bool:
    """Return whether a file of `compat` is the module of this name, or in the package of this name."""
    return path.relative_to(SOURCE).parts[:2] in {("compat", f"{name}.py"), ("compat", name)}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(SOURCE).as_posix())
def test_imports_point_down(path: Path) -> None:
    own = room(path)
    for module in imported(path):
        assert module != "arrakis_schema", "import from the module that defines the name"
        other = module.split(".")[1]
        type_only = own == "errors" and other == "json_schema"
        assert other == own or FLOOR[other] < FLOOR[own] or type_only, f"{own} imports {other}, which is above it"


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(SOURCE).as_posix())
def test_nothing_is_cached_by_a_place_or_a_version(path: Path) -> None:
    """What a file holds is kept on the release that was opened, and ends with it."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef) and any("cache" in ast.unparse(one) for one in node.decorator_list):
            names = {argument.arg for argument in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)}
            assert not names & {"version", "root", "store", "release", "path", "file", "folder"}, node.name


def modules() -> dict[str, Path]:
    return {
        "arrakis_schema." + path.relative_to(SOURCE).with_suffix("").as_posix().replace("/", "."): path
        for path in FILES
    }


def test_no_module_is_above_itself() -> None:
    """Inside the rooms imports point down too: there is an order in which no module needs a later one."""
    known = modules()
    needs = {module: {one for one in imported(path, types=False) if one in known} for module, path in known.items()}
    placed: set[str] = set()
    while ready := {module for module, below in needs.items() if module not in placed and below <= placed}:
        placed |= ready
    assert needs.keys() - placed == set()


@pytest.mark.parametrize("name", ["errors", "store.files", "store.versions", "store.loading"])
def test_load_schema_runs_on_the_standard_library_and_little_of_it(name: str) -> None:
    code = (
        f"import sys; import arrakis_schema.{name}; from arrakis_schema import load_schema; load_schema('count.json');"
        "print(*sorted(sys.modules))"
    )
    loaded = subprocess.run([sys.executable, "-S", "-c", code], check=True, capture_output=True, text=True, env=ENV)
    costly = {"typing", "pathlib", "dataclasses", "importlib.metadata", "importlib.resources", "tomllib", "inspect"}
    third_party = {"fastjsonschema", "jsonschema", "pyarrow"}
    assert not (costly | third_party) & set(loaded.stdout.split())


ENV = {"PYTHONPATH": str(SOURCE.parent)}


def test_a_command_does_not_load_the_pages() -> None:
    """`list` answers in a third of a second: the site, its generator and the pages are imported by `build` alone."""
    code = "import sys; from arrakis_schema.cli import main; main(['list']); print(*sorted(sys.modules))"
    loaded = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True, env=ENV)
    assert not {"mkdocs", "pyarrow", "arrakis_schema.site", "arrakis_schema.reference"} & set(loaded.stdout.split())


def test_a_build_does_not_load_the_functions_that_compute_with_arrays() -> None:
    """They take 10 MB and 50 ms, and the pages need none of them."""
    code = "import sys; from arrakis_schema.cli import main; main(['build', sys.argv[1]]); print(*sorted(sys.modules))"
    with TemporaryDirectory() as folder:
        command = [sys.executable, "-c", code, f"{folder}/site"]
        loaded = subprocess.run(command, check=True, capture_output=True, text=True, env=ENV)
    assert "pyarrow" in loaded.stdout.split()
    assert "pyarrow.compute" not in loaded.stdout.split()
