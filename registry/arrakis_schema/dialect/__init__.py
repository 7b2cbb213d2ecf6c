"""The language of JSON Schema documents: its keywords, where they hold further schemas, and where things stand."""
