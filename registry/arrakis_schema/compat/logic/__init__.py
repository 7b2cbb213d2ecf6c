"""What a schema means, as formulas over one instance: the keywords, each in words that a solver understands."""
