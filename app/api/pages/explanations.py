"""What each error means to whoever got it: the texts of `problems.toml`, beside the table of codes."""

import difflib
import tomllib
from collections.abc import Mapping, Sequence
from importlib.resources import files
from types import MappingProxyType
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, TypeAdapter

from app.api.operation import REFUSALS, Operation
from app.api.schemas import ProblemEntry, ProblemIndex, ProblemPage
from app.problems import KINDS, Finding, Problem, ProblemDetails, url_prefix
from mission_collaboration.contract.payloads import PAYLOAD_MODELS

EXAMPLE_REQUEST_ID: Final = "cli-42.retry-1"
MOST_NEIGHBOURS: Final = 3
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


class Explanation(BaseModel):
    """The texts of one code."""

    model_config = ConfigDict(extra="forbid")

    happened: str
    why: str
    remedy: str
    example: Example | None = None
    title: str | None = None


def _read() -> Mapping[str, Explanation]:
    text = files("app.api.pages").joinpath("problems.toml").read_text("utf-8")
    text = text.replace("{event_types}", ", ".join(PAYLOAD_MODELS))
    return MappingProxyType(TypeAdapter(dict[str, Explanation]).validate_python(tomllib.loads(text)))


EXPLANATIONS: Final = _read()
VERDICTS: Final = tuple(code for code, explanation in EXPLANATIONS.items() if explanation.title is not None)
"""The codes that are only ever the verdict on one event, within an answer of 200."""
CODES: Final = (*KINDS, *VERDICTS)
EXPLAINED: Final = (*REFUSALS, "invalid-request", *VERDICTS)
"""The codes of single events: `/explain` tells of each event of a batch what became of it."""


def problem_index() -> ProblemIndex:
    """List every code."""
    entries = [_entry(code) for code in CODES]
    return ProblemIndex(problems=sorted(entries, key=lambda entry: entry.status or LAST))


def problem_page(code: str, operations: Sequence[Operation]) -> ProblemPage:
    """Explain a code; raises `unknown-problem`."""
    if code not in CODES:
        raise _unknown(code)
    told = EXPLANATIONS[code]
    return ProblemPage(
        **_entry(code).model_dump(exclude={"href"}),
        happened=told.happened,
        why=told.why.strip(),
        remedy=told.remedy.strip(),
        operations=[f"{o.method.upper()} {o.path}" for o in operations if code in o.problems],
        example=_example(code, told.example) if told.example else None,
        explain=f"{url_prefix.get()}/explore" if code in EXPLAINED else None,
    )


def _entry(code: str) -> ProblemEntry:
    kind = KINDS.get(code)
    title = kind.title if kind else EXPLANATIONS[code].title or ""
    return ProblemEntry(code=code, status=kind and kind.status, title=title, href=f"{url_prefix.get()}/problems/{code}")


def _example(code: str, example: Example) -> ProblemDetails:
    rest: dict[str, Any] = example.model_dump(exclude_none=True)
    kind = KINDS[code]
    return ProblemDetails(
        type=f"{url_prefix.get()}/problems/{code}",
        title=kind.title,
        status=kind.status,
        code=code,
        request_id=EXAMPLE_REQUEST_ID,
        **rest,
    )


def _unknown(code: str) -> Problem:
    near = difflib.get_close_matches(code[:100], CODES, n=MOST_NEIGHBOURS, cutoff=0.4)
    hint = f"Nearest: {', '.join(near)}." if near else "See /problems for all of them."
    finding = Finding(parameter="code", code="unknown-problem", message=hint)
    return Problem("unknown-problem", f"There is no error code '{code[:100]}'. {hint}", (finding,))
