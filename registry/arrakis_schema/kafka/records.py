"""Records of a compacted topic: key and value combined into one object, and validated against its JSON Schema."""

from typing import Any

from arrakis_schema.errors import InvalidRequestError, MalformedRequestError, ValidationLimitError
from arrakis_schema.findings.finding import Finding, Severity
from arrakis_schema.json_schema.requests import validator_of
from arrakis_schema.json_schema.violations import format_path
from arrakis_schema.store.store import Release
from arrakis_schema.store.strict_json import parse_json


class RecordChecker:
    """Checks records against one JSON document: `{"key": text, "value": the message as JSON, or null where empty}`."""

    def __init__(self, release: Release, path: str) -> None:
        """Take the document at a path; its validator is compiled once."""
        self._file = f"{release.folder}/{path}"
        self._validate = validator_of(release, release.name_of(path))

    def check(self, key: bytes | None, value: bytes | None, key_member: str = "") -> tuple[Any, list[Finding]]:
        """Return the record, None where there is none, and what is wrong with it.

        `key_member` is the member of the value that repeats the key, where the value has it.
        """
        try:
            record = {"key": _text(key), "value": None if value is None else parse_json(value)}
        except MalformedRequestError as error:
            return None, [self._finding("message-malformed", "", f"the record cannot be read: {error.problem}")]
        try:
            self._validate(record)
        except InvalidRequestError as error:
            where = format_path(error.violation.path)
            message = f"the record of the key {record['key']!r}: {error.violation}"
            return None, [self._finding("record-invalid", where, message)]
        except ValidationLimitError as error:
            return None, [self._finding("record-invalid", "", f"the record of the key {record['key']!r}: {error}")]
        repeated_key = (
            record["value"].get(key_member, record["key"])
            if key_member and isinstance(record["value"], dict)
            else record["key"]
        )
        if repeated_key != record["key"]:
            message = f"the record of the key {record['key']!r}: value.{key_member} is {repeated_key!r}"
            return record, [self._finding("key-differs", f"value.{key_member}", message)]
        return record, []

    def _finding(self, rule: str, where: str, message: str) -> Finding:
        """Return an error about a record."""
        return Finding(self._file, 1, 1, rule, Severity.ERROR, where, message)


def _text(key: bytes | None) -> str:
    """Return the key of a record."""
    if key is None:
        raise MalformedRequestError("it has no key")
    try:
        return key.decode("utf-8")
    except UnicodeDecodeError as error:
        raise MalformedRequestError(f"byte {error.start} of its key is not UTF-8") from error
