"""Verdicts and milliseconds on the same pairs, beside jsonsubschema and jsoncompat in an environment of their own."""

import json
import os
import sys
import venv
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from subprocess import run
from time import perf_counter
from typing import Any

from sides import process_seconds, seconds

from arrakis_schema import load_schema
from arrakis_schema.compat import accepts
from arrakis_schema.compat.containment import Question, contained
from arrakis_schema.store.store import Store

PROJECT = Path(__file__).parent.parent
ENVIRONMENT = PROJECT / "build/environments/compat-peers"
PEERS = ("jsonsubschema", "jsoncompat")
SUITE = Path(os.environ.get("CONTAINMENT_SUITE", PROJECT.parent / "shared/compat/containment-draft7.jsonl"))
Case = dict[str, Any]


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


def ours(cases: list[Case]) -> list[tuple[object, float]]:
    answers: list[tuple[object, float]] = []
    for case in cases:
        begin = perf_counter()
        kind = contained(Question(case["reader"], case["writer"])).kind
        took = (perf_counter() - begin) * 1e3
        answers.append(({"compatible": True, "incompatible": False}.get(kind, "undecided"), took))
    return answers


def theirs(name: str, cases: list[Case]) -> list[tuple[object, float]]:
    lines = "\n".join(map(json.dumps, cases))
    script = str(Path(__file__).parent / "compat_peer.py")
    done = run([peers_python(), script, name], input=lines, text=True, capture_output=True, check=False)
    answers = [tuple(json.loads(line)) for line in done.stdout.splitlines() if line.startswith("[")]
    return answers + [("crashed", 0.0)] * (len(cases) - len(answers))


def report(title: str, cases: list[Case]) -> float:
    print(f"\n{title}: {len(cases)} pairs")
    print(
        f"  {'':<16} {'wrongly compatible':>20} {'wrongly incompatible':>22} {'no answer':>10}"
        f" {'median ms':>10} {'worst ms':>9}"
    )
    middle = 0.0
    for name in ("arrakis-schema", *PEERS):
        answers = ours(cases) if name == "arrakis-schema" else theirs(name, cases)
        wrong = [said is not case["compatible"] for (said, _), case in zip(answers, cases, strict=True)]
        told = [
            isinstance(said, bool) and case["compatible"] is not None
            for (said, _), case in zip(answers, cases, strict=True)
        ]
        yes = sum(bad and can and said is True for bad, can, (said, _) in zip(wrong, told, answers, strict=True))
        no = sum(bad and can and said is False for bad, can, (said, _) in zip(wrong, told, answers, strict=True))
        silent = sum(not isinstance(said, bool) for said, _ in answers)
        times = sorted(took for _, took in answers)
        middle = middle or median(times)
        print(f"  {name:<16} {yes:>20} {no:>22} {silent:>10} {median(times):>10.2f} {times[-1]:>9.1f}")
    return middle


def union(count: int) -> dict[str, Any]:
    return {
        "oneOf": [
            {
                "type": "object",
                "required": ["kind"],
                "properties": {"kind": {"const": f"k{n}"}, "v": {"type": "integer"}},
            }
            for n in range(count)
        ]
    }


def main() -> None:
    report("pairs whose answer is known", list(known()))
    middle = report("requests of all releases (their answers are not judged)", list(arrakis()))
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
