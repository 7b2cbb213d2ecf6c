"""The meaning of a schema as formulas over one instance, which a solver understands."""
