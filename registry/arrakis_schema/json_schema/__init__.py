"""The language JSON Schema: its keywords, where things stand in a document, and messages judged by it."""
