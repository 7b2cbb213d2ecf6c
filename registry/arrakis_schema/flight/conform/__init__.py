"""A running Flight server, held against a release."""
