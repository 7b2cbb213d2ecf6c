"""Large public schemas, edited: other words, names of definitions and order mean nothing; a dropped or narrowed member may.

`make edits` runs it on the schemas that check-jsonschema carries, up to 2 MB each. Steps are counted, not seconds: they
are the same at each run, and what means the same takes as many as the document has objects, within a factor of 10.
"""

import copy
import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.resources import files
from random import Random
from typing import Any
from unittest import mock

from arrakis_schema.compat import containment
from arrakis_schema.compat.logic.results import Budget
from arrakis_schema.json_schema.dialects import dialect_of
from tests.compat.random_schemas import Instances, subschemas
from tests.compat.referees import Court
from tests.compat.trials import Pair, Trial

DEFINITIONS = ("definitions", "$defs")
ATTEMPTS = 20
DECIDED = 400_000  # characters: what is larger may take more steps than there are
STEPS_PER_OBJECT = 10  # for what means the same: measured at most 6


@dataclass(frozen=True)
class Public:
    """A public schema."""

    name: str
    document: Any
    size: int
    large: bool


def public_schemas(most: int) -> Iterator[Public]:
    """Yield the schemas of up to so many characters, in a dialect that is compared."""
    for path in sorted(files("check_jsonschema.builtin_schemas.vendor").iterdir(), key=lambda path: path.name):
        if path.name.endswith(".json"):
            text = path.read_text(encoding="utf-8")
            document = json.loads(text)
            if len(text) <= most and "$schema" in document and dialect_of(document) is not None:
                yield Public(path.name, document, len(subschemas(document)), len(text) > DECIDED)


def reworded(document: Any, _: Random) -> Any:
    """Return a document with other descriptions, and its keywords in the reverse order."""
    if isinstance(document, dict):
        inner = {name: reworded(value, _) for name, value in reversed(document.items())}
        return inner | ({"description": "Other words."} if isinstance(inner.get("description"), str) else {})
    return [reworded(value, _) for value in document] if isinstance(document, list) else document


def renamed(document: Any, _: Random) -> Any:
    """Return a document whose definitions have other names."""
    document = copy.deepcopy(document)
    for word in DEFINITIONS:
        definitions: dict[str, Any] = document.get(word, {})
        names = {name: f"renamed-{number}" for number, name in enumerate(definitions)}
        pointers = {f"#/{word}/{name}": f"#/{word}/{new}" for name, new in names.items()}
        document |= {word: {names[name]: schema for name, schema in definitions.items()}} if names else {}
        for schema in subschemas(document):
            reference = schema.get("$ref")
            if isinstance(reference, str) and (beginning := "/".join(reference.split("/")[:3])) in pointers:
                schema["$ref"] = pointers[beginning] + reference[len(beginning) :]
    return document


def dropped(document: Any, random: Random) -> Any:
    """Return a document without one of its properties."""
    document = copy.deepcopy(document)
    holders = [schema["properties"] for schema in subschemas(document) if isinstance(schema.get("properties"), dict)]
    holder = random.choice([holder for holder in holders if holder])
    del holder[random.choice(sorted(holder))]
    return document


def narrowed(document: Any, random: Random) -> Any:
    """Return a document in which one string may have two characters at most."""
    document = copy.deepcopy(document)
    random.choice([schema for schema in subschemas(document) if schema.get("type") == "string"])["maxLength"] = 2
    return document


ALIKE: tuple[Callable[[Any, Random], Any], ...] = (reworded, renamed)
DIFFERENT: tuple[Callable[[Any, Random], Any], ...] = (dropped, narrowed)


def attack(pair: Pair, court: Court, seed: int) -> tuple[Trial, int]:
    """Return the trial of a pair, and the steps that its verdict took, with the questions for its findings."""
    random = Random(seed)
    instances = Instances(random, [pair.writer, pair.reader])
    budgets: list[Budget] = []

    def kept(*limits: Any) -> Budget:
        budgets.append(Budget(*limits))
        return budgets[-1]

    with mock.patch.object(containment, "Budget", kept):
        trial = pair.attack(court, lambda: _instances(instances, [pair.writer, pair.reader], random))
    return trial, sum(budget.spent for budget in budgets)


def _instances(instances: Instances, documents: list[Any], random: Random) -> Iterator[Any]:
    """Yield random instances, as far as they can be made of such schemas."""
    for _ in range(ATTEMPTS):
        document = random.choice(documents)
        try:
            yield instances.instance(document)
        except (AttributeError, LookupError, TypeError, ValueError):  # made for simpler schemas than some here
            continue


def mistakes(public: Public, court: Court) -> Iterator[str]:
    """Yield what is wrong with the verdicts on the edits of a schema, and print what each took."""
    for edit in (*ALIKE, *DIFFERENT):
        other = edit(public.document, Random(1))
        if other == public.document and edit is renamed:
            continue
        for direction, pair in (("old", Pair(other, public.document)), ("new", Pair(public.document, other))):
            trial, steps = attack(pair, court, 1)
            where = f"{public.name}, {edit.__name__}, the {direction} side writes"
            print(f"{where}: {trial.kind}, {steps:,} steps of {public.size:,} objects, {trial.milliseconds:.0f} ms")
            if trial.problem or (trial.kind == "undecided" and not public.large):
                yield f"{where}: {trial.kind} {trial.reason}{trial.problem}"
            if edit in ALIKE and trial.kind != "compatible":
                yield f"{where}: {trial.kind}, and only what means nothing has changed"
            if edit in ALIKE and steps > STEPS_PER_OBJECT * public.size:
                yield f"{where}: {steps:,} steps"


def main() -> int:
    """Edit every public schema; print what was found."""
    court = Court()
    found = [mistake for public in public_schemas(2_500_000) for mistake in mistakes(public, court)]
    print(*found, court, f"{len(found)} wrong", sep="\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
