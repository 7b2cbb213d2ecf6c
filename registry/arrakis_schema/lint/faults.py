"""Findings from the faults that rules report in a document."""

from collections.abc import Callable, Iterator
from itertools import islice
from posixpath import join
from typing import Any

from arrakis_schema.findings.finding import Finding, Severity
from arrakis_schema.lint.subject import Fault, LintRule, Subject
from arrakis_schema.store.limits import MOST_FINDINGS


def findings_of(
    subject: Subject, parsed_subject: Any, table: dict[str, LintRule], position_of: Callable[[Fault], tuple[int, int]]
) -> Iterator[Finding]:
    """Yield a finding for each fault that a rule of the table reports."""
    folder = subject.file.removesuffix(subject.document.path)
    kept = {name: rule for name, rule in table.items() if not rule.convention or rule.convention in subject.conventions}
    for name, rule in kept.items():
        faults = rule.check(parsed_subject)
        for fault in islice(faults, MOST_FINDINGS):
            if fault.example is not None:
                yield Finding(join(folder, fault.example), 1, 1, name, rule.severity, fault.location, fault.message)
            else:
                yield Finding(subject.file, *position_of(fault), name, rule.severity, fault.location, fault.message)
        if unlisted := sum(1 for _ in faults):
            message = f"{unlisted:,} more findings of this rule in this document are not listed"
            yield Finding(subject.file, 1, 1, name, rule.severity, "", message)


def too_large(subject: Subject, excess: str) -> Finding:
    """Return the finding for a document that is too large for the rules."""
    message = f"the document has {excess}; split it"
    return Finding(subject.file, 1, 1, "document-too-large", Severity.ERROR, "", message)
