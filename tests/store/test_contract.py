"""The contract of a release: its frozen documents with its corrections, beside the release itself."""

import json
import re
from pathlib import Path

import jsonschema
import pyarrow as pa
import pytest

from arrakis_schema.arrow import Template, parse_document
from arrakis_schema.errors import DamagedStoreError
from arrakis_schema.site import tree
from arrakis_schema.store.store import Store, open_release
from arrakis_schema.store.verification import verify

PROJECT = Path(__file__).parent.parent.parent
STORE = Store(PROJECT)
DAYS = """
[[correction]]
releases = ["1.1.0"]
documents = ["endpoints/forecast/descriptor.json"]
reason = "Never more than ten."
patch = [{ op = "replace", path = "/properties/days/maximum", value = 10 }]
"""
FORECAST = "endpoints/forecast/descriptor.json"


def test_frozen_bytes_stay_as_they_are() -> None:
    for version in STORE.releases:
        release = STORE.release(version)
        for path in release.documents:
            assert release.read(path) == (PROJECT / release.folder / path).read_bytes()
        assert set(release.contract.corrected) <= set(release.documents)
        assert release.contract.contract is release.contract


def test_the_working_set_is_its_own_contract() -> None:
    working = STORE.release(None)
    assert working.contract is working
    assert open_release("0.5.0", PROJECT).held(as_documented=True).corrected == {}


@pytest.mark.parametrize("version", STORE.releases)
def test_every_document_of_a_contract_is_valid(version: str) -> None:
    contract = STORE.release(version).contract
    for document in contract.every_document():
        if document.format.tabular:
            assert isinstance(parse_document(document.text), pa.Schema | Template)
        else:
            jsonschema.Draft7Validator.check_schema(json.loads(document.content))


def test_the_misspelt_bound_bites_in_every_contract() -> None:
    for version in STORE.releases:
        rate = STORE.release(version).contract.schema("endpoints/find/descriptor.json")["properties"]["args"][
            "properties"
        ]
        assert rate["max_rate"] == {"type": "integer", "exclusiveMinimum": 0}


def test_a_correction_changes_the_contract_alone(released: Path) -> None:
    (released / "versions/corrections.toml").write_text(DAYS)
    release = Store(released).release("1.1.0")
    assert release.schema(FORECAST)["properties"]["days"]["maximum"] == 14
    assert release.contract.schema(FORECAST)["properties"]["days"]["maximum"] == 10
    assert release.title == "release 1.1.0"
    assert release.contract.title == "release 1.1.0 with its corrections"


def test_a_note_changes_nothing(released: Path) -> None:
    (released / "versions/corrections.toml").write_text(re.sub("patch.*", "", DAYS))
    release = Store(released).release("1.1.0")
    assert release.contract is release


def test_an_older_file_of_errata_holds_notes(released: Path) -> None:
    entry = 'releases = ["1.1.0"]\ndocuments = ["x"]\nlocation = "/a"\nrule = ""\ntext = "Wrong."\nfixed = "1.2.0"\n'
    (released / "versions/errata.toml").write_text(f"[[erratum]]\n{entry}")
    store = Store(released)
    assert [(one.reason, one.location, one.has_effect) for one in store.corrections] == [("Wrong.", "/a", False)]
    assert verify(store) == []
    (released / "versions/errata.toml").write_text("[[erratum]]\nx = 1\n")
    with pytest.raises(DamagedStoreError, match=r"versions/errata.toml: erratum 1 has an unknown key 'x'"):
        _ = Store(released).corrections


def test_corrections_are_applied_in_their_order(released: Path) -> None:
    (released / "versions/corrections.toml").write_text(DAYS + DAYS.replace("10", "9"))
    assert Store(released).release("1.1.0").contract.schema(FORECAST)["properties"]["days"]["maximum"] == 9


def test_a_correction_that_does_not_fit_is_named(released: Path) -> None:
    (released / "versions/corrections.toml").write_text(DAYS.replace("/days/", "/day/"))
    with pytest.raises(
        DamagedStoreError, match=r"corrections.toml: the correction 'Never more than ten.' cannot be appl"
    ):
        _ = Store(released).release("1.1.0").contract


def test_an_alias_has_the_corrected_documents_of_its_release() -> None:
    files = {file.path: file for file in tree(STORE)}
    corrected = "corrected/endpoints/find/descriptor.json"
    of_release = files[f"versions/0.5.0/{corrected}"]
    for alias in ("latest", "0.5"):
        assert files[f"versions/{alias}/{corrected}"].content == of_release.content
        assert json.loads(files[f"versions/{alias}/corrected/index.json"].content)["release"] == "0.5.0"
    assert of_release.content != files[f"versions/0.5.0/{corrected.removeprefix('corrected/')}"].content
    assert not any(path.startswith("versions/next/corrected/") for path in files)
