"""What a user sees in a Python prompt: each public value in one short line, and help that reads well."""

import dataclasses
import inspect
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

import arrakis_schema
from arrakis_schema import arrow, compat
from arrakis_schema.compat import Change, Effect, Kind, Verdict
from arrakis_schema.errors import DamagedStoreError
from arrakis_schema.findings.finding import Finding, Severity
from arrakis_schema.flight.release_contract import Contract
from arrakis_schema.json_schema.violations import Violation
from arrakis_schema.site import tree
from arrakis_schema.store.documents import Document, Example
from arrakis_schema.store.store import open_store
from arrakis_schema.system.check import check
from arrakis_schema.tables.arrow_document import arrow_document
from arrakis_schema.text.short_repr import format_record

PROJECT = Path(__file__).parent.parent.parent
LONGEST = 200
PUBLIC: dict[str, Any] = {name: getattr(arrakis_schema, name) for name in arrakis_schema.__all__}
PUBLIC |= {f"compat.{name}": getattr(compat, name) for name in compat.__all__}
PUBLIC |= {f"arrow.{name}": getattr(arrow, name) for name in arrow.__all__}
FUNCTIONS = {name: value for name, value in PUBLIC.items() if inspect.isfunction(value)}
LONG = "a long text " * 300
VIOLATION = Violation(("args", "stations", 0), "pattern", "text that matches the pattern " + LONG[:50], LONG[:80])
ERRORS: dict[str, Callable[[], Exception]] = {
    "ArrakisSchemaError": lambda: arrakis_schema.ArrakisSchemaError(LONG),
    "DamagedStoreError": lambda: DamagedStoreError([LONG, LONG]),
    "InvalidRequestError": lambda: arrakis_schema.InvalidRequestError(VIOLATION, "find", "0.5.0"),
    "InvalidSchemaError": lambda: arrakis_schema.InvalidSchemaError("find", LONG, "/properties"),
    "MalformedRequestError": lambda: arrakis_schema.MalformedRequestError(LONG),
    "MissingExtraError": lambda: arrakis_schema.MissingExtraError("pyarrow", "arrow"),
    "RefusedRequestError": lambda: arrakis_schema.RefusedRequestError(VIOLATION, "find", "0.5.0"),
    "SchemaTextError": lambda: arrakis_schema.SchemaTextError(7, LONG),
    "TemplateError": lambda: arrakis_schema.TemplateError(LONG),
    "UnknownSchemaError": lambda: arrakis_schema.UnknownSchemaError("no document", [f"name{n}" for n in range(99)]),
    "ValidationLimitError": lambda: arrakis_schema.ValidationLimitError(LONG),
    "compat.InvalidSchemaError": lambda: compat.InvalidSchemaError("find", LONG),
    "compat.NotComparableError": lambda: compat.NotComparableError(LONG),
    "arrow.SchemaBytesError": lambda: arrow.SchemaBytesError(LONG),
    "arrow.UnsupportedTypeError": lambda: arrow.UnsupportedTypeError(LONG),
}


@pytest.fixture(scope="module")
def values() -> dict[str, Any]:
    """Return a realistic value of each public class, and of each class that public functions return."""
    store = open_store(PROJECT)
    release = store.release("0.5.0")
    document = release.document("endpoints/find/descriptor.json")
    verdict = compat.accepts(arrakis_schema.load_schema("count", "0.3.0"), {})
    result = check(store)
    template = arrakis_schema.load_payload("stream")
    promised = pa.schema([pa.field("time", pa.int64(), metadata={"rows": "alike"})])
    return {
        "Request": arrakis_schema.parse_request(b'{"request": "Find", "args": {}}'),
        "RequestValidator": arrakis_schema.RequestValidator("0.5.0"),
        "Violation": VIOLATION,
        "SCHEMA_VERSION": arrakis_schema.SCHEMA_VERSION,
        "__version__": arrakis_schema.__version__,
        "compat.Change": max(verdict.findings, key=lambda change: len(change.message)),
        "compat.Effect": Effect.NARROWED,
        "compat.Kind": Kind.COMPATIBLE,
        "compat.Verdict": verdict,
        "arrow.ANNOTATIONS": arrow.ANNOTATIONS,
        "arrow.Promise": arrow.promises_of(promised)[0],
        "arrow.Template": template,
        **{name: make() for name, make in ERRORS.items()},
        "a validator": arrakis_schema.validator("find"),
        "Store": store,
        "Release": release,
        "contract": release.contract,
        "Document": document,
        "Example": store.release(None).examples_of(document.path)[0],
        "Settings": store.settings,
        "Flight": store.settings.flight,
        "Erratum": store.errata[0],
        "Contract": Contract(release),
        "ArrowDocument": arrow_document(release, "endpoints/find/schema.txt"),
        "Representation": next(iter(tree(store))),
        "CheckResult": result,
        "Finding": max(result.findings, key=lambda finding: len(finding.message)),
        "BaseComparison": result.compared[0],
        "AcceptedBreak": result.accepted[0],
    }


