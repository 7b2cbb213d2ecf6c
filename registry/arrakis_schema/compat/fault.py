"""Which of the differences is at fault: the one at the place where the reader refuses the witness."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import unquote

from arrakis_schema.compat.verdicts import Change, Effect
from arrakis_schema.dialect.positions import escaped, unescaped, value_at
from arrakis_schema.validation.violations import violation


def pointers(error: Any, document: Any) -> Iterator[str]:
    """Yield the places in the reader's schema that an error of the validator comes from, the innermost included."""
    yield _pointer(error, document)
    for inner in error.context or ():
        yield from pointers(inner, document)


def worded(error: Any) -> str:
    """Return where the witness is refused and why, in the words of a refused request."""
    return str(violation(tuple(error.absolute_path), error.validator, error.validator_value, error.instance))


@dataclass(frozen=True, slots=True)
class Refusal:
    """A witness, the validator's errors on it, and the reader's document that they come from."""

    witness: Any
    errors: Sequence[Any]
    document: Any


def blamed(found: Sequence[Change], refusal: Refusal, *, reader_is_new: bool) -> tuple[Change, ...]:
    """Return the changes with those at fault marked; where none stands at the place of an error, one that says it."""
    places = {pointer for error in refusal.errors for pointer in pointers(error, refusal.document)}
    side = [change.new if reader_is_new else change.old for change in found]
    real = [change.effect is not Effect.ANNOTATION for change in found]
    faulty = [one and any(_related(place, error) for error in places) for one, place in zip(real, side, strict=True)]
    if not any(faulty):
        faulty = [one and _sent(place, refusal.witness) for one, place in zip(real, side, strict=True)]
    if not any(faulty):
        return (*found, _plain(refusal)) if refusal.errors else _first(found, real)
    return tuple(replace(change, at_fault=at) for change, at in zip(found, faulty, strict=True))


def _first(found: Sequence[Change], real: Sequence[bool]) -> tuple[Change, ...]:
    """Return the changes with the first that is no annotation marked."""
    index = real.index(True) if True in real else -1
    return tuple(replace(change, at_fault=number == index) for number, change in enumerate(found))


def _plain(refusal: Refusal) -> Change:
    """Return a change that says what refuses the witness."""
    error = refusal.errors[0]
    place = _pointer(error, refusal.document)
    return Change(f"{error.validator}-changed", place, place, Effect.NARROWED, worded(error), at_fault=True)


def _related(place: str, error: str) -> bool:
    """Tell whether a change stands where an error comes from, or one of the two around the other."""
    return place == error or error.startswith(f"{place}/") or (place.startswith(f"{error}/") and error != "")


def _sent(place: str, witness: Any) -> bool:
    """Tell whether a change is about a property that the witness has."""
    parts = place.split("/")[1:]
    if len(parts) % 2 or any(keyword != "properties" for keyword in parts[::2]) or not parts:
        return False
    for name in parts[1::2]:
        if not isinstance(witness, dict) or unescaped(name) not in witness:
            return False
        witness = witness[unescaped(name)]
    return True


def _pointer(error: Any, document: Any) -> str:
    """Return the place in the document that an error comes from; what a local `$ref` leads to counts from there."""
    pointer, schema = "", document
    for part in error.absolute_schema_path:
        reference = schema.get("$ref") if isinstance(schema, dict) and part == "$ref" else None
        if isinstance(reference, str):
            pointer = unquote(reference.removeprefix("#"))
            schema = value_at(document, pointer)
        else:
            pointer = f"{pointer}/{escaped(str(part))}"
            schema = value_at(schema, f"/{escaped(str(part))}")
    return pointer
