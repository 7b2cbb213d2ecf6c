"""Commits as a base to compare with, read from git's objects."""
