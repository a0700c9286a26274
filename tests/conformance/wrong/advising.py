"""Variants that advise wrongly, or see presence wrongly (A30 to A37)."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import count
from typing import Any

from conformance.kinds import Object, objects
from conformance.model import Json
from mission_collaboration.admission import advice

from .between import replies, requests
from .variant import Patch, Variant, instead

right_overlaps = advice._overlaps
right_payload = advice._payload
NUMBERS = count(1)


def overlaps(change: Callable[..., Iterator[Any]]) -> Patch:
    return instead("mission_collaboration.admission.advice._overlaps", change)


def payloads(change: Callable[..., dict[str, Any]]) -> Patch:
    return instead("mission_collaboration.admission.advice._payload", change)


def warn_again(mission: str, drivers: Any, focus: Any, steps: Any, warned: Any) -> Iterator[Any]:
    return right_overlaps(mission, drivers, focus, steps, set())


def warn_onlookers(mission: str, drivers: Any, focus: Any, steps: Any, warned: Any) -> Iterator[Any]:
    return right_overlaps(mission, set(focus), focus, steps, warned)


def forget_steps(mission: str, drivers: Any, focus: Any, steps: Any, warned: Any) -> Iterator[Any]:
    return right_overlaps(mission, drivers, focus, {}, warned)


def one_alone(mission: str, drivers: Any, focus: Any, steps: Any, warned: Any) -> Iterator[Any]:
    return iter(list(right_overlaps(mission, drivers, focus, steps, warned))[:1])


def named_by_arrival(mission: str, drivers: Any, focus: Any, steps: Any, warned: Any) -> Iterator[Any]:
    """Let the id depend on who focused first."""
    for advisory in right_overlaps(mission, drivers, focus, steps, warned):
        people = advisory["payload"]["participant_ids"]
        if [who for who in focus if who in people] != people:
            advisory["payload"]["warning_id"] += "-reversed"
        yield advisory


def numbered(*said: Any) -> dict[str, Any]:
    return {**right_payload(*said), "warning_id": f"advice-{next(NUMBERS)}"}


def named_by(*places: int) -> Callable[..., dict[str, Any]]:
    """Derive the id from some of mission, type, target and participants alone."""

    def payload(*said: Any) -> dict[str, Any]:
        kept: list[Any] = [part if place in places else "" for place, part in enumerate(said)]
        return {**right_payload(*said), "warning_id": right_payload(*kept)["warning_id"]}

    return payload


def joined_names(mission: str, event_type: str, common: Any, people: list[str]) -> dict[str, Any]:
    said = right_payload(mission, event_type, common, ["".join(people)])
    return {**right_payload(mission, event_type, common, people), "warning_id": said["warning_id"]}


def backwards(*said: Any) -> dict[str, Any]:
    payload = right_payload(*said)
    return {**payload, "participant_ids": payload["participant_ids"][::-1]}


def quietly(*said: Any) -> dict[str, Any]:
    return {**right_payload(*said), "severity": "info"}


def now(request: Object) -> Object:
    if "state" not in request or request.get("as_of") is not None:
        return request
    return {**request, "as_of": datetime.now(UTC).isoformat()}


def always_now(request: Object) -> Object:
    return {**request, "as_of": datetime.now(UTC).isoformat()} if "as_of" in request else request


def ninety(request: Object) -> Object:
    return {**request, "stale_after_seconds": 90} if "stale_after_seconds" in request else request


def seen(change: Callable[[Object, Object], Object]) -> Any:
    """Change what is said of each participant's presence."""

    def altered(answer: Object, request: Object) -> Object:
        return {**answer, "presence": list[Json](change(each, request) for each in objects(answer["presence"]))}

    return replies(altered, to="/advise")


def ahead(presence: Object, request: Object) -> Object:
    if presence["last_seen"] is None:
        return presence
    age = datetime.fromisoformat(str(request["as_of"])) - datetime.fromisoformat(str(presence["last_seen"]))
    return {**presence, "age_seconds": age.total_seconds()}


def never_ahead(presence: Object, request: Object) -> Object:
    return {**presence, "status": "fresh"} if presence["status"] == "ahead" else presence


def stale(presence: Object, request: Object) -> Object:
    return {**presence, "status": "stale"} if presence["status"] == "never" else presence


def heard_of(answer: Object, request: Object) -> Object:
    return {**answer, "presence": [each for each in objects(answer["presence"]) if each["status"] != "never"]}


