"""The representation of a URL: bytes, their media type, and whether they may ever change.

The site is a set of these; `build` writes them to a folder, `serve` answers with them over HTTP.
"""

from dataclasses import dataclass
from hashlib import sha256
from posixpath import splitext

from arrakis_schema.text.short_repr import short_repr

ARROW_STREAM = "application/vnd.apache.arrow.stream"
"""A schema message is an IPC stream without record batches: a stream may end by being closed, and needs no other end.

Registered at https://www.iana.org/assignments/media-types/application/vnd.apache.arrow.stream. (`….arrow.file` is the
format that begins with the magic `ARROW1` and ends with a footer.)
"""

OCTETS = "application/octet-stream"

MEDIA_TYPES = {
    ".arrow": ARROW_STREAM,
    ".atom": "application/atom+xml",
    ".css": "text/css; charset=utf-8",
    ".gz": "application/gzip",
    ".html": "text/html; charset=utf-8",
    ".ico": "image/vnd.microsoft.icon",
    ".jpg": "image/jpeg",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".yaml": "application/yaml; charset=utf-8",
    ".yml": "application/yaml; charset=utf-8",
    ".map": "application/json",
    ".md": "text/markdown; charset=utf-8",
    ".png": "image/png",
    ".py": "text/x-python; charset=utf-8",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".woff": "font/woff",
    ".woff2": "font/woff2",
    ".xml": "application/xml",
}
"""A table of our own, as that of `mimetypes` depends on the machine."""


@dataclass(frozen=True, slots=True)
class Representation:
    """The response of one URL.

    `path` has no leading slash, as in `versions/0.5.0/endpoints/find/descriptor.json`; `index.html` is the page of its
    folder. An `immutable` one is a frozen release's or a digest's file and never changes.
    """

    path: str
    content: bytes
    media_type: str
    immutable: bool = False

    __repr__ = short_repr

    @property
    def sha256(self) -> str:
        """The digest of the content, in hexadecimal digits."""
        return sha256(self.content).hexdigest()


def media_type_of(path: str) -> str:
    """Return the media type for the path's suffix."""
    return MEDIA_TYPES.get(splitext(path)[1], OCTETS)
