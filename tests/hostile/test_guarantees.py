"""Every guarantee on the security page names its tests, and every test here is named there."""

import ast
import re
from pathlib import Path

PROJECT = Path(__file__).parents[2]
PAGE = (PROJECT / "docs/security.md").read_text(encoding="utf-8")
GUARANTEES = PAGE.partition("## Guarantees")[2].partition("\n## ")[0]
TESTED = PAGE.partition("## How the guarantees are tested")[2]
NAMED = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")


def names_of_tests(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")}


def test_every_guarantee_names_tests_that_exist() -> None:
    guarantees = re.findall(r"^- \*\*(.+?)\*\*", GUARANTEES, re.MULTILINE)
    assert guarantees
    assert guarantees == re.findall(r"^- (.+):$", TESTED, re.MULTILINE)
    for guarantee in guarantees:
        named = NAMED.findall(TESTED.partition(f"\n- {guarantee}:\n")[2].partition("\n- ")[0])
        assert named, guarantee
        for path, test in named:
            assert test in names_of_tests(PROJECT / path), (guarantee, test)


def test_every_test_of_the_hostile_roots_backs_a_guarantee() -> None:
    named = set(NAMED.findall(TESTED))
    for path in sorted(Path(__file__).parent.glob("test_*.py")):
        if path != Path(__file__):
            missing = {test for test in names_of_tests(path) if (f"tests/hostile/{path.name}", test) not in named}
            assert not missing, path.name


def test_the_policy_links_the_page() -> None:
    policy = (PROJECT / "SECURITY.md").read_text(encoding="utf-8")
    assert "(docs/security.md)" in policy
    assert not re.search(r"\S+@\S+\.\w+|https?://", policy)
