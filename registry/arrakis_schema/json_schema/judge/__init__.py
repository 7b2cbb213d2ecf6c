"""Whether a message is valid: by the specification of the document's dialect."""
