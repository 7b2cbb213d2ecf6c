"""The table of keywords holds what the meta-schemas have, and a document names its dialect in one of the known ways."""

from collections.abc import Iterator

import pytest
from jsonschema_specifications import REGISTRY

from arrakis_schema.compat import Kind, accepts
from arrakis_schema.errors import ValidationLimitError
from arrakis_schema.json_schema.dialects import DIALECTS, Dialect, dialect_of
from arrakis_schema.json_schema.judge.judge import Judge

every_dialect = pytest.mark.parametrize("dialect", DIALECTS.values(), ids=lambda dialect: dialect.name)
FORGOTTEN = {"draft-04": {"$ref"}, "draft-07": {"writeOnly"}}  # they are in the specification alone


def keywords_of_the_meta_schema(dialect: Dialect) -> Iterator[str]:
    main = REGISTRY.contents(dialect.uri)
    vocabularies = (uri.replace("/vocab/", "/meta/") for uri in main.get("$vocabulary", {}))
    for part in (main, *map(REGISTRY.contents, vocabularies)):
        yield from part["properties"]


@every_dialect
def test_a_dialect_has_the_keywords_of_its_meta_schema(dialect: Dialect) -> None:
    in_meta_schema = set(keywords_of_the_meta_schema(dialect))
    assert dialect.keywords.keys() == in_meta_schema | FORGOTTEN.get(dialect.name, set())


@every_dialect
@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize("fragment", ["", "#"])
def test_a_dialect_is_named_by_http_or_https_with_a_fragment_or_without(
    dialect: Dialect, scheme: str, fragment: str
) -> None:
    uri = f"{scheme}:{dialect.uri.partition(':')[2]}{fragment}"
    assert dialect_of({"$schema": uri}) == dialect.uri


@pytest.mark.parametrize(
    "uri", ["http://json-schema.org/schema#", "ftp://json-schema.org/draft-07/schema", "draft-07", "", 3, None, ["a"]]
)
def test_nothing_else_is_a_dialect(uri: object) -> None:
    assert dialect_of({"$schema": uri}) is None


@pytest.mark.parametrize("keyword", ["not", "anyOf"])
def test_a_dynamic_reference_that_leads_back_without_going_into_the_instance_ends(keyword: str) -> None:
    """What `#` is depends on the path, so that the references of the document alone show no loop."""
    inner = {"$ref": "http://example.org/inner#/properties/a"}
    document = {
        "$schema": "https://json-schema.org/draft/2019-09/schema",
        "$id": "http://example.org/outer",
        "$recursiveAnchor": True,
        **({"unevaluatedProperties": False, "anyOf": [inner]} if keyword == "anyOf" else {keyword: inner}),
        "$defs": {
            "inner": {
                "$id": "http://example.org/inner",
                "$recursiveAnchor": True,
                "properties": {"a": {"$recursiveRef": "#"}},
            }
        },
    }
    with pytest.raises(ValidationLimitError, match="leads back to itself without descending into the instance"):
        list(Judge(document, "the document").violations({"a": 1}))
    assert accepts(document, {}).kind is Kind.UNDECIDED
