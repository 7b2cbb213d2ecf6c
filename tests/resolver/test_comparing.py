"""Documents of two releases are compared with what each refers to in its own release."""

import json
import subprocess
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arrakis_schema.cli import main
from arrakis_schema.compat import Kind, accepts
from arrakis_schema.json_schema.bundling import make_bundle
from arrakis_schema.json_schema.judge.complete import errors_of
from arrakis_schema.json_schema.judge.soundness import problems
from arrakis_schema.json_schema.resolver import Schemas
from arrakis_schema.reference.facts.history import read_history
from arrakis_schema.store.freezing import freeze
from arrakis_schema.store.store import Store
from arrakis_schema.system.check import check
from arrakis_schema.system.comparisons import Comparisons
from arrakis_schema.system.matrix import equivalent_releases, grid
from arrakis_schema.system.relations import Answer
from tests.compat.random_schemas import Instances
from tests.compat.random_schemas import Schemas as RandomSchemas
from tests.resolver.random_sets import PATHS, RandomSet, urls
from tests.resolver.referee import among, guide
from tests.resolver.roots import write_set

DRAFT = "http://json-schema.org/draft-07/schema#"


def notices(version: str, rate: str = "number") -> dict[str, Any]:
    """Return two documents of which one refers to the other, each with an `$id` that names the version."""
    base = f"https://here.org/versions/{version}/publication"
    return {
        "publication/notice.json": {
            "$schema": DRAFT,
            "$id": f"{base}/notice.json",
            "type": "object",
            "properties": {"event": {"$ref": "core.json"}},
            "required": ["event"],
        },
        "publication/core.json": {
            "$schema": DRAFT,
            "$id": f"{base}/core.json",
            "type": "object",
            "properties": {"rate": {"type": rate}, "next": {"$ref": "notice.json"}},
        },
    }


def released(root: Path, *steps: dict[str, Any]) -> Store:
    """Return a store with a release for each set of documents, the last of them the working set."""
    for number, documents in enumerate(steps):
        write_set(root, documents, version=f"1.{number}.0")
        if number < len(steps) - 1:
            freeze(root)
    return Store(root)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return released(tmp_path, notices("1.0.0"), notices("1.1.0"), notices("1.2.0", "string"))


def test_a_change_in_another_document_breaks_all_that_refer_to_it(store: Store) -> None:
    result = check(store)
    told = {(f.file, f.line, f.location): f.message for f in result.findings if f.rule == "type-changed"}
    (place, message), *others = sorted(told.items())
    assert place == ("schemas/publication/core.json", 7, "/properties/rate/type")
    messages = sorted(f.message for f in result.findings if f.rule == "type-changed" and f.severity == "error")
    assert others == []
    assert len(messages) == 4
    through = [message for message in messages if " breaks in publication/notice.json: event.rate: `type` " in message]
    assert len(through) == 2
    assert all(", in publication/core.json (" in message for message in through)
    accepted = {f.accept for f in result.findings if f.rule == "type-changed"}
    assert len(accepted) == 1
    assert message in messages


def test_an_entry_accepts_a_change_for_all_that_refer_to_it(store: Store) -> None:
    (entry,) = {f.accept for f in check(store).findings if f.accept}
    (store.root / "schemas/exceptions.toml").write_text(entry.replace('reason = ""', 'reason = "It was wrong."'))
    result = check(Store(store.root))
    assert [f for f in result.findings if f.rule in {"type-changed", "exception-stale"}] == []
    assert len(result.accepted) == 4


def test_each_release_resolves_in_itself(store: Store) -> None:
    comparisons = Comparisons(store)
    old, same, new = store.every_release()
    answers = {
        (left.version, right.version): comparisons.exchange("publication/notice.json", left, right).answer
        for left in (old, same, new)
        for right in (old, same, new)
    }
    assert {pair for pair, answer in answers.items() if answer is Answer.WORKS} == {
        *((release.version, release.version) for release in (old, same, new)),
        ("1.0.0", "1.1.0"),
        ("1.1.0", "1.0.0"),
    }
    assert {answers[pair] for pair in answers if "1.2.0" in pair and pair[0] != pair[1]} == {Answer.BREAKS}


def test_releases_that_differ_in_ids_alone_mean_the_same(store: Store) -> None:
    comparisons = Comparisons(store, words=False)
    old, same, new = (release.document("publication/notice.json") for release in store.every_release())
    assert comparisons.meaning(old) == comparisons.meaning(same) != comparisons.meaning(new)
    assert list(equivalent_releases(comparisons, store.every_release()).values()) == ["1.0.0", "1.0.0", "1.2.0"]
    assert all(relation.answer in Answer for relation in grid(comparisons, "notice", store.every_release()))


def test_a_document_of_equal_bytes_changes_with_what_it_refers_to(tmp_path: Path) -> None:
    plain = {"$schema": DRAFT, "properties": {"a": {"$ref": "core.json"}}}
    steps = [{"publication/a.json": plain, "publication/core.json": {"type": kind}} for kind in ("number", "string")]
    store = released(tmp_path, *steps)
    history = read_history(store)
    old, new = history.releases
    assert old.read("publication/a.json") == new.read("publication/a.json")
    (step,) = history.steps_between(old, new, "a")
    assert [change.message for change in step.changes] == [
        "a: `type` no longer accepts integer, number and now accepts string, in publication/core.json"
    ]
    assert history.unchanged_since(new, "publication/a.json") == "1.1.0"
    assert [f.location for f in check(store).findings if " in publication/a.json: " in f.message] == ["/type"] * 2


