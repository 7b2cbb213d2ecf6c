"""Rules over one document: what is wrong with it, without looking at any other."""

from arrakis_schema.lint.reach import find_unreachable
from arrakis_schema.lint.run import lint, rules
from arrakis_schema.lint.subject import Subject

__all__ = ["Subject", "find_unreachable", "lint", "rules"]
