"""Findings in the formats that people and CI systems read: one module a format, all in one table."""

from collections.abc import Callable, Sequence

from arrakis_schema.findings import Finding
from arrakis_schema.report.as_json import as_json
from arrakis_schema.report.github import github
from arrakis_schema.report.gitlab import gitlab
from arrakis_schema.report.junit import junit
from arrakis_schema.report.markdown import markdown
from arrakis_schema.report.sarif import sarif
from arrakis_schema.report.text import text

FORMATS: dict[str, Callable[[Sequence[Finding]], str]] = {
    "text": text,
    "json": as_json,
    "markdown": markdown,
    "github": github,
    "gitlab": gitlab,
    "sarif": sarif,
    "junit": junit,
}

__all__ = ["FORMATS"]
