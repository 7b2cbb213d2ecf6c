"""Verdicts and milliseconds on the same pairs, beside jsonsubschema and jsoncompat in an environment of their own."""

import json
import os
import sys
import venv
from collections.abc import Iterator
from contextlib import suppress
from itertools import count, islice, pairwise
from pathlib import Path
from statistics import median
from subprocess import run
from time import perf_counter
from typing import Any, NamedTuple

from sides import process_seconds, seconds
from tests.compat.attack import DIALECTS, pair
from tests.compat.crossing import MISSING, files
from tests.compat.crossing import SUITE as OFFICIAL
from tests.compat.referees import Court
from tests.compat.trials import LEADS_OUT, Pair

from arrakis_schema import load_schema
from arrakis_schema.compat import InvalidSchemaError, Kind, accepts
from arrakis_schema.compat.containment import Question, decide_containment
from arrakis_schema.store.store import Store

PROJECT = Path(__file__).parent.parent
ENVIRONMENT = PROJECT / "build/environments/compat-peers"
PEERS = ("jsonsubschema", "jsoncompat")
SUITE = Path(os.environ.get("CONTAINMENT_SUITE", PROJECT.parent / "shared/compat/containment-draft7.jsonl"))
MOST_SILENT = {"draft-07": 1.0, "2020-12": 2.0}
COURT = Court()
PAIRS = int(os.environ.get("PAIRS", "300"))
Case = dict[str, Any]


class Figures(NamedTuple):
    """How many answers were wrong, how many percent there were not, and the milliseconds."""

    wrong: int
    silent: float
    median: float
    high: float


def peers_python() -> str:
    python = ENVIRONMENT / "bin/python"
    if not python.exists():
        venv.create(ENVIRONMENT, with_pip=True)
        run([python, "-m", "pip", "install", "-qq", "--disable-pip-version-check", *PEERS], check=True)
    return str(python)


def known() -> Iterator[Case]:
    """Yield pairs whose answer is known: the cases for each keyword, and the containment suite where there is one."""
    keywords = json.loads((PROJECT / "tests/cases/compat/keywords.json").read_text())["draft-07"]
    for pairs in keywords.values():
        for wide, narrow in pairs:
            yield {"reader": wide, "writer": narrow, "compatible": True}
            yield {"reader": narrow, "writer": wide, "compatible": False}
    for line in SUITE.read_text().splitlines() if SUITE.exists() else ():
        case = json.loads(line)
        yield {"reader": case["new"], "writer": case["old"], "compatible": case["compatible"]}


def arrakis() -> Iterator[Case]:
    """Yield every pair of releases for every request; the answer of strict inclusion is not known beforehand."""
    store = Store(PROJECT)
    versions = [*store.releases, None]
    for name in ("descriptor", "count", "describe", "find", "stream", "partition", "publish"):
        for writer in versions:
            for reader in versions:
                yield {"reader": load_schema(name, reader), "writer": load_schema(name, writer), "compatible": None}


def judged(reader: Any, writer: Any) -> Case:
    """Return the case of a pair: "incompatible" is known where validators confirm a witness, "compatible" never."""
    verdict = decide_containment(Question(reader, writer))
    problem = Pair(reader, writer, "strict").problem(COURT, verdict, tuple)
    witness = verdict.kind is Kind.INCOMPATIBLE and not problem
    return {"reader": reader, "writer": writer, "compatible": False if witness else None}


def random_pairs(dialect: str) -> Iterator[Case]:
    """Yield the random pairs of `make attack` that are of one dialect."""
    seeds = (pair(seed) for seed in count())
    pairs = ((reader, writer) for reader, writer, modern in seeds if DIALECTS[modern] == dialect)
    return (judged(*one) for one in islice(pairs, PAIRS))


def crossed_pairs(dialect: str) -> Iterator[Case]:
    """Yield pairs of neighbours in the files of the official test suite, as `make cross` asks about all."""
    for file in files(dialect):
        for reader, writer in pairwise(file.schemas):
            with suppress(InvalidSchemaError):
                case = judged(reader, writer)
                if not leads_out(case):
                    yield case


def leads_out(case: Case) -> bool:
    """Tell whether nobody can answer, because a reference leads out of a document."""
    return LEADS_OUT in decide_containment(Question(case["reader"], case["writer"])).reason


