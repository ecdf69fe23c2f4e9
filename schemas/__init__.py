"""What is legal: documents, their models, the graph's checks, the error tree. Pure: no clock, no chance, no files."""
