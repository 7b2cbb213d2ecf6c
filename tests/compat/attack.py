"""A long search for wrong verdicts: random pairs of schemas, every "compatible" attacked with instances.

`make attack` runs it; `python -m tests.compat.attack PAIRS SEED` repeats a run. Every "incompatible" is checked too, by
validators that know nothing of this package.
"""

import json
import sys
from collections import Counter
from random import Random, SystemRandom
from time import perf_counter
from typing import Any

import jsonschema
from referencing import Registry

from arrakis_schema.compat.json_schemas import Question, contained
from arrakis_schema.errors import InvalidSchemaError
from tests.compat.random_schemas import Instances, Schemas

ATTEMPTS = 60
VALIDATORS = {False: jsonschema.Draft7Validator, True: jsonschema.Draft202012Validator}


def pair(seed: int) -> tuple[Any, Any, bool]:
    """Return the pair of this seed, reader first, and whether it is of the modern dialect."""
    random = Random(seed)
    modern = random.random() < 0.4
    schemas = Schemas(random, modern=modern)
    writer = schemas.document()
    reader = schemas.changed(writer) if random.random() < 0.7 else schemas.document()
    return (reader, writer, modern) if random.random() < 0.5 else (writer, reader, modern)


def mistake(seed: int) -> tuple[str, str]:
    """Return the verdict on the pair of a seed, and what is wrong with it: nothing, as a rule."""
    reader, writer, modern = pair(seed)
    try:
        verdict = contained(Question(reader, writer))
    except InvalidSchemaError:
        return "invalid", ""
    try:
        reads, writes = (VALIDATORS[modern](one, registry=Registry()) for one in (reader, writer))
        if verdict.kind == "incompatible":
            right = writes.is_valid(verdict.witness) and not reads.is_valid(verdict.witness)
            return verdict.kind, "" if right else f"no witness: {json.dumps(verdict.witness)}"
        if verdict.kind == "undecided":
            return verdict.kind, ""
        random = Random(seed + 1)
        instances = Instances(random, [reader, writer])
        for _ in range(ATTEMPTS):
            value = instances.instance(random.choice([writer, writer, reader]))
            if writes.is_valid(value) and not reads.is_valid(value):
                return verdict.kind, f"refused: {json.dumps(value)}"
    except (RecursionError, TypeError):  # jsonschema fails on some of them
        return "endless", ""
    return verdict.kind, ""


def main() -> int:
    """Attack so many pairs from this seed on; print what was found."""
    pairs = int(sys.argv[1]) if len(sys.argv) > 1 else 5000
    first = int(sys.argv[2]) if len(sys.argv) > 2 else SystemRandom().randrange(10**9)
    print(f"{pairs} pairs from seed {first}, {ATTEMPTS} instances against every proof")
    counts: Counter[str] = Counter()
    begin, found = perf_counter(), 0
    for seed in range(first, first + pairs):
        kind, wrong = mistake(seed)
        counts[kind] += 1
        if wrong:
            found += 1
            reader, writer, _ = pair(seed)
            print(f"seed {seed}: {kind}, {wrong}\n  reader {json.dumps(reader)}\n  writer {json.dumps(writer)}")
    print(f"{dict(counts)}, {found} wrong, {perf_counter() - begin:.0f} s")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
