"""The schemas of each file of the official JSON-Schema-Test-Suite, all with all, as reader and writer.

`make cross` downloads the suite and runs this. Every "compatible" is attacked with the instances of the file and with
random ones, every "incompatible" is checked: see `referees`.
"""

import json
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import chain, product
from pathlib import Path
from random import Random
from typing import Any

from arrakis_schema.compat.accepting import Policy
from arrakis_schema.json_schema.dialects import DRAFT_04, DRAFT_06, DRAFT_07, DRAFT_2019_09, DRAFT_2020_12
from tests.compat.random_schemas import Instances
from tests.compat.referees import Court
from tests.compat.trials import POLICIES, Pair, Tally

SUITE = Path(__file__).parent.parent.parent / "build/suite/json/tests"
MISSING = "the official test suite is not here: `make cross` downloads it"
FOLDERS = {
    "draft-04": ("draft4", DRAFT_04),
    "draft-06": ("draft6", DRAFT_06),
    "draft-07": ("draft7", DRAFT_07),
    "2019-09": ("draft2019-09", DRAFT_2019_09),
    "2020-12": ("draft2020-12", DRAFT_2020_12),
}
ATTEMPTS = 20


@dataclass(frozen=True)
class File:
    """One file of the suite: its schemas, and the instances of all its tests."""

    dialect: str
    name: str
    schemas: tuple[Any, ...]
    instances: tuple[Any, ...]


def files(dialect: str) -> Iterator[File]:
    """Yield the files of a dialect; none where the suite is not here."""
    folder, uri = FOLDERS[dialect]
    for path in sorted((SUITE / folder).glob("*.json")):
        groups = json.loads(path.read_text())
        schemas = [group["schema"] for group in groups]
        named = tuple({"$schema": uri, **schema} if isinstance(schema, dict) else schema for schema in schemas)
        yield File(dialect, path.stem, named, tuple(test["data"] for group in groups for test in group["tests"]))


def official_cases(dialect: str, folder: str = "") -> Iterator[tuple[str, Any, Any, bool]]:
    """Yield the tests of a dialect: the name of each, its schema, the instance, and whether that is valid."""
    for path in sorted((SUITE / FOLDERS[dialect][0] / folder).glob("*.json")):
        for group in json.loads(path.read_text()):
            for test in group["tests"]:
                name = f"{path.stem}: {group['description']}: {test['description']}"
                yield name, group["schema"], test["data"], test["valid"]


def mistakes(
    file: File, places: Iterable[tuple[int, int]], policy: Policy, court: Court, tally: Tally
) -> Iterator[str]:
    """Yield what is wrong with the verdicts on pairs of schemas of a file, reader first."""
    for place in places:
        reader, writer = (file.schemas[number] for number in place)
        random = _random_instances(reader, writer, Random(repr(place)))
        trial = Pair(reader, writer, policy).attack(court, partial(chain, file.instances, random))
        where = f"{file.dialect} {file.name} {place[0]} {place[1]}"
        tally.count(trial, where)
        if trial.problem:
            yield f"{where}, {policy}: {trial.kind}, {trial.problem}"


def _random_instances(reader: Any, writer: Any, random: Random) -> Iterator[Any]:
    """Yield random instances, as far as they can be made of such schemas."""
    instances = Instances(random, [reader, writer])
    for _ in range(ATTEMPTS):
        schema = random.choice([reader, writer])
        try:
            yield instances.instance(schema)
        except (AttributeError, LookupError, TypeError, ValueError):  # made for simpler schemas than some here
            yield instances.instance(True)  # noqa: FBT003 - a schema


def main() -> int:
    """Cross the schemas of every file with each policy; print what was found."""
    if not SUITE.is_dir():
        print(MISSING)
        return 2
    found, court = 0, Court()
    for policy in POLICIES:
        for dialect in FOLDERS:
            tally = Tally()
            for file in files(dialect):
                numbers = range(len(file.schemas))
                for mistake in mistakes(file, product(numbers, numbers), policy, court, tally):
                    found += 1
                    print(mistake)
            print(f"{policy}, {dialect}: {tally}")
    print(court)
    print(f"{found} wrong")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
