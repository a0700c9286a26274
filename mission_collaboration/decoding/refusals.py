"""What is wrong with a request, and where: the same findings for the service and for the command line."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from mission_collaboration.contract.errors import Location, SpecKittyEventsError, pointer

MOST_FINDINGS: Final = 100
"""How many findings one refusal lists; collecting stops there."""


class RequestFinding(NamedTuple):
    """One thing that is wrong."""

    pointer: str
    """A JSON Pointer into the body as sent, or into the `line` of an NDJSON body."""
    code: str
    """The kind of error, stable."""
    message: str
    """What was expected."""
    line: int | None = None
    """The line of the body, from 1."""
    column: int | None = None
    """The character in that line, from 1."""


class RequestRefusedError(SpecKittyEventsError):
    """A request is refused as a whole; the `code` of each says why."""

    code = "request-refused"

    def __init__(
        self,
        code: str,
        detail: str,
        findings: Iterable[RequestFinding] = (),
        about: Mapping[str, str] | None = None,
        *,
        more: bool = False,
        is_limit: bool = False,
    ) -> None:
        super().__init__(f"{detail}.")
        self.code = code
        self.detail: Final = detail
        """What happened, in a sentence that lacks its full stop."""
        self.findings: Final = tuple(findings)
        """At most 100 findings."""
        self.more: Final = more
        """Whether there are more."""
        self.about: Final = dict(about or {})
        """`event_id`, `event_type`, where they apply."""
        self.is_limit: Final = is_limit
        """Whether a limit was passed, which the service's `/limits` would tell."""


def bounded(findings: Iterable[RequestFinding]) -> tuple[tuple[RequestFinding, ...], bool]:
    """Take the first 100 findings, and tell whether there is another; what comes after is never made."""
    taken: list[RequestFinding] = []
    for finding in findings:
        if len(taken) == MOST_FINDINGS:
            return tuple(taken), True
        taken.append(finding)
    return tuple(taken), False


class ArrayLocations:
    """Where events stand in an array, which itself stands at a place of what was sent."""

    def __init__(self, array: Location) -> None:
        self._array: Final = array

    def finding(self, index: int, location: Location, code: str, message: str) -> RequestFinding:
        """Point to a place within the event of this index."""
        return RequestFinding(pointer((*self._array, index, *location)), code, message)

    def name(self, index: int) -> str:
        """Name the place of a whole event."""
        return pointer((*self._array, index))


class LineLocations(ArrayLocations):
    """Where events stand in an NDJSON body; `lines` has the number of each event's line, from 1."""

    def __init__(self, lines: Sequence[int]) -> None:
        super().__init__(())
        self.lines: Final = lines

    def finding(self, index: int, location: Location, code: str, message: str) -> RequestFinding:
        """Point into the line of the event of this index."""
        return RequestFinding(pointer(location), code, message, line=self.lines[index])

    def name(self, index: int) -> str:
        """Name the line of an event."""
        return f"line {self.lines[index]}"


IN_ARRAY: Final = ArrayLocations(("events",))
"""In the request object of a JSON body."""
IN_LIST: Final = ArrayLocations(())
"""In a Python caller's list."""


def invalid_request(findings: Iterator[RequestFinding], about: Mapping[str, str] | None = None) -> RequestRefusedError:
    """Make the refusal of a request that breaks its schema, from its first 100 errors."""
    listed, more = bounded(findings)
    first = listed[0]
    others = f", and {'at least ' if more else ''}{len(listed) - 1} more" if len(listed) > 1 else ""
    line = "" if first.line is None else f" in line {first.line}"
    where = f"at {first.pointer}" if first.pointer else "as a whole"
    event_id = (about or {}).get("event_id")
    name = f": event {event_id}" if event_id else ""
    detail = f"The request breaks its schema{line} {where}: {first.message}{name}{others}"
    return RequestRefusedError("invalid-request", detail, listed, about, more=more)
