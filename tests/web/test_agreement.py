"""The pages judge as the package does: the same verdicts, the same words, the same digits."""

import json
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from random import Random
from typing import Any

import jsonschema
import pytest

from arrakis_schema.errors import MalformedRequestError
from arrakis_schema.json_schema.judge.judge import Judge
from arrakis_schema.json_schema.requests import iter_errors
from arrakis_schema.json_schema.violations import EXPECTATIONS, place_order, violation
from arrakis_schema.store.dialects import DIALECTS
from arrakis_schema.store.layout import DocumentKind
from arrakis_schema.store.parsing import parse_json
from arrakis_schema.store.store import Store
from tests.compat.random_schemas import Instances, Schemas
from tests.web.node import judged

PROJECT = Path(__file__).parent.parent.parent
ENVELOPE = "endpoints/descriptor.json"
KEYWORDS = json.loads((Path(__file__).parent / "keywords.json").read_text())
NEVER_ASSERTED = {"format", "unknown"}


def complete(schema: Any, instance: Any) -> list[str]:
    """Return every violation that jsonschema finds, in the package's words and order."""
    validator = jsonschema.validators.validator_for(schema, default=jsonschema.Draft7Validator)
    found = {
        violation(
            tuple(error.absolute_path),
            "false" if error.validator is None else str(error.validator),
            error.validator_value,
            error.instance,
        )
        for error in validator(schema).iter_errors(instance)
    }
    return [str(one) for one in sorted(found, key=place_order)]


def examples() -> Iterator[tuple[str, dict[str, Any], list[str]]]:
    """Yield each example of the working set against each release: its name, the case, what the package says."""
    store = Store(PROJECT)
    releases = store.every_release()
    for document in releases[-1].every_document():
        for release in releases:
            if document.format.name == "json-schema" and document.path in release.documents:
                request = document.kind is DocumentKind.REQUEST
                schema = release.document(document.path).text
                unknown = release.settings.reader("request").unknown
                outer = {"envelope": release.document(ENVELOPE).text, "unknown": unknown} if request else {}
                for example in releases[-1].examples_of(document.path):
                    instance = json.loads(example.content)
                    said = (
                        [str(one) for one in iter_errors(instance, release, as_documented=True)]
                        if request
                        else complete(json.loads(schema), instance)
                    )
                    yield (
                        f"{release.version}/{example.path}",
                        {"text": example.content.decode(), "schema": schema, **outer},
                        said,
                    )


def test_each_example_gets_the_same_verdict_from_each_release() -> None:
    names, cases, expected = zip(*examples(), strict=True)
    found = [sorted(answer["sentences"]) for answer in judged(list(cases))]
    assert dict(zip(names, found, strict=True)) == dict(zip(names, map(sorted, expected), strict=True))
    assert len(names) > 400
    assert any(expected)


TELLING: dict[str, tuple[dict[str, Any], Any]] = {
    "draft-04": ({"minimum": 1, "exclusiveMinimum": True}, 1),
    "draft-06": ({"allOf": [{"$ref": "#/definitions/a", "type": "null"}], "definitions": {"a": {"minimum": 1}}}, 0),
    "draft-07": ({"if": {"minimum": 1}, "then": {"maximum": 5}}, 6),
    "2019-09": ({"$ref": "#/$defs/a", "minimum": 1, "$defs": {"a": {"maximum": 5}}}, 0),
    "2020-12": ({"prefixItems": [True], "items": False}, [1, 2]),
}


@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize("fragment", ["", "#"])
def test_a_dialect_is_found_by_the_same_names(scheme: str, fragment: str) -> None:
    assert TELLING.keys() == DIALECTS.keys()
    cases, expected = [], []
    for name, (schema, instance) in TELLING.items():
        document = {"$schema": f"{scheme}:{DIALECTS[name].partition(':')[2]}{fragment}", **schema}
        cases.append({"text": json.dumps(instance), "schema": json.dumps(document)})
        expected.append([str(violation) for violation in Judge(document, "it").violations(instance)])
    assert [answer["sentences"] for answer in judged(cases)] == expected
    assert all(len(sentences) == 1 for sentences in expected)


def test_a_keyword_is_said_in_the_same_words() -> None:
    cases = [{"text": json.dumps(case["instance"]), "schema": json.dumps(case["schema"])} for case in KEYWORDS]
    expected = [complete(case["schema"], case["instance"]) for case in KEYWORDS]
    differing = "site/web/src/words.js and json_schema/violations.py do not say the same"
    assert [answer["sentences"] for answer in judged(cases)] == expected, differing
    assert all(expected)


def test_every_keyword_that_is_worded_has_a_case() -> None:
    without = EXPECTATIONS.keys() - {case["keyword"] for case in KEYWORDS} - NEVER_ASSERTED
    assert not without, f"add a case to tests/web/keywords.json for {sorted(without)}"


