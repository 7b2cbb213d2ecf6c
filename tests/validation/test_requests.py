"""Validation: the compiled answer is that of jsonschema, and errors name place, expectation, finding and release."""

import copy
import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arrakis_schema import InvalidRequestError, iter_errors, load_schema, open_release, validate, validator
from arrakis_schema.json_schema.dialects import DRAFT_07
from arrakis_schema.json_schema.judge.compiled import compile_schema
from arrakis_schema.json_schema.requests import implies
from arrakis_schema.json_schema.violations import EXPECTATIONS, violation

PROJECT = Path(__file__).parent.parent.parent
WEATHER = PROJECT / "tests/fixtures/weather"
RELEASES = ["0.1.0", "0.2.0", "0.3.0", "0.4.0", "0.5.0", None]
REQUESTS = [json.loads(path.read_bytes()) for path in sorted(PROJECT.glob("schemas/endpoints/*/examples/*.json"))]
ODD: list[Any] = [
    None,
    True,
    0,
    -1,
    0.5,
    1.0,
    2**63,
    2**63 - 1,
    "",
    "a",
    ":",
    [],
    [""],
    ["a:b"],
    ["a:b", "a:b"],
    {},
    [1],
    [True],
    ["float32"],
]


def judge(request: Any, release: str | None) -> bool:
    """Do as the real client and server do: the envelope, then the endpoint, with jsonschema, then names of arguments."""
    if not jsonschema.Draft7Validator(load_schema("descriptor", release)).is_valid(request):
        return False
    schema = load_schema(request["request"].lower(), release)
    if not jsonschema.Draft7Validator(schema).is_valid(request):
        return False
    return set(request.get("args", {})) <= set(schema["properties"]["args"]["properties"])


def accepted(request: Any, release: str | None) -> bool:
    try:
        validate(request, release, as_documented=True)
    except InvalidRequestError:
        return False
    return True


@st.composite
def mutated(draw: st.DrawFn) -> Any:
    """Draw a valid request with up to three members changed, added or left out."""
    request = copy.deepcopy(draw(st.sampled_from(REQUESTS)))
    for _ in range(draw(st.integers(0, 3))):
        target = draw(st.sampled_from([request, request.get("args", request)]))
        if not isinstance(target, dict):
            break
        name = draw(st.sampled_from([*target, "extra", "version"]))
        if draw(st.booleans()):
            target[name] = draw(st.sampled_from(ODD))
        else:
            target.pop(name, None)
    return request


@settings(max_examples=1500)
@given(mutated(), st.sampled_from(RELEASES))
def test_the_compiled_answer_is_the_real_clients(request: Any, release: str | None) -> None:
    verdict = judge(request, release)
    assert accepted(request, release) == verdict
    assert (not list(iter_errors(request, release, as_documented=True))) == verdict


@pytest.mark.parametrize(
    "request_", [None, 1, "Find", [], {}, {"request": []}, {"request": {"a": 1}}, {"request": "Nope", "args": {}}]
)
def test_what_is_no_request_is_refused_by_the_envelope(request_: object) -> None:
    with pytest.raises(InvalidRequestError) as caught:
        validate(request_)
    assert caught.value.document == "descriptor"
    assert list(iter_errors(request_))


def find(**args: object) -> dict[str, object]:
    full: dict[str, object] = {
        "pattern": "",
        "data_type": [],
        "min_rate": 0,
        "max_rate": 1,
        "publisher": [],
        "time": None,
    }
    return {"request": "Find", "args": full | args}


@pytest.mark.parametrize(
    ("request_", "release", "sentence"),
    [
        (find(max_rate=0), None, "args.max_rate: expected more than 0, found 0 (find, release 0.6.0)"),
        (
            find(data_type=["int8"]),
            "0.5",
            'args.data_type[0]: expected one of "uint32", "uint64", "int32", "int64", "float32", "float64", found "int8" (find, release 0.5.0)',
        ),
        (find(time="now"), "latest", 'args.time: expected an integer or null, found "now" (find, release 0.5.0)'),
        (
            {"request": "Describe", "args": {"channels": []}},
            "0.3.0",
            'args: expected the member "time", found only "channels" (describe, release 0.3.0)',
        ),
        (
            {"request": "Describe", "args": {"channels": [], "time": None}},
            None,
            "args.channels: expected at least 1 item, found 0 (describe, release 0.6.0)",
        ),
        (
            {"request": "Nope", "args": {}},
            None,
            'request: expected one of "Count", "Describe", "Find", "Partition", "Publish", "Stream", found "Nope" (descriptor, release 0.6.0)',
        ),
        (
            {"request": "Find"},
            None,
            'top level: expected the member "args", found only "request" (descriptor, release 0.6.0)',
        ),
    ],
)
def test_an_error_says_where_what_and_by_which_release(request_: object, release: str | None, sentence: str) -> None:
    with pytest.raises(InvalidRequestError) as caught:
        validate(request_, release)
    assert str(caught.value) == sentence
    assert caught.value.violation in list(iter_errors(request_, release))


def test_an_old_release_is_taken_with_its_corrections_or_as_documented() -> None:
    request = find(max_rate=0)
    sentence = "args.max_rate: expected more than 0, found 0 (find, release 0.5.0 with its corrections)"
    for release in ("0.5.0", "latest", open_release("0.5.0"), open_release("0.5.0").contract):
        for check in (lambda instance, release=release: validate(instance, release), validator("find", release)):
            with pytest.raises(InvalidRequestError) as caught:
                check(request)
            assert (str(caught.value), caught.value.corrected) == (sentence, True)
        assert [violation.keyword for violation in iter_errors(request, release)] == ["exclusiveMinimum"]
    assert load_schema("find", "0.5.0") == open_release("0.5.0").schema("endpoints/find/descriptor.json")
    for release in ("0.5.0", open_release("0.5.0")):
        validate(request, release, as_documented=True)
        validator("find", release, as_documented=True)(request)
        assert not list(iter_errors(request, release, as_documented=True))


