"""Every error of the service: one table from code to status and title, one shape, one renderer (RFC 9457)."""

import difflib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Annotated, Any, Final, NamedTuple

from pydantic import BaseModel, ConfigDict, Field
from pydantic.json_schema import SkipJsonSchema
from starlette.responses import Response

from app.responses import BatchResponse
from mission_collaboration.decoding.refusals import RequestFinding, RequestRefusedError

request_id: ContextVar[str] = ContextVar("request_id", default="")
"""The id of the request that is being answered."""
url_prefix: ContextVar[str] = ContextVar("url_prefix", default="")
"""The path under which its caller sees the service, where a proxy adds one."""

PROBLEM_JSON: Final = "application/problem+json"
LONGEST_TEXT: Final = 200
"""How many characters of a name or a pointer an error repeats."""
LONGEST_DETAIL: Final = 500
"""How many characters a sentence has at most."""
SEE_LIMITS: Final = "GET /limits lists every limit"
"""What a problem says of where a limit is to be found."""
AGAIN: Final[Mapping[str, str]] = {"Retry-After": "1"}
"""Headers that say to send the same again; a plain dict, so that a problem can travel between processes."""
ALL_METHODS: Final = "GET, HEAD, OPTIONS, POST"
"""The value of `Allow` for the service as a whole."""


class Kind(NamedTuple):
    """What one error code means over HTTP."""

    status: int
    title: str


KINDS: Final[Mapping[str, Kind]] = MappingProxyType(
    {
        "malformed-json": Kind(400, "The body is not JSON, or its compression is broken"),
        "too-deep": Kind(400, "The body is nested too deep"),
        "malformed-request": Kind(400, "The request is not HTTP, or ends early"),
        "unauthorized": Kind(401, "The service asks for an API key"),
        "not-found": Kind(404, "No such page"),
        "unknown-schema": Kind(404, "No such schema"),
        "unknown-problem": Kind(404, "No such error code"),
        "method-not-allowed": Kind(405, "This path does not support the method"),
        "not-acceptable": Kind(406, "The answer has no media type that you accept"),
        "request-timeout": Kind(408, "The request came too slowly"),
        "late-events": Kind(409, "Events sort at or before the checkpoint's horizon"),
        "body-too-large": Kind(413, "The body is too large"),
        "too-many-events": Kind(413, "The batch has too many events"),
        "too-many-missions": Kind(413, "The request names too many missions"),
        "event-too-large": Kind(413, "An event is too large"),
        "unsupported-media-type": Kind(415, "The body's media type or encoding is not understood"),
        "invalid-request": Kind(422, "The request breaks its schema"),
        "malformed-payload": Kind(422, "An event's payload breaks its model"),
        "unknown-participant": Kind(422, "An event names someone who never joined"),
        "departed-participant": Kind(422, "An event names someone who has left"),
        "unknown-warning": Kind(422, "An acknowledgement answers an unknown warning"),
        "unmatched-completion": Kind(422, "A step was completed but never started"),
        "conflicting-duplicate": Kind(422, "An event id was used again with different content"),
        "mission-mismatch": Kind(422, "An event belongs to another mission"),
        "unknown-event-type": Kind(422, "No such collaboration event type"),
        "bad-checkpoint": Kind(422, "The checkpoint cannot be read"),
        "checkpoint-too-large": Kind(422, "The checkpoint would be too large"),
        "state-too-large": Kind(422, "The state would be too large"),
        "out-of-order": Kind(422, "An event sorts before its predecessor"),
        "headers-too-large": Kind(431, "The request line and headers are too large"),
        "unsupported-transfer-coding": Kind(501, "The transfer coding is not supported"),
        "unsupported-http-version": Kind(505, "The HTTP version is not supported"),
        "overloaded": Kind(503, "The service is overloaded"),
        "shutting-down": Kind(503, "The process is being stopped"),
        "worker-lost": Kind(503, "The process that worked on the request was lost"),
        "internal": Kind(500, "A bug in the service"),
    }
)
"""Error code → status and title. A test proves that every error of the contract has its row."""


Absent = SkipJsonSchema[None]
"""A member that does not apply is left out, never null."""


class Finding(BaseModel):
    """One thing that is wrong, and where."""

    model_config = ConfigDict(frozen=True, use_attribute_docstrings=True)

    pointer: str | Absent = None
    """A JSON Pointer into the body as sent, such as `/events/3/payload/intent`; into the `line` of an NDJSON body."""
    parameter: str | Absent = None
    """The query parameter or header, where the error is not in the body."""
    code: str
    """The kind of error, stable: `missing`, `string_type`, `literal_error` …"""
    message: str
    """What was expected."""
    line: int | Absent = None
    """The line of the body, from 1, where the body is NDJSON or its JSON is broken."""
    column: int | Absent = None
    """The character in that line, from 1, where the JSON is broken."""


