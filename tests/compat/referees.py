"""Who says whether an instance is valid when a verdict is attacked: two validators, and a third where they disagree.

`jsonschema` (Python) and `jsonschema-rs` (Rust) know nothing of this package. Where both answer, and the same, that
counts. Else the complete validator of the package is asked, for which `$` is the end of the text and numbers are exact:
the answer that two of three give counts, and without two there is none. Each disagreement is counted.

Both read patterns in a dialect of their own: they get the document with `.` and `$` written so that they mean what
ECMA-262 says.
"""

import json
import re
from collections import Counter
from collections.abc import Callable
from typing import Any

from jsonschema_specifications import REGISTRY

from arrakis_schema.json_schema.judge.complete import errors_of, make_validator
from tests.compat.declared import Declared, dialect_of

Answer = Callable[[Any], bool]
_MOST_KNOWN, _MOST_SHOWN = 500, 5
_TOKEN = re.compile(r"\\.|\[\^?(?:\\.|[^\]])*\]|[.$]", re.DOTALL)  # an escape, a class, or one of the two
_VALUES = {"const", "enum", "default", "examples"}
_PLAIN = {".": r"[^\n\r\u2028\u2029]", "$": r"(?![\s\S])"}


class Referees:
    """The validators of one document, and what it declares where its members are closed."""

    def __init__(self, document: Any, disagreements: Counter[tuple[str, str]]) -> None:
        self.document, self.disagreements = document, disagreements
        document = plainly_written(document)
        self.python = dialect_of(document).python(document, registry=REGISTRY)
        self.rust = _rust_validator(document)
        self.declared = Declared(document, self.python)
        self.widely_declared = Declared(document, self.python, wide=True)

    def valid(self, instance: Any) -> bool | None:
        """Tell whether an instance is valid; None where no two of three say the same."""
        first = _asked(self.python.is_valid, instance)
        second = None if self.rust is None else _asked(self.rust, instance)
        if first is not None and first == second:
            return first
        third = _asked(self._complete, instance)
        if first is not None and second is not None:
            outvoted = "nobody" if third is None else "jsonschema-rs" if third == first else "jsonschema"
            self.disagreements[outvoted, json.dumps(self.document)] += 1
        votes = Counter(vote for vote in (first, second, third) if vote is not None)
        return next((answer for answer, count in votes.items() if count > 1), None)

    def take(self, instance: Any, *, declared: bool, wide: bool = False) -> bool | None:
        """Tell whether an instance is valid and, where that is asked, has declared members only.

        What is declared is taken `wide` where a witness is checked, and for a reader.
        """
        valid, judge = self.valid(instance), self.widely_declared if wide else self.declared
        return _asked(judge.holds, instance) if valid and declared else valid

    def _complete(self, instance: Any) -> bool:
        return not errors_of(make_validator(self.document, dialect_of(self.document).uri), instance, 1)


class Court:
    """Finds the referees of documents, and counts what they disagree about."""

    def __init__(self) -> None:
        self.disagreements: Counter[tuple[str, str]] = Counter()
        self._known: dict[str, Referees] = {}

    def referees(self, document: Any) -> Referees:
        """Return the referees of a document, the same for the same one."""
        text = json.dumps(document)
        if text not in self._known:
            if len(self._known) > _MOST_KNOWN:
                self._known.clear()
            self._known[text] = Referees(document, self.disagreements)
        return self._known[text]

    def __str__(self) -> str:
        documents = Counter(outvoted for outvoted, _ in self.disagreements)
        lines = [f"jsonschema and jsonschema-rs disagreed about {self.disagreements.total()} instances"]
        for outvoted, count in sorted(documents.items()):
            lines.append(f"  outvoted is {outvoted}, on {count} documents, most often")
            worst = Counter({text: times for (name, text), times in self.disagreements.items() if name == outvoted})
            lines += [f"    {times} × {text[:150]}" for text, times in worst.most_common(_MOST_SHOWN)]
        return "\n".join(lines)


def plainly_written(schema: Any) -> Any:
    """Return an equal schema that both read: `.` and `$` in patterns as in ECMA-262, no `additionalItems` that is idle."""
    if isinstance(schema, list):
        return [plainly_written(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    plain = {name: value if name in _VALUES else plainly_written(value) for name, value in schema.items()}
    if isinstance(plain.get("items"), bool):  # jsonschema raises a TypeError
        plain.pop("additionalItems", None)
    if isinstance(pattern := plain.get("pattern"), str):
        plain["pattern"] = plain_pattern(pattern)
    if isinstance(patterns := plain.get("patternProperties"), dict):
        plain["patternProperties"] = {plain_pattern(text): value for text, value in patterns.items()}
    return plain


def plain_pattern(pattern: str) -> str:
    """Return a pattern in which no line end matches `.`, and in which none may follow what `$` matches."""
    return _TOKEN.sub(lambda found: _PLAIN.get(found[0], found[0]), pattern)


def _rust_validator(document: Any) -> Answer | None:
    """Return the validator in Rust, which never fetches anything; None where it cannot read the document."""
    try:
        answer: Answer = dialect_of(document).rust(document, retriever=_refuse, validate_formats=False).is_valid
    except Exception:  # noqa: BLE001 - whatever it is, this referee does not answer
        return None
    return answer


def _refuse(uri: str) -> Any:
    raise LookupError(uri)


def _asked(question: Answer, instance: Any) -> bool | None:
    """Return the answer of a validator; None where it fails."""
    try:
        return bool(question(instance))
    except Exception:  # noqa: BLE001 - whatever it is, this referee does not answer
        return None
