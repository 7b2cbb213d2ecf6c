"""Findings about documents, and the formats in which they are reported."""
