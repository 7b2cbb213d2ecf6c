"""Whether a reader of Arrow data accepts everything that a writer sends."""
