"""The `murmur` command, one file per verb."""
