"""Untrusted text made safe to show: on a terminal, in a report, on a page."""
