"""A project that uses the package: what both type checkers must know of each public name."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Literal, assert_type

import arrakis_schema
from arrakis_schema import (
    SCHEMA_VERSION,
    ArrakisSchemaError,
    DamagedStoreError,
    InvalidRequestError,
    InvalidSchemaError,
    MalformedRequestError,
    MissingExtraError,
    RefusedRequestError,
    Release,
    Request,
    RequestValidator,
    SchemaTextError,
    TemplateError,
    UnknownSchemaError,
    ValidationLimitError,
    Violation,
    __version__,
    assert_payload,
    check_message,
    check_table,
    descriptor,
    dump_request,
    iter_errors,
    load_payload,
    load_schema,
    open_release,
    parse_request,
    parse_ticket,
    parse_version,
    payload_schema,
    supports,
    validate,
    validator,
)
from arrakis_schema.arrow import Template
from arrakis_schema.compat import Change, Effect, Kind, NotComparableError, Verdict, accepts, not_understood

root = Path()
assert_type(SCHEMA_VERSION, str)
assert_type(__version__, str)
assert_type(arrakis_schema.SCHEMA_VERSION, str)
assert_type(load_schema("find"), dict[str, Any])
assert_type(load_schema("find", "0.5", root=root), dict[str, Any])
release = open_release("0.5.0", root)
assert_type(release, Release)
assert_type(release.version, str)
assert_type(release.documents, tuple[str, ...])
validate({}, release)
assert_type(load_schema("find", release.version), dict[str, Any])
assert_type(parse_version("0.5"), tuple[int, int] | None)
assert_type(supports("0.5", (0, 5)), bool | None)
assert_type(validator("find"), Callable[[Any], None])
assert_type(iter_errors({}), Iterator[Violation])
assert_type(dump_request({"request": "Find", "args": {}}), bytes)
assert_type(dump_request(Request(request="Find", args={}, version="0.5.0"), root=root), bytes)
assert_type(dump_request({"request": "Forecast", "place": "Hannover"}, root=root), bytes)
assert_type(parse_request(b"{}"), Request)
assert_type(parse_request(b"{}")["args"], dict[str, Any])
assert_type(parse_ticket(b"{}")["request"], str)
validate(parse_request(b"{}"), "latest", root="somewhere")
assert_type(RequestValidator("0.5.0", root=root).known_args("Find"), frozenset[str])
try:
    RequestValidator(release).validate({"request": "Find", "args": {}})
except RefusedRequestError as error:
    assert_type(error.violation, Violation)
assert_payload(payload_schema("find"), "find", release)
print(descriptor("find", pattern="x"), payload_schema("find"), check_table(None, "find"))
for finding in check_message(b"", records=[{"partition_index": 0}]):
    assert_type(finding.rule, str)
    assert_type(finding.line, int)

payload = load_payload("stream")
if isinstance(payload, Template):
    assert_type(payload.values, tuple[str, ...])
    assert_type(payload.allowed, dict[str, tuple[str, ...]])
    payload.bind([{"channel": "a"}], data_type="float64")

policy: Literal["additive", "strict"] = "strict"
verdict = accepts({}, True, policy=policy, unknown={"/args": "rejected"}, columns="exact")
assert_type(verdict, Verdict)
assert_type(verdict.kind, Kind)
assert_type(verdict.findings, tuple[Change, ...])
assert_type(verdict.findings[0].effect, Effect)
assert_type(not_understood(verdict, reader_is_new=True), list[Change])

try:
    validate({})
except InvalidRequestError as error:
    assert_type(error.violation, Violation)
    assert_type(error.violation.path, tuple[str | int, ...])
    assert_type(error.release, str)
except UnknownSchemaError as error:
    assert_type(error.available, tuple[str, ...])
except (MalformedRequestError, InvalidSchemaError, ValidationLimitError) as error:
    assert_type(error.problem, str)
except SchemaTextError as error:
    assert_type(error.line, int)
except MissingExtraError as error:
    assert_type(error.extra, str)
except DamagedStoreError as error:
    assert_type(error.problems, tuple[str, ...])
except (TemplateError, NotComparableError, ArrakisSchemaError) as error:
    print(error)
