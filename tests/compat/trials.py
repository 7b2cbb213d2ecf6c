"""One question that is asked as users ask, its answer attacked, and what many of them came to."""

import json
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any

from arrakis_schema.compat import InvalidSchemaError, Kind, Verdict, accepts
from arrakis_schema.compat.accepting import Policy
from tests.compat.referees import Court

LEADS_OUT = "leads to nothing in any of the documents"
POLICIES: tuple[Policy, ...] = ("additive", "strict")


@dataclass(frozen=True)
class Trial:
    """The answer to one question: its kind, the reason of an undecided one, and what is wrong with it, if anything."""

    kind: str
    reason: str = ""
    problem: str = ""
    milliseconds: float = 0.0


@dataclass(frozen=True)
class Pair:
    """A question: two documents, the policy, and what the reader does with members that it does not know."""

    reader: Any
    writer: Any
    policy: Policy = "additive"
    unknown: str = "ignored"

    def attack(self, court: Court, instances: Callable[[], Iterable[Any]]) -> Trial:
        """Return the trial of this pair: instances are made where the answer is "compatible"."""
        begin = perf_counter()
        try:
            verdict = accepts(self.reader, self.writer, policy=self.policy, unknown=self.unknown)
        except InvalidSchemaError:
            return Trial("invalid")
        milliseconds = (perf_counter() - begin) * 1e3
        problem = self.problem(court, verdict, instances)
        reason = verdict.reason if verdict.kind is Kind.UNDECIDED else ""
        return Trial(verdict.kind.value, reason, problem, milliseconds)

    def problem(self, court: Court, verdict: Verdict, instances: Callable[[], Iterable[Any]]) -> str:
        """Return what is wrong with a verdict: an instance against a proof, or a witness that is none.

        What no two of three validators answer is nothing against a proof, and does not confirm a witness.
        """
        writes, reads = court.referees(self.writer), court.referees(self.reader)
        sent_are_declared, taken_are_declared = self.policy == "additive", self.unknown == "rejected"
        if verdict.kind is Kind.INCOMPATIBLE:
            sent = writes.take(verdict.witness, declared=sent_are_declared, wide=True)
            taken = reads.take(verdict.witness, declared=taken_are_declared, wide=True)
            if sent and taken is False:
                return ""
            return f"{'not confirmed' if None in {sent, taken} else 'no witness'}: {json.dumps(verdict.witness)}"
        for instance in instances() if verdict.kind is Kind.COMPATIBLE else ():
            if (
                writes.take(instance, declared=sent_are_declared)
                and reads.take(instance, declared=taken_are_declared, wide=True) is False
            ):
                return f"refused: {json.dumps(instance)}"
        return ""


@dataclass
class Tally:
    """What the trials of one dialect and one policy came to."""

    kinds: Counter[str] = field(default_factory=Counter)
    reasons: dict[str, list[str]] = field(default_factory=dict)
    milliseconds: list[float] = field(default_factory=list)

    def count(self, trial: Trial, where: str) -> None:
        """Count the trial of the pair that stands somewhere."""
        self.kinds[trial.kind] += 1
        self.milliseconds.append(trial.milliseconds)
        if trial.reason:
            self.reasons.setdefault(trial.reason, []).append(where)

    def __str__(self) -> str:
        total = self.kinds.total()
        verdicts = ", ".join(f"{count} {kind}" for kind, count in self.kinds.most_common())
        frequent = sorted(self.reasons.items(), key=lambda reason: -len(reason[1]))[:6]
        reasons = "".join(f"\n    {len(places)} × {reason[:110]} ({places[0]})" for reason, places in frequent)
        times = sorted(self.milliseconds) or [0.0]
        median, high = (times[int(part * (len(times) - 1))] for part in (0.5, 0.95))
        leads_out = sum(len(places) for reason, places in self.reasons.items() if LEADS_OUT in reason)
        within = self.kinds["undecided"] - leads_out
        undecided = f"undecided {100 * within / (total - leads_out or 1):.2f} %"
        undecided += f" beside {leads_out} where a reference leads out" if leads_out else ""
        return (
            f"{total} pairs: {verdicts}; {undecided};"
            f" median {median:.2f} ms, p95 {high:.1f} ms, worst {times[-1]:.0f} ms{reasons}"
        )
