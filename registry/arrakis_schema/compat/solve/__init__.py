"""Is there an instance of which all these formulas hold? A lazy tableau, and a solver for each type of instance."""
