"""A JSON Schema document as the rules see it."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from types import ModuleType
from typing import Any

from arrakis_schema.errors import LimitError
from arrakis_schema.json_schema.declared_members import Applied, unknown_members
from arrakis_schema.json_schema.dialects import DRAFT_07, dialect_of
from arrakis_schema.json_schema.judge.patterns import READINGS, PatternError
from arrakis_schema.json_schema.keywords import Node
from arrakis_schema.json_schema.positions import Positions
from arrakis_schema.json_schema.violations import violation
from arrakis_schema.lint.subject import Subject
from arrakis_schema.regex import Reading


@dataclass(frozen=True)
class JsonSubject:
    """A JSON Schema document that has been read: its value, every schema in it, and where each stands."""

    subject: Subject
    schema: Any
    nodes: tuple[Node, ...]
    places: Positions

    @property
    def dialect(self) -> str:
        """The dialect that `$schema` names; draft-07 where it names none that is known."""
        return dialect_of(self.schema) or DRAFT_07

    @property
    def reading(self) -> Reading:
        """How the reader of the document reads patterns."""
        return READINGS[self.subject.reader.patterns]

    def objects(self) -> Iterator[Node]:
        """Yield the schemas that are objects."""
        return (node for node in self.nodes if isinstance(node.schema, dict))

    def properties(self) -> Iterator[Node]:
        """Yield the declared properties that are objects."""
        return (node for node in self.objects() if node.name is not None and node.declares)

    @property
    def soundness(self) -> ModuleType:
        """The checks of what keeps a document from judging; raises `MissingExtraError` without the extra `check`."""
        from arrakis_schema.json_schema.judge import soundness  # noqa: PLC0415 - an extra

        return soundness

    @cached_property
    def meta_schema_problems(self) -> tuple[Any, ...]:
        """The violations of the meta-schema in the document."""
        return tuple(self.soundness.meta_schema_problems(self.schema, self.dialect))

    @cached_property
    def references(self) -> Any:
        """The references of the document, None where its meta-schema rejects it."""
        return (
            None
            if self.meta_schema_problems
            else self.soundness.check_references(self.schema, self.dialect, self.reading)
        )

    @cached_property
    def sound(self) -> bool:
        """Whether every instance can be validated against the document; if not, other rules report why."""
        references = self.references
        return not (
            references is None
            or references.unresolved
            or next(references.loops(), None)
            or next(self.soundness.pattern_problems(self.schema, self.reading), None)
        )

    @property
    def cost_problems(self) -> Iterator[Any]:
        """The places where one value is validated too often; only for a document that is sound."""
        from arrakis_schema.json_schema.judge.cost import cost_problems  # noqa: PLC0415 - an extra

        return cost_problems(self.references)

    @cached_property
    def validator(self) -> Any:
        """The complete validator, None where the meta-schema rejects the document; needs the extra `check`."""
        from arrakis_schema.json_schema.judge.complete import make_validator  # noqa: PLC0415 - an extra

        if self.meta_schema_problems:
            return None
        return make_validator(self.schema, self.dialect, reading=self.reading)

    def _errors(self, schema: Any, instance: Any) -> Any:
        """Return the first error of an instance, if there is one."""
        from arrakis_schema.json_schema.judge.complete import errors_of  # noqa: PLC0415 - an extra

        return errors_of(self.validator.evolve(schema=schema), instance, 1)

    def refuses_message(self, instance: Any) -> str | None:
        """Return why the reader of the document refuses a message, or None: by the schema, or for an unknown member."""
        from arrakis_schema.json_schema.judge.origins import origin_of  # noqa: PLC0415 - an extra

        problem = self.refuses(self.schema, instance)
        if problem is not None or not self.sound or self.subject.reader.unknown == "ignored":
            return problem
        root = Applied(self.schema, origin_of(self.validator, self.validator._resolver))  # noqa: SLF001 - as its keywords
        return next(map(str, unknown_members([root], instance, self.subject.reader.unknown)), None)

    def refuses(self, schema: Any, instance: Any) -> str | None:
        """Return why a schema of the document refuses an instance, or None; other rules report a broken schema."""
        if self.validator is None:
            return None
        try:
            error = next(iter(self._errors(schema, instance)), None)
        except LimitError as error:
            return f"it cannot be judged: {error}"
        except RecursionError:
            return "it cannot be judged: it and the schemas that apply to it nest too deeply"
        except (*self.soundness.UNRESOLVABLE, PatternError):
            return None
        if error is None:
            return None
        keyword = "false" if error.validator is None else str(error.validator)
        return str(violation(tuple(error.absolute_path), keyword, error.validator_value, error.instance))
