"""One verdict: what is compiled says what the complete validator says, and a sound document can be held against all."""

import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal
from functools import partial
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from arrakis_schema.errors import InvalidSchemaError, ValidationLimitError
from arrakis_schema.findings.finding import Severity
from arrakis_schema.json_schema.dialects import (
    DIALECTS,
    DRAFT_04,
    DRAFT_06,
    DRAFT_07,
    DRAFT_2020_12,
    KEYWORDS,
    dialect_of,
)
from arrakis_schema.json_schema.judge import compiled, fast
from arrakis_schema.json_schema.judge.judge import Judge
from arrakis_schema.json_schema.judge.patterns import search
from arrakis_schema.json_schema.judge.rewriting import COPIERS
from arrakis_schema.json_schema.judge.soundness import problems
from arrakis_schema.lint.subject import Subject
from arrakis_schema.store.documents import Document
from arrakis_schema.system.lint import lint

FOLDER = Path(__file__).parent.parent / "cases/judge"
TRICKS = [
    "a",
    "b",
    "A",
    "a.b",
    "a-b",
    "a_b",
    "",
    "'",
    '"',
    "\\",
    "\n",
    "{a}",
    "{variable}",
    "{{",
    "%s",
    "%(a)s",
    "$",
    '", __import__("os").abort(), "',
    "' + str(1/0) + '",
    '", open("canary", "w"), "',
    '"""',
    "/",
    "~",
    "~1",
    "%25",
    "é",
    "\x00",
    "x" * 3000,
]
PATTERNS = [
    "a",
    "^a",
    "a$",
    "^[$]+",
    "$",
    "^$",
    "\\$",
    "[$^]",
    "^[A-Z]+$",
    "^\\\\$",
    "a|b$",
    "[[a]",
    "[a&&b]",
    "(?:a$)+",
    "^.{0,2}$",
]
NAMES = [*TRICKS, *"aabb"]
INERT = {"a", "b", "A", "a.b", "a-b", "a_b", "", "/"}
PLAIN = [*"abcA", "a.b", "a-b", "a_b", "a b", "ab", "", "missing", "item"]
TELLING = ["{variable}", "%(a)s", "abort", "str(1/0)", "é", "x" * 3000]
NUMBERS = [0, 1, -1, 2, 3, 0.5, 1.0, 0.01, 19.99, 2.5, 1e300, 10**30, 3 * 10**30, -0.0, 1e-7]
TYPES = ["null", "boolean", "integer", "number", "string", "array", "object"]
DEFINED = ["a", "A", "a-b", "a_b", "/", "%"]
ELSEWHERE = [
    "#/properties/a",
    "#/default",
    "#/required",
    "#/x-kept",
    "a.json",
    "http://127.0.0.1:9/a",
    "file:///dev/null",
]


