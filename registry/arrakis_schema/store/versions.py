"""Versions: the two helpers of the public API, and the order of releases.

Releases are named and ordered by https://semver.org/spec/v2.0.0.html (section 11).
"""

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

_NUMBER = r"(?:0|[1-9]\d*)"
_RELEASE = re.compile(rf"({_NUMBER})\.({_NUMBER})\.({_NUMBER})(?:-([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?", re.ASCII)

LATEST, NEXT = "latest", "next"


def parse_version(version: str | None) -> tuple[int, int] | None:
    """Return major and minor of a version as received, or None if they cannot be read.

    `"0.5.0"` gives `(0, 5)`; anything that is not text, or does not begin with two numbers, gives None.
    """
    if not isinstance(version, str):
        return None
    major, _, remainder = version.partition(".")
    try:
        return int(major), int(remainder.partition(".")[0])
    except ValueError:
        return None


def supports(advertised: str | None, minimum: tuple[int, int]) -> bool | None:
    """Return whether an advertised version is at least `minimum` (major, minor); None if it cannot be read.

    `supports("0.4.1", (0, 5))` is False. None means unknown: the other side sent no readable version.
    """
    parsed = parse_version(advertised)
    return None if parsed is None else parsed >= minimum


def is_release(name: str) -> bool:
    """Tell whether a folder of this name is a release: a semantic version without build metadata."""
    return _RELEASE.fullmatch(name) is not None


def precedence(release: str) -> tuple[object, ...]:
    """Return the key that sorts releases by semver precedence; a pre-release comes before its release."""
    match = _RELEASE.fullmatch(release)
    if match is None:
        raise ValueError(f"{release!r} is not a semantic version")
    major, minor, patch, pre = match.groups()
    identifiers = [(0, int(part), "") if part.isdigit() else (1, 0, part) for part in (pre or "").split(".") if part]
    return (int(major), int(minor), int(patch), pre is None, identifiers)


def aliases(releases: "Iterable[str]") -> dict[str, str]:
    """Return what each alias stands for: `latest`, and each series as in `0.5` (its newest patch).

    Pre-releases are reached by their full name only.
    """
    final = sorted((name for name in releases if "-" not in name), key=precedence)
    series = {name.rpartition(".")[0]: name for name in final}
    return {**series, **({LATEST: final[-1]} if final else {})}
