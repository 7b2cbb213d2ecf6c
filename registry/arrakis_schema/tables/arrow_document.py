"""An Arrow document of a release, read once: what is checked against it, and where in it a finding belongs."""

import pyarrow as pa

from arrakis_schema.arrow.members import line_of
from arrakis_schema.arrow.payloads import payload_of
from arrakis_schema.arrow.template import Template
from arrakis_schema.findings.finding import Finding, Severity
from arrakis_schema.store.documents import Document
from arrakis_schema.store.store import Release


class ArrowDocument:
    """An Arrow document, the file that findings name, and its schema, or the template that depends on the request."""

    def __init__(self, document: Document, file: str, parsed: pa.Schema | Template) -> None:
        """Take the document with what was parsed from it."""
        self.document, self.file, self.parsed = document, file, parsed

    def __repr__(self) -> str:
        """Show the file that it is read from."""
        return f"{type(self).__name__}({self.file!r})"

    @property
    def size(self) -> int | None:
        """The number of columns, None where it depends on the request."""
        if isinstance(self.parsed, Template):
            return None if self.parsed.repeated else len(self.parsed.columns)
        return len(self.parsed)

    def finding(self, rule: str, column: str, message: str) -> Finding:
        """Return an error at the line of a column, or at the head of the document where `column` is empty."""
        line = line_of(self.document.text, column) if column else 1
        return Finding(self.file, line, 1, rule, Severity.ERROR, column, message)


def arrow_document(release: Release, path: str) -> ArrowDocument:
    """Return an Arrow document of a release, read once; raises `DamagedStoreError` where it is none."""
    return release.derived(_read_document, path)


def _read_document(release: Release, path: str) -> ArrowDocument:
    """Read an Arrow document."""
    return ArrowDocument(release.document(path), f"{release.folder}/{path}", payload_of(release, path))