def whole(value: Any) -> Any:
    """Return a value with 1.0 written 1: JavaScript does not tell them apart."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, list):
        return [whole(part) for part in value]
    return {name: whole(part) for name, part in value.items()} if isinstance(value, dict) else value


@pytest.mark.parametrize("seed", range(3))
def test_random_schemas_are_judged_alike(seed: int) -> None:
    random = Random(seed)  # noqa: S311 - chance that a seed repeats
    cases, expected = [], []
    for _ in range(150):
        schema = whole(Schemas(random, modern=False).document())
        maker = Instances(random, [schema])
        for instance in (whole(maker.instance(schema)) for _ in range(4)):
            with suppress(TypeError):  # jsonschema trips over additionalItems beside a boolean items
                expected.append(complete(schema, instance))
                cases.append({"text": json.dumps(instance), "schema": json.dumps(schema)})
    answers = [answer["sentences"] for answer in judged(cases)]
    assert [bool(said) for said in answers] == [bool(said) for said in expected]
    # jsonschema does not tell the place of what a `false` refuses
    told = [pair for pair in zip(answers, expected, strict=True) if not any("nothing here" in one for one in pair[1])]
    assert [sorted(found) for found, _ in told] == [sorted(said) for _, said in told]
    assert len(told) > len(cases) / 2


INTEGERS = [0, -1, 2**53, 2**53 + 1, -(2**53) - 1, 2**63 - 1, 2**63, 2**63 + 1, -(2**63), 10**30, 1187000000000000000]


@pytest.mark.parametrize(
    "keyword", ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "const", "multipleOf"]
)
def test_integers_beyond_doubles_are_judged_exactly(keyword: str) -> None:
    bounds = [7, 1000] if keyword == "multipleOf" else INTEGERS
    pairs = [
        ({"type": "integer", keyword: bound}, value)
        for bound in bounds
        for value in [*INTEGERS, 7 * 10**25, 7 * 10**25 + 1]
    ]
    cases = [{"text": json.dumps(value), "schema": json.dumps(schema)} for schema, value in pairs]
    assert [answer["sentences"] for answer in judged(cases)] == [complete(schema, value) for schema, value in pairs]


TEXTS = [
    *(
        "",
        " ",
        "[]",
        "null",
        "7",
        "-0",
        "01",
        "1.",
        ".5",
        "1e5",
        "1E+2",
        "-",
        "tru",
        "nul",
        "True",
        "NaN",
        "-Infinity",
        "1e999",
        "9" * 5000,
    ),
    *(
        '{"a": 1, "a": 1}',
        '{"a": {"b": 1, "b": 2}}',
        '{"a": 1,}',
        "[1,]",
        "[,1]",
        "{'a': 1}",
        '{"a" 1}',
        '{"a": 1} x',
        "[1] [2]",
    ),
    *(
        '"\\ud800"',
        '"\\ud83d\\ude00"',
        '{"\\udc00": 1}',
        '"\\x"',
        '"\\u12"',
        '"a\tb"',
        '"a\nb"',
        '"open',
        '"\u2028"',
        '"é😀"',
        "// x\n1",
    ),
    *(
        "/* x */ 1",
        "[" * 33 + "]" * 33,
        "[" * 34 + "]" * 34,
        "[" * 20000,
        '{"__proto__": {"a": 1}}',
        '{"constructor": 1}',
        "\ufeff{}",
    ),
    *(
        "[9007199254740993, 9223372036854775808, -9223372036854775809]",
        "\x0c1",
        "\xa01",
        "1 \x00",
        '{"a": [1, {"b": null}]}',
    ),
]


def test_the_same_texts_are_json() -> None:
    def read(text: str) -> Any:
        try:
            return json.dumps(parse_json(text.encode()), ensure_ascii=False)
        except MalformedRequestError:
            return None

    expected = {text: read(text) for text in TEXTS}
    found = {
        text: answer.get("value")
        for text, answer in zip(TEXTS, judged([{"text": text} for text in TEXTS]), strict=True)
    }
    assert {text for text, value in found.items() if value is None} == {
        text for text, value in expected.items() if value is None
    }
    whole = [
        text for text, value in expected.items() if value is not None and "." not in text and "e" not in text.lower()
    ]
    assert [found[text] for text in whole if text != "-0"] == [expected[text] for text in whole if text != "-0"]


def test_a_text_that_is_no_json_is_refused_with_its_place() -> None:
    answers = judged([{"text": text} for text in ['{\n  "a": 1,\n  "a": 2\n}', '{\n  "a": 1,\n}', '{"a": None}']])
    assert [answer["error"] for answer in answers] == [
        'line 3, column 3: the name "a" occurs twice in one object',
        "line 3, column 1: nothing follows this comma",
        "line 1, column 7: None is Python; JSON writes null",
    ]
