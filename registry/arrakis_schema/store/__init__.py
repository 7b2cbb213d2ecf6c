"""A root folder: the releases and documents in it, the records about them, and how a release is frozen."""
