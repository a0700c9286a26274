"""The command line: what the endpoints answer for a file, without a server."""
