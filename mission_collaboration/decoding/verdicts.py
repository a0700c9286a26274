"""A verdict for every event of a batch: envelope and payload by model and JSON Schema, and the mapping (M1 to M3).

What the reader accepts fits its models, and what a model accepts its JSON Schema accepts (E16). So only the other
events are put to the judges one by one.
"""

import math
from collections.abc import Iterator, Sequence
from itertools import islice
from operator import itemgetter
from typing import Any, Final, Generic, Literal, TypeVar

import msgspec
from pydantic import BaseModel, ConfigDict

from mission_collaboration.contract.envelope import Event
from mission_collaboration.contract.errors import Location
from mission_collaboration.contract.mapping import fits_mapping, judge_mapping
from mission_collaboration.contract.payloads import PAYLOAD_MODELS
from mission_collaboration.contract.validation import judge_by_model, judge_by_schema
from mission_collaboration.decoding.batch import LONGEST_NAME, Batch, BrokenEvent, OtherEvent, text_member
from mission_collaboration.decoding.events import ReadEvent
from mission_collaboration.decoding.reader import normal_texts, unsound
from mission_collaboration.decoding.refusals import ArrayLocations
from mission_collaboration.decoding.requests import Limits, RequestReader, line_refusal
from mission_collaboration.decoding.structs import envelope_struct, struct_for

MOST_DETAILED_EVENTS: Final = 1_000
"""Of how many invalid events the violations are told."""
MOST_PER_EVENT: Final = 10
E = TypeVar("E")
Layer = Literal["model", "schema", "mapping"]
Found = tuple[Layer, Location, str, str]


class ValidateBatchRequest(BaseModel, Generic[E]):
    """Events to judge, each by itself."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid", use_attribute_docstrings=True)

    events: list[E]
    """The events; anything at all is judged."""


VALIDATE_READER: Final = RequestReader(ValidateBatchRequest[Any])


class _Answer(BaseModel):
    model_config = ConfigDict(frozen=True, strict=True, use_attribute_docstrings=True)


class Violation(_Answer):
    """Something wrong with one event of a batch."""

    layer: Layer
    """Which judge says so: the model, the JSON Schema, or the canonical mapping (M1-M3)."""
    pointer: str
    """Where in the body as sent."""
    code: str
    """The kind of violation, stable."""
    message: str
    """What was expected."""
    line: int | None = None
    """The line of an NDJSON body, which `pointer` then points into."""


class EventVerdict(_Answer):
    """The verdict on one event of a batch."""

    index: int
    """The event's place in the batch as sent, from 0."""
    event_id: str | None
    """The event's id as sent, where it is a string."""
    event_type: str | None
    """The event's type as sent, where it is a string."""
    valid: bool
    """True when no judge has anything to say."""
    violations: list[Violation]
    """What is wrong: ten violations at most, and none in detail after the first 1,000 invalid events."""


class BatchVerdict(_Answer):
    """The verdicts on a batch, in input order."""

    valid: bool
    """True when every event is valid."""
    total: int
    """How many events there were."""
    invalid: int
    """How many of them are invalid."""
    results: list[EventVerdict]
    """A verdict for every event, or for the invalid ones alone with `?report=invalid`."""


BatchRecord: Final = struct_for(BatchVerdict)
VerdictRecord: Final = struct_for(EventVerdict)
ViolationRecord: Final = struct_for(Violation, sparse=True)
OPEN_ENVELOPE: Final = envelope_struct(closed=False)


class TooManyDoubtfulError(Exception):
    """More events have to be judged one by one than the caller wants to wait for."""


def judge_batch(
    batch: Batch,
    locations: ArrayLocations,
    limits: Limits,
    *,
    only_invalid: bool = False,
    most_doubtful: float = math.inf,
) -> BatchVerdict:
    """Judge every event of a batch by itself; gives a struct with the members of `BatchVerdict`.

    Raises `TooManyDoubtfulError` where more than `most_doubtful` events have to be put to the judges.
    """
    verdicts, doubtful = _part_doubtful(batch)
    if len(doubtful) > most_doubtful:
        raise TooManyDoubtfulError
    judge = _Judge(locations, limits)
    for index, sent in sorted(doubtful, key=itemgetter(0)):
        verdicts[index] = judge.verdict(index, sent)
    results = [verdict for verdict in verdicts if not verdict.valid] if only_invalid else verdicts
    verdict: BatchVerdict = BatchRecord(
        valid=not judge.invalid, total=batch.total, invalid=judge.invalid, results=results
    )
    return verdict


