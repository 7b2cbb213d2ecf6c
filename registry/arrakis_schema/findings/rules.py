"""The ids of all rules: an id is API, and keeps its meaning for ever. `Change` and `Finding` take no other one.

Differences run from the old document to the new one, whoever reads.
"""

from collections.abc import Container, Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: its id, what it says, and the word for it where the rule alone decides that, such as `added`."""

    id: str
    meaning: str
    word: str = ""


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
    "properties-added": "A property is there, and was not.",
    "properties-removed": "A property was there, and is not.",
    "column-added": "A column is there, and was not.",
    "column-removed": "A column was there, and is not.",
    "column-reordered": "The columns come in another order; only a reader that takes them exactly minds.",
    "nullable-tightened": "A column may no longer be null.",
    "nullable-loosened": "A column may be null, and could not.",
    "type-widened": "The new type of a column holds every value of the old one, and more.",
    "type-narrowed": "The old type of a column holds every value of the new one, and more.",
    "encoding-changed": "The same values come in another encoding, such as a dictionary or 64-bit offsets.",
    "metadata-changed": "The metadata of a column says something else.",
    "value-added": "The template allows a value of a placeholder that it did not.",
    "value-removed": "The template no longer allows a value of a placeholder.",
    "document-added": "A document is there, and was not: nobody breaks.",
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


_MEMBERS = ("properties", "patternProperties", "column", "value", "document")
_WORDS = {f"{member}-{word}": word for member in _MEMBERS for word in ("added", "removed")}
_WORDS |= {"type-widened": "widened", "type-narrowed": "narrowed", "column-reordered": "reordered"}
_ALL = {**dict(_keyword_rules()), **_OTHERS, **_SENT}
RULES: dict[str, Rule] = {rule: Rule(rule, meaning, _WORDS.get(rule, "")) for rule, meaning in _ALL.items()}

LINT = frozenset(
    {
        "bounds-empty",
        "default-invalid",
        "description-missing",
        "dialect-unknown",
        "document-too-large",
        "document-unreachable",
        "enum-duplicate",
        "example-accepted",
        "example-invalid",
        "example-missing",
        "field-name-duplicate",
        "field-name-empty",
        "file-name-clash",
        "file-name-invalid",
        "file-not-plain",
        "file-unexpected",
        "id-mismatch",
        "json-invalid",
        "keyword-ineffective",
        "keyword-unknown",
        "meta-schema-invalid",
        "null-undescribed",
        "omission-undescribed",
        "pattern-exponential",
        "pattern-invalid",
        "pattern-slow",
        "pattern-unbounded",
        "placeholder-unlimited",
        "promise-invalid",
        "ref-circular",
        "ref-unresolvable",
        "required-undeclared",
        "template-without-placeholder",
        "text-invalid",
        "text-not-canonical",
        "title-missing",
        "unit-missing",
        "unsatisfiable",
        "validation-exponential",
    }
)
"""The ids of what lint finds in one document; the tables in `lint/` say what each asks for."""


def check_id(rule: str, known: Container[str]) -> None:
    """Raise `ValueError` for an id that is not in the table."""
    if rule not in known:
        raise ValueError(f"there is no rule {rule!r}")
