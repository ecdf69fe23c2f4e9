"""The product around the core: the `murmur` command, the backends, the SDK of a function's author."""
