"""Drafts of documents for a server that runs: what it sends, written as the documents that would promise it."""
