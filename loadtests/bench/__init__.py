"""The benchmark kit: the floor, the peer and the service side by side. `python -m loadtests.bench --help`."""
