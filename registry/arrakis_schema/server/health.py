"""What `/healthz` answers: whether the site is that of the sources, or an older one because they cannot be built."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

LONGEST = 2_000
"""Characters of a reason that are passed on."""


@dataclass(frozen=True, slots=True)
class Health:
    """The site that is served, by the number of its build, and since when and why no newer one could be built."""

    files: int
    built: str
    build: int = 1
    failing_since: str = ""
    reason: str = ""

    @property
    def body(self) -> dict[str, Any]:
        """What is answered."""
        if not self.reason:
            return {"status": "ok", "files": self.files, "built": self.built}
        failure = {"since": self.failing_since, "reason": self.reason[:LONGEST]}
        return {"status": "degraded", "files": self.files, "built": self.built, "failure": failure}


def now() -> str:
    """Return the present moment, as RFC 3339 writes it."""
    return datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
