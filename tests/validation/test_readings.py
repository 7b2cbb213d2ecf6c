"""A reader that is Python, as registry.toml declares it: every judge reads patterns as it does."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from arrakis_schema import InvalidRequestError, iter_errors, open_release, validate, validator
from arrakis_schema.json_schema.judge.patterns import searcher, spell_out_patterns
from arrakis_schema.regex.characters import Reading
from arrakis_schema.system.lint import lint_release
from tests.web.node import judged

SETTINGS = 'version = "1.0.0"\ntitle = "T"\nbase_url = "https://example.org/"\n[readers.request]\npatterns = "{}"\n'
PATTERNS: dict[str, tuple[list[str], list[str]]] = {
    r"^\d$": (["1", "٣"], ["a"]),
    r"(?i)^abc$": (["ABC"], ["d", "abc\n"]),
    r"\Aabc\Z": (["abc"], ["abc\n", "xabc"]),
    r"^H1\-[A-Z]+$": (["H1-A"], ["H1A"]),
    r"^(?P<y>a)$": (["a"], ["b"]),
}


def root_of(folder: Path, reading: str, pattern: str, accepted: list[str], refused: list[str]) -> Path:
    """Write a registry whose request has a member with a pattern, and the examples of it."""
    endpoint = folder / "schemas/endpoints/probe"
    (endpoint / "examples/refused").mkdir(parents=True)
    (folder / "schemas/registry.toml").write_text(SETTINGS.format(reading))
    schema = {"properties": {"request": {"const": "Probe"}, "p": {"type": "string", "pattern": pattern}}}
    (endpoint / "descriptor.json").write_text(json.dumps(schema))
    for kind, texts in (("examples", accepted), ("examples/refused", refused)):
        for number, text in enumerate(texts):
            (endpoint / kind / f"{number}.json").write_text(json.dumps({"request": "Probe", "p": text}))
    return folder


def verdicts(request: Any, root: Path) -> set[bool]:
    """Return what the functions of the package say."""
    release = open_release(None, root)
    checks: list[Callable[[Any], None]] = [lambda value: validate(value, release), validator("probe", release)]
    return {not [*iter_errors(request, release)], *(accepts(check, request) for check in checks)}


def accepts(check: Callable[[Any], None], request: Any) -> bool:
    """Tell whether a check accepts a request."""
    try:
        check(request)
    except InvalidRequestError:
        return False
    return True


@pytest.mark.parametrize("pattern", PATTERNS)
def test_every_judge_reads_patterns_as_the_reader_does(pattern: str, tmp_path: Path) -> None:
    accepted, refused = PATTERNS[pattern]
    root = root_of(tmp_path, "python", pattern, accepted, refused)
    for text in [*accepted, *refused]:
        assert verdicts({"request": "Probe", "p": text}, root) == {text in accepted}, text
    rules = {finding.rule for finding in lint_release(open_release(None, root))}
    assert not rules & {"pattern-invalid", "example-accepted", "example-invalid"}


@pytest.mark.parametrize("pattern", [r"^\d$", r"^H1\-[A-Z]+$", r"^[\w.]{2,}x|[^a]$", r"a\Z"])
def test_the_page_reads_what_the_site_wrote_for_python(pattern: str) -> None:
    written = spell_out_patterns({"pattern": pattern}, Reading.PYTHON_STRICT_END)
    texts = ["1", "٣", "H1-A", "éax", "a", "ab", "b\n", ""]
    schema = json.dumps({"pattern": pattern})
    answers = judged([{"text": json.dumps(text), "schema": schema, "patterns": written} for text in texts])
    if written[pattern] is None:
        assert all("another language" in answer["failure"] for answer in answers)
        return
    find = searcher(pattern, Reading.PYTHON_STRICT_END)
    assert [not answer["sentences"] for answer in answers] == [bool(find(text)) for text in texts]


def test_the_data_of_a_page_holds_the_patterns_of_a_reader_that_is_python(tmp_path: Path) -> None:
    release = open_release(None, root_of(tmp_path, "python", r"^\d$", [], []))
    schema = release.schema("endpoints/probe/descriptor.json")
    written = spell_out_patterns(schema, Reading.PYTHON_STRICT_END)[r"^\d$"]
    assert written is not None
    assert "٣" in written or r"\u{660}-\u{669}" in written
