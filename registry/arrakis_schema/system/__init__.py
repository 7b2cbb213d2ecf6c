"""The releases as a system: who gets on with whom, what a change breaks, and which version it needs."""
