"""What is found about documents, and the formats in which it is reported."""
