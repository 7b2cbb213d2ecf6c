"""Words of strangers, made fit for a line of a report."""

LONGEST = 300


def shortened(text: object, longest: int = LONGEST) -> str:
    """Return a text in one line, without control characters, cut where it is long."""
    said = str(text)[: 4 * longest]
    line = " ".join("".join(one if one.isprintable() else " " for one in said).split())
    return line if len(line) <= longest else f"{line[: longest - 1]}…"
