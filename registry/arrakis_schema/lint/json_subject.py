"""A JSON Schema document as the rules see it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from types import ModuleType
from typing import Any

from arrakis_schema.errors import LimitError
from arrakis_schema.json_schema.bundling import Bundle, bundle_of
from arrakis_schema.json_schema.declared_members import Applied, unknown_members
from arrakis_schema.json_schema.dialects import DRAFT_07, dialect_of
from arrakis_schema.json_schema.judge.patterns import READINGS, PatternError
from arrakis_schema.json_schema.keywords import Node, walk
from arrakis_schema.json_schema.positions import Positions, object_pointers, value_at
from arrakis_schema.json_schema.violations import violation
from arrakis_schema.lint.subject import Subject
from arrakis_schema.regex.characters import Reading


@dataclass(frozen=True)
class JsonSubject:
    """A JSON Schema document that has been read: its value, and where each part of it stands in the text."""

    subject: Subject
    schema: Any
    places: Positions

    @cached_property
    def nodes(self) -> tuple[Node, ...]:
        """Every schema in the document."""
        return tuple(walk(self.schema, self.dialect))

    @property
    def expected_dialect(self) -> str:
        """The dialect that the settings declare for the document if it names none; empty where they do not."""
        return dict(self.subject.document.aliases).get("", "")

    @property
    def dialect(self) -> str:
        """The dialect that `$schema` names; where it names none that is known, the expected one, or draft-07."""
        return (not isinstance(self.schema, bool) and dialect_of(self.schema)) or self.expected_dialect or DRAFT_07

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
    def bundle(self) -> Bundle:
        """The document with all that it refers to; the document itself stands in it under the same pointers."""
        return bundle_of(self.subject.document, self.schema)

    @cached_property
    def _is_valid(self) -> bool:
        """Whether the meta-schema accepts the document and all that it refers to."""
        return not self.meta_schema_problems and not (
            self.bundle.parts and any(self.soundness.meta_schema_problems(self.bundle.schema, self.dialect))
        )

    @cached_property
    def references(self) -> Any:
        """The references of the document and of what they lead to, None where the meta-schema rejects some of it."""
        return (
            self.soundness.check_references(self.bundle.schema, self.dialect, self.reading) if self._is_valid else None
        )

    @property
    def dangling(self) -> Iterator[Any]:
        """The references of the document itself that lead to no schema."""
        own = {error.pointer: error.problem for error in self.bundle.problems if error.document == self.bundle.path}
        unresolved = {
            problem.location: problem.text for problem in (self.references.unresolved if self.references else ())
        }
        in_document = {
            pointer: text for pointer, text in unresolved.items() if self.bundle.origin(pointer)[0] == self.bundle.path
        }
        yield from (self.soundness.SchemaProblem(*problem) for problem in {**in_document, **own}.items())

    def in_document(self, problems: Iterable[Any]) -> Iterator[Any]:
        """Yield problems of the bundle as problems of the document: each names the document that it is in."""
        for problem in problems:
            document, pointer = self.bundle.origin(problem.location)
            located = self.soundness.SchemaProblem(pointer, problem.text)
            yield self.soundness.in_document(self.bundle, document, located)

    @cached_property
    def sound(self) -> bool:
        """Whether every instance can be validated against the document; if not, other rules report why."""
        references = self.references
        return not (
            references is None
            or references.unresolved
            or self.bundle.problems
            or next(references.loops(), None)
            or next(self.soundness.pattern_problems(self.bundle.schema, self.reading), None)
        )

    @property
    def cost_problems(self) -> Iterator[Any]:
        """The places where one value is validated too often; only for a document that is sound."""
        from arrakis_schema.json_schema.judge.references import cost_problems  # noqa: PLC0415 - an extra

        return cost_problems(self.references)

    @cached_property
    def validator(self) -> Any:
        """The complete validator, None where the meta-schema rejects something; needs the extra `check`."""
        from arrakis_schema.json_schema.judge.complete import make_validator  # noqa: PLC0415 - an extra

        if not self._is_valid:
            return None
        return make_validator(self.bundle.schema, self.dialect, reading=self.reading)

    @cached_property
    def _pointers(self) -> dict[int, str]:
        """The pointer of each schema of the document, by its identity."""
        return dict(object_pointers(self.schema))

    def _errors(self, schema: Any, instance: Any) -> Any:
        """Return the first error of an instance, if there is one."""
        from arrakis_schema.json_schema.judge.complete import errors_of  # noqa: PLC0415 - an extra

        if self.bundle.schema is not self.schema and isinstance(schema, dict):
            schema = value_at(self.bundle.schema, self._pointers[id(schema)])
        return errors_of(self.validator.evolve(schema=schema), instance, 1)

    def refuses_message(self, instance: Any) -> str | None:
        """Return why the reader of the document refuses a message, or None: by the schema, or for an unknown member."""
        from arrakis_schema.json_schema.judge.judge import surroundings_of  # noqa: PLC0415 - an extra

        problem = self.refuses(self.schema, instance)
        if problem is not None or not self.sound or self.subject.reader.unknown == "ignored":
            return problem
        root = Applied(self.bundle.schema, surroundings_of(self.validator, self.validator._resolver))  # noqa: SLF001 - as its keywords
        return next(map(str, unknown_members([root], instance, self.subject.reader.unknown)), None)

    def refuses(self, schema: Any, instance: Any) -> str | None:
        """Return why a schema of the document refuses an instance, or None; other rules report a broken schema."""
        if self.validator is None:
            return None
        try:
            error = next(iter(self._errors(schema, instance)), None)
        except LimitError as error:
            return f"it cannot be validated: {error}"
        except RecursionError:
            return "it cannot be validated: it and the schemas that apply to it nest too deeply"
        except (*self.soundness.UNRESOLVABLE, PatternError):
            return None
        if error is None:
            return None
        keyword = "false" if error.validator is None else str(error.validator)
        return str(violation(tuple(error.absolute_path), keyword, error.validator_value, error.instance))