class Strangers:
    """Documents and instances from one source of chance: every keyword of a dialect, with values that it allows."""

    dialects = tuple(KEYWORDS)

    def __init__(self, random: Random) -> None:
        self.random = random
        self.dialect = random.choice(self.dialects)

    def pick(self, values: Sequence[Any]) -> Any:
        return self.random.choice(values)

    def some(self, make: Callable[[], Any], low: int = 0, high: int = 3) -> list[Any]:
        return [make() for _ in range(self.random.randint(low, high))]

    def name(self) -> str:
        return str(self.pick(NAMES))

    def named(self, make: Callable[[], Any]) -> dict[str, Any]:
        return {self.name(): make() for _ in range(self.random.randint(0, 3))}

    def value(self, depth: int = 2) -> Any:
        chance = self.random.random()
        if depth == 0 or chance < 0.5:
            return self.pick([None, True, False, self.pick(NUMBERS), self.pick(NUMBERS), self.name(), self.name()])
        if chance < 0.7:
            return self.some(lambda: self.value(depth - 1))
        return self.named(lambda: self.value(depth - 1))

    def document(self) -> dict[str, Any]:
        root: Any = {}
        while not isinstance(root, dict) or not root:
            root = self.schema(3)
        return {"$schema": self.dialect, **root, self.home: {name: self.schema(2) for name in DEFINED}}

    @property
    def home(self) -> str:
        return DIALECTS[self.dialect].definitions

    def reference(self) -> str:
        """Return a reference, most often to a definition."""
        if self.random.random() < 0.05:
            return str(self.pick(ELSEWHERE))
        name = self.pick(DEFINED).replace("/", "~1").replace("%", "%25")
        return str(self.pick(["#", f"#/{self.home}/{name}", f"#/{self.home}/{name}"]))

    def identifier(self) -> str:
        return str(self.pick(["http://127.0.0.1:9/x.json", "a.json", "urn:a", f"{self.dialect}#"]))

    def schema(self, depth: int) -> Any:
        if depth == 0 or self.random.random() < 0.1:
            booleans: list[Any] = [{}, {"not": {}}] if self.dialect == DRAFT_04 else [True, False]
            return self.pick([*booleans, {}, {"type": self.pick(TYPES)}, {"$ref": self.reference()}])
        keywords = self.keywords(lambda: self.schema(depth - 1))
        known = [name for name in keywords if name in KEYWORDS[self.dialect] or name == "x-kept"]
        chosen = self.random.sample(known, self.random.randint(1, 5))
        made = {name: keywords[name]() for name in chosen if name[0] not in "$i" or self.random.random() < 0.3}
        bounds = {"exclusiveMinimum": "minimum", "exclusiveMaximum": "maximum"} if self.dialect == DRAFT_04 else {}
        needed = {bounds[name]: keywords[bounds[name]]() for name in made if name in bounds}
        return {**needed, **made, **{name: self.pick([True, False]) for name in made if name in bounds}}

    def keywords(self, schema: Callable[[], Any]) -> dict[str, Callable[[], Any]]:
        """Return what makes the value of each keyword."""

        old = self.dialect == DRAFT_04

        def schemas() -> list[Any]:
            return self.some(schema, 1)

        def names() -> list[str]:
            return sorted(set(self.some(self.name, int(old))))

        def number() -> float:
            return float(self.pick(NUMBERS)) if self.random.random() < 0.2 else self.pick(NUMBERS)

        bounds = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum")
        sizes = ("minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties")
        alone = ("contains", "additionalProperties", "propertyNames", "not", "if", "then", "else", "x-kept")
        modern = ("unevaluatedItems", "unevaluatedProperties", "additionalItems")
        return {
            "type": lambda: self.pick([self.pick(TYPES), sorted({*self.some(partial(self.pick, TYPES), 1)})]),
            "enum": lambda: self.some(self.value, 1, 1 if self.dialect in {DRAFT_04, DRAFT_06} else 4),
            "const": self.value,
            **dict.fromkeys(bounds, number),
            "multipleOf": lambda: abs(number()) or 1,
            **dict.fromkeys((*sizes, "minContains", "maxContains"), lambda: self.pick([0, 1, 2, 3, 2 if old else 2.0])),
            "pattern": lambda: self.pick(PATTERNS),
            "uniqueItems": lambda: self.random.random() < 0.8,
            "required": names,
            "dependentRequired": lambda: self.named(names),
            "dependencies": lambda: self.named(self.pick([names, schema])),
            "items": schema if self.dialect == DRAFT_2020_12 else self.pick([schema, schemas]),
            **dict.fromkeys((*alone, *modern), schema),
            **dict.fromkeys(("allOf", "anyOf", "oneOf", "prefixItems"), schemas),
            **dict.fromkeys(("properties", "dependentSchemas"), lambda: self.named(schema)),
            "patternProperties": lambda: {self.pick(PATTERNS): schema() for _ in range(self.random.randint(1, 2))},
            **dict.fromkeys(("$ref", "$dynamicRef", "$recursiveRef"), self.reference),
            **dict.fromkeys(("$id", "id"), self.identifier),
            "$recursiveAnchor": lambda: self.pick("ab" if self.dialect == DRAFT_2020_12 else [True, False]),
            **dict.fromkeys(("$anchor", "$dynamicAnchor"), lambda: self.pick("ab")),
            **dict.fromkeys(("format", "title", "$comment", "contentMediaType", "contentEncoding"), self.name),
            "default": self.value,
        }


