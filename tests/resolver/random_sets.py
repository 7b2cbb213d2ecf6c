"""Random sets of documents that refer to each other: by path, by `$id`, by pointer and by anchor."""

from dataclasses import dataclass
from posixpath import dirname, relpath
from random import Random
from typing import Any
from urllib.parse import urljoin

from tests.compat.random_schemas import Schemas as RandomSchemas

PATHS = ["a.json", "core/b.json", "core/deep/c.json", "other/d.json"]
BASE = "https://here.org/versions/1.0.0/"


def url(path: str) -> str:
    return BASE + path


def urls(path: str) -> tuple[str, ...]:
    return (url(path),)


def canonical_uri(path: str, document: Any) -> str:
    """Return the URI that a document has by its `$id`, or else by its path."""
    return urljoin(url(path), str(document.get("$id", "")))


def has_anchor(document: Any) -> bool:
    """Tell whether a member of a document has the anchor `named`."""
    member = document.get("properties", {}).get("a")
    return isinstance(member, dict) and (member.get("$anchor") == "named" or member.get("$id") == "#named")


@dataclass
class RandomSet:
    """Documents by path, in one dialect."""

    random: Random
    modern: bool

    def documents(self) -> dict[str, Any]:
        schemas = RandomSchemas(self.random, modern=self.modern)
        documents = {path: schemas.document() for path in PATHS}
        for path, document in documents.items():
            document.setdefault("$schema", "http://json-schema.org/draft-07/schema#")
            if self.random.random() < 0.4:
                document["$id"] = self.random.choice([f"https://team.org/{path}", f"named/{path}"])
            if self.random.random() < 0.5:
                document["properties"] = {**document.get("properties", {}), "a": self.anchored()}
        for path, document in documents.items():
            for _ in range(self.random.randint(1, 3)):
                self.refer(path, document, documents)
        return documents

    def anchored(self) -> dict[str, Any]:
        name = {"$anchor": "named"} if self.modern else {"$id": "#named"}
        return {**name, "type": self.random.choice(["string", "integer", "object"])}

    def refer(self, path: str, document: Any, documents: dict[str, Any]) -> None:
        """Let a member of the messages be what another document, or a part of one, says."""
        target = self.random.choice(PATHS)
        fragments = ["", f"#/{'$defs' if self.modern else 'definitions'}/x"]
        fragments += ["#named"] if has_anchor(documents[target]) else []
        address = self.address(path, document, target, documents[target])
        reference = {"$ref": address + self.random.choice(fragments)}
        name = self.random.choice(["a", "b", "c", "ab"])
        if name == "a" and has_anchor(document):
            name = "b"
        members = document.setdefault("properties", {})
        members[name] = {"allOf": [reference]} if self.random.random() < 0.3 else reference

    def address(self, path: str, document: Any, target: str, other: Any) -> str:
        """Return a URI reference to a document, as its author may write it."""
        if "$id" in document or "$id" in other:
            return canonical_uri(target, other)
        return relpath(target, dirname(path) or ".")
