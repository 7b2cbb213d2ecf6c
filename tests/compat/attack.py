"""A long search for wrong verdicts: random pairs of schemas, every "compatible" attacked with instances.

`make attack` runs it; `python -m tests.compat.attack PAIRS SEED` repeats a run. Every "incompatible" is checked too.
What is valid is said by validators that know nothing of this package: see `referees`. Every third pair shares a keyword
that is hard to decide, with other neighbours on each side. As many pairs again are of any two dialects: see `writing`.
"""

import json
import sys
from random import Random, SystemRandom
from typing import Any

from arrakis_schema.compat.accepting import Policy
from tests.compat.random_schemas import Instances, Schemas
from tests.compat.referees import Court
from tests.compat.shared_keywords import shared_pair
from tests.compat.trials import POLICIES, Pair, Tally, Trial
from tests.compat.writing import pair_of_dialects, whole

ATTEMPTS = 60
DIALECTS = {False: "draft-07", True: "2020-12"}


def pair(seed: int) -> tuple[Any, Any, bool]:
    """Return the pair of this seed, reader first, and whether it is of the modern dialect."""
    random = Random(seed)
    modern = random.random() < 0.4
    schemas = Schemas(random, modern=modern)
    if random.random() < 0.3:
        return (*shared_pair(random, schemas), modern)
    writer = schemas.document()
    reader = schemas.changed(writer) if random.random() < 0.7 else schemas.document()
    return (reader, writer, modern) if random.random() < 0.5 else (writer, reader, modern)


def trial(seed: int, policy: Policy, court: Court) -> Trial:
    """Return the trial of the pair of a seed.

    Every third reader refuses members that it does not know, where the policy is the one that users get.
    """
    reader, writer, _ = pair(seed)
    random = Random(seed + 1)
    instances = Instances(random, [reader, writer])
    return Pair(reader, writer, policy, "rejected" if policy == "additive" and seed % 3 == 0 else "ignored").attack(
        court, lambda: (instances.instance(random.choice([writer, writer, reader])) for _ in range(ATTEMPTS))
    )


def dialects_trial(seed: int, policy: Policy, court: Court) -> tuple[Trial, tuple[str, str]]:
    """Return the trial of a pair of documents of any dialects, and the dialects."""
    reader, writer, names = pair_of_dialects(Random(seed))
    random = Random(seed + 1)
    instances = Instances(random, [reader, writer])
    unknown = "rejected" if policy == "additive" and seed % 3 == 0 else "ignored"
    return Pair(reader, writer, policy, unknown).attack(
        court, lambda: (whole(instances.instance(random.choice([writer, writer, reader]))) for _ in range(ATTEMPTS))
    ), names


def main() -> int:
    """Attack so many pairs from this seed on, with each policy; print what was found."""
    pairs = int(sys.argv[1]) if len(sys.argv) > 1 else 5000
    first = int(sys.argv[2]) if len(sys.argv) > 2 else SystemRandom().randrange(10**9)
    print(f"{pairs} pairs from seed {first}, {ATTEMPTS} instances against every proof")
    found, court = 0, Court()
    for policy in POLICIES:
        tallies = {dialect: Tally() for dialect in (*DIALECTS.values(), "all dialects")}
        for seed in range(first, first + pairs):
            reader, writer, modern = pair(seed)
            tried = trial(seed, policy, court)
            tallies[DIALECTS[modern]].count(tried, f"seed {seed}")
            if tried.problem:
                found += 1
                print(f"seed {seed}, {policy}: {tried.kind}, {tried.problem}")
                print(f"  reader {json.dumps(reader)}\n  writer {json.dumps(writer)}")
            tried, names = dialects_trial(seed, policy, court)
            tallies["all dialects"].count(tried, f"seed {seed}")
            if tried.problem:
                found += 1
                print(f"seed {seed} of {' and '.join(names)}, {policy}: {tried.kind}, {tried.problem}")
        for dialect, tally in tallies.items():
            print(f"{policy}, {dialect}: {tally}")
    print(court)
    print(f"{found} wrong")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
