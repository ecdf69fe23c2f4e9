"""The embedded stack: bus, stores, workers and the loop that drives them, durable in one SQLite file per workspace."""
