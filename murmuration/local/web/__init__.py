"""The local stack's web door: the API, the designer and signed addresses of files, on loopback."""
