"""The numbers of releases beside those of the software that implements them."""

from collections.abc import Iterator, Sequence

from arrakis_schema.reference.markup import escape_markdown, table
from arrakis_schema.store.records import SoftwareTable
from arrakis_schema.store.store import Release


def software_of(known: SoftwareTable, release: str) -> dict[str, str]:
    """Return which versions of each program implement a release: `{"weather": "1.1.0 to 1.1.3"}`."""
    versions: dict[str, list[str]] = {}
    for software in (*known.clients, *known.servers):
        if software.release == release:
            versions.setdefault(software.name, []).extend(software.versions)
    return {
        name: numbers[0] if len(numbers) == 1 else f"{numbers[0]} to {numbers[-1]}"
        for name, numbers in versions.items()
    }


def release_numbers(known: SoftwareTable, releases: Sequence[Release]) -> Iterator[str]:
    """Yield what a release numbers, and the table of the software that implements each; nothing without software."""
    programs = list(dict.fromkeys(software.name for software in (*known.clients, *known.servers)))
    rows = []
    for release in reversed(releases):
        if software := software_of(known, release.version):
            versions = [escape_markdown(software.get(program, "")) for program in programs]
            rows.append((f"[{release.version}]({release.version}/index.md)", *versions))
    if rows:
        named = " and ".join(map(escape_markdown, programs))
        yield "## Which release does my software use? { #software }"
        yield (
            f"The schemas have their own release numbers, which are not the versions of {named}. Find the"
            " version that you run in its column; the first column is the release of the schemas that it implements."
        )
        yield table(("release of the schemas", *map(escape_markdown, programs)), rows)
