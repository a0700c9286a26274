"""What there is to read: the schemas, the problems, the stories, and the service itself."""

from typing import Literal

from pydantic import JsonValue

from app.api.schemas import BodyModel
from app.problems import Absent, ProblemDetails

SchemaKind = Literal["identity", "payload", "envelope", "state"]


class SchemaEntry(BodyModel):
    """A JSON Schema that can be fetched."""

    name: str
    """The name of its file, without `.schema.json`."""
    title: str
    """The model that it describes."""
    kind: SchemaKind
    """The kind of the model."""
    event_type: str | None
    """The event type whose payload it describes, for payloads."""
    href: str
    """Where to fetch it."""


class SchemaIndex(BodyModel):
    """Every JSON Schema of the contract."""

    contract_version: str
    """The version of the contract."""
    schemas: list[SchemaEntry]
    """The schemas, in the contract's order."""


class Health(BodyModel):
    """The service answers."""

    status: Literal["ok"]
    """Always `ok`; another condition has another HTTP status."""


class ProblemEntry(BodyModel):
    """An error code that is explained."""

    code: str
    """The code, as in a problem's `code` and at the end of its `type`."""
    status: int | Absent = None
    """The HTTP status; absent for a verdict on one event within an answer of 200."""
    title: str
    """The kind of error in words."""
    group: str
    """The name of its group in `groups`."""
    href: str
    """Where it is explained."""


class ProblemGroup(BodyModel):
    """A group of error codes: what the caller was doing."""

    name: str
    """Its name, as in `group`."""
    title: str
    """The same in words."""
    about: str
    """What its errors have in common."""


class ProblemIndex(BodyModel):
    """Every error code."""

    problems: list[ProblemEntry]
    """The codes, by status."""
    groups: list[ProblemGroup]
    """The groups of codes."""


class ProblemPlace(BodyModel):
    """Where an error code occurs."""

    operation: str
    """The endpoint, as method and path."""
    form: str
    """The form that it has there: a problem, an anomaly in the state, or a verdict on one event."""


class ProblemSituation(BodyModel):
    """What to do in one situation."""

    when: str
    """How to recognise the situation."""
    then: str
    """What to do in it."""


class ProblemPage(BodyModel):
    """What an error code means, and what to do."""

    code: str
    """The code, as in a problem's `code` and at the end of its `type`."""
    status: int | Absent = None
    """The HTTP status; absent for a verdict on one event within an answer of 200."""
    title: str
    """The kind of error in words."""
    group: str
    """The name of its group in the list of problems."""
    happened: str
    """What the answer says."""
    why: str
    """The usual cause, and why the service refuses."""
    remedy: str
    """What to do now."""
    situations: list[ProblemSituation]
    """The same by situation; empty where there is only one."""
    operations: list[str]
    """The endpoints that answer with it, as method and path; empty if every endpoint can."""
    places: list[ProblemPlace]
    """The same endpoints, with the form that the code has there."""
    example: ProblemDetails | Absent = None
    """An answer with this code; absent for a verdict."""
    explain: str | Absent = None
    """Where to see what each event of the same batch did; absent for codes that are not about an event."""


class Start(BodyModel):
    """What this service is, and where to go."""

    service: str
    """Its name."""
    version: str
    """The version of the service."""
    contract_version: str
    """The version of the collaboration contract that it speaks."""
    links: dict[str, str]
    """Name of a page → its path."""


class StoryEntry(BodyModel):
    """An example batch that can be fetched."""

    name: str
    """Its name in the path."""
    title: str
    """What it is about, in a few words."""
    about: str
    """What happens in it."""
    events: int
    """How many events it has."""
    href: str
    """Where to fetch it."""


class StoryIndex(BodyModel):
    """Every example batch."""

    stories: list[StoryEntry]
    """The stories."""


class StoryBatch(BodyModel):
    """The events of a story, ready to be posted."""

    events: list[dict[str, JsonValue]]
    """The events in the order in which they arrived. Some are faulty on purpose."""
