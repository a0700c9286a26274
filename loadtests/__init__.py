"""Load scenarios for locust; `python -m loadtests` runs them against a local service."""
