"""The judge of the witnesses of Arrow verdicts: each is built, sent, and read as the reader does."""

from typing import Any

import pyarrow as pa
import pytest

from arrakis_schema.compat.arrow.arrays import build_array
from arrakis_schema.compat.arrow.schemas import UNSENT
from tests.arrow.reading import WRONG, UnreadableError, read_as, streamed


def rows_of(witness: dict[str, Any]) -> list[Any]:
    """Return the rows of a witness: its value, its values, or as many different values as it says."""
    if "values" in witness:
        return list(witness["values"])
    count, value = witness.get("rows", 1), witness["value"]
    if count == 1 or value not in ("0", b"0"):
        return [value] * count
    texts = [str(number) for number in range(count)]
    return [text.encode() for text in texts] if isinstance(value, bytes) else texts


def judge_witness(witness: dict[str, Any], sent: pa.Schema, read: pa.Schema, way: str) -> None:
    """Assert that a reader by name cannot take the witness, or that the witness says that it can."""
    name = witness["column"]
    if name not in sent.names:
        assert not read.field(name).nullable
    elif name not in read.names:
        assert way == "refusing"
    elif witness.get("note") == UNSENT:
        with pytest.raises(WRONG):
            streamed(build_array(rows_of(witness), sent.field(name).type), sent.field(name))
    else:
        field = sent.field(name)
        column = streamed(build_array(rows_of(witness), field.type), field)
        if "note" in witness:
            read_as(column, read.field(name))
        else:
            with pytest.raises(UnreadableError):
                read_as(column, read.field(name))
