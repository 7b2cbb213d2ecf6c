"""Limits on what is read (docs/commands.md): whatever is larger is reported, and not processed."""

LARGEST_FILE = 8 * 1024 * 1024
LARGEST_SETTINGS = 1024 * 1024
DEEPEST_DOCUMENT = 64
LONGEST_NUMBER = 300
MOST_COLUMNS = 10_000
MOST_PATTERNS, LONGEST_PATTERNS = 1000, 100_000
MOST_FINDINGS = 1000


def mebibytes(size: int) -> str:
    """Format a number of bytes for people."""
    return f"{size / 1024 / 1024:.3g} MiB"