class Plain(Strangers):
    """The same with the keywords that are compiled, and most often with values that are."""

    dialects = tuple(dialect for dialect in KEYWORDS if dialect != DRAFT_04)

    def name(self) -> str:
        return str(self.pick([*PLAIN, *PLAIN, *PLAIN, *TRICKS]))

    def reference(self) -> str:
        return f"#/{self.home}/{self.pick(['a', 'A', 'a-b', 'a_b'])}"

    def document(self) -> dict[str, Any]:
        root = self.pick([{}, {"type": self.pick(TYPES), "title": self.pick(TRICKS)}])
        defined = {name: {"type": self.pick(TYPES)} for name in DEFINED}
        return {"$schema": self.dialect, **root, **self.schema(3), self.home: defined}

    def schema(self, depth: int) -> Any:
        if depth == 0:
            return self.pick([True, {}, {"type": self.pick(TYPES)}, {"$ref": self.reference()}])
        keywords = self.keywords(lambda: self.schema(depth - 1))
        chosen = self.random.sample([name for name in keywords if name in COPIERS], self.random.randint(1, 4))
        return {name: keywords[name]() for name in [*chosen, *self.pick([[], ["default"], ["$comment"]])]}

    def keywords(self, schema: Callable[[], Any]) -> dict[str, Callable[[], Any]]:
        texts = {"type": "string", **self.pick([{}, {"pattern": self.pick(PATTERNS)}, {"enum": ["a", "b", "\n"]}])}
        one, several = partial(self.value, 0), lambda: self.some(partial(self.value, 0), 1)
        return {
            **super().keywords(schema),
            "items": self.pick([schema, lambda: texts]),
            "additionalProperties": lambda: self.pick([True, False]),
            "uniqueItems": lambda: self.pick([True, False, False]),
            "const": one,
            "enum": several,
        }


STRANGERS = st.randoms(use_true_random=True).map(Strangers)
PLAINLY = st.randoms(use_true_random=True).map(Plain)
QUICK = settings(max_examples=250, suppress_health_check=[HealthCheck.filter_too_much], deadline=None)


@QUICK
@given(STRANGERS)
def test_a_sound_document_judges_every_instance_and_both_ways_agree(stranger: Strangers) -> None:
    document = stranger.document()
    assume(next(problems(document), None) is None)
    judge = Judge(document, "the document")
    for instance in [stranger.value(3) for _ in range(12)]:
        first, every = judge.first_violation(instance), list(judge.violations(instance))
        assert (first is None) == (not every)
        assert first is None or first in every


@contextmanager
def recorded() -> Iterator[list[str]]:
    """Give the code that is made inside, where nothing is made yet."""
    codes: list[str] = []
    compiled._compile_text.cache_clear()  # noqa: SLF001

    def run(code: str, names: dict[str, Any]) -> None:
        codes.append(code)
        exec(code, names)  # noqa: S102 - as the library does

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(compiled, "exec", run, raising=False)
        yield codes


@settings(QUICK, max_examples=1000)
@given(PLAINLY)
def test_a_document_that_is_compiled_has_the_verdict_of_the_complete_validator(stranger: Plain) -> None:
    document = stranger.document()
    assume(next(problems(document), None) is None)
    with recorded() as codes:
        judge = Judge(document, "the document")
    assume(judge.is_compiled)
    assert not any(text in code for code in codes for text in TELLING)
    odd = stranger.pick(ODD[1:])
    for instance in [*(stranger.value(3) for _ in range(12)), odd, [odd], {"a": odd, "b": [odd]}]:
        first, every = judge.first_violation(instance), list(judge.violations(instance))
        assert (first is None) == (not every)
        assert first is None or first in every


@QUICK
@given(STRANGERS)
def test_what_lint_accepts_is_sound(stranger: Strangers) -> None:
    document = stranger.document()
    found = lint(Subject(Document("publication/x.json", json.dumps(document).encode()), None, "publication/x.json"))
    if all(finding.severity is not Severity.ERROR for finding in found):
        Judge(document, "the document").require_soundness()
    unsound = {problem.location for problem in problems(document)}
    assert unsound <= {finding.location for finding in found if finding.severity is Severity.ERROR}


CASES = [case for file in sorted(FOLDER.glob("*.json")) for case in json.loads(file.read_text(encoding="utf-8"))]
SHARED = [case for case in CASES if not case.keys() & {"asserted_in_rust", "rust_differs"}]


@pytest.mark.parametrize("case", CASES, ids=[case["why"] for case in CASES])
def test_a_case_has_one_verdict(case: dict[str, Any]) -> None:
    judge = Judge(case["schema"], "the document")
    for instance, valid in [(one, True) for one in case["valid"]] + [(one, False) for one in case["invalid"]]:
        assert (judge.first_violation(instance) is None) == valid, instance
        assert (not list(judge.violations(instance))) == valid, instance