def test_every_public_class_has_a_value_that_is_shown(values: dict[str, Any]) -> None:
    missing = sorted(set(PUBLIC) - set(FUNCTIONS) - set(values))
    assert not missing, f"add a realistic value of {missing} to values() in tests/prompt/test_prompt.py"


def test_every_public_value_is_shown_in_one_short_line(values: dict[str, Any]) -> None:
    for name, value in {**values, **FUNCTIONS}.items():
        shown = repr(value)
        assert len(shown) < LONGEST, f"{name} takes {len(shown)} characters: give its class __repr__ = short_repr"
        assert "\n" not in shown, name
        assert " object at 0x" not in shown, f"give the class of {name} a __repr__"


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("arrow.Template", "Template(values=(), repeated=('channel', 'data_type', 'sample_rate'), columns=['time', '{channel}'])"),
        ("Release", "Release(version='0.5.0', folder='versions/0.5.0')"),
        ("contract", "Release(version='0.5.0', folder='versions/0.5.0', corrected=<8 items>)"),
        ("Document", "Document(path='endpoints/find/descriptor.json', content=<931 bytes>)"),
        ("compat.Verdict", "Verdict(kind='incompatible', witness=…)"),
        ("compat.Kind", "<Kind.COMPATIBLE: 'compatible'>"),
        ("MissingExtraError", """MissingExtraError("pyarrow is not installed: pip install 'arrakis-schema[arrow]'")"""),
    ],
)  # fmt: skip
def test_a_value_is_shown_by_what_tells_it_apart(name: str, shown: str, values: dict[str, Any]) -> None:
    wanted = re.escape(shown).replace("…", ".*")
    assert re.fullmatch(wanted, repr(values[name])), repr(values[name])


TEXTS = st.text(max_size=300) | st.sampled_from(["\n", "'" * 200, "\ud800" * 90, "\x1b[2J", LONG])
JSON = st.recursive(
    st.none() | st.integers() | TEXTS | st.builds(lambda: 10**5000),
    lambda inner: st.lists(inner, max_size=20) | st.dictionaries(TEXTS, inner, max_size=20),
    max_leaves=10,
)


@given(TEXTS, JSON, st.binary(max_size=9))
def test_any_value_is_shown_in_one_short_line(text: str, witness: Any, content: bytes) -> None:
    change = Change("required-added", text, text, Effect.CHANGED, text, at_fault=True, witness=witness)
    records = [
        change,
        Violation((text, 0), text, text, text),
        Finding(text, 1, 1, "required-added", Severity.ERROR, text, text, text),
        Document(text, content),
        Example(text, content),
        Verdict(Kind.INCOMPATIBLE, witness, (change,) * 3, text, text, (text,)),
        arrakis_schema.ArrakisSchemaError(text),
        arrakis_schema.UnknownSchemaError(text, [text], text),
    ]
    for record in records:
        shown = repr(record)
        assert len(shown) < LONGEST
        assert shown.isprintable()
        assert shown.startswith(f"{type(record).__name__}(")
        assert shown.endswith(")")


def test_what_nests_deeply_is_shown_too() -> None:
    witness: Any = []
    for _ in range(100_000):
        witness = [witness]
    assert len(repr(Verdict(Kind.INCOMPATIBLE, witness))) < LONGEST
    assert format_record("X", {"a": 1}) == "X(a=1)"


@pytest.mark.parametrize("name", FUNCTIONS)
def test_the_help_of_a_function_reads_well(name: str) -> None:
    function = FUNCTIONS[name]
    signature = str(inspect.signature(function))
    assert not re.search(r"\b_[A-Za-z]", signature.replace("pyarrow._flight", "pyarrow.flight")), "a private name"
    assert "~" not in signature, "a type variable"
    assert "object at 0x" not in signature
    text = inspect.getdoc(function) or ""
    summary = text.split("\n\n")[0]
    assert summary.rstrip().endswith((".", ":")), "one sentence first"
    assert re.match("(Return|Raise|Yield) ", summary), "it says what it returns, yields or raises"
    for parameter in inspect.signature(function).parameters.values():
        assert parameter.annotation is not inspect.Parameter.empty


def test_every_public_class_says_what_it_is() -> None:
    for name, value in PUBLIC.items():
        if isinstance(value, type):
            text = inspect.getdoc(value) or ""
            assert text, name
            assert not (dataclasses.is_dataclass(value) and text.startswith(f"{value.__name__}(")), name