class ProblemDetails(BaseModel):
    """An error by RFC 9457: what happened, to which event, where, and what was expected."""

    model_config = ConfigDict(frozen=True, use_attribute_docstrings=True)

    type: str
    """`/problems/` and the code, below the path under which you reach the service."""
    title: str
    """The kind of error in words; the same for every problem of this code."""
    status: int
    """The HTTP status."""
    detail: str
    """What happened this time, in one sentence that names the event where there is one."""
    code: Annotated[str, Field(json_schema_extra={"enum": list(KINDS)})]
    """The kind of error, stable; programs decide on it."""
    request_id: str
    """The id of this request, as in the `X-Request-Id` header."""
    event_id: str | Absent = None
    """The event that was refused."""
    event_type: str | Absent = None
    """Its type."""
    participant_id: str | Absent = None
    """The participant that the refusal is about."""
    errors: list[Finding] | Absent = None
    """Everything that was found wrong, 100 entries at most."""
    more_errors: bool | Absent = None
    """True when there are more errors than are listed."""


@dataclass(eq=False)
class Problem(Exception):  # noqa: N818 - the RFC's own term
    """An answer of 400 or above, on its way out."""

    code: str
    detail: str
    findings: tuple[Finding, ...] = ()
    more: bool = False
    about: Mapping[str, str] = field(default_factory=dict)
    """`event_id`, `event_type`, `participant_id`, where they apply."""
    headers: Mapping[str, str] = field(default_factory=dict)

    def __reduce__(self) -> tuple[Any, ...]:
        """Let a problem travel from the process where it was found."""
        return Problem, (self.code, self.detail, self.findings, self.more, self.about, self.headers)

    @property
    def status(self) -> int:
        """The HTTP status of this problem's code."""
        return KINDS[self.code].status


def details(problem: Problem) -> ProblemDetails:
    """Write a problem as RFC 9457 has it."""
    findings = [
        finding.model_copy(
            update={
                "pointer": finding.pointer and shortened(finding.pointer),
                "parameter": finding.parameter and shortened(finding.parameter),
                "message": shortened(finding.message, LONGEST_DETAIL),
            }
        )
        for finding in problem.findings
    ]
    return ProblemDetails(
        type=f"{url_prefix.get()}/problems/{problem.code}",
        title=KINDS[problem.code].title,
        status=problem.status,
        detail=shortened(problem.detail, LONGEST_DETAIL),
        code=problem.code,
        request_id=request_id.get(),
        errors=findings or None,
        more_errors=problem.more or None,
        **{name: shortened(value) for name, value in problem.about.items()},
    )


def render(problem: Problem) -> Response:
    """Make the response of a problem."""
    body = details(problem).model_dump_json(exclude_none=True)
    answer = BatchResponse(body, problem.status, dict(problem.headers), PROBLEM_JSON)
    answer.refusal = problem.code
    return answer


def shortened(text: str, longest: int = LONGEST_TEXT) -> str:
    """Cut a text that is too long for an answer."""
    return text if len(text) <= longest else text[: longest - 1] + "…"


def unknown_name(code: str, kind: str, given: str, known: Iterable[str], *, parameter: str, index: str) -> Problem:
    """Make the problem of a name that is none of the known ones, with the nearest of them; `index` lists them all."""
    near = difflib.get_close_matches(given[:100], known, n=3, cutoff=0.4)
    hint = f"Nearest: {', '.join(near)}." if near else f"See {index} for all of them."
    finding = Finding(parameter=parameter, code=code, message=hint)
    return Problem(code, f"There is no {kind} '{given[:100]}'. {hint}", (finding,))


@contextmanager
def library_refusals() -> Iterator[None]:
    """Answer what the library refuses of a request with the problem of the same code."""
    try:
        yield
    except RequestRefusedError as refusal:
        raise problem_of(refusal) from None


def finding_of(found: RequestFinding) -> Finding:
    """Publish what the library found."""
    return Finding(**found._asdict())


def problem_of(refusal: RequestRefusedError) -> Problem:
    """Make the problem of a request that the library refuses."""
    findings = tuple(map(finding_of, refusal.findings))
    detail = f"{refusal.detail}; {SEE_LIMITS}." if refusal.is_limit else f"{refusal.detail}."
    return Problem(refusal.code, detail, findings, refusal.more, refusal.about)