@pytest.mark.parametrize("case", SHARED, ids=[case["why"] for case in SHARED])
def test_a_validator_of_another_language_gives_the_same_verdict(case: dict[str, Any]) -> None:
    rust = pytest.importorskip("jsonschema_rs", reason="it is in the group bench")
    named = DIALECTS[dialect_of(case["schema"]) or DRAFT_07].name
    kind = getattr(rust, {"2019-09": "Draft201909Validator", "2020-12": "Draft202012Validator"}.get(named, ""), None)
    judge = (kind or getattr(rust, f"Draft{named[-1]}Validator"))(case["schema"], validate_formats=False)
    assert [judge.is_valid(instance) for instance in case["valid"]] == [True] * len(case["valid"])
    assert [judge.is_valid(instance) for instance in case["invalid"]] == [False] * len(case["invalid"])


WAYS: dict[str, Any] = {
    "type": "string",
    "enum": ["a", 1, None, True, 0.5],
    "const": "a b",
    "pattern": '^"\\{',
    "items": {"type": "integer"},
    "uniqueItems": False,
    "required": ["a"],
    "properties": {"a.b": {"type": "integer"}},
    "additionalProperties": False,
    "$ref": "#/definitions/a",
    **dict.fromkeys(("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"), 2**63 - 1),
    **dict.fromkeys(("minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties"), 3),
    **{name: [{"type": "integer"}] for name in ("allOf", "anyOf", "oneOf")},
    **{name: {"type": "integer"} for name in ("not", "if", "then", "else")},
}


@pytest.mark.parametrize("keyword", sorted(COPIERS))
@pytest.mark.parametrize("dialect", [dialect for dialect in KEYWORDS if dialect != DRAFT_04])
def test_each_keyword_of_the_list_is_compiled(keyword: str, dialect: str) -> None:
    document = {"$schema": dialect, keyword: WAYS[keyword], "definitions": {"a": {"maximum": 3}}}
    assert Judge(document, "the document").is_compiled


PROJECT = Path(__file__).parent.parent.parent
REQUESTS = sorted(path for folder in ("schemas", "versions") for path in (PROJECT / folder).rglob("descriptor.json"))


@pytest.mark.parametrize("path", REQUESTS, ids=lambda path: str(path.relative_to(PROJECT).parent))
def test_each_request_of_arrakis_is_compiled(path: Path) -> None:
    assert len(REQUESTS) > 50
    assert Judge(json.loads(path.read_bytes()), "the document").is_compiled


