"""Whether a reader of Arrow data takes everything that a writer sends."""
