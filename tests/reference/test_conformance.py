"""The conformance page and the history of what was sent: they say what the files say, and the columns are as in history."""

import json
import re
import shutil
from pathlib import Path

import pytest

from arrakis_schema.errors import DamagedStoreError
from arrakis_schema.reference.conformance import as_sent, conformance
from arrakis_schema.store.store import Store, open_store

PROJECT = Path(__file__).parent.parent.parent
STORE = open_store(PROJECT)
NINE = (
    "`channel`, `data_type`, `sample_rate`, `partition_id`, `partition_index`,"
    " `publisher`, `stride`, `max_latency`, `replay_id`"
)


@pytest.fixture
def other(tmp_path: Path) -> Store:
    shutil.copytree(PROJECT / "tests/fixtures/weather", tmp_path, dirs_exist_ok=True)
    (tmp_path / "versions").mkdir()
    return open_store(tmp_path)


def test_the_page_says_which_server_keeps_what() -> None:
    page = re.sub(r"</?span[^>]*>|\[(?=arrakis-server)|\]\(#server-\d\)", "", conformance(STORE))
    assert "| arrakis-server 0.17.2 (backend mock) | 0.5.0 | release 0.5.0 with its corrections | ✓ conforms |" in page
    assert "| arrakis-server 0.17.2 (backend mock) | 0.6.0 | the working set | ✓ conforms |" in page
    assert (
        "- arrakis 0.21.0 works with the mock server of the working set. Tested: find, count, describe, stream" in page
    )
    assert (
        "known since arrakis-server 0.4.1, fixed in 0.6.0: The first column, time: int64 not null, is missing" in page
    )


def test_the_page_says_nothing_that_a_clock_would_change() -> None:
    record = json.loads((PROJECT / "versions/conformance.json").read_text())
    assert set(record) == {"servers", "clients"}
    assert conformance(STORE) == conformance(open_store(PROJECT))


def test_what_was_sent_stands_beside_what_is_documented() -> None:
    told = as_sent(STORE, "find")
    assert f"| 0.6.0 | {NINE} | as documented |  |" in told
    assert told.index("| 0.6.0 |") < told.index("| 0.5.0 |")
    assert f"| {NINE} | arrakis-server 0.10.0, arrakis-server 0.17.2 |" in told
    assert "| 0.1.0 |" not in told
    assert "| 0.1.2 | `{channel_name}` | `time`, `{channel}` |" in as_sent(STORE, "stream")
    assert as_sent(STORE, "descriptor") == as_sent(STORE, "count") == ""


def test_an_api_without_records_has_no_page(other: Store) -> None:
    assert conformance(other) == as_sent(other, "forecast") == ""


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("conformance.json", "{"),
        ("conformance.json", "[]"),
        ("conformance.json", '{"servers": [{}], "clients": []}'),
        ("conformance.json", '{"servers": [7], "clients": [{"client": 1}]}'),
        ("conformance.json", "[" * 100_000),
    ],
)
def test_a_damaged_file_is_named(other: Store, name: str, text: str) -> None:
    (other.root / "versions" / name).write_text(text)
    with pytest.raises(DamagedStoreError, match=f"versions/{name} (is not|nests too deep)"):
        conformance(other) + as_sent(other, "forecast")
