"""Whether a document accepts an instance: compiled if possible, else by the complete validator."""

from collections.abc import Callable, Iterator
from copy import copy
from functools import cached_property
from typing import TYPE_CHECKING, Any

from arrakis_schema.errors import InvalidSchemaError, LimitError, ValidationLimitError
from arrakis_schema.json_schema.bundling import Bundle
from arrakis_schema.json_schema.declared_members import Applied, NeedsInstanceError, Surroundings
from arrakis_schema.json_schema.dialects import DRAFT_07, dialect_of
from arrakis_schema.json_schema.judge.compiled import Compiled, compile_schema
from arrakis_schema.json_schema.judge.fast import NOT_JSON, Accepts, fast_check
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


class _Parts:
    """What a bundle is judged with; each part is made on first use."""

    def __init__(self, bundle: Bundle, reading: Reading) -> None:
        self.bundle, self.reading, self.dialect = bundle, reading, dialect_of(bundle.schema)

    @cached_property
    def compiled(self) -> Compiled | None:
        """The compiled document, or None."""
        return None if self.dialect is None else compile_schema(self.bundle.schema, self.dialect, self.reading)

    @cached_property
    def accepts(self) -> Accepts | None:
        """A very fast function that confirms that an instance is valid, or None; it may raise `NOT_JSON`."""
        return None if self.dialect is None else fast_check(self.bundle.schema, self.dialect, self.reading)

    @cached_property
    def problem(self) -> "SchemaProblem | None":
        """The first problem of the document."""
        from arrakis_schema.json_schema.judge.soundness import SchemaProblem, bundle_problems  # noqa: PLC0415

        try:
            return next(bundle_problems(self.bundle, self.reading), None)
        except RecursionError:
            return SchemaProblem("", "its schemas nest too deeply to be followed")

    @cached_property
    def validator(self) -> Any:
        """The complete validator of the document, which must be sound."""
        from arrakis_schema.json_schema.judge.complete import make_validator  # noqa: PLC0415 - an extra, slow to import

        return make_validator(self.bundle.schema, self.dialect or DRAFT_07, reading=self.reading)


class Judge:
    """A document that instances are checked against, with all that it refers to; `label` names it in errors.

    Its methods raise `InvalidSchemaError` for an unsound document, `MissingExtraError` if it needs the complete
    validator and that is not installed, and `ValidationLimitError` for an instance that is too deep.
    """

    def __init__(
        self, document: Any, label: str, reading: Reading = Reading.ECMA, *, bundle: Bundle | None = None
    ) -> None:
        """Take the document, which is compiled if possible, and when needed; `reading` is that of its patterns.

        `bundle` is the one of a document that refers to others.
        """
        self.label, self._parts = label, _Parts(Bundle("", document) if bundle is None else bundle, reading)

    @property
    def accepts(self) -> Accepts | None:
        """A very fast function that confirms that an instance is valid, or None; it may raise `NOT_JSON`."""
        return self._parts.accepts

    @property
    def is_compiled(self) -> bool:
        """Whether the document is compiled."""
        return self._parts.compiled is not None

    @property
    def quick(self) -> Callable[[Any], bool] | None:
        """The fastest function that confirms that an instance is valid, or None.

        It may raise `NOT_PLAIN` for an instance that it cannot decide.
        """
        return self.accepts or (None if self._parts.compiled is None else self._parts.compiled.accepts)

    def require_soundness(self) -> None:
        """Raise the errors that do not depend on the instance."""
        if self._parts.compiled is None:
            self._complete()

    def first_violation(self, instance: Any) -> Violation | None:
        """Return one violation, or None for a valid instance."""
        if self.accepts is not None:
            try:
                if self.accepts(instance):
                    return None
            except NOT_JSON:
                pass
        if self._parts.compiled is None:
            return next(self.violations(instance, 1), None)
        try:
            return self._parts.compiled.first_violation(instance)
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
        return Applied(self._parts.bundle.schema, surroundings_of(validator, validator._resolver))  # noqa: SLF001 - as its keywords do

    def as_plainly_applied(self) -> Applied:
        """Return the same without the complete validator; it raises `NeedsInstanceError` where that would be needed."""
        parts = self._parts
        return Applied(parts.bundle.schema, plain_surroundings(parts.bundle.schema, parts.dialect, parts.reading))

    def labelled(self, label: str) -> "Judge":
        """Return the judge of the same document under another label, which shares all that is made of it."""
        judge = copy(self)
        judge.label = label
        return judge

    def _complete(self) -> Any:
        """Return the complete validator, made once; the document must be sound."""
        if (problem := self._parts.problem) is not None:
            raise InvalidSchemaError(self.label, problem.text, problem.location)
        return self._parts.validator
