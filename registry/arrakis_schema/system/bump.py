"""The version that a change needs: patch, minor or major, as in semver."""

from enum import IntEnum


class Bump(IntEnum):
    """How far a version moves: https://semver.org/spec/v2.0.0.html.

    A patch changes nothing in meaning, and a minor release breaks nobody; before 1.0.0 it may (section 4).
    """

    NONE = 0
    PATCH = 1
    MINOR = 2
    MAJOR = 3

    def __str__(self) -> str:
        """Return the name as semver writes it."""
        return self.name.lower()


def bump_between(old: str, new: str) -> Bump:
    """Return the bump from one version to another; a pre-release counts as its release."""
    before, after = (tuple(map(int, version.partition("-")[0].split("."))) for version in (old, new))
    if after[0] > before[0]:
        return Bump.MAJOR
    if after[:2] > before[:2]:
        return Bump.MINOR
    return Bump.PATCH if after > before else Bump.NONE


def required_bump(old: str, *, breaks: bool, changes: bool) -> Bump:
    """Return the least bump that the version after `old` needs."""
    if breaks:
        return Bump.MINOR if old.startswith("0.") else Bump.MAJOR
    return Bump.MINOR if changes else Bump.PATCH


def version_after(old: str, bump: Bump) -> str:
    """Return the version that follows another by a bump."""
    major, minor, patch = map(int, old.partition("-")[0].split("."))
    if bump is Bump.MAJOR:
        return f"{major + 1}.0.0"
    return f"{major}.{minor + 1}.0" if bump is Bump.MINOR else f"{major}.{minor}.{patch + (bump is Bump.PATCH)}"
