"""Rules over one document, and over the documents of a release as a set: what is wrong, without comparing releases."""
