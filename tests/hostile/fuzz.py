"""A long search for an input that a parser neither reads nor refuses: python -m tests.hostile.fuzz [INPUTS] [SEED] [PARSER …].

Each parser runs in a process of its own, so that one that ends the process, takes all memory or never returns is a failure
of one input, and the search goes on behind it.
"""

import resource
import signal
import subprocess
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from time import process_time
from types import FrameType

from tests.hostile.parsers import PARSERS

SECONDS = 5
"""How much processor time one input may take."""

MEMORY = 3 << 30
_SHOWN = 300
_MOST = 200
"""After how many failures the search in one parser ends."""


class TooLongError(BaseException):
    """An input took too long; no parser catches this."""


@dataclass
class Tally:
    """What came of the inputs: how many were tried, read and refused, and each failure."""

    tried: int = 0
    read: int = 0
    slowest: float = 0.0
    failures: list[str] = field(default_factory=list)


def feed(name: str, seed: int, start: int, stop: int, note: Path | None = None) -> Tally:
    """Call a parser with some of its damaged inputs; `note` is told the number of each before."""
    parser, tally = PARSERS[name], Tally()
    signal.signal(signal.SIGVTALRM, _too_long)
    with tempfile.TemporaryDirectory() as folder:
        parse = parser.parse(Path(folder))
        for number, data in enumerate(islice(parser.inputs(seed), stop)):
            if number < start:
                continue
            if note is not None:
                note.write_text(str(number))
            began = process_time()
            signal.setitimer(signal.ITIMER_VIRTUAL, SECONDS)
            try:
                parse(data)
                tally.read += 1
            except parser.refusals as error:
                if not str(error).strip():
                    tally.failures.append(_told(name, number, data, "an error without words", error))
            except (Exception, TooLongError) as error:  # noqa: BLE001 - what is looked for
                tally.failures.append(_told(name, number, data, f"{type(error).__name__} in {_where(error)}", error))
            finally:
                signal.setitimer(signal.ITIMER_VIRTUAL, 0)
            tally.tried += 1
            tally.slowest = max(tally.slowest, process_time() - began)
    return tally


def search(name: str, inputs: int, seed: int) -> Tally:
    """Run a parser in a process of its own, and again behind each input that ends it."""
    whole = Tally()
    with tempfile.TemporaryDirectory() as folder:
        note, start = Path(folder, "number"), 0
        while start < inputs and len(whole.failures) < _MOST:
            command = [
                sys.executable,
                "-m",
                "tests.hostile.fuzz",
                "--feed",
                name,
                str(seed),
                str(start),
                str(inputs),
                str(note),
            ]
            ended = subprocess.run(command, capture_output=True, text=True, check=False)
            lines = ended.stdout.splitlines()
            if ended.returncode == 0:
                tried, read, slowest = lines[-1].split()
                start = inputs
            else:
                at = int(note.read_text() or start)
                tried, read, slowest, start = str(at + 1 - start), "0", "0", at + 1
                lines.append("")
                whole.failures.append(
                    f"{name} {at}: the process ended with {ended.returncode}: {ended.stderr[-_SHOWN:]}"
                )
            whole.failures += lines[:-1]
            whole.tried, whole.read = whole.tried + int(tried), whole.read + int(read)
            whole.slowest = max(whole.slowest, float(slowest))
    return whole


def _too_long(_number: int, _frame: FrameType | None) -> None:
    """End an input that takes too long."""
    raise TooLongError(f"more than {SECONDS} seconds")


def _where(error: BaseException) -> str:
    """Return the last line of this package or of these tests that an error went through."""
    place, trace = "?", error.__traceback__
    while trace is not None:
        file = trace.tb_frame.f_code.co_filename
        if "arrakis_schema" in file or "parsers.py" in file:
            place = f"{'/'.join(Path(file).parts[-2:])}:{trace.tb_lineno}"
        trace = trace.tb_next
    return place


def _told(name: str, number: int, data: bytes, what: str, error: BaseException) -> str:
    """Return a line about a failure, the same in its first part for the same fault."""
    return f"{name}: {what} | {number} | {str(error)[:_SHOWN]!r} | {data[:_SHOWN]!r}"


def main(arguments: list[str]) -> int:
    """Search, and print what came of it."""
    if arguments[:1] == ["--feed"]:
        _, name, seed, start, stop, note = arguments
        resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))
        tally = feed(name, int(seed), int(start), int(stop), Path(note))
        print(*tally.failures, f"{tally.tried} {tally.read} {tally.slowest:.3f}", sep="\n")
        return 0
    inputs, seed, *names = (*arguments, *("50000", "1")[len(arguments) :])
    total, faults = 0, Counter[str]()
    for name in names or PARSERS:
        whole = sum(parser.share for parser in PARSERS.values()) if not names else PARSERS[name].share
        share = int(inputs) * PARSERS[name].share // whole
        tally = search(name, share, int(seed))
        total += tally.tried
        faults.update(failure.partition(" | ")[0] for failure in tally.failures)
        print(
            f"{name}: {tally.tried:,} tried, {tally.read:,} read, {len(tally.failures):,} failed;"
            f" {tally.slowest:.2f} s at most",
            flush=True,
        )
        shown = {failure.partition(" | ")[0]: failure for failure in reversed(tally.failures)}
        for failure in shown.values():
            print(f"  {failure}")
    print(f"{total:,} tried, {sum(faults.values()):,} failed")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
