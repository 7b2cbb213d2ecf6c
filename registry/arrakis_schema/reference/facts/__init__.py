"""What the pages tell, as values: taken from the documents and their history."""
