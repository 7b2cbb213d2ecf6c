"""Regular expressions as JSON Schema defines them: parsed, compiled to automata, matched, and solved for a string."""
