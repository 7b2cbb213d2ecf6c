"""Time two or more ways side by side in one run, and print them as ratios."""

import subprocess
import sys
from collections.abc import Callable, Sequence
from statistics import median
from time import perf_counter
from timeit import Timer

Way = Callable[[], object]


def seconds(way: Way, rounds: int = 9) -> float:
    """Return the median time of one call, over rounds of at least 20 ms each."""
    timer = Timer(way)
    number = 1
    while timer.timeit(number) < 0.02:
        number *= 2
    return median(timer.repeat(rounds, number)) / number


def interleaved(ways: dict[str, Way], rounds: int = 7) -> dict[str, float]:
    """Time the ways in turns, so that what else the machine does falls on all of them."""
    times: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, way in ways.items():
            times[name].append(seconds(way, 1))
    return {name: median(values) for name, values in times.items()}


def process_seconds(command: Sequence[str]) -> float:
    """Return the time that a fresh process takes from start to end."""
    begin = perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return perf_counter() - begin


def table(title: str, times: dict[str, float], ours: str) -> None:
    """Print each time, and how many times ours fits into it."""
    print(f"\n{title}")
    for name, value in times.items():
        print(f"  {name:<34} {value * 1e6:>12.1f} µs {value / times[ours]:>8.2f} x")


def verdict(what: str, ratio: float, wanted: float) -> None:
    """Print whether a ratio is what was wanted, and end the program with 1 where it is not."""
    print(f"  {'reached' if ratio >= wanted else 'MISSED'}: {what} {ratio:.1f} (wanted: at least {wanted:g})")
    if ratio < wanted:
        sys.exit(1)
