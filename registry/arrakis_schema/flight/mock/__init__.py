"""A Flight server that answers by the contract of a release."""