def test_a_commit_is_a_base_whose_references_lead_into_it(tmp_path: Path) -> None:
    root = write_set(tmp_path, notices("1.0.0"))
    git = ["git", "-C", str(root), "-c", "user.name=a", "-c", "user.email=a@b"]
    for command in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "one"]):
        subprocess.run([*git, *command], check=True)
    write_set(root, {path: d for path, d in notices("1.0.0", "string").items() if "core" in path})
    result = check(Store(root), against="git:HEAD")
    assert {f.file for f in result.findings if f.rule == "type-changed"} == {"schemas/publication/core.json"}
    assert sum(f.rule == "type-changed" for f in result.findings) == 4


def compare(old: Path, new: Path, root: Path, capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    code = main(["compare", str(old), str(new), "--root", str(root)])
    printed = capsys.readouterr()
    return code, printed.out + printed.err


def test_bare_files_are_compared_with_the_files_below_their_folders(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = write_set(tmp_path / "root", notices("1.0.0"))
    files = {}
    for side, kind in (("old", "number"), ("new", "string"), ("same", "number")):
        for name, value in (("a", {"properties": {"a": {"$ref": "core/b.json"}}}), ("core/b", {"type": kind})):
            files[side, name] = tmp_path / side / f"{name}.json"
            files[side, name].parent.mkdir(parents=True, exist_ok=True)
            files[side, name].write_text(json.dumps(value))
    code, printed = compare(files["old", "a"], files["new", "a"], root, capsys)
    assert code == 1
    core = files["new", "core/b"]
    assert f"{core}:1:2" in printed
    assert "(a: expected a string, found 0), in core/b.json" in printed
    assert compare(files["old", "a"], files["same", "a"], root, capsys)[0] == 0
    for name, reference in {"above": "../core.json", "missing": "core/c.json", "linked": "link.json"}.items():
        for side in ("old", "same"):
            (tmp_path / f"{side}/{name}.json").write_text(json.dumps({"items": {"$ref": reference}}))
    for side in ("old", "same"):
        (tmp_path / f"{side}/link.json").symlink_to(tmp_path / "core.json")
    (tmp_path / "core.json").write_text("true")
    for name in ("above", "missing", "linked"):
        code, printed = compare(tmp_path / f"old/{name}.json", tmp_path / f"same/{name}.json", root, capsys)
        assert (code, "undecided" in printed) == (3, True), printed


def test_a_stored_document_is_compared_with_what_it_refers_to(store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["compare", "notice@1.1.0", "notice@next", "--root", str(store.root)]) == 1
    assert "schemas/publication/core.json:7:" in capsys.readouterr().out
    assert main(["compare", "notice@1.0.0", "notice@1.1.0", "--root", str(store.root)]) == 0


def test_a_reference_into_a_missing_part_leaves_the_pair_undecided(tmp_path: Path) -> None:
    steps = [
        {"publication/a.json": {"$ref": "core.json#/definitions/x"}, "publication/core.json": {"minimum": number}}
        for number in (1, 2)
    ]
    store = released(tmp_path, *steps)
    old, new = (release.document("publication/a.json") for release in store.every_release())
    verdict = Comparisons(store).verdict(new, old)
    assert Comparisons(store, words=False).meaning(old) != Comparisons(store, words=False).meaning(new)
    assert (verdict.kind, verdict.reason) == (
        Kind.UNDECIDED,
        'not compared: /$ref: $ref "core.json#/definitions/x" points to nothing in publication/core.json',
    )


@settings(max_examples=60)
@given(seed=st.integers(0, 2**32), modern=st.booleans())
def test_a_verdict_on_two_sets_agrees_with_judges_that_know_each_set(seed: int, modern: bool) -> None:  # noqa: FBT001
    random = Random(seed)  # noqa: S311 - no secret
    old, path, changed = RandomSet(random, modern).documents(), random.choice(PATHS), random.choice(PATHS)
    new = {**old, changed: RandomSchemas(random, modern=modern).changed(old[changed])}
    bundles = [make_bundle(Schemas(documents, urls), path) for documents in (old, new)]
    if any(bundle.problems or any(problems(bundle.schema)) for bundle in bundles):
        return  # a loop, or an anchor that the change removed
    if changed not in {path, *bundles[0].parts.values()}:
        assert bundles[0].schema == bundles[1].schema
        return
    writer, reader = (among(documents, path, modern=modern) for documents in (old, new))
    verdict = accepts(bundles[1].schema, bundles[0].schema, policy="strict", steps=3_000)
    if verdict.kind is Kind.INCOMPATIBLE:
        assert errors_of(writer, verdict.witness, 1) == []
        assert errors_of(reader, verdict.witness, 1) != []
    elif verdict.kind is Kind.COMPATIBLE:
        instances = Instances(random, [guide(bundle.schema) for bundle in bundles])
        for instance in (instances.instance(guide(bundles[0].schema)) for _ in range(10)):
            assert errors_of(writer, instance, 1) or not errors_of(reader, instance, 1)


def test_what_a_reference_leads_to_in_another_dialect_counts_as_reached(tmp_path: Path) -> None:
    modern = "https://json-schema.org/draft/2020-12/schema"
    plain = {"publication/a.json": {"$ref": "b.json"}, "publication/b.json": {"$schema": modern, "$ref": "c.json"}}
    store = released(
        tmp_path, *({**plain, "publication/c.json": {"$schema": modern, "minimum": number}} for number in (1, 2))
    )
    reach = Comparisons(store).reach
    for name in "abc":
        old, new = (release.document(f"publication/{name}.json") for release in store.every_release())
        assert reach(old) != reach(new)
