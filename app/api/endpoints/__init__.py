"""One module an endpoint: what is published of it, and the function that answers; here is the list of all.

What several share is in `admission` (the live loop), `folding` (states) and `missions` (requests of many missions).
"""

from typing import Final

from app.api.endpoints import (
    admit,
    advise,
    explain,
    health,
    limits,
    missions_admit,
    missions_reduce,
    problems,
    reduce,
    schemas,
    start,
    stories,
    validate,
)
from app.api.operation import Operation

OPERATIONS: Final[tuple[Operation, ...]] = (
    reduce.REDUCE,
    missions_reduce.REDUCE_MISSIONS,
    validate.VALIDATE,
    validate.VALIDATE_BATCH,
    admit.ADMIT,
    missions_admit.ADMIT_MISSIONS,
    explain.EXPLAIN,
    advise.ADVISE,
    stories.LIST_STORIES,
    stories.GET_STORY,
    schemas.LIST_SCHEMAS,
    schemas.GET_SCHEMA,
    limits.GET_LIMITS,
    health.LIVENESS,
    health.READINESS,
    health.HEALTH,
    start.START,
    problems.LIST_PROBLEMS,
    problems.GET_PROBLEM,
    health.METRICS,
)
"""Every endpoint that the document publishes, in the order in which it shows them."""
