"""What each endpoint is called, takes and answers: the one table that the OpenAPI document is made of."""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from pydantic import BaseModel, JsonValue

from app.api import examples, parameters
from app.api.endpoints.limits import Limits
from app.api.schemas import (
    AdmitAnswer,
    AdmitRequest,
    AdviseRequest,
    BatchVerdict,
    Health,
    ProblemIndex,
    ProblemPage,
    ReduceRequest,
    SchemaIndex,
    Start,
    ValidateBatchRequest,
    ValidateRequest,
)
from mission_collaboration.admission.advice import Advice
from mission_collaboration.contract.envelope import Event
from mission_collaboration.contract.state import ReducedCollaborationState
from mission_collaboration.contract.violations import ConformanceResult

BODY_PROBLEMS: Final = (
    "malformed-request",
    "malformed-json",
    "too-deep",
    "not-acceptable",
    "request-timeout",
    "body-too-large",
    "unsupported-media-type",
    "invalid-request",
)
REFUSALS: Final = (
    "malformed-payload",
    "unknown-participant",
    "departed-participant",
    "unknown-warning",
    "unmatched-completion",
    "conflicting-duplicate",
    "mission-mismatch",
)
LOST: Final = ("overloaded", "shutting-down", "worker-lost")
EVENT_LINE: Final = {"$ref": "#/components/schemas/Event"}
ANY_LINE: Final = {"anyOf": [EVENT_LINE, {"$ref": "#/components/schemas/JsonValue"}]}


class Operation(NamedTuple):
    """One endpoint as readers and client generators see it."""

    method: str
    path: str
    operation_id: str
    tag: str
    summary: str
    description: str
    answer: type[BaseModel] | str
    """The model of the 200 answer, or its media type where it is a document of its own."""
    request: type[BaseModel] | None = None
    problems: tuple[str, ...] = ()
    parameters: tuple[dict[str, Any], ...] = ()
    answer_headers: tuple[str, ...] = ()
    lines: Mapping[str, Any] | None = None
    """The schema of each line, where the request may be NDJSON."""
    examples: Mapping[str, Any] | None = None
    """Requests to try, by name."""
    answered: str = "Done."
    """What the 200 answer is, in a sentence."""
    shown: str | None = None
    """The 200 answer where it is plain text: a few of its lines."""
    page: bool = False
    """Whether browsers get the 200 answer as a page."""


