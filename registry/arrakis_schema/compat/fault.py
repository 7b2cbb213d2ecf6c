"""Which of the differences is at fault: the one at the place where the reader refuses the witness."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import unquote

from arrakis_schema.findings.rules import RULES
from arrakis_schema.findings.verdicts import Change, Effect
from arrakis_schema.json_schema.judge.complete import closest
from arrakis_schema.json_schema.positions import escaped, object_pointers, unescaped, value_at
from arrakis_schema.json_schema.violations import violation


def worded(error: Any) -> str:
    """Return where the witness is refused and why, in the words of a refused request.

    Of the alternatives of `oneOf` and `anyOf` the one that matters is the one that the witness comes closest to.
    """
    return _worded(error, closest([error]))


def worded_at(errors: Sequence[Any], place: str, document: Any) -> str:
    """Return what the reader says of the witness at a place of its document, or else the first that it says."""
    known = dict(object_pointers(document))
    for error in errors:
        todo = [error]
        while todo:
            inner = todo.pop(0)
            todo += inner.context or ()
            if not inner.context and f"{_pointer(inner, document, known)}/".startswith(f"{place}/"):
                return _worded(error, inner)
    return worded(errors[0])


def _worded(error: Any, inner: Any) -> str:
    """Return where the witness is refused and why: by an error inside of another one."""
    steps = list(inner.absolute_path)
    ends = (steps[start:] for start in range(len(steps) + 1))  # a remembered error forgets what is above it
    path = next((end for end in ends if _leads(error.instance, end, inner.instance)), None)
    if path is None:
        inner, path = error, []
    place = (*error.absolute_path, *path)
    return str(violation(place, str(inner.validator or "false"), inner.validator_value, inner.instance))


def _leads(value: Any, path: Sequence[Any], end: Any) -> bool:
    """Tell whether a path leads from one value of a message to another."""
    for step in path:
        try:
            value = value[step]
        except (KeyError, IndexError, TypeError):
            return False
    return value is end


@dataclass(frozen=True, slots=True)
class Refusal:
    """A witness, the validator's errors on it, and the reader's document that they come from."""

    witness: Any
    errors: Sequence[Any]
    document: Any

    def pointers(self) -> set[str]:
        """Return the places in the reader's document that the errors come from, inner ones included."""
        known = dict(object_pointers(self.document))
        todo, found = list(self.errors), set[str]()
        while todo:
            error = todo.pop()
            found.add(_pointer(error, self.document, known))
            todo += error.context or ()
        return found


def blamed(found: Sequence[Change], refusal: Refusal, *, reader_is_new: bool) -> tuple[Change, ...]:
    """Return the changes with those at fault marked; where none stands at the place of an error, one that says it.

    A change that loosens is at fault only where nothing else is: a member that is no longer known may be rejected.
    """
    places = refusal.pointers()
    side = [change.new if reader_is_new else change.old for change in found]
    loosens = Effect.WIDENED if reader_is_new else Effect.NARROWED
    real = [change.effect is not Effect.ANNOTATION for change in found]
    tightening = [one and change.effect is not loosens for one, change in zip(real, found, strict=True)]
    at_error = [any(_related(place, error) for error in places) for place in side]
    in_witness = [_sent(place, refusal.witness) for place in side]
    for candidates, where in ((tightening, at_error), (tightening, in_witness), (real, at_error), (real, in_witness)):
        faulty = [one and here for one, here in zip(candidates, where, strict=True)]
        if any(faulty):
            return tuple(replace(change, at_fault=at) for change, at in zip(found, faulty, strict=True))
    return (*found, _plain(refusal)) if refusal.errors else _first(found, real)


def _first(found: Sequence[Change], real: Sequence[bool]) -> tuple[Change, ...]:
    """Return the changes with the first that is no annotation marked."""
    index = real.index(True) if True in real else -1
    return tuple(replace(change, at_fault=number == index) for number, change in enumerate(found))


def _plain(refusal: Refusal) -> Change:
    """Return a change that says what refuses the witness."""
    error = refusal.errors[0]
    place = _pointer(error, refusal.document, dict(object_pointers(refusal.document)))
    rule = f"{error.validator}-changed"
    known = rule if rule in RULES else "schema-changed"
    return Change(known, place, place, Effect.NARROWED, worded(error), at_fault=True)


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


def _pointer(error: Any, document: Any, known: Mapping[int, str]) -> str:
    """Return the place in the document that an error comes from, whatever references led there."""
    if id(error.schema) in known and error.validator is not None:
        return f"{known[id(error.schema)]}/{escaped(str(error.validator))}"
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
