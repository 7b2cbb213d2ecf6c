"""The columns of a document and their children as members."""

from arrakis_schema.arrow.members import column_members
from arrakis_schema.store.documents import Document

TEXT = """\
time: int64 not null
position: struct<ra: double not null, dec: double>
  child 0, ra: double not null
  child 1, dec: double
samples: list<item: struct<x: int8>>
  child 0, item: struct<x: int8>
      child 0, x: int8
labels: map<string, list<item: int32>>
  child 0, entries: struct<key: string not null, value: list<item: int32>> not null
      child 0, key: string not null
      child 1, value: list<item: int32>
          child 0, item: int32
a.b: dictionary<values=string, indices=int32, ordered=0>
"""


def test_children_are_members_with_addresses() -> None:
    members = column_members(Document("publication/schema.txt", TEXT.encode()))
    assert [(member.path, member.anchor, member.type, member.nullable) for member in members] == [
        ("time", "column-time", "int64", False),
        ("position", "column-position", "struct<ra: double not null, dec: double>", True),
        ("position.ra", "column-position.ra", "double", False),
        ("position.dec", "column-position.dec", "double", True),
        ("samples", "column-samples", "list<item: struct<x: int8>>", True),
        ("samples[]", "column-samples-items", "struct<x: int8>", True),
        ("samples[].x", "column-samples-items.x", "int8", True),
        ("labels", "column-labels", "map<string, list<item: int32>>", True),
        ("labels[].key", "column-labels-items.key", "string", False),
        ("labels[].value", "column-labels-items.value", "list<item: int32>", True),
        ("labels[].value[]", "column-labels-items.value-items", "int32", True),
        ("a.b", "column-a,2e,b", "dictionary<values=string, indices=int32, ordered=0>", True),
    ]


def test_the_children_of_a_placeholder_are_not_told() -> None:
    text = """\
time: int64 not null
{channel}: list<item: {data_type}>
  child 0, item: {data_type}
"""
    members = column_members(Document("publication/schema.txt", text.encode()))
    assert [(member.path, member.anchor) for member in members] == [
        ("time", "column-time"),
        ("{channel}", "column-,7b,channel,7d,"),
    ]
