"""The releases as a system: which client works with which server, what a change breaks, and which version it needs."""
