"""Templates: pipelines to start from, with the functions that they use. Made from the examples."""
