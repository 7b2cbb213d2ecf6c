"""A long search for wrong verdicts: random pairs of schemas, every "compatible" attacked with instances.

`make attack` runs it; `python -m tests.compat.attack PAIRS SEED` repeats a run. Every "incompatible" is checked too, by
validators that know nothing of this package.
"""

import json
import sys
from collections import Counter
from collections.abc import Callable
from random import Random, SystemRandom
from time import perf_counter
from typing import Any

import jsonschema
from referencing import Registry

from arrakis_schema.compat import InvalidSchemaError, accepts
from arrakis_schema.compat.accepting import Policy
from tests.compat.declared import Declared
from tests.compat.random_schemas import Instances, Schemas

ATTEMPTS = 60
POLICIES: tuple[Policy, ...] = ("additive", "strict")
VALIDATORS = {False: jsonschema.Draft7Validator, True: jsonschema.Draft202012Validator}


def pair(seed: int) -> tuple[Any, Any, bool]:
    """Return the pair of this seed, reader first, and whether it is of the modern dialect."""
    random = Random(seed)
    modern = random.random() < 0.4
    schemas = Schemas(random, modern=modern)
    writer = schemas.document()
    reader = schemas.changed(writer) if random.random() < 0.7 else schemas.document()
    return (reader, writer, modern) if random.random() < 0.5 else (writer, reader, modern)


def mistake(seed: int, policy: Policy = "additive") -> tuple[str, str]:
    """Return the verdict on the pair of a seed, and what is wrong with it: nothing, as a rule.

    Every third reader refuses members that it does not know, where the policy is the one that users get.
    """
    reader, writer, modern = pair(seed)
    unknown = "rejected" if policy == "additive" and seed % 3 == 0 else "ignored"
    try:
        verdict = accepts(reader, writer, policy=policy, unknown=unknown)
    except InvalidSchemaError:
        return "invalid", ""
    sends = _side(writer, modern=modern, closed=policy == "additive")
    takes = _side(reader, modern=modern, closed=unknown == "rejected")
    try:
        if verdict.kind == "incompatible":
            right = sends(verdict.witness) and not takes(verdict.witness)
            return verdict.kind, "" if right else f"no witness: {json.dumps(verdict.witness)}"
        if verdict.kind == "undecided":
            return verdict.kind, ""
        random = Random(seed + 1)
        instances = Instances(random, [reader, writer])
        for _ in range(ATTEMPTS):
            value = instances.instance(random.choice([writer, writer, reader]))
            if sends(value) and not takes(value):
                return verdict.kind, f"refused: {json.dumps(value)}"
    except (RecursionError, TypeError):  # jsonschema fails on some of them
        return "endless", ""
    return verdict.kind, ""


def _side(schema: Any, *, modern: bool, closed: bool) -> Callable[[Any], bool]:
    """Return what tells whether a side sends or takes an instance."""
    validator = VALIDATORS[modern](schema, registry=Registry())
    declared = Declared(schema, validator)
    return lambda value: validator.is_valid(value) and (not closed or declared.holds(value))


def main() -> int:
    """Attack so many pairs from this seed on, with each policy; print what was found."""
    pairs = int(sys.argv[1]) if len(sys.argv) > 1 else 5000
    first = int(sys.argv[2]) if len(sys.argv) > 2 else SystemRandom().randrange(10**9)
    print(f"{pairs} pairs from seed {first}, {ATTEMPTS} instances against every proof")
    found = 0
    for policy in POLICIES:
        counts: Counter[str] = Counter()
        begin = perf_counter()
        for seed in range(first, first + pairs):
            kind, wrong = mistake(seed, policy)
            counts[kind] += 1
            if wrong:
                found += 1
                reader, writer, _ = pair(seed)
                print(f"seed {seed}: {kind}, {wrong}\n  reader {json.dumps(reader)}\n  writer {json.dumps(writer)}")
        print(f"{policy}: {dict(counts)}, {perf_counter() - begin:.0f} s")
    print(f"{found} wrong")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
