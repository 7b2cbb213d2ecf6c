"""A mock Flight server that keeps the contract of a release."""
