"""The failures to answer: each holds its facts and words itself, with the remedy.

One base class; everything that this package raises on purpose is an `ArrakisSchemaError`.
"""

from arrakis_schema.text.printable import cut, join_names

_LONGEST = 2_000
_LONGEST_REPR = 160

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from arrakis_schema.json_schema.violations import Violation


class ArrakisSchemaError(Exception):
    """Something that this package was asked for cannot be answered. Its text is cut; its fields hold everything."""

    def __str__(self) -> str:
        """Say it in at most 2,000 characters."""
        return cut(super().__str__(), _LONGEST)

    def __repr__(self) -> str:
        """Show its class and its text, in one short line."""
        name = type(self).__name__
        return f"{name}({cut(repr(str(self)), _LONGEST_REPR - len(name) - 2)})"


class UnknownSchemaError(ArrakisSchemaError, FileNotFoundError):
    """A document or a release of this name does not exist; says which do.

    `what` is the clause that says what is missing, `available` the names there are, `remedy` what to do, or empty.
    """

    def __init__(self, what: str, available: "Iterable[str]", remedy: str = "") -> None:
        self.what, self.available, self.remedy = what, tuple(available), remedy
        super().__init__(what)

    def __str__(self) -> str:
        """Say what was asked for, what there is, and what to do."""
        there = f"there are {join_names(self.available)}" if self.available else "there are none"
        return cut(f"{self.what}; {there}" + (f" ({self.remedy})" if self.remedy else ""), _LONGEST)


class MissingExtraError(ArrakisSchemaError, ImportError):
    """An optional dependency is not installed; names the command that installs it.

    `module` is the Python module that is missing, `extra` the extra of this package that brings it.
    """

    def __init__(self, module: str, extra: str) -> None:
        self.module, self.extra = module, extra
        super().__init__(f"{module} is not installed: pip install 'arrakis-schema[{extra}]'", name=module)


class MalformedRequestError(ArrakisSchemaError, ValueError):
    """A descriptor packet is not one JSON object in UTF-8; `problem` says why.

    What JSON leaves open is refused: RFC 8259, sections 4 (names given twice), 6 (numbers), 8 (encoding), 9 (depth).
    """

    def __init__(self, problem: str) -> None:
        self.problem = problem
        super().__init__(f"the request is not one JSON object in UTF-8: {problem}")


class InvalidRequestError(ArrakisSchemaError, ValueError):
    """A request is refused by its schema; `violation` says where, what was expected and what was found.

    `violation` is a `Violation`, `document` the name of the document that refuses (`"find"`, or `"descriptor"` for the
    envelope), `release` the full name of its release, also where an alias was asked for; `corrected` tells whether it
    refuses by its corrections alone.
    """

    def __init__(self, violation: "Violation", document: str, release: str, *, corrected: bool = False) -> None:
        self.violation, self.document, self.release, self.corrected = violation, document, release, corrected
        source = f"{document}, release {release}{' with its corrections' if corrected else ''}"
        super().__init__(f"{violation} ({source})")


class InvalidSchemaError(ArrakisSchemaError, ValueError):
    """A document cannot be used as a JSON Schema: `document` names it, `problem` says what is wrong and what to do.

    `location` is the JSON Pointer of the place, empty where it is the document as a whole.
    """

    def __init__(self, document: str, problem: str, location: str = "") -> None:
        self.document, self.problem, self.location = document, problem, location
        super().__init__(f"{document} is not a valid JSON Schema: {location and f'{location}: '}{problem}")


class LimitError(ArrakisSchemaError):
    """An answer would need more steps, time or memory than are allowed; says which limit is reached, and what to do.

    Raised in bounded time for every document and instance, so that nobody's input can hang a thread.
    """


class ValidationLimitError(LimitError):
    """Whether a message is valid cannot be decided within the limits; `problem` says which one was reached."""

    def __init__(self, problem: str) -> None:
        self.problem = problem
        super().__init__(f"the message cannot be validated: {problem}")


class SchemaTextError(ArrakisSchemaError, ValueError):
    """A `schema.txt` is not what pyarrow prints for a schema; `line` counts from 1, `problem` says what is wrong."""

    def __init__(self, line: int, problem: str) -> None:
        self.line, self.problem = line, problem
        super().__init__(f"line {line}: {problem}")


class TooManyColumnsError(SchemaTextError):
    """A `schema.txt` has more columns than the limit, so it is not read; `problem` says how many."""


class TemplateError(ArrakisSchemaError, ValueError):
    """The values given to a payload template do not fit its placeholders; the text names one, and what it takes.

    Raised by `bind` for a value that is missing, unknown or not allowed, and for two columns of one name.
    """


class RowsError(ArrakisSchemaError, ValueError):
    """Rows do not fit the columns of an Arrow schema."""


class DamagedStoreError(ArrakisSchemaError):
    """Files of a store cannot be read or are not what the lock says; `problems` has one sentence for each file."""

    def __init__(self, problems: "Sequence[str]") -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))


class TooLargeError(DamagedStoreError):
    """A file of a store is larger than the limit, so it is not read."""


class ReleaseError(ArrakisSchemaError):
    """The working set cannot be frozen as asked; nothing was changed."""
