"""Realistic examples for the published document: what a reader finds filled in, and what comes back."""

from app.api.examples.requests import (
    ADMIT,
    ADMIT_MISSIONS,
    ADVISE,
    EXPLAIN,
    METRICS,
    REDUCE,
    REDUCE_MISSIONS,
    VALIDATE,
    VALIDATE_BATCH,
)

__all__ = [
    "ADMIT",
    "ADMIT_MISSIONS",
    "ADVISE",
    "EXPLAIN",
    "METRICS",
    "REDUCE",
    "REDUCE_MISSIONS",
    "VALIDATE",
    "VALIDATE_BATCH",
]
