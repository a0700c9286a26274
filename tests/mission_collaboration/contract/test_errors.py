"""The tree of errors: every class has a code of its own and a way to it (R4); pointers are those of RFC 6901."""

from collections.abc import Callable, Iterator

import pytest
from pydantic import ValidationError

from mission_collaboration import (
    ConflictingDuplicateError,
    DepartedParticipantError,
    EventRefusedError,
    MalformedPayloadError,
    MissionMismatchError,
    OutOfOrderError,
    SpecKittyEventsError,
    UnknownEventTypeError,
    UnknownParticipantError,
    UnknownWarningError,
    UnmatchedCompletionError,
    validate_event,
)
from mission_collaboration.contract.errors import pointer
from mission_collaboration.decoding.json_text import JsonTextError, TooDeepError, decode_json
from mission_collaboration.decoding.refusals import RequestRefusedError
from tests.support import builders as build
from tests.support import naive_events
from tests.support.folding import Json, Pair, joins, refusal_of, seeds

REUSED = [build.event(*build.joined("p1")), build.event(*build.joined("p1"), node_id="other")]

# The shortest way to each refusal: the events, and where in the last of them the cause stands.
REFUSALS: dict[type[EventRefusedError], tuple[list[Json], tuple[str | int, ...]]] = {
    MalformedPayloadError: (build.history(build.joined("")), ("payload", "participant_id")),
    ConflictingDuplicateError: (REUSED, ("event_id",)),
    MissionMismatchError: (
        build.history(*joins("p1"), build.heartbeat("p1", mission_id="m2")),
        ("payload", "mission_id"),
    ),
    UnknownParticipantError: (build.history(build.heartbeat("p1")), ("payload", "participant_id")),
    DepartedParticipantError: (
        build.history(*joins("p1"), build.left("p1"), build.heartbeat("p1")),
        ("payload", "participant_id"),
    ),
    UnknownWarningError: (build.history(*joins("p1"), build.acknowledged("p1", "w1")), ("payload", "warning_id")),
    UnmatchedCompletionError: (build.history(*joins("p1"), build.completed("p1", "s1")), ("payload", "step_id")),
}
OTHERS: dict[type[SpecKittyEventsError], Callable[[], object]] = {
    UnknownEventTypeError: lambda: validate_event({}, "MissionCreated"),
    JsonTextError: lambda: decode_json(b"{", max_nesting=9),
    TooDeepError: lambda: decode_json(b"[[1]]", max_nesting=1),
}
# Each way of naming somebody who is not there, with where the name stands.
STRANGERS: list[tuple[Pair, tuple[str | int, ...]]] = [
    (build.left("p9"), ("payload", "participant_id")),
    (build.comment("p9"), ("payload", "participant_id")),
    (build.driver_warning("w1", "p1", "p9", "p8"), ("payload", "participant_ids", 1)),
    (build.collision("w1", "p9", "p1", "p8"), ("payload", "participant_ids", 0)),
    (build.collision("w1", "p1", "p1", "p9", "p9"), ("payload", "participant_ids", 2)),
]


def tree(root: type[SpecKittyEventsError]) -> Iterator[type[SpecKittyEventsError]]:
    """List an error class and all below it, as far as they belong to the contract."""
    if root.__module__.startswith(("mission_collaboration.contract", "mission_collaboration.decoding")):
        yield root
    for child in root.__subclasses__():
        yield from tree(child)


def at(event: Json, location: tuple[str | int, ...]) -> object:
    """Follow a location into an event."""
    found: object = event
    for step in location:
        assert isinstance(found, dict | list)
        found = found[step]  # type: ignore[index]
    return found


def test_every_error_has_a_code_of_its_own() -> None:
    classes = list(tree(SpecKittyEventsError))
    assert len({error.code for error in classes}) == len(classes) == 14


