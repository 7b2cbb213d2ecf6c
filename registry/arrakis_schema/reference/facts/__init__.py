"""The facts on the pages, as values: taken from the documents and their history."""
