"""Findings in the formats that people and CI systems read: one module a format, all in one table."""

from collections.abc import Callable, Sequence

from arrakis_schema.findings import Finding
from arrakis_schema.report.as_json import as_json
from arrakis_schema.report.github import github
from arrakis_schema.report.text import text

FORMATS: dict[str, Callable[[Sequence[Finding]], str]] = {"text": text, "json": as_json, "github": github}

__all__ = ["FORMATS"]
