"""The state of a serving process, which all its requests share."""

from app.observability.access_log import AccessLog
from app.problems import AGAIN, Problem
from app.settings import Settings
from app.workers.capacity import Capacity
from app.workers.pool import WorkerPool, shutting_down


class AppState:
    """One serving process, from its start to its end."""

    def __init__(self, settings: Settings) -> None:
        self.pool = WorkerPool(settings.pool_size, settings.work_seconds)
        self.capacity = Capacity(settings.max_concurrency, max(settings.max_held_bytes, settings.max_body_bytes))
        self.access_log = AccessLog(self.pool)
        self.draining = False

    async def check_ready(self) -> None:
        """Find out whether requests are welcome here just now; raises `shutting-down` or `worker-lost`."""
        if self.draining:
            raise shutting_down()
        if await self.pool.is_down():
            raise Problem(
                "worker-lost", "No process can be started for large bodies; it is tried again.", headers=AGAIN
            )
