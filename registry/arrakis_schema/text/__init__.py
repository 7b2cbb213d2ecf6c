"""Text that others wrote, as it may be shown: on a terminal, in a report, on a page."""
