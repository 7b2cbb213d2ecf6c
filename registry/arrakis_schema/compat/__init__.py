"""Compatibility: does a reader accept everything that a writer sends? Proved, refuted with a witness, or undecided."""

from arrakis_schema.errors import InvalidSchemaError, MissingExtraError

try:
    from arrakis_schema.compat.accepting import NotComparableError, accepts
    from arrakis_schema.findings.verdicts import Change, Effect, Kind, Verdict, not_understood
except ModuleNotFoundError as error:
    raise MissingExtraError(str(error.name), "check") from error

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
