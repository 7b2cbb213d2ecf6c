"""The judge of a set of documents that knows each of them by its URI, as `referencing` resolves it."""

import json
from typing import Any

from referencing import Registry
from referencing.jsonschema import DRAFT7, DRAFT202012

from arrakis_schema.json_schema.dialects import DRAFT_07, DRAFT_2020_12
from arrakis_schema.json_schema.judge.complete import make_validator
from tests.resolver.random_sets import PATHS, canonical_uri, url


def among(documents: dict[str, Any], path: str, *, modern: bool) -> Any:
    """Return the validator of a document for which `referencing` resolves references among all documents."""
    specification: Any = DRAFT202012 if modern else DRAFT7
    resources = [(url(name), specification.create_resource(document)) for name, document in documents.items()]
    registry: Registry[Any] = Registry().with_resources(resources).crawl()
    root = {"$ref": canonical_uri(path, documents[path])}
    return make_validator(root, DRAFT_2020_12 if modern else DRAFT_07, registry=registry)


def guide(schema: Any) -> Any:
    """Return a bundle in which each name of a definition is its own reference token."""
    text = json.dumps(schema).replace("~1", "|")
    for path in PATHS:
        text = text.replace(path, path.replace("/", "|"))
    return json.loads(text)
