"""The table of report formats, for people and CI systems: one module for each."""

from collections.abc import Callable, Sequence

from arrakis_schema.findings.as_json import as_json
from arrakis_schema.findings.finding import Finding
from arrakis_schema.findings.github import github
from arrakis_schema.findings.gitlab import gitlab
from arrakis_schema.findings.junit import junit
from arrakis_schema.findings.markdown import markdown
from arrakis_schema.findings.sarif import sarif
from arrakis_schema.findings.text import text

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
