"""Where an event stands in a body as sent: an array's index in JSON, a line in NDJSON."""

from collections.abc import Sequence

from app.problems import Finding, pointer
from mission_collaboration.contract.errors import Location


class ArrayLocations:
    """Events that stand in the array `/events` of a JSON object."""

    def finding(self, index: int, location: Location, code: str, message: str) -> Finding:
        """Point to a place within the event of this index."""
        return Finding(pointer=pointer(("events", index, *location)), code=code, message=message)

    def name(self, index: int) -> str:
        """Name the place of a whole event."""
        return f"/events/{index}"


class LineLocations(ArrayLocations):
    """Events that stand on lines of their own; `lines` has the number of each event's line, from 1."""

    def __init__(self, lines: Sequence[int]) -> None:
        self.lines = lines

    def finding(self, index: int, location: Location, code: str, message: str) -> Finding:
        """Point into the line of the event of this index."""
        return Finding(pointer=pointer(location), code=code, message=message, line=self.lines[index])

    def name(self, index: int) -> str:
        """Name the line of an event."""
        return f"line {self.lines[index]}"


IN_ARRAY = ArrayLocations()
