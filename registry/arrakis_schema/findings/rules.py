"""The ids of all rules. An id is API and never changes its meaning; `Change` and `Finding` accept no other id.

Differences run from the old document to the new one, whichever of them is the reader's.
"""

from collections.abc import Container, Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: its id, its meaning, and the word for it if the rule alone determines that, such as `added`."""

    id: str
    meaning: str
    word: str = ""


_MEANING = {
    "added": "{} was added.",
    "removed": "{} was removed.",
    "tightened": "{} accepts less than before.",
    "loosened": "{} accepts more than before.",
    "changed": "{} accepts other values than before.",
    "reordered": "{} has the same entries in another order.",
}
_BOUNDS = [f"{end}{what}" for what in ("Length", "Items", "Properties", "Contains") for end in ("min", "max")]
_BOUNDS += ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"]
_ASSERTIONS = ["const", "pattern", "multipleOf", "uniqueItems", "$ref", "$dynamicRef"]
_ASSERTIONS += ["items", "dependencies", "dependentRequired"]
# Differences inside these are reported at their own places.
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
    "schema-changed": "A schema became `true` or `false`, or was one of them before.",
    "annotation-added": "An annotation, or a keyword without effect, was added: nobody is affected.",
    "annotation-removed": "An annotation, or a keyword without effect, was removed: nobody is affected.",
    "annotation-changed": "An annotation, or a keyword without effect, changed: nobody is affected.",
    "properties-added": "A property was added.",
    "properties-removed": "A property was removed.",
    "column-added": "A column was added.",
    "column-removed": "A column was removed.",
    "column-reordered": "The columns are in another order: this affects only readers that require the exact schema.",
    "nullable-tightened": "A column may no longer be null.",
    "nullable-loosened": "A column may now be null.",
    "type-widened": "The new type of a column holds every value of the old one, and more.",
    "type-narrowed": "The old type of a column holds every value of the new one, and more.",
    "encoding-changed": "The same values have another encoding, such as a dictionary or 64-bit offsets.",
    "metadata-changed": "The metadata of a column changed.",
    "value-added": "The template now allows another value for a placeholder.",
    "value-removed": "The template no longer allows a value for a placeholder.",
    "document-added": "A document was added: nobody breaks.",
    "document-removed": "A document was removed: everybody who uses it breaks.",
    "version-too-low": "The declared version is too low for the changes.",
    "version-too-high": "The declared version is higher than the changes require.",
    "exception-stale": "An entry of `exceptions.toml` names a place where nothing breaks.",
    "exception-expired": "An entry of `exceptions.toml` is for a release that was never made.",
    "exception-invalid": "`exceptions.toml` cannot be read, so no break is accepted.",
    "release-changed": "A frozen file differs from what `versions/lock.json` records.",
    "release-rewritten": "The lock or the date of a release differs from the base commit.",
    "release-removed": "A release of the base commit was removed.",
    "release-added": "A release was added since the base commit.",
    "drift-known": "A server differs from a frozen document in a way that a correction describes.",
    "record-changed": "A record about releases changed since the base commit.",
    "base-empty": "The base commit has no documents.",
    "request-refused": "A server rejects a request that the contract accepts.",
    "request-answered": "A server answers a request that the contract rejects: nobody breaks, but mistakes are hidden.",
    "refusal-unexplained": "A server rejects a request with an internal error, and names neither argument nor reason.",
    "answer-broken": "The answer of a server is unusable: it is cut off, without data, too large, or not Arrow.",
    "release-claimed": "A server claims a different release from the one that it is checked against.",
    "not-compared": "A document could not be compared; the finding says why.",
    "not-examined": "Something was not examined; the finding says why.",
    "writer-empty": "The writer's document accepts no message at all, so the verdict means nothing.",
    "undecided": "Compatibility could be neither proved nor refuted; the finding says why.",
}

_SENT = {
    "answer-empty": "An answer has no rows although it must have some, or several although it must have one.",
    "block-missing": "Rows of a series are missing: at its beginning, between two rows, or at its end.",
    "count-differs": "A count differs from the number of rows that it counts.",
    "cleanup-differs": "The cleanup policy of a topic differs from `registry.toml`.",
    "digest-differs": "The digest of a topic's records differs from the one computed from them.",
    "key-differs": "The key of a record differs from the member of the record that repeats it.",
    "length-differs": "The length of a list differs from the one that follows from the record of its row.",
    "message-empty": "A message has fewer rows than the minimum.",
    "message-key": "A message has a key or headers on a topic that allows neither.",
    "message-malformed": "A message is not one complete Arrow IPC stream, or a record is not JSON with a key in UTF-8.",
    "null-sent": "A value is null in a column that promises no nulls.",
    "partitions-differ": "The number of partitions of a topic differs from `registry.toml`.",
    "record-differs": "A row or a record contradicts another one about the same thing.",
    "record-invalid": "A record of a metadata topic is rejected by its JSON Schema.",
    "reference-unknown": "A row refers to a record that does not exist.",
    "row-missing": "A requested row is missing from the answer.",
    "row-repeated": "A row, or a value that must be unique, is sent twice.",
    "row-unasked": "A row was sent that an argument of the request excludes.",
    "row-differs": "A value differs from that of the first row, in a column that promises the same value in all rows.",
    "time-outside": "A time is outside the requested range, or impossible for the clock of the API.",
    "time-step": "The times of a series do not increase in steps of its stride.",
    "value-malformed": "A text does not match the pattern that its column promises.",
    "value-out-of-range": "A number exceeds a bound that its column promises.",
    "value-unknown": "A value or a data type is not among those that the document lists.",
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

FIXED = frozenset(
    {
        "anchor-clash",
        "correction-inapplicable",
        "correction-invalid",
        "correction-unknown",
        "dialect-unknown",
        "document-too-large",
        "field-name-duplicate",
        "field-name-empty",
        "file-name-clash",
        "file-name-invalid",
        "file-not-plain",
        "file-unexpected",
        "id-clash",
        "json-invalid",
        "meta-schema-invalid",
        "pattern-invalid",
        "promise-invalid",
        "ref-circular",
        "ref-unresolvable",
        "template-without-placeholder",
        "text-invalid",
    }
)
"""The rules of lint without which a document could not be read, judged or published: their severity is fixed."""

LINT = FIXED | frozenset(
    {
        "bounds-empty",
        "default-invalid",
        "description-missing",
        "document-unreachable",
        "enum-duplicate",
        "example-accepted",
        "example-invalid",
        "example-missing",
        "id-mismatch",
        "keyword-ineffective",
        "keyword-unknown",
        "null-undescribed",
        "omission-undescribed",
        "pattern-exponential",
        "pattern-slow",
        "pattern-unbounded",
        "placeholder-unlimited",
        "required-undeclared",
        "text-not-canonical",
        "title-missing",
        "unit-missing",
        "unsatisfiable",
        "validation-exponential",
    }
)
"""The ids of what lint finds in one document; the tables in `lint/` say what each of them requires."""


def check_id(rule: str, ids: Container[str]) -> None:
    """Raise `ValueError` for an id that is not in the table."""
    if rule not in ids:
        raise ValueError(f"there is no rule {rule!r}")
