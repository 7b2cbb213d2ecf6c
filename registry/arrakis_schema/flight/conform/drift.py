"""Known drift: which corrections of a release its server needs, so as to keep the contract."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from arrakis_schema.findings.finding import Severity
from arrakis_schema.flight.conform.deviations import Deviation, schema_deviations
from arrakis_schema.flight.conform.listing import Listing
from arrakis_schema.flight.conform.promised import promised_schema
from arrakis_schema.flight.conform.substitution import NothingOfferedError
from arrakis_schema.flight.release_contract import Contract
from arrakis_schema.flight.texts import clean_line
from arrakis_schema.store.corrections import Correction, CorrectionError
from arrakis_schema.store.store import Release


@dataclass(frozen=True, slots=True)
class Drift:
    """The frozen documents of a release, beside its contract."""

    documented: Contract

    def of_schema(self, endpoint: str, request: Any, sent: pa.Schema, listing: Listing) -> Iterator[Deviation]:
        """Yield the corrections of a payload that a sent schema needs: none, if it is as documented."""
        corrections = self._corrections(self.documented.payload_path(endpoint))
        if not corrections:
            return
        try:
            promised = promised_schema(self.documented, endpoint, request, listing)
        except NothingOfferedError:
            return
        if promised is not None and any(schema_deviations(promised, sent, refuses_unknown=True)):
            yield from (_describe(correction, is_payload=True) for correction in corrections)

    def of_refusal(self, endpoint: str, request: Any) -> Iterator[Deviation]:
        """Yield the corrections by which a request is refused that the frozen document accepts."""
        path = self.documented.request_path(endpoint)
        corrections = self._corrections(path)
        if corrections and not self.documented.refuses(request, endpoint):
            for correction in corrections:
                if self._refuses_with(correction, endpoint, request):
                    yield _describe(correction, is_payload=False)

    def _corrections(self, path: str) -> list[Correction]:
        """Return the corrections of a document that change it."""
        return [correction for correction in self.documented.release.corrections_of(path) if correction.computes]

    def _refuses_with(self, correction: Correction, endpoint: str, request: Any) -> bool:
        """Tell whether the release with one correction alone refuses a request."""
        release, path = self.documented.release, self.documented.request_path(endpoint)
        try:
            corrected = {path: correction.apply(release.read(path))}
        except CorrectionError:
            return False
        alone = Release(release.store, release.version, release.folder, release.inventory, corrected)
        return Contract(alone).refuses(request, endpoint)


def _describe(correction: Correction, *, is_payload: bool) -> Deviation:
    """Return the notice of a correction; its place is in a document of the endpoint."""
    since = f" since {correction.seen[0]}" if correction.seen else ""
    right = f", right in {correction.fixed}" if correction.fixed else ""
    column = correction.location if is_payload else ""
    return Deviation(column, "drift-known", Severity.NOTICE, clean_line(f"known{since}{right}: {correction.reason}"))
