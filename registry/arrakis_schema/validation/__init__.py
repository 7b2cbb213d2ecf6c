"""Requests: from bytes, to bytes, and against the schemas of a release."""

from arrakis_schema.validation.packets import Request, dump_request, parse_request
from arrakis_schema.validation.requests import iter_errors, validate, validator
from arrakis_schema.validation.violations import Violation

__all__ = ["Request", "Violation", "dump_request", "iter_errors", "parse_request", "validate", "validator"]