def ours(cases: list[Case]) -> list[tuple[object, float]]:
    answers: list[tuple[object, float]] = []
    for case in cases:
        begin = perf_counter()
        kind = decide_containment(Question(case["reader"], case["writer"])).kind
        took = (perf_counter() - begin) * 1e3
        answers.append(({"compatible": True, "incompatible": False}.get(kind, "undecided"), took))
    return answers


def theirs(name: str, cases: list[Case]) -> list[tuple[object, float]]:
    lines = "\n".join(map(json.dumps, cases))
    script = str(Path(__file__).parent / "compat_peer.py")
    done = run([peers_python(), script, name], input=lines, text=True, capture_output=True, check=False)
    answers = [tuple(json.loads(line)) for line in done.stdout.splitlines() if line.startswith("[")]
    return answers + [("crashed", 0.0)] * (len(cases) - len(answers))


def percentile(values: list[float], part: float) -> float:
    return sorted(values)[int(part * (len(values) - 1))]


def report(title: str, cases: list[Case]) -> Figures:
    """Print the answers of all three on the same pairs; return the figures of ours."""
    print(f"\n{title}: {len(cases)} pairs")
    print(
        f"  {'':<16} {'wrongly compatible':>20} {'wrongly incompatible':>22} {'no answer':>10}"
        f" {'median ms':>10} {'p95 ms':>8} {'worst ms':>9}"
    )
    first, *_ = [figures(name, cases) for name in ("arrakis-schema", *PEERS)]
    return first


def figures(name: str, cases: list[Case]) -> Figures:
    """Print one line of a report."""
    answers = ours(cases) if name == "arrakis-schema" else theirs(name, cases)
    judged = [(said, case["compatible"]) for (said, _), case in zip(answers, cases, strict=True)]
    yes = sum(said is True and known is False for said, known in judged)
    no = sum(said is False and known is True for said, known in judged)
    silent = 100 * sum(not isinstance(said, bool) for said, _ in judged) / (len(judged) or 1)
    times = [took for _, took in answers]
    middle, high = median(times), percentile(times, 0.95)
    print(f"  {name:<16} {yes:>20} {no:>22} {silent:>8.2f} % {middle:>10.2f} {high:>8.1f} {max(times):>9.1f}")
    return Figures(yes + no, silent, middle, high)


def union(variants: int) -> dict[str, Any]:
    return {
        "oneOf": [
            {
                "type": "object",
                "required": ["kind"],
                "properties": {"kind": {"const": f"k{n}"}, "v": {"type": "integer"}},
            }
            for n in range(variants)
        ]
    }


def main() -> None:
    report("pairs whose answer is known", list(known()))
    middle = report("requests of all releases (their answers are not judged)", list(arrakis())).median
    random = {
        dialect: report(f"random pairs of {dialect}", list(random_pairs(dialect))) for dialect in DIALECTS.values()
    }
    if OFFICIAL.is_dir():
        for dialect in DIALECTS.values():
            report(f"schemas of the official test suite, {dialect}", list(crossed_pairs(dialect)))
    else:
        print(f"\n{MISSING}")
    variants = seconds(lambda: accepts(union(40), union(40) | {"title": "x"}), 3)
    matrix = process_seconds([str(Path(sys.executable).parent / "arrakis-schema"), "matrix"])
    check = process_seconds([str(Path(sys.executable).parent / "arrakis-schema"), "check"])
    print(
        f"\na union of 40 variants {variants * 1e3:.0f} ms,"
        f" matrix of all releases {matrix:.2f} s, check {check:.2f} s (cold)"
    )
    wanted = {
        "median ms of a pair": (middle, 2),
        "seconds of the union": (variants, 1),
        "seconds of the matrix": (matrix, 3),
        **{f"wrong answers, {dialect}": (found.wrong, 0) for dialect, found in random.items()},
        **{f"undecided %, {dialect}": (found.silent, MOST_SILENT[dialect]) for dialect, found in random.items()},
        **{f"median ms, {dialect}": (found.median, 1) for dialect, found in random.items()},
        **{f"p95 ms, {dialect}": (found.high, 30) for dialect, found in random.items()},
    }
    missed = [name for name, (value, limit) in wanted.items() if value > limit]
    print(
        *(
            f"  {'MISSED' if name in missed else 'reached'}: {name} {value:.2f} (at most {limit})"
            for name, (value, limit) in wanted.items()
        ),
        sep="\n",
    )
    sys.exit(bool(missed))


if __name__ == "__main__":
    main()
