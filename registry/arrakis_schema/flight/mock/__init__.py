"""A mock Flight server that conforms to the contract of a release."""
