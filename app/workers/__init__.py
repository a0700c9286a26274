"""Where the work of a request runs: in the server for small bodies, in the processes of a pool for large ones."""