def test_every_error_can_be_had() -> None:
    """Two stand for all below them, a stream alone can be out of order, and a request is no event."""
    rest = {SpecKittyEventsError, EventRefusedError, OutOfOrderError, RequestRefusedError}
    assert {*REFUSALS, *OTHERS, *rest} == set(tree(SpecKittyEventsError))


def test_someone_who_left_is_an_unknown_participant_too() -> None:
    """R11."""
    assert issubclass(DepartedParticipantError, UnknownParticipantError)
    assert all(issubclass(error, EventRefusedError) for error in REFUSALS)


@pytest.mark.parametrize("error", REFUSALS)
def test_a_refusal_names_its_event_and_leads_to_the_cause(error: type[EventRefusedError]) -> None:
    """R4."""
    events, location = REFUSALS[error]
    refusal = refusal_of(events)
    assert type(refusal) is error
    assert (refusal.event_id, refusal.event_type) == (events[-1]["event_id"], events[-1]["event_type"])
    assert refusal.location == location
    assert at(events[-1], location) is not None
    assert refusal.reason in str(refusal)
    assert refusal.event_id in str(refusal)
    assert refusal.event_type in str(refusal)


@pytest.mark.parametrize("error", REFUSALS)
def test_a_refusal_tells_where_its_event_stands_in_the_input(error: type[EventRefusedError]) -> None:
    """The index counts every event as given, other types too, in the order in which they came."""
    events, _ = REFUSALS[error]
    others = [build.event("MissionCreated", {}, event_id=build.ulid(100 + n)) for n in range(3)]
    assert refusal_of([*others, *events]).index == 2 + len(events)
    if error is not ConflictingDuplicateError:
        assert refusal_of([events[-1], *others, *events[:-1]]).index == 0


@pytest.mark.parametrize(("pair", "location"), STRANGERS)
def test_the_refusal_of_a_stranger_carries_their_id_and_leads_to_it(
    pair: Pair, location: tuple[str | int, ...]
) -> None:
    """R4, R10, R12, R17."""
    event = build.event(*pair)
    refusal = refusal_of([event], roster=seeds("p1"))
    assert isinstance(refusal, UnknownParticipantError)
    assert refusal.participant_id == "p9"
    assert refusal.location == location
    assert at(event, location) == "p9"


@pytest.mark.parametrize(
    ("payload", "location"),
    [
        ({}, ("payload", "mission_id")),
        (build.by("p1"), ("payload", "focus_target")),
        (build.by("p1", focus_target={"target_type": "wp"}), ("payload", "focus_target", "target_id")),
    ],
)
def test_the_refusal_for_a_missing_member_leads_to_where_it_ought_to_be(
    payload: Json, location: tuple[str | int, ...]
) -> None:
    """R33."""
    event = build.event("FocusChanged", payload)
    refusal = refusal_of([event])
    assert refusal.location == location
    *parent, member = location
    holder = at(event, tuple(parent))
    assert isinstance(holder, dict)
    assert member not in holder


@pytest.mark.parametrize("error", OTHERS)
def test_errors_without_an_event_say_what_is_wrong(error: type[SpecKittyEventsError]) -> None:
    with pytest.raises(SpecKittyEventsError) as caught:
        OTHERS[error]()
    assert type(caught.value) is error
    assert str(caught.value)


def test_the_refusal_of_an_unknown_type_tells_the_known_ones() -> None:
    with pytest.raises(UnknownEventTypeError) as caught:
        validate_event({}, "x" * 10_000)
    assert set(caught.value.known) == set(naive_events.PAYLOADS)
    assert len(str(caught.value)) < 300


def test_errors_of_the_contract_are_no_validation_errors_of_pydantic() -> None:
    """A caller who catches the one does not catch the other by accident."""
    assert not any(issubclass(error, ValidationError) for error in tree(SpecKittyEventsError))


def test_a_pointer_escapes_what_would_end_or_begin_a_step() -> None:
    assert pointer(("events", 3, "a/b", "~", "")) == "/events/3/a~1b/~0/"


def test_the_pointer_of_the_whole_is_empty() -> None:
    assert pointer(()) == ""
