"""The official JSON-Schema-Test-Suite, each test of each dialect, held against the complete validator."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema_specifications import REGISTRY
from referencing import Registry
from referencing.exceptions import Unresolvable

from arrakis_schema.json_schema.bundling import make_bundle
from arrakis_schema.json_schema.dialects import DIALECTS
from arrakis_schema.json_schema.judge.complete import errors_of, make_validator
from arrakis_schema.json_schema.judge.judge import Judge
from arrakis_schema.json_schema.judge.patterns import PatternError
from arrakis_schema.json_schema.judge.resolution import SPECIFICATIONS
from arrakis_schema.json_schema.resolver import Schemas
from tests.compat.crossing import FOLDERS, MISSING, SUITE, official_cases

pytestmark = pytest.mark.skipif(not SUITE.is_dir(), reason=MISSING)

# What the suite expects in folders that it calls optional, and where this package decides otherwise.
OPTIONAL = {
    "content": "content… are annotations",
    "cross-draft": "held below, as documents of one set",
    "dependencies-compatibility": "the specification has given dependencies up, and lint reports it",
    "ecmascript-regex": "held by the tests of patterns",
    "format-assertion": "format is an annotation",
}
# A vocabulary that a meta-schema leaves out is read all the same: the dialect of a meta-schema is declared as a whole.
EXCEPT = "schema that uses custom metaschema with with no validation vocabulary: no validation: invalid number"


def remotes(dialect: str) -> Registry[Any]:
    """Return the documents that the suite serves by HTTP, as far as they are of the dialect."""
    folder = SUITE.parent / "remotes"
    registry: Registry[Any] = REGISTRY
    for path in folder.rglob("*.json"):
        name = path.relative_to(folder).as_posix()
        if not name.startswith("draft") or name.startswith(f"{FOLDERS[DIALECTS[dialect].name][0]}/"):
            resource = SPECIFICATIONS[dialect].create_resource(json.loads(path.read_text()))
            registry = registry.with_resource(f"http://localhost:1234/{name}", resource)
    return registry


def disagreements(dialect: str, folder: str) -> Iterator[str]:
    """Yield the tests whose expectation is not met."""
    uri = FOLDERS[dialect][1]
    registry = remotes(uri)
    for name, schema, instance, valid in official_cases(dialect, folder):
        try:
            errors = errors_of(make_validator(schema, uri, registry=registry), instance, 1)
        except (PatternError, Unresolvable):
            yield name
            continue
        if (not errors) != valid:
            yield name


@pytest.mark.parametrize("dialect", FOLDERS)
def test_every_expectation_of_the_official_suite_is_met(dialect: str) -> None:
    wrong = [name for name in disagreements(dialect, "") if EXCEPT not in name]
    assert wrong == []
    assert sum(1 for _ in official_cases(dialect)) > 600


def test_documents_of_other_dialects_are_read_in_those() -> None:
    folder, verdicts = SUITE.parent / "remotes", []
    remote = {path.relative_to(folder).as_posix(): json.loads(path.read_text()) for path in folder.rglob("*.json")}
    for dialect, (_, uri) in FOLDERS.items():
        for name, schema, instance, valid in official_cases(dialect, "optional"):
            if name.startswith("cross-draft: "):
                documents = {**remote, "case.json": {"$schema": uri, **schema}}
                schemas = Schemas(documents, lambda path: (f"http://localhost:1234/{path}",))
                bundle = make_bundle(schemas, "case.json")
                judge = Judge(bundle.schema, name, bundle=bundle)
                verdicts.append((judge.first_violation(instance) is None) == valid)
    assert len(verdicts) > 3
    assert all(verdicts)


@pytest.mark.parametrize("dialect", FOLDERS)
def test_what_the_suite_calls_optional_is_met_but_for_what_is_explained(dialect: str) -> None:
    wrong = [name for name in disagreements(dialect, "optional") if name.partition(":")[0] not in OPTIONAL]
    assert wrong == []
