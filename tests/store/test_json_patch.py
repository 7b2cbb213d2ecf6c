"""Patches of corrections, judged by jsonpatch as well."""

import copy
from typing import Any

import jsonpatch
import jsonpointer
import pytest
from hypothesis import given
from hypothesis import strategies as st

from arrakis_schema.store.json_patch import PatchError, apply_patch

DOCUMENT = {"a": {"b": [1, {"c": None}, [2]], "m/n": 1.0, "o~p": "x"}, "": 0, "l": []}
POINTERS = [
    "",
    "/",
    "/a",
    "/a/b",
    "/a/b/0",
    "/a/b/1/c",
    "/a/b/2/0",
    "/a/b/3",
    "/a/b/-",
    "/a/m~1n",
    "/a/o~0p",
    "/l/0",
    "/x",
]
VALUES: list[Any] = [None, True, 1, "x", [], {"k": [1]}, DOCUMENT["a"]]
operations = st.fixed_dictionaries(
    {
        "op": st.sampled_from(["add", "remove", "replace", "move", "copy", "test"]),
        "path": st.sampled_from(POINTERS),
        "from": st.sampled_from(POINTERS),
        "value": st.sampled_from(VALUES),
    }
)


def outcome(patch: Any) -> Any:
    try:
        return apply_patch(copy.deepcopy(DOCUMENT), patch)
    except PatchError:
        return PatchError


def peer_outcome(patch: Any) -> Any:
    try:
        return jsonpatch.JsonPatch(patch).apply(copy.deepcopy(DOCUMENT))
    except (jsonpatch.JsonPatchException, jsonpointer.JsonPointerException, LookupError, TypeError):
        return PatchError


def leaves_the_rfc(patch: Any) -> bool:
    """Tell whether jsonpatch differs from RFC 6902: it removes and moves the whole document, and indexes from the end."""
    return any(
        (entry["op"] in {"remove", "move"} and "" in {entry["path"], entry["from"]})
        or (entry["op"] == "move" and entry["path"].startswith(entry["from"]))
        or (entry["op"] != "add" and "-" in (entry["path"] + entry["from"]))
        for entry in patch
    )


@given(st.lists(operations, max_size=3))
def test_a_patch_gives_what_jsonpatch_gives(patch: Any) -> None:
    if not leaves_the_rfc(patch):
        assert outcome(patch) == peer_outcome(patch)


@pytest.mark.parametrize(
    ("operation", "sentence"),
    [
        ({"op": "append", "path": "/a"}, "'append' is not an operation of a JSON Patch, or lacks its 'path'"),
        ({"op": "add", "path": "/a"}, "'add' is not an operation of a JSON Patch, or lacks its 'value'"),
        ({"op": "remove", "path": "/a/z"}, "'/a/z' leads nowhere: there is no 'z'"),
        ({"op": "remove", "path": ""}, "it removes the whole document"),
        ({"op": "remove", "path": "/a/b/-"}, "'/a/b/-' leads into an array, where '-' is not an index"),
        ({"op": "add", "path": "/a/b/01", "value": 1}, "'/a/b/01' leads into an array, where '01' is not an index"),
        ({"op": "add", "path": "/a/b/9", "value": 1}, "'/a/b/9' is beyond the end of the array"),
        ({"op": "add", "path": "a", "value": 1}, "'a' is not a JSON Pointer, as in /properties/args"),
        ({"op": "add", "path": "/~2", "value": 1}, "'/~2' is not a JSON Pointer, as in /properties/args"),
        (
            {"op": "add", "path": "/a/o~0p/x", "value": 1},
            "'/a/o~0p/x' leads into a value that is neither an object nor an array",
        ),
        ({"op": "move", "from": "/a", "path": "/a/b"}, "'/a' cannot be moved into itself"),
        ({"op": "move", "from": 1, "path": "/a"}, "1 is not a JSON Pointer, as in /properties/args"),
        ({"op": "test", "path": "/a/m~1n", "value": True}, "'/a/m~1n' differs from the value that the patch expects"),
    ],
)
def test_what_cannot_be_applied_is_said(operation: Any, sentence: str) -> None:
    with pytest.raises(PatchError) as caught:
        apply_patch(copy.deepcopy(DOCUMENT), [operation])
    assert str(caught.value) == sentence


def test_what_is_copied_is_bounded() -> None:
    doubling = [{"op": "copy", "from": "", "path": f"/x{number}"} for number in range(40)]
    with pytest.raises(PatchError, match="copies more than 100,000 values"):
        apply_patch(copy.deepcopy(DOCUMENT), doubling)
