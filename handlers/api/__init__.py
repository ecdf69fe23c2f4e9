"""The HTTP API: the same app in Lambda and in the local stack. A file per resource; `app` puts them together."""
