"""`versions/summaries.toml`: why there is each release, in one sentence that people wrote."""

from arrakis_schema.errors import DamagedStoreError
from arrakis_schema.store.toml_files import parse_toml

SUMMARIES_FILE = "versions/summaries.toml"


def parse_summaries(content: bytes, file: str = SUMMARIES_FILE) -> dict[str, str]:
    """Parse the sentence of each release; raises `DamagedStoreError`, which names the file."""
    table = parse_toml(content, file)
    invalid = [release for release, sentence in table.items() if not isinstance(sentence, str) or not sentence.strip()]
    if invalid:
        raise DamagedStoreError([f'{file}: {invalid[0]} needs a sentence in quotation marks: "Adds replays."'])
    return dict(table)