@pytest.mark.parametrize("trick", TRICKS)
@pytest.mark.parametrize(
    "keyword", ["properties", "required", "enum", "const", "format", "default", "title", "$comment", "x-", "pattern"]
)
def test_what_a_schema_says_is_never_run(
    keyword: str, trick: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    values: dict[str, Any] = {
        "properties": {trick: {"type": "integer"}},
        "required": [trick],
        "enum": [trick, "b"],
        "const": trick,
    }
    plain: dict[str, Any] = {"type": ["object", "string"]}
    if keyword == "pattern":
        plain, values = {**plain, "pattern": "a"}, {"pattern": re.sub(r"[\^$\\.*+?()\[\]{}|/]", r"\\\g<0>", trick)}
    with recorded() as codes:
        assert Judge({"allOf": [plain]}, "a document with nothing odd").is_compiled
        for home in ("definitions", "$defs"):
            inner = {**plain, keyword + trick if keyword == "x-" else keyword: values.get(keyword, trick)}
            document = {home: {trick: inner}, "$ref": f"#/{home}/" + quote(trick.replace("~", "~0").replace("/", "~1"))}
            judge = Judge(document, "the document")
            assert (judge.first_violation({trick: 1}) is None) == (keyword not in {"enum", "const"})
            assert (judge.first_violation({trick: "1"}) is None) == (keyword not in {"properties", "enum", "const"})
            assert judge.first_violation(trick) is None
        further: list[dict[str, Any]] = [{"dependencies": {trick: False}}, {"dependencies": {trick: [trick]}}]
        for more in further:
            assert Judge(more, "the document").first_violation({}) is None
    if trick not in INERT:
        assert len(codes) == 1  # that of the document with nothing odd
    assert not list(tmp_path.iterdir())


def test_documents_that_assert_the_same_are_compiled_once() -> None:
    with recorded() as codes:
        for number in range(3):
            document = {"$id": f"https://example.org/{number}", "pattern": f"^{number}", "enum": ["0", "1", "2"]}
            judge = Judge(document, "the document")
            assert [text for text in "0123" if judge.first_violation(text) is None] == [str(number)]
    assert len(codes) == 1


@pytest.mark.parametrize(("one", "other"), [("Id", "id"), ("a-b", "a_b"), ("a.b", "a_b"), ("a/b", "a_b"), ("é", "e")])
def test_definitions_with_names_that_are_alike_stay_two(one: str, other: str) -> None:
    document = {
        "properties": {name: {"$ref": f"#/definitions/{name.replace('/', '~1')}"} for name in (one, other)},
        "definitions": {one: {"type": "integer"}, other: {"type": "string"}},
    }
    judge = Judge(document, "the document")
    assert judge.first_violation({one: 1, other: "a"}) is None
    for wrong in ({one: "a"}, {other: 1}):
        found = judge.first_violation(wrong)
        assert found is not None
        assert found.path == (*wrong,)


def chain(length: int) -> dict[str, Any]:
    named = {f"d{n}": {"allOf": [{"$ref": f"#/definitions/d{n + 1}"}]} for n in range(length)}
    return {"$ref": "#/definitions/d0", "definitions": {**named, f"d{length}": {"type": "integer"}}}


@pytest.mark.parametrize("length", [3, 3000])
def test_a_long_chain_of_references_has_a_verdict_or_a_documented_error(length: int) -> None:
    judge = Judge(chain(length), "the document")
    if length < 10:
        assert judge.first_violation("a") is not None
        return
    for ask in (judge.first_violation, lambda instance: list(judge.violations(instance))):
        with pytest.raises(ValidationLimitError, match="nest too deeply"):
            ask(1)


def test_a_deep_instance_has_a_verdict_or_a_documented_error() -> None:
    judge = Judge({"items": {"$ref": "#"}, "type": "array"}, "the document")
    deep: list[Any] = []
    for _ in range(5000):
        deep = [deep]
    for ask in (judge.first_violation, lambda instance: list(judge.violations(instance))):
        with pytest.raises(ValidationLimitError, match="nest too deeply"):
            ask(deep)


def doubled(length: int) -> dict[str, Any]:
    named = {f"d{n}": {"allOf": [{"$ref": f"#/definitions/d{n + 1}"}] * 2} for n in range(length)}
    return {"$ref": "#/definitions/d0", "definitions": {**named, f"d{length}": {"type": "integer"}}}


@pytest.mark.parametrize(
    ("document", "compiled"),
    [
        (doubled(3), True),
        (doubled(12), False),
        (doubled(40), False),
        ({"$ref": "#/definitions/a", "definitions": {"a": {"properties": {"b": {"$ref": "#/definitions/a"}}}}}, False),
        ({"enum": list(range(2999))}, True),
        ({"enum": list(range(3000))}, False),
        (
            {"anyOf": [{"$ref": "#/definitions/a"}] * 40, "definitions": {"a": {"required": list("abcdefghij" * 3)}}},
            False,
        ),
    ],
)
def test_only_what_takes_few_steps_is_compiled(document: Any, compiled: bool) -> None:  # noqa: FBT001
    assert Judge(document, "the document").is_compiled == compiled


def test_the_code_of_an_error_holds_the_number_of_its_schema_and_not_the_schema() -> None:
    inner = {"type": "object", "properties": {"b": {"type": "string", "maxLength": 77}}}
    document = {"type": "object", "properties": {"a": inner}, "required": ["a"]}
    with recorded() as codes:
        found = Judge(document, "the document").first_violation({"a": {"b": "x" * 78}})
    assert (found and found.path, [code.count("77") for code in codes]) == (("a", "b"), [1])


def test_a_document_that_nests_too_deeply_is_told() -> None:
    document: dict[str, Any] = {"type": "integer"}
    for _ in range(5000):
        document = {"items": document}
    with pytest.raises(InvalidSchemaError, match="nest too deeply"):
        Judge(document, "the document").first_violation([])


ODD: list[Any] = [10**5000, float("nan"), float("inf"), {(): 1}, {1: 2}, {"a"}, b"a", "\ud800", object()]


@pytest.mark.parametrize("odd", ODD, ids=map(str, range(len(ODD))))
@pytest.mark.parametrize("compiled", [True, False])
def test_a_value_that_no_json_text_holds_has_a_verdict(odd: Any, compiled: bool) -> None:  # noqa: FBT001
    document = {"maximum": 3, "pattern": "^a$", "additionalProperties": False, "enum": ["b"]}
    judge = Judge(document if compiled else {**document, "multipleOf": 0.5}, "it")
    assert judge.is_compiled == compiled
    found = judge.first_violation(odd)
    assert found is not None
    assert found in list(judge.violations(odd))
    assert len(str(found)) < 200


def test_an_integer_of_too_many_digits_has_a_verdict_or_a_documented_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fast, "_rust", None)
    judge = Judge({"maximum": 3, "additionalProperties": False}, "it")
    assert str(judge.first_violation(10**5000)).startswith("top level: expected at most 3")
    with pytest.raises(ValidationLimitError, match="too many digits"):
        judge.first_violation({10**5000: 1})


