"""The language JSON Schema: its keywords, positions in a document, and validation of messages."""
