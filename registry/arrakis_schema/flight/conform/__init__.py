"""The examination of a running Flight server against a release."""