def test_a_decimal_is_not_a_json_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fast, "_rust", None)
    judge = Judge({"type": "number"}, "it")
    assert judge.is_compiled
    assert judge.first_violation(Decimal(1)) in list(judge.violations(Decimal(1)))


def test_a_class_that_python_may_read_differently_one_day_is_read_as_today() -> None:
    assert [search("^[!--a]$", text) for text in "!-a."] == [True, True, True, False]


@pytest.mark.parametrize(
    ("document", "sentence"),
    [
        ({"$ref": "#"}, "the document is not a valid JSON Schema: the references lead back here without"),
        ({"allOf": [{"$ref": "#"}], "properties": {"a": {"$ref": "#"}}}, "the references lead back here without"),
        (
            {"$ref": "http://127.0.0.1:9/a"},
            r'/\$ref: \$ref "http://127.0.0.1:9/a" leads out of this document, and nothing',
        ),
        ({"items": {"$ref": "#/definitions/a"}}, r'/items/\$ref: \$ref "#/definitions/a" points to nothing in this'),
        ({"pattern": "("}, r'/pattern: "\(" is not a regular expression'),
        ({"$id": 7, "properties": {"a": {"$ref": "#/b"}}}, r"/\$id: expected a string, found 7"),
        ({"minimum": float("nan")}, "/minimum: NaN is not a JSON number"),
        ({"type": "text"}, r'/type: expected one of "array", .* or an array, found "text"'),
        (
            {"$schema": "http://json-schema.org/draft-03/schema#"},
            r'\$schema is "http://json-schema.org/draft-03/schema#"',
        ),
    ],
)
def test_a_document_that_can_judge_nothing_says_why(document: Any, sentence: str) -> None:
    with pytest.raises(InvalidSchemaError, match=sentence):
        Judge(document, "the document").first_violation({})


def test_without_jsonschema_only_what_is_not_compiled_names_the_extra(tmp_path: Path) -> None:
    documents = {
        "plain": {"pattern": "a"},
        "dynamic": {"$dynamicRef": "#"},
        "outward": {"$ref": "http://127.0.0.1:9/a"},
    }
    for name, body in documents.items():
        document = {"$schema": DRAFT_2020_12, "type": "object", **body}
        path = tmp_path / f"schemas/endpoints/{name}/descriptor.json"
        path.parent.mkdir(parents=True)
        path.write_text(json.dumps(document))
    (tmp_path / "schemas/registry.toml").write_text(
        'version = "1.0.0"\ntitle = "x"\nbase_url = "https://example.org/"\n'
    )
    code = (
        "import sys; sys.modules['jsonschema'] = None\n"
        "import arrakis_schema\n"
        f"for name in {list(documents)}:\n"
        "    try: arrakis_schema.validate({'request': name}, root=sys.argv[1]); print('accepted')\n"
        "    except arrakis_schema.ArrakisSchemaError as error: print(error)\n"
    )
    told = subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=True, capture_output=True, text=True)
    missing = "jsonschema is not installed: pip install 'arrakis-schema[check]'"
    assert told.stdout.splitlines() == ["accepted", missing, missing]


@pytest.mark.parametrize(
    ("schema", "valid"),
    [
        ({"maximum": 5}, False),
        ({"type": "integer", "exclusiveMaximum": 5}, False),
        ({"multipleOf": 3}, False),
        ({"multipleOf": 2}, True),
        ({"type": "integer"}, True),
        ({"anyOf": [{"maximum": 3}, {"type": "string"}]}, False),
        ({"not": {"minimum": 3}}, False),
        ({"not": {"type": ["string", "number"]}}, False),
        ({"if": {"maximum": 3}, "then": {"type": "string"}}, True),
    ],
    ids=json.dumps,
)
def test_an_integer_without_a_text_is_not_taken_for_a_small_one(schema: dict[str, Any], valid: bool) -> None:  # noqa: FBT001
    pytest.importorskip("jsonschema_rs", reason="it is in the extra fast")
    judge = Judge({"properties": {"a": schema}}, "the document")
    assert judge.accepts is not None
    assert (judge.first_violation({"a": 10**5000}) is None) == valid
