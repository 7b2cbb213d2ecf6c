"""The answer of `/healthz`: whether the site is up to date, or an older one because the sources cannot be built."""

from dataclasses import dataclass
from typing import Any

LONGEST = 2_000
"""Characters of a reason that are reported."""


@dataclass(frozen=True, slots=True)
class Health:
    """The served site, with the number of its build, and since when and why newer builds fail."""

    files: int
    built: str
    build: int = 1
    failing_since: str = ""
    reason: str = ""

    @property
    def body(self) -> dict[str, Any]:
        """The JSON of the answer."""
        if not self.reason:
            return {"status": "ok", "files": self.files, "built": self.built}
        failure = {"since": self.failing_since, "reason": self.reason[:LONGEST]}
        return {"status": "degraded", "files": self.files, "built": self.built, "failure": failure}
