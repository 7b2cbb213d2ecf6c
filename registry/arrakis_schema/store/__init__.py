"""A root folder: the releases and documents in it, what is recorded about them, and how a release is frozen."""
