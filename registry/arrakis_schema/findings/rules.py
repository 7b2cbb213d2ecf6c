"""The ids of all differences: an id is API, and keeps its meaning for ever."""

from collections.abc import Iterator

_MEANING = {
    "added": "{} is there, and was not.",
    "removed": "{} was there, and is not.",
    "tightened": "{} takes less than before.",
    "loosened": "{} takes more than before.",
    "changed": "{} takes something else than before.",
    "reordered": "{} says the same in another order.",
}
_BOUNDS = [f"{end}{what}" for what in ("Length", "Items", "Properties", "Contains") for end in ("min", "max")]
_BOUNDS += ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"]
_ASSERTIONS = ["const", "pattern", "multipleOf", "uniqueItems", "$ref", "$dynamicRef"]
_ASSERTIONS += ["items", "dependencies", "dependentRequired"]
# What is inside of these differs by itself, and is reported there.
_SCHEMAS = ["not", "if", "then", "else", "contains", "propertyNames", "additionalItems", "prefixItems"]
_SCHEMAS += ["additionalProperties", "unevaluatedItems", "unevaluatedProperties"]
_SCHEMAS += ["properties", "patternProperties", "dependentSchemas", "definitions", "$defs"]
_LISTED = ["required", "allOf", "anyOf", "oneOf"]
_SUFFIXES = {
    **dict.fromkeys(_BOUNDS, ("added", "removed", "tightened", "loosened")),
    **dict.fromkeys(("type", "enum"), ("added", "removed", "tightened", "loosened", "changed", "reordered")),
    **dict.fromkeys(_ASSERTIONS, ("added", "removed", "changed")),
    **dict.fromkeys(_SCHEMAS, ("added", "removed")),
    **dict.fromkeys(_LISTED, ("added", "removed", "reordered")),
}
_OTHERS = {
    "schema-changed": "A schema turned into `true` or `false`, or from one of them.",
    "annotation-added": "Words, or a keyword without effect, are there and were not: nobody is concerned.",
    "annotation-removed": "Words, or a keyword without effect, were there and are not: nobody is concerned.",
    "annotation-changed": "Words, or a keyword without effect, say something else: nobody is concerned.",
    "column-added": "The writer sends a column that the reader does not know.",
    "column-removed": "The reader knows a column that the writer does not send.",
    "column-reordered": "The columns come in another order; only a reader that takes them exactly minds.",
    "nullable-tightened": "The writer may send null where the reader takes none.",
    "nullable-loosened": "The reader takes null where the writer never sends it.",
    "type-widened": "The reader's type holds every value of the writer's.",
    "type-narrowed": "The reader's type lacks values of the writer's.",
    "encoding-changed": "The same values come in another encoding, such as a dictionary or 64-bit offsets.",
    "metadata-changed": "The metadata of a column says something else.",
    "value-removed": "The reader's template does not allow a value that the writer's does.",
    "document-removed": "A document is gone: whoever uses it breaks.",
    "version-too-low": "The declared version does not say how much has changed.",
    "version-too-high": "The declared version says more than has changed.",
    "exception-stale": "An entry of `exceptions.toml` names a place that nothing breaks.",
    "exception-expired": "An entry of `exceptions.toml` is for a release that is past and never came.",
    "exception-invalid": "`exceptions.toml` cannot be read, so no break is accepted.",
    "release-changed": "A frozen file is not what `versions/lock.json` says.",
    "release-rewritten": "The lock or the date of a release is not what it was in the commit that is compared with.",
    "release-removed": "A release of the commit that is compared with is gone.",
    "release-added": "A release is new since the commit that is compared with.",
    "record-changed": "A record about releases was changed since the commit that is compared with.",
    "base-empty": "The commit that is compared with has no documents.",
    "request-refused": "A server refuses a request that the contract accepts.",
    "request-answered": "A server answers a request that the contract refuses: nobody breaks, and mistakes pass.",
    "refusal-unexplained": "A server refuses a request as an internal error, and does not say which argument or why.",
    "answer-broken": "What a server sends is no answer: cut off, without data, too large, or no Arrow.",
    "release-claimed": "A server claims another release than the one that it is held against.",
    "not-compared": "A document could not be compared; the finding says why.",
    "not-examined": "Something was not examined; the finding says why.",
    "writer-empty": "The writer's document accepts no message at all, so that the proof says nothing.",
    "undecided": "It could be neither proved nor refuted that the reader accepts all; the finding says why.",
}

_SENT = {
    "cleanup-differs": "A topic has another cleanup policy than `registry.toml` says.",
    "key-differs": "The key of a record is not what the record says that it is.",
    "length-differs": "A list is not as long as the record that its row refers to says.",
    "message-key": "A message has a key or headers where there are none.",
    "message-malformed": "A message is not one complete Arrow IPC stream, or a record is not JSON with a key in UTF-8.",
    "null-sent": "A value is null where none ever is.",
    "partitions-differ": "A topic has another number of partitions than `registry.toml` says.",
    "record-invalid": "A record of a metadata topic is refused by its JSON Schema.",
    "reference-unknown": "A row refers to a record that is not there.",
    "row-differs": "A value differs from the first row's, where all rows are alike.",
    "value-unknown": "A value, or a data type, is none of those that the document lists.",
}


def _keyword_rules() -> Iterator[tuple[str, str]]:
    """Yield the ids of the differences in keywords."""
    for keyword, suffixes in _SUFFIXES.items():
        for suffix in suffixes:
            yield f"{keyword}-{suffix}", _MEANING[suffix].format(f"`{keyword}`")


RULES: dict[str, str] = {**dict(_keyword_rules()), **_OTHERS, **_SENT}