OPERATIONS: Final = (
    Operation(
        "post",
        "/reduce",
        "reduceEvents",
        "Events",
        "Fold events into the mission's state",
        "Sorts the events into canonical order, drops duplicates, ignores other event types and folds the rest. "
        "The same set of events gives the same bytes, whatever order they come in; `Repr-Digest` lets you "
        "compare answers without reading them. In `strict` mode the first event that breaks a rule is refused "
        "with its place in your body; in `permissive` mode it becomes an anomaly in the state. As "
        "`application/x-ndjson` the body has one event a line, and the query says the mode; with `ordered=true` "
        "the events come in canonical order and are folded as they arrive, however many there are.",
        ReducedCollaborationState,
        ReduceRequest[Event],
        (*BODY_PROBLEMS, "too-many-events", "event-too-large", *REFUSALS, "out-of-order", *LOST),
        (parameters.MODE, parameters.ORDERED),
        answer_headers=("Repr-Digest",),
        lines=EVENT_LINE,
        examples=examples.REDUCE,
        answered="The state of the mission: its 15 fields, all of them always there.",
    ),
    Operation(
        "post",
        "/validate",
        "validatePayload",
        "Events",
        "Judge one payload",
        "Holds a payload against its model and, separately, against its JSON Schema, and tells everything that "
        "either refuses. Judging bad data is a success: the answer is 200 with `valid: false`.",
        ConformanceResult,
        ValidateRequest,
        (*BODY_PROBLEMS, "unknown-event-type", *LOST),
        examples=examples.VALIDATE,
        answered="The verdict of both layers; `valid` says whether either has anything to say.",
    ),
    Operation(
        "post",
        "/validate/batch",
        "validateBatch",
        "Events",
        "Judge every event of a batch",
        "One verdict an event, in input order: its envelope, its payload and the canonical mapping between the "
        "two. A bad event never taints its neighbours. Other types are judged by their envelope only. "
        "Details are given for the first 1,000 invalid events, ten violations each.",
        BatchVerdict,
        ValidateBatchRequest[Event | JsonValue],
        (*BODY_PROBLEMS, "too-many-events", "event-too-large", *LOST),
        (parameters.REPORT,),
        lines=ANY_LINE,
        examples=examples.VALIDATE_BATCH,
        answered="The verdicts, and how many events are invalid.",
    ),
    Operation(
        "post",
        "/admit",
        "admitEvents",
        "Live loop",
        "Move a mission on by a batch of events",
        "Takes the checkpoint of the answer before and the next events, and judges these one at a time in canonical "
        "order under strict rules. Each has its verdict: `accepted`, `duplicate`, `ignored`, or `rejected` with the "
        "reason, and then it leaves no trace. The state is byte for byte what `/reduce` gives in strict mode for "
        "everything accepted so far, however the history was cut into batches. Store the new checkpoint; sent again, "
        "a batch is answered with `duplicate` and the same state. An event that sorts at or before what was folded is "
        "late: to take it in, resume from an earlier checkpoint.",
        AdmitAnswer,
        AdmitRequest[Event | JsonValue],
        (*BODY_PROBLEMS, "late-events", "too-many-events", "event-too-large", "bad-checkpoint", "worker-lost"),
        examples=examples.ADMIT,
    ),
    Operation(
        "post",
        "/advise",
        "adviseOnState",
        "Live loop",
        "Tell overlaps that nobody has warned of, and who has gone quiet",
        "An advisory is the payload of a warning, ready to be put into an event: for every focus target with two or "
        "more active drivers, and for every step in flight at two or more participants. Its `warning_id` follows from "
        "what it says, so the same overlap is never reported twice. Presence is measured at `as_of`, and not at all "
        "without it.",
        Advice,
        AdviseRequest,
        (*BODY_PROBLEMS, "worker-lost"),
        examples=examples.ADVISE,
    ),
    Operation(
        "get",
        "/schemas",
        "listSchemas",
        "Schemas",
        "List the JSON Schemas",
        "Every schema of the contract with its name, title, kind and address.",
        SchemaIndex,
        problems=("not-acceptable",),
        answered="The names and addresses of all schemas.",
    ),
    Operation(
        "get",
        "/schemas/{type}",
        "getSchema",
        "Schemas",
        "Fetch one JSON Schema",
        "By event type (`DriveIntentSet`), model (`FocusTarget`, `Event`) or file name "
        "(`drive_intent_set_payload`). Made to be cached: a strong `ETag`, and 304 when you have it.",
        "application/schema+json",
        problems=("unknown-schema", "not-acceptable"),
        parameters=(parameters.SCHEMA, parameters.IF_NONE_MATCH),
        answer_headers=("ETag", "Cache-Control"),
        answered="The schema, as it is committed and shipped.",
    ),
    Operation(
        "get",
        "/limits",
        "getLimits",
        "Service",
        "List the limits of this deployment",
        "Everything that bounds what you may send: each is a setting of the operator. Past one, the answer is a "
        "problem of 413, 431, 408 or 503 that says which.",
        Limits,
        problems=("not-acceptable",),
    ),
    Operation(
        "get",
        "/livez",
        "getLiveness",
        "Health",
        "Tell whether the process lives",
        "200 while it does.",
        Health,
        answered="The process lives.",
    ),
    Operation(
        "get",
        "/readyz",
        "getReadiness",
        "Health",
        "Tell whether the service takes requests",
        "200 while it does; 503 once it is being stopped, and while no process for large bodies can be started.",
        Health,
        problems=("shutting-down", "worker-lost"),
        answered="The service takes requests.",
    ),
    Operation(
        "get",
        "/healthz",
        "getHealth",
        "Health",
        "Tell whether the process lives",
        "The same as `/livez`.",
        Health,
        answered="The process lives.",
    ),
    Operation(
        "get",
        "/",
        "getStart",
        "Guide",
        "Tell what this service is",
        "Its name and versions, and the addresses of everything that there is to read; a small page for browsers.",
        Start,
        problems=("not-acceptable",),
        answer_headers=("Cache-Control",),
        page=True,
        answered="What this is, and where to go.",
    ),
    Operation(
        "get",
        "/problems",
        "listProblems",
        "Guide",
        "List the error codes",
        "Every code that a problem or a verdict can have, with its status and its address; a page for browsers.",
        ProblemIndex,
        problems=("not-acceptable",),
        parameters=(parameters.IF_NONE_MATCH,),
        answer_headers=("ETag", "Cache-Control"),
        page=True,
        answered="All codes.",
    ),
    Operation(
        "get",
        "/problems/{code}",
        "getProblem",
        "Guide",
        "Explain an error code",
        "What happened, why, what to do, and an example of the answer. The `type` of every problem leads here; a page "
        "for browsers.",
        ProblemPage,
        problems=("unknown-problem", "not-acceptable"),
        parameters=(parameters.CODE, parameters.IF_NONE_MATCH),
        answer_headers=("ETag", "Cache-Control"),
        page=True,
        answered="What the code means.",
    ),
    Operation(
        "get",
        "/metrics",
        "getMetrics",
        "Health",
        "Count requests, events and refusals",
        "Prometheus text, for all workers together: requests, durations, bytes, events by type, refusals by code, "
        "anomalies, what is in work, and the processes for large bodies.",
        "text/plain",
        shown=examples.METRICS,
        answered="What was counted since the start.",
    ),
)
