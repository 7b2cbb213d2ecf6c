"""Validation of messages by the specification of the document's dialect."""
