"""Whether a document accepts an instance: compiled if possible, else by the complete validator."""

from collections.abc import Callable, Iterator
from copy import copy
from functools import cached_property
from typing import TYPE_CHECKING, Any

from arrakis_schema.errors import InvalidSchemaError, LimitError, ValidationLimitError
from arrakis_schema.json_schema.bundling import Bundle
from arrakis_schema.json_schema.declared_members import Applied, NeedsInstanceError, Surroundings
from arrakis_schema.json_schema.dialects import DRAFT_07, dialect_of
from arrakis_schema.json_schema.judge.compiled import compile_schema
from arrakis_schema.json_schema.judge.fast import NOT_JSON, fast_check
from arrakis_schema.json_schema.judge.rewriting import NotCompiledError
from arrakis_schema.json_schema.keywords import walk
from arrakis_schema.json_schema.positions import value_at
from arrakis_schema.json_schema.violations import Violation, violation
from arrakis_schema.regex.characters import Reading


def plain_surroundings(document: Any, dialect: str | None, reading: Reading) -> Surroundings:
    """Return those of a document that only refers to its own definitions; anything else needs the validator."""
    inner = [node.schema for node in walk(document) if node.pointer and isinstance(node.schema, dict)]
    names = any("$id" in schema or "$schema" in schema for schema in inner)

    def resolve(reference: str) -> tuple[Any, Surroundings]:
        target = None if names or not reference.startswith(("#/definitions/", "#/$defs/")) else _target(reference)
        if not isinstance(target, dict | bool):
            raise NeedsInstanceError
        return target, surroundings

    def _target(reference: str) -> Any:
        return None if "%" in reference else value_at(document, reference[1:], None)

    def need(*_: Any) -> Any:
        raise NeedsInstanceError

    surroundings = Surroundings(
        dialect or DRAFT_07, reading, resolve, lambda schema: surroundings if schema is document else need(), need
    )
    return surroundings


def surroundings_of(validator: Any, resolver: Any) -> Surroundings:
    """Return the surroundings of a schema of the complete validator, with its resolver."""
    from arrakis_schema.json_schema.judge.complete import errors_of  # noqa: PLC0415 - an extra
    from arrakis_schema.json_schema.judge.resolution import resolver_in  # noqa: PLC0415

    inner_validator = validator.evolve(_resolver=resolver)

    def resolve(reference: str) -> tuple[Any, Surroundings]:
        resolved = resolver.lookup(reference)
        return resolved.contents, surroundings_of(validator, resolved.resolver)

    def enter(schema: Any) -> Surroundings:
        return surroundings_of(inner_validator, resolver_in(resolver, schema, inner_validator.dialect))

    def holds(schema: Any, value: Any) -> bool:
        return not errors_of(inner_validator.evolve(schema=schema, _resolver=resolver), value, 1)

    return Surroundings(inner_validator.dialect, inner_validator.reading, resolve, enter, holds)


if TYPE_CHECKING:
    from arrakis_schema.json_schema.judge.references import SchemaProblem

_TOO_DEEP = "the message and the schemas that apply to it nest too deeply"
_TOO_LONG = "the message holds an integer of too many digits"  # Python raises ValueError for the text of 4,301 digits

NOT_PLAIN = (*NOT_JSON, NotCompiledError, LimitError)
"""What the quick function of a judge raises for an instance that it does not judge."""


class _CompleteParts:
    """The complete validator of a document, and what makes the document unusable; made on first use."""

    def __init__(self, bundle: Bundle, reading: Reading) -> None:
        self._bundle, self._reading = bundle, reading

    @cached_property
    def problem(self) -> "SchemaProblem | None":
        """The first problem of the document."""
        from arrakis_schema.json_schema.judge.soundness import SchemaProblem, bundle_problems  # noqa: PLC0415

        try:
            return next(bundle_problems(self._bundle, self._reading), None)
        except RecursionError:
            return SchemaProblem("", "its schemas nest too deeply to be followed")

    @cached_property
    def validator(self) -> Any:
        """The complete validator of the document, which must be sound."""
        from arrakis_schema.json_schema.judge.complete import make_validator  # noqa: PLC0415 - an extra, slow to import

        schema = self._bundle.schema
        return make_validator(schema, dialect_of(schema) or DRAFT_07, reading=self._reading)


