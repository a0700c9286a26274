"""The body of a request: received, decompressed, read."""
