"""What a release says of an example, kept on the release and remembered from one build of the site to the next."""

from arrakis_schema.languages import language_of
from arrakis_schema.store.documents import Document, Example
from arrakis_schema.store.store import Release, identity_of


def refusal_of(release: Release, document: Document, example: Example) -> str:
    """Return why a release refuses a message as one of a document; empty where it accepts it."""
    return release.derived(_refusal, document, example)


def sent_example(release: Release, document: Document, example: Example) -> Example:
    """Return an example as a client of this document of a release sends it."""
    return release.derived(_sent, document, example)


def _refusal(release: Release, document: Document, example: Example) -> str:
    """Recall or find why a release refuses a message."""
    return release.store.memo.recall(
        ("refusal", identity_of(release), document.path, document.content, example),
        lambda: language_of(document).refusal(release, document, example),
    )


def _sent(release: Release, document: Document, example: Example) -> Example:
    """Recall or make an example as it is sent."""
    return release.store.memo.recall(
        ("as sent", identity_of(release), document.path, example),
        lambda: language_of(document).as_sent(release, document, example),
    )