class Judge:
    """A document that instances are checked against, with all that it refers to; `label` names it in errors.

    `accepts` is a very fast function that confirms that an instance is valid, or None; it may raise `NOT_JSON`.

    Its methods raise `InvalidSchemaError` for an unsound document, `MissingExtraError` if it needs the complete
    validator and that is not installed, and `ValidationLimitError` for an instance that is too deep.
    """

    def __init__(
        self, document: Any, label: str, reading: Reading = Reading.ECMA, *, bundle: Bundle | None = None
    ) -> None:
        """Compile the document if possible; `reading` is that of its patterns.

        `bundle` is the one of a document that refers to others.
        """
        self._bundle = Bundle("", document) if bundle is None else bundle
        self._document, self.label, self._reading = self._bundle.schema, label, reading
        self._complete_parts = _CompleteParts(self._bundle, reading)
        dialect = dialect_of(self._document)
        self._compiled = None if dialect is None else compile_schema(self._document, dialect, reading)
        self.accepts = None if dialect is None else fast_check(self._document, dialect, reading)

    @property
    def is_compiled(self) -> bool:
        """Whether the document is compiled."""
        return self._compiled is not None

    @property
    def quick(self) -> Callable[[Any], bool] | None:
        """The fastest function that confirms that an instance is valid, or None.

        It may raise `NOT_PLAIN` for an instance that it cannot decide.
        """
        return self.accepts or (None if self._compiled is None else self._compiled.accepts)

    def require_soundness(self) -> None:
        """Raise the errors that do not depend on the instance."""
        if self._compiled is None:
            self._complete()

    def first_violation(self, instance: Any) -> Violation | None:
        """Return one violation, or None for a valid instance."""
        if self.accepts is not None:
            try:
                if self.accepts(instance):
                    return None
            except NOT_JSON:
                pass
        if self._compiled is None:
            return next(self.violations(instance, 1), None)
        try:
            return self._compiled.first_violation(instance)
        except NotCompiledError:
            return next(self.violations(instance, 1), None)
        except ValueError as error:
            raise ValidationLimitError(_TOO_LONG) from error
        except LimitError as error:
            raise ValidationLimitError(str(error)) from error

    def violations(self, instance: Any, most: int | None = None) -> Iterator[Violation]:
        """Yield every violation, or the first ones."""
        validator = self._complete()
        from arrakis_schema.json_schema.judge.complete import errors_of  # noqa: PLC0415 - an extra, slow to import

        try:
            for error in errors_of(validator, instance, most):
                keyword = "false" if error.validator is None else str(error.validator)
                yield violation(tuple(error.absolute_path), keyword, error.validator_value, error.instance)
        except RecursionError as error:
            raise ValidationLimitError(_TOO_DEEP) from error
        except ValueError as error:
            raise ValidationLimitError(_TOO_LONG) from error
        except LimitError as error:
            raise ValidationLimitError(str(error)) from error

    def as_applied(self) -> Applied:
        """Return the document as the schema that applies to an instance."""
        validator = self._complete()
        return Applied(self._document, surroundings_of(validator, validator._resolver))  # noqa: SLF001 - as its keywords do

    def as_plainly_applied(self) -> Applied:
        """Return the same without the complete validator; it raises `NeedsInstanceError` where that would be needed."""
        return Applied(self._document, plain_surroundings(self._document, dialect_of(self._document), self._reading))

    def labelled(self, label: str) -> "Judge":
        """Return the judge of the same document under another label, which shares all that is compiled."""
        judge = copy(self)
        judge.label = label
        return judge

    def _complete(self) -> Any:
        """Return the complete validator, made once; the document must be sound."""
        problem = self._complete_parts.problem
        if problem is not None:
            raise InvalidSchemaError(self.label, problem.text, problem.location)
        return self._complete_parts.validator
