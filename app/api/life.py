"""What a process of the service knows of itself: whether it takes requests, and what works for it."""

from app.api.problems import Problem
from app.api.watching import Journal
from app.api.workshop import AGAIN, Workshop, shutting_down
from app.settings import Settings


class Life:
    """One serving process, from its start to its end."""

    def __init__(self, settings: Settings) -> None:
        self.workshop = Workshop(settings.pool_size)
        self.journal = Journal(settings, self.workshop)
        self.draining = False

    async def check_ready(self) -> None:
        """Find out whether requests are welcome here just now; raises `shutting-down` or `worker-lost`."""
        if self.draining:
            raise shutting_down()
        if await self.workshop.is_down():
            raise Problem(
                "worker-lost", "No process can be started for large bodies; it is tried again.", headers=AGAIN
            )