def _part_doubtful(batch: Batch) -> tuple[list[Any], list[tuple[int, Any]]]:
    """Give the verdicts on the events that are certainly valid, by index, and the index and value of all others."""
    verdicts: list[Any] = [None] * batch.total
    doubtful: list[tuple[int, Any]] = [(event.index, event) for event in batch.broken]
    for index, event, sent_id in zip(batch.indices, batch.events, batch.sent_ids, strict=True):
        if type(event) is ReadEvent:  # isinstance takes four times as long
            doubtful.append((index, event.sent))
        elif fits_mapping(event):
            kind = event.event_type
            verdicts[index] = VerdictRecord(index=index, event_id=sent_id, event_type=kind, valid=True, violations=[])
        else:
            doubtful.append((index, {**msgspec.to_builtins(event), "event_id": sent_id}))
    for other in batch.others:
        index, name, kind = other.index, other.event_id, other.event_type[:LONGEST_NAME]
        verdicts[index] = VerdictRecord(index=index, event_id=name, event_type=kind, valid=True, violations=[])
    return verdicts, doubtful + _doubtful_envelopes(batch.others)


class _Judge:
    """Judges events one by one, the first thousand invalid ones in detail."""

    def __init__(self, locations: ArrayLocations, limits: Limits) -> None:
        self._locations = locations
        self._limits = limits
        self.invalid = 0

    def verdict(self, index: int, sent: Any) -> Any:
        """Judge an event as it was sent, or a broken one, which is invalid in any case."""
        is_broken = isinstance(sent, BrokenEvent)
        value = sent.value if is_broken else sent
        most = MOST_PER_EVENT if self.invalid < MOST_DETAILED_EVENTS else 0
        is_text = is_broken and sent.text is not None
        found = self._unreadable(index, sent.text) if is_text else judge_event(value)
        violations = list(islice(found, most or (0 if is_broken else 1)))
        is_valid = not violations and not is_broken
        self.invalid += not is_valid
        told: list[Any] = []
        for layer, location, code, message in violations[:most]:
            at = self._locations.finding(index, location, code, message)
            told.append(ViolationRecord(layer=layer, pointer=at.pointer, code=code, message=message, line=at.line))
        return VerdictRecord(
            index=index,
            event_id=text_member(value, "id" if is_cloudevents_row(value) else "event_id"),
            event_type=text_member(value, "event_type"),
            valid=is_valid,
            violations=told,
        )

    def _unreadable(self, index: int, text: bytes) -> Iterator[Found]:
        number = self._locations.finding(index, (), "", "").line
        refusal = line_refusal(text, number or 0, self._limits)
        yield "model", (), refusal.code, refusal.findings[0].message


def judge_event(value: Any) -> Iterator[Found]:
    """Ask every judge about one event as sent: the envelope's two, the payload's two, the mapping."""
    if shape := foreign_shape(value):
        yield "model", (), *shape
        return
    yield from _by_both_layers(value, Event, ())
    event_type = value.get("event_type")
    if isinstance(event_type, str) and event_type in PAYLOAD_MODELS:
        payload = value.get("payload", {})
        if isinstance(payload, dict):
            yield from _by_both_layers(payload, PAYLOAD_MODELS[event_type], ("payload",))
        for violation in judge_mapping(value):
            yield "mapping", violation.location, violation.code, violation.message


def _by_both_layers(data: Any, model: Any, before: Location) -> Iterator[Found]:
    for location, by_model in judge_by_model(data, model):
        yield "model", (*before, *location), by_model.violation_type, by_model.message
    for location, by_schema in judge_by_schema(data, model):
        yield "schema", (*before, *location), by_schema.validator, by_schema.message


def foreign_shape(value: Any) -> tuple[str, str] | None:
    """Name what cannot be an event at all, and say what it looks like; None for what may be one."""
    if not isinstance(value, dict):
        return "not-an-object", "Input should be an object: an event with its envelope"
    if is_cloudevents_row(value):
        return "cloudevents-row", "A CloudEvents row is not an event; put its `type` and `data` into an envelope"
    event_type = value.get("event_type")
    is_flat = isinstance(event_type, str) and event_type in PAYLOAD_MODELS and "payload" not in value
    if is_flat and "mission_id" in value:
        return "not-an-envelope", "A flat record is no event; put its members into `payload`, in an envelope"
    return None


def is_cloudevents_row(value: Any) -> bool:
    """Whether something has the shape of a CloudEvents row."""
    return isinstance(value, dict) and "specversion" in value and "event_type" not in value


def _doubtful_envelopes(others: Sequence[OtherEvent]) -> list[tuple[int, Any]]:
    """Find the events of other types whose envelopes may not fit: index and event as sent, for the judges."""
    doubtful: list[OtherEvent] = []
    fitting: list[OtherEvent] = []
    envelopes: list[Any] = []
    for other in others:
        envelope = other.read
        if isinstance(envelope, dict):
            try:
                envelope = msgspec.convert(envelope, OPEN_ENVELOPE)
            except msgspec.ValidationError:
                doubtful.append(other)
                continue
        fitting.append(other)
        envelopes.append(envelope)
    doubtful += [fitting[place] for place in unsound(envelopes, lambda some: normal_texts(some) is not None)]
    return [(other.index, other.value) for other in doubtful]
