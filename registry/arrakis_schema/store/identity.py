"""The identity of a release and of its settings, by which results are remembered from one build to the next."""

import pickle
from collections.abc import Hashable
from hashlib import sha256
from typing import Any

from arrakis_schema.store.store import Release, Store


def identity_of(release: Release) -> bytes:
    """Return bytes that are equal for releases of equal versions, settings and documents."""
    return release.derived(_identity)


def settings_identity(store: Store) -> bytes:
    """Return bytes that are equal for stores of equal settings."""
    return store.derived(_pickled_settings)


def made_by_content(_: Store) -> dict[Hashable, Any]:
    """Return what is made of the documents of a store, under all that it depends on: releases share it."""
    return {}


def _pickled_settings(store: Store) -> bytes:
    """Return the settings as bytes."""
    return pickle.dumps(store.settings)


def _identity(release: Release) -> bytes:
    """Return the digest of a release."""
    identity = sha256(settings_identity(release.store) + pickle.dumps((release.version, release.folder)))
    for path in release.documents:
        identity.update(path.encode() + b"\0" + sha256(release.read(path)).digest())
    return identity.digest()
