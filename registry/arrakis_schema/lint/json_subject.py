"""A JSON Schema document as the rules see it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from arrakis_schema.dialect.keywords import DRAFT_07, DRAFT_2020_12, KEYWORDS, Node
from arrakis_schema.dialect.positions import Positions
from arrakis_schema.errors import MissingExtraError
from arrakis_schema.lint.subject import Subject
from arrakis_schema.validation.violations import violation


@dataclass(frozen=True, slots=True)
class JsonSubject:
    """A JSON Schema document that has been read: its value, every schema in it, and where each stands."""

    subject: Subject
    schema: Any
    nodes: tuple[Node, ...]
    places: Positions

    @property
    def dialect(self) -> str:
        """The dialect that `$schema` names; draft-07 where it names none that is known."""
        named = self.schema.get("$schema") if isinstance(self.schema, dict) else None
        plain = named.removesuffix("#") if isinstance(named, str) else ""
        return plain if plain in KEYWORDS else DRAFT_07

    def objects(self) -> Iterator[Node]:
        """Yield the schemas that are objects."""
        return (node for node in self.nodes if isinstance(node.schema, dict))

    def properties(self) -> Iterator[Node]:
        """Yield the declared properties that are objects."""
        return (node for node in self.objects() if node.name is not None and node.declares)

    def validator(self, schema: Any) -> Any:
        """Return a validator of this dialect; needs the extra `check`."""
        try:
            import jsonschema  # noqa: PLC0415 - an extra
        except ImportError as error:
            raise MissingExtraError("jsonschema", "check") from error
        classes = {DRAFT_07: jsonschema.Draft7Validator, DRAFT_2020_12: jsonschema.Draft202012Validator}
        return classes[self.dialect](schema)

    def refuses(self, schema: Any, instance: Any) -> str | None:
        """Return why a schema of the document refuses an instance, or None; a broken schema is judged elsewhere."""
        try:
            error = next(self.validator(self.schema).evolve(schema=schema).iter_errors(instance), None)
        except MissingExtraError:
            raise
        except Exception:  # noqa: BLE001 - a broken schema breaks its validator in any way; meta-schema-invalid tells
            return None
        if error is None:
            return None
        keyword = "false" if error.validator is None else str(error.validator)
        return str(violation(tuple(error.absolute_path), keyword, error.validator_value, error.instance))
