"""Realistic examples for the published document: what a reader finds filled in, and what comes back."""

from app.api.examples.requests import ADMIT, ADVISE, EXPLAIN, METRICS, REDUCE, VALIDATE, VALIDATE_BATCH

__all__ = ["ADMIT", "ADVISE", "EXPLAIN", "METRICS", "REDUCE", "VALIDATE", "VALIDATE_BATCH"]