def test_all_errors_are_listed() -> None:
    found = [str(error).partition(":")[0] for error in iter_errors(find(max_rate=0, min_rate=-1, time="x", pattern=3))]
    assert found == ["args.max_rate", "args.min_rate", "args.pattern", "args.time"]
    numbered = [error.path[-1] for error in iter_errors(find(publisher=[1] * 12))]
    assert numbered == list(range(12))


def test_a_long_array_is_checked_to_its_last_item() -> None:
    channels: list[object] = [f"H1:X-{number}" for number in range(1000)]
    request = {"request": "Describe", "args": {"channels": channels, "time": None}}
    validate(request)
    for wrong in ("none", 7, None, ["H1:X"]):
        channels[-1] = wrong
        with pytest.raises(InvalidRequestError, match=r"^args\.channels\[999\]: expected"):
            validate(request)


def test_a_name_with_a_dot_is_one_step_of_the_path() -> None:
    with pytest.raises(InvalidRequestError, match=r'^\["a\.b"\]: expected a string, found 1'):
        validator("forecast", root=WEATHER)({"request": "Forecast", "place": "H", "a.b": 1})


STRINGS = st.sampled_from(["", "a", "a:b", "b", "\n", "ä"])
ITEMS = st.sampled_from(
    [
        {"type": "string"},
        {"type": "string", "pattern": ":"},
        {"type": "string", "pattern": "^a.?", "description": "x"},
        {"type": "string", "enum": ["a", "b"]},
        {"type": "string", "enum": ["a", "b", 1], "pattern": "^[a]"},
        {"type": "string", "maxLength": 1},
        {"enum": ["a", 1]},
        True,
    ]
)


@given(ITEMS, st.lists(STRINGS | st.sampled_from([1, True, None, ["a"], {}]), max_size=4), st.booleans(), st.booleans())
def test_the_sweep_over_strings_means_what_items_means(
    items: Any,
    values: list[Any],
    nested: bool,  # noqa: FBT001
    unique: bool,  # noqa: FBT001
) -> None:
    schema: dict[str, Any] = {"type": "array", "items": items}
    if unique and isinstance(items, dict) and "maxLength" not in items and "type" in items:
        schema["uniqueItems"] = True
    instance: Any = values
    if nested:
        schema, instance = {"type": "object", "properties": {"x": schema}}, {"x": values}
    compiled = compile_schema(schema, DRAFT_07)
    assert compiled is not None
    valid = jsonschema.Draft7Validator(schema).is_valid(instance)
    assert (compiled.first_violation(instance) is None, compiled.accepts(instance)) == (valid, valid)


SCHEMAS = st.fixed_dictionaries(
    {},
    optional={
        "type": st.sampled_from(["object", "string"]),
        "enum": st.just(["a", "b"]),
        "const": st.sampled_from(["a", "c", 1]),
        "required": st.sampled_from([["x"], ["x", "y"], []]),
        "description": st.just("x"),
        "minLength": st.just(1),
    },
).flatmap(lambda schema: st.sampled_from([schema, {**schema, "properties": {"x": {"type": "string"}}}]))


@given(SCHEMAS, SCHEMAS, st.sampled_from(["a", "b", "c", 1, "", {}, {"x": "a"}, {"x": 1}, {"x": "", "y": 1}]))
def test_what_is_implied_is_accepted(schema: Any, weaker: Any, instance: Any) -> None:
    if implies(schema, weaker) and jsonschema.Draft7Validator(schema).is_valid(instance):
        assert jsonschema.Draft7Validator(weaker).is_valid(instance)


def test_every_keyword_that_can_fail_has_words() -> None:
    keywords = set(jsonschema.Draft7Validator.VALIDATORS) - {
        "$ref",
        "allOf",
        "if",
        "items",
        "properties",
        "patternProperties",
        "propertyNames",
    }
    assert keywords <= set(EXPECTATIONS)
    assert str(violation((), "unheard", 1, 2)) == "top level: expected what unheard 1 allows, found 2"


@pytest.mark.parametrize(
    ("request_", "sentence"),
    [
        (
            {"request": "Forecast", "place": "H", "days": 15},
            "days: expected at most 14, found 15 (forecast, release 1.1.0)",
        ),
        ({"request": "Rain"}, 'request: expected one of "forecast", found "Rain" (descriptor, release 1.1.0)'),
        (
            {"place": "H"},
            'top level: expected an object with the member "request", a string, found {"place": "H"} (descriptor, release 1.1.0)',
        ),
        ([], 'top level: expected an object with the member "request", a string, found [] (descriptor, release 1.1.0)'),
    ],
)
def test_an_api_without_an_envelope_is_checked_by_its_endpoints(request_: object, sentence: str) -> None:
    with pytest.raises(InvalidRequestError) as caught:
        validate(request_, root=WEATHER)
    assert str(caught.value) == sentence
    try:
        told = str(next(iter_errors(request_, root=WEATHER)))
    except InvalidRequestError as error:
        told = str(error)
    assert sentence.startswith(told)


def test_the_envelope_that_is_missing_refuses_nothing() -> None:
    validate({"request": "Forecast", "place": "H", "days": 14}, root=WEATHER)


def test_an_unknown_release_is_no_invalid_request() -> None:
    for check in (validate, lambda *args: list(iter_errors(*args))):
        with pytest.raises(FileNotFoundError, match=r"there is no release '9\.9\.9'"):
            check({"request": "Find"}, "9.9.9")
