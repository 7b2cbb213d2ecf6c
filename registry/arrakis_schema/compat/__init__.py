"""Compatibility: does a reader accept everything that a writer sends? Proved, refuted with a witness, or undecided."""

from arrakis_schema.compat.accepting import NotComparableError, accepts, not_understood
from arrakis_schema.compat.json_schemas import InvalidSchemaError
from arrakis_schema.compat.verdicts import Change, Effect, Kind, Verdict

__all__ = [
    "Change",
    "Effect",
    "InvalidSchemaError",
    "Kind",
    "NotComparableError",
    "Verdict",
    "accepts",
    "not_understood",
]
