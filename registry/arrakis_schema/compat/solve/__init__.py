"""The search for an instance that satisfies formulas: a lazy tableau, and a solver for each type of instance."""
