"""What each error means to a caller: the texts of `problem_texts.toml`, beside the table of codes."""

import tomllib
from collections.abc import Mapping, Sequence
from importlib.resources import files
from types import MappingProxyType
from typing import Final

from pydantic import BaseModel, ConfigDict, TypeAdapter

from app.api.operation import REFUSALS, Operation
from app.api.schemas.guide import ProblemEntry, ProblemGroup, ProblemIndex, ProblemPage, ProblemPlace, ProblemSituation
from app.problems import KINDS, Finding, ProblemDetails, unknown_name, url_prefix
from mission_collaboration.contract.payloads import PAYLOAD_MODELS

EXAMPLE_REQUEST_ID: Final = "cli-42.retry-1"
GROUPS: Final[Mapping[str, tuple[str, str, tuple[str, ...]]]] = MappingProxyType(
    {
        "sending": (
            "Sending a request",
            "The service could not read the request.",
            (
                "malformed-json",
                "too-deep",
                "malformed-request",
                "not-found",
                "unknown-schema",
                "unknown-problem",
                "method-not-allowed",
                "not-acceptable",
                "unsupported-media-type",
                "unsupported-transfer-coding",
                "unsupported-http-version",
                "invalid-request",
                "unknown-event-type",
            ),
        ),
        "events": (
            "What the events say",
            "The request was read, and an event in it breaks a rule of the contract.",
            (*REFUSALS, "duplicate-join", "repeated-invitation", "out-of-order"),
        ),
        "live-loop": (
            "The live loop",
            "An event or a checkpoint that `/admit` could not take.",
            (
                "late-events",
                "bad-checkpoint",
                "late-event",
                "clock-jump",
                "too-many-pending",
                "mission-not-named",
            ),
        ),
        "limits": (
            "Limits",
            "The request is larger or slower than this deployment allows. `/limits` lists the limits.",
            (
                "body-too-large",
                "too-many-events",
                "too-many-missions",
                "event-too-large",
                "checkpoint-too-large",
                "state-too-large",
                "headers-too-large",
                "request-timeout",
            ),
        ),
        "service": (
            "Keys and the service itself",
            "Nothing is wrong with the events: send the same again, with a key or a moment later.",
            ("unauthorized", "overloaded", "shutting-down", "worker-lost", "internal"),
        ),
    }
)
"""What one was doing → its title, what its errors have in common, and their codes."""
LAST: Final = 1000
"""Where codes without a status stand among those with one."""


class Example(BaseModel):
    """What an example has beside the members that follow from its code."""

    model_config = ConfigDict(extra="forbid")

    detail: str
    event_id: str | None = None
    event_type: str | None = None
    participant_id: str | None = None
    errors: list[Finding] | None = None


class Situation(BaseModel):
    """What to do in one situation."""

    model_config = ConfigDict(extra="forbid")

    when: str
    then: str


class ProblemTexts(BaseModel):
    """The texts of one code."""

    model_config = ConfigDict(extra="forbid")

    happened: str
    why: str
    remedy: str
    situations: list[Situation] = []
    example: Example | None = None
    title: str | None = None


_texts: Final = files("app.api").joinpath("problem_texts.toml").read_text("utf-8")
EXPLANATIONS: Final[Mapping[str, ProblemTexts]] = MappingProxyType(
    TypeAdapter(dict[str, ProblemTexts]).validate_python(
        tomllib.loads(_texts.replace("{event_types}", ", ".join(PAYLOAD_MODELS)))
    )
)
VERDICTS: Final = tuple(code for code, explanation in EXPLANATIONS.items() if explanation.title is not None)
"""The codes that are only ever the verdict on one event, within an answer of 200."""
CODES: Final = (*KINDS, *VERDICTS)
EXPLAINED: Final = (*REFUSALS, "invalid-request", *VERDICTS)
"""The codes of single events: `/explain` tells of each event of a batch what became of it."""


def problem_index() -> ProblemIndex:
    """List every code."""
    entries = [_entry(code) for code in CODES]
    groups = [ProblemGroup(name=name, title=title, about=about) for name, (title, about, _) in GROUPS.items()]
    return ProblemIndex(problems=sorted(entries, key=lambda entry: entry.status or LAST), groups=groups)


def problem_page(code: str, operations: Sequence[Operation]) -> ProblemPage:
    """Explain a code; raises `unknown-problem`."""
    if code not in CODES:
        raise unknown_name("unknown-problem", "error code", code, CODES, parameter="code", index="/problems")
    texts = EXPLANATIONS[code]
    entry = _entry(code)
    example = None
    if texts.example:
        example = ProblemDetails(
            type=f"{url_prefix.get()}/problems/{code}",
            title=KINDS[code].title,
            status=KINDS[code].status,
            code=code,
            request_id=EXAMPLE_REQUEST_ID,
            **texts.example.model_dump(exclude_none=True),
        )
    return ProblemPage(
        **entry.model_dump(exclude={"href"}),
        happened=texts.happened,
        why=texts.why.strip(),
        remedy=texts.remedy.strip(),
        situations=[ProblemSituation(when=each.when, then=each.then) for each in texts.situations],
        operations=[f"{o.method.upper()} {o.path}" for o in operations if code in o.problems],
        places=[
            ProblemPlace(operation=f"{o.method.upper()} {o.path}", form=o.forms.get(code, "problem"))
            for o in operations
            if code in o.problems or code in o.forms
        ],
        example=example,
        explain=f"{url_prefix.get()}/explore" if code in EXPLAINED else None,
    )


def _entry(code: str) -> ProblemEntry:
    kind = KINDS.get(code)
    title = kind.title if kind else EXPLANATIONS[code].title or ""
    group = next(name for name, (_, _, codes) in GROUPS.items() if code in codes)
    href = f"{url_prefix.get()}/problems/{code}"
    return ProblemEntry(code=code, status=kind and kind.status, title=title, group=group, href=href)