VARIANTS = (
    Variant(
        "reports an overlap twice",
        "A warning that stands in the state is advised again.",
        "A35",
        "An overlap that ended and came again is not advised of again",
        ("/advisories/*", "(missing)", '{"event_type": "ConcurrentDriverWarning", "payload'),
        changes=(overlaps(warn_again),),
    ),
    Variant(
        "advises of onlookers",
        "Who looks on without driving is said to be in the way.",
        "A31",
        "One driver and one onlooker are no overlap",
        ("/advisories/*", "(missing)", '{"event_type": "ConcurrentDriverWarning", "payload'),
        changes=(overlaps(warn_onlookers),),
    ),
    Variant(
        "does not see steps collide",
        "One step at two participants goes unnoticed.",
        "A32",
        "A completed step collides no more",
        ("/advisories/*", '{"event_type": "PotentialStepCollisionDetected", "', "[]"),
        changes=(overlaps(forget_steps),),
    ),
    Variant(
        "advises of one overlap alone",
        "The second overlap goes unnoticed until somebody warned of the first.",
        "A30",
        "Advice on a state is that which admission gives",
        ("/advisories", '"a list of 2"', '[{"event_type": "ConcurrentDriverWarning", "payloa'),
        changes=(overlaps(one_alone),),
    ),
    Variant(
        "derives ids from the order of participants",
        "One overlap has two ids.",
        "A34",
        "A third driver makes another overlap",
        ("/advisories/*", "(missing)", '{"event_type": "ConcurrentDriverWarning", "payload'),
        changes=(overlaps(named_by_arrival),),
    ),
    Variant(
        "numbers advisories",
        "An overlap has another id whenever it is found.",
        "A34",
        "Advice is the same when it is asked for twice",
        ("/advisories/0/payload/warning_id", '"advice-1"', '"advice-2"'),
        changes=(payloads(numbered),),
    ),
    Variant(
        "leaves the mission out of ids",
        "Two missions' overlaps have one id.",
        "A34",
        "Another mission's overlap has another id",
        ("/advisories/0/payload/warning_id", '"another value than id"', '"advice-'),
        changes=(payloads(named_by(1, 2, 3)),),
    ),
    Variant(
        "leaves the target out of ids",
        "Who was warned on one target is not warned on another.",
        "A34",
        "An overlap on another target has another id",
        ("/advisories/0/payload/warning_id", '"another value than id"', '"advice-'),
        changes=(payloads(named_by(0, 1, 3)),),
    ),
    Variant(
        "leaves participants out of ids",
        "That another participant came is not told.",
        "A34",
        "An overlap of other participants has another id",
        ("/advisories/0/payload/warning_id", '"another value than id"', '"advice-'),
        changes=(payloads(named_by(0, 1, 2)),),
    ),
    Variant(
        "runs the participants of an id together",
        "Two overlaps whose names run together have one id.",
        "A34",
        "Ids that run together name different overlaps",
        ("/advisories/0/payload/warning_id", '"another value than id"', '"advice-'),
        changes=(payloads(joined_names),),
    ),
    Variant(
        "lists participants backwards",
        "The participants of an advisory are not sorted.",
        "A33",
        "Participants stand in code point order",
        (
            "/advisories/*",
            '{"event_type": "PotentialStepCollisionDetected", "',
            '[{"event_type": "PotentialStepCollisionDetected",',
        ),
        changes=(payloads(backwards),),
    ),
    Variant(
        "advises with the severity info",
        "A warning is no warning.",
        "A33",
        "Participants stand in code point order",
        (
            "/advisories/*",
            '{"event_type": "PotentialStepCollisionDetected", "',
            '[{"event_type": "PotentialStepCollisionDetected",',
        ),
        changes=(payloads(quietly),),
    ),
    Variant(
        "looks at its own clock when it is given no instant",
        "The answer to one request depends on when it was asked.",
        "A37",
        "Without an instant there is no presence",
        ("/presence", '"a list of 0"', '[{"participant_id": "p1", "last_seen": "2026-01-01'),
        around=requests(now),
    ),
    Variant(
        "looks at its own clock instead of the instant",
        "Who was there at the time is gone when one looks back.",
        "A36",
        "Presence is fresh, stale or never",
        ("/presence/0/status", '"fresh"', '"stale"'),
        around=requests(always_now),
    ),
    Variant(
        "tells negative ages",
        "Who was seen after the instant is younger than nothing.",
        "A36",
        "An age is never below 0",
        ("/presence/0/age_seconds", "0", "-3600.0"),
        around=seen(ahead),
    ),
    Variant(
        "does not see clocks run fast",
        "A heartbeat from the future keeps its sender fresh.",
        "A36",
        "An age is never below 0",
        ("/presence/0/status", '"ahead"', '"fresh"'),
        around=seen(never_ahead),
    ),
    Variant(
        "calls stale whom it never saw",
        "Who never sent a heartbeat has gone quiet.",
        "A36",
        "Presence is fresh, stale or never",
        ("/presence/2/status", '"never"', '"stale"'),
        around=seen(stale),
    ),
    Variant(
        "leaves out whom it never saw",
        "Who never sent a heartbeat is not there.",
        "A36",
        "Presence is fresh, stale or never",
        ("/presence", '"a list of 3"', '[{"participant_id": "p1", "last_seen": "2026-01-01'),
        around=replies(heard_of, to="/advise"),
    ),
    Variant(
        "always waits ninety seconds",
        "The seconds that were asked for are not heard.",
        "A36",
        "The caller says after how long presence is stale",
        ("/presence/0/status", '"stale"', '"fresh"'),
        around=requests(ninety),
    ),
)
