"""The exceptions of the package: each holds its facts and writes its own message, with the remedy.

All of them are subclasses of `ArrakisSchemaError`. Every start of a client or server imports this module, so it imports
nothing itself.
"""

_LONGEST = 2_000
_LONGEST_REPR = 160
_MOST_NAMES = 50

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from arrakis_schema.json_schema.violations import Violation


class ArrakisSchemaError(Exception):
    """The base class of all errors of this package. The message is shortened; the attributes hold everything."""

    def __str__(self) -> str:
        """Return the message, cut to 2,000 characters."""
        return _cut(super().__str__(), _LONGEST)

    def __repr__(self) -> str:
        """Return the class and the message in one short line."""
        name = type(self).__name__
        return f"{name}({_cut(repr(str(self)), _LONGEST_REPR - len(name) - 2)})"


def _cut(text: str, longest: int) -> str:
    """Return a text of at most this many characters; a text that was cut ends in `…`."""
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


class UnknownSchemaError(ArrakisSchemaError, FileNotFoundError):
    """There is no document or release of this name; the message lists the existing ones.

    `what` is the clause that says what is missing, `available` the existing names, `remedy` what to do, or empty.
    """

    def __init__(self, what: str, available: "Iterable[str]", remedy: str = "") -> None:
        self.what, self.available, self.remedy = what, tuple(available), remedy
        super().__init__(what)

    def __str__(self) -> str:
        """Return what is missing, the existing names, and what to do."""
        more = len(self.available) - _MOST_NAMES
        names = ", ".join(self.available[:_MOST_NAMES]) + (f" and {more:,} more" if more > 0 else "")
        existing = f"there are {names}" if names else "there are none"
        return _cut(f"{self.what}; {existing}" + (f" ({self.remedy})" if self.remedy else ""), _LONGEST)


class MissingExtraError(ArrakisSchemaError, ImportError):
    """An optional dependency is not installed; the message has the command that installs it.

    `module` is the missing Python module, `extra` the extra of this package that installs it.
    """

    def __init__(self, module: str, extra: str) -> None:
        self.module, self.extra = module, extra
        super().__init__(f"{module} is not installed: pip install 'arrakis-schema[{extra}]'", name=module)


class MalformedRequestError(ArrakisSchemaError, ValueError):
    """A descriptor packet is not one JSON object in UTF-8; `problem` says why.

    Input on which RFC 8259 lets parsers differ is rejected: sections 4 (repeated names), 6 (numbers), 8 (encoding), 9
    (depth).
    """

    def __init__(self, problem: str) -> None:
        self.problem = problem
        super().__init__(f"the request is not one JSON object in UTF-8: {problem}")


class InvalidRequestError(ArrakisSchemaError, ValueError):
    """A request is invalid; `violation` says where, what was expected and what was found.

    `violation` is a `Violation`, `document` the name of the document that rejects the request (`"find"`, or
    `"descriptor"` for the envelope), `release` the full version of its release, even if an alias was given; `corrected`
    is True if only the corrections of the release reject it.
    """

    def __init__(self, violation: "Violation", document: str, release: str, *, corrected: bool = False) -> None:
        self.violation, self.document, self.release, self.corrected = violation, document, release, corrected
        source = f"{document}, release {release}{' with its corrections' if corrected else ''}"
        super().__init__(f"{violation} ({source})")


class InvalidSchemaError(ArrakisSchemaError, ValueError):
    """A document cannot be used as a JSON Schema: `document` names it, `problem` says what is wrong and what to do.

    `location` is the JSON Pointer of the place, empty for the whole document.
    """

    def __init__(self, document: str, problem: str, location: str = "") -> None:
        self.document, self.problem, self.location = document, problem, location
        super().__init__(f"{document} is not a valid JSON Schema: {location and f'{location}: '}{problem}")


class LimitError(ArrakisSchemaError):
    """An answer would need more steps, time or memory than allowed; the message names the limit and the remedy.

    Raised in bounded time for every document and instance, so that no input can block a thread.
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
    """The values given to a payload template do not fit its placeholders; the message names one, and what it accepts.

    Raised by `bind` for a value that is missing, unknown or not allowed, and for two columns of one name.
    """


class RowsError(ArrakisSchemaError, ValueError):
    """Rows do not fit the columns of an Arrow schema."""


class DamagedStoreError(ArrakisSchemaError):
    """Files of a store cannot be read or differ from the lock; `problems` has one sentence for each file."""

    def __init__(self, problems: "Sequence[str]") -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))


class TooLargeError(DamagedStoreError):
    """A file of a store is larger than the limit, so it is not read."""


class ReleaseError(ArrakisSchemaError):
    """The working set cannot be frozen; nothing was changed."""
