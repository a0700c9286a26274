"""Streams as producers really send them, the same in every run: made of the tidy mix of `streams.py`."""

import random
from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial
from typing import Final, Literal, NamedTuple
from uuid import UUID

import msgspec

from loadtests.bench.streams import BEGAN, PEOPLE, Json, mixed, ulid

OTHER_TYPES: Final = ("WPStatusChanged", "MissionStarted", "LaneMoved", "ArtifactWritten")
OTHER_PERCENT: Final = 35
"""How many events in a hundred are of other types."""
FIRST_OTHER: Final = 10**9
"""The number of the first event of another type: ids of the mission's own events are far below."""
FIRST_UUID: Final = 0x01943F00_0000_7000_8000_000000000000
OTHER_MISSION: Final = "survey-8"
FIRST_OF_OTHER_MISSION: Final = 2 * 10**9


class Stream(NamedTuple):
    """Events as they are sent, and what the answers must say of them."""

    events: list[Json]
    mode: Literal["strict", "permissive"] = "strict"
    invalid: int = 0
    """How many events `/validate/batch` finds invalid."""

    @property
    def unique(self) -> int:
        """Count what a state counts: different ids among the events that are not of other types."""
        return len({said["event_id"].upper() for said in self.events if said["event_type"] not in OTHER_TYPES})


def tidy(count: int) -> Stream:
    """Make the mix as it is: every event once, in order, with the required members."""
    return Stream(mixed(count))


def current(events: Sequence[Json]) -> list[Json]:
    """Write events as today's library does: with `build_id`, an offset, and microseconds."""
    return [
        said
        | {
            "timestamp": (BEGAN + timedelta(microseconds=137_001 * said["lamport_clock"])).isoformat(),
            "schema_version": "3.0.0",
            "build_id": f"checkout-{said['lamport_clock'] % 3}",
        }
        for said in events
    ]


def with_build_id(count: int, people: int = len(PEOPLE)) -> Stream:
    """Make the mix as today's library writes it."""
    return Stream(current(mixed(count, people=people)))


def with_other_types(count: int, people: int = len(PEOPLE)) -> Stream:
    """Put events of other types in between."""
    others = [other(number) for number in range(count * OTHER_PERCENT // 100)]
    return Stream(scattered(with_build_id(count - len(others), people).events, others))


def other(number: int) -> Json:
    """Make an event of another type, with a sound envelope."""
    (about,) = current(mixed(1, people=1))
    payload = {"wp_id": f"WP{number % 40:02}", "from_lane": "planned", "to_lane": "doing", "force": False}
    kind = OTHER_TYPES[number % len(OTHER_TYPES)]
    return about | {"event_id": ulid(FIRST_OTHER + number), "event_type": kind, "payload": payload}


def outside_a_project(number: int) -> Json:
    """Make an event of another type as the command line writes it outside a project: no sound envelope."""
    return other(number) | {"project_uuid": None, "build_id": ""}


def with_duplicates(count: int, percent: int) -> Stream:
    """Send some events twice, word for word."""
    repeated = count * percent // 100
    once = with_build_id(count - repeated).events
    return Stream(scattered(once, random.Random(count).choices(once, k=repeated)))


def shuffled(count: int) -> Stream:
    """Send the events in no order."""
    events = with_build_id(count).events
    random.Random(count).shuffle(events)
    return Stream(events)


def unclocked(count: int) -> Stream:
    """Send a mission whose producer has no clock: its times order it."""
    return Stream([without(said, "lamport_clock") for said in with_build_id(count).events])


def with_uuids(count: int) -> Stream:
    """Name events by UUIDs."""
    return Stream(list(map(named_by_uuid, with_build_id(count).events)))


def named_by_uuid(said: Json) -> Json:
    """Put a UUID in the place of the ULID."""
    return said | {"event_id": str(UUID(int=FIRST_UUID + said["lamport_clock"]))}


def with_one_malformed(count: int) -> Stream:
    """Break the payload of one event."""
    return Stream(one_malformed(with_build_id(count).events), "permissive", invalid=1)


def one_malformed(events: Sequence[Json]) -> list[Json]:
    """Break the payload of the last heartbeat: no other event depends on it."""
    last = max(place for place, said in enumerate(events) if said["event_type"] == "PresenceHeartbeat")
    return [without_participant(said) if place == last else said for place, said in enumerate(events)]


def without_participant(said: Json) -> Json:
    """Leave out who did it, which every payload needs."""
    return said | {"payload": without(said["payload"], "participant_id")}


def several_missions(count: int) -> Stream:
    """Put events of a second mission in between, one in twenty."""
    strangers = of_other_mission(count // 20)
    return Stream(scattered(with_build_id(count - len(strangers)).events, strangers), "permissive")


def of_other_mission(count: int) -> list[Json]:
    """Make events of a second mission, later than the first by their clocks."""
    events = current(mixed(count, people=5, mission=OTHER_MISSION))
    return [
        said | {"event_id": ulid(FIRST_OF_OTHER_MISSION + clock), "lamport_clock": FIRST_OF_OTHER_MISSION + clock}
        for clock, said in enumerate(events)
    ]


def everything(count: int) -> Stream:
    """Mix all of it: two kinds of ids, external references, other types, duplicates, a second mission, no order.

    Some envelopes of other types are broken.
    """
    others = [other(number) for number in range(count * OTHER_PERCENT // 100)]
    bare = [outside_a_project(len(others) + number) for number in range(count // 100)]
    strangers = of_other_mission(count // 50)
    repeated = count // 50
    own = one_malformed(with_build_id(count - len(others) - len(bare) - len(strangers) - repeated).events)
    own = [named_by_uuid(said) if said["lamport_clock"] % 2 else said for said in own]
    own = [without(said, "lamport_clock") if came_unclocked(said) else said for said in own]
    own = [known_elsewhere(said) if said["event_type"] == "ParticipantJoined" else said for said in own]
    dice = random.Random(count)
    events = own + others + bare + strangers + dice.choices(own[: len(own) // 2], k=repeated)
    dice.shuffle(events)
    return Stream(events, "permissive", invalid=1 + len(bare))


def known_elsewhere(said: Json) -> Json:
    """Say what other systems call those who join: all of them in a teamspace, every other one in Slack too."""
    identity = said["payload"]["participant_identity"]
    number = int(identity["participant_id"][-2:])
    refs = {"teamspace_member_id": f"member-{number:02}"}
    if number % 2:
        refs |= {"slack_user_id": f"U{number:08}", "slack_team_id": "T00000007"}
    return said | {"payload": said["payload"] | {"participant_identity": identity | {"external_refs": refs}}}


def came_unclocked(said: Json) -> bool:
    """Say whether an event of the mix has no clock: one heartbeat in fifty."""
    return (said["event_type"], said["lamport_clock"] % 50) == ("PresenceHeartbeat", 0)


def without(members: Json, name: str) -> Json:
    """Leave out a member."""
    return {key: value for key, value in members.items() if key != name}


def scattered(events: Sequence[Json], more: Sequence[Json]) -> list[Json]:
    """Put more events at any places among some that keep their order."""
    dice = random.Random(len(events))
    together = list(events)
    for said in more:
        together.insert(dice.randint(0, len(together)), said)
    return together


STREAMS: Final[dict[str, Callable[[int], Stream]]] = {
    "tidy": tidy,
    "build_id": with_build_id,
    "other types": with_other_types,
    "1 % duplicates": partial(with_duplicates, percent=1),
    "20 % duplicates": partial(with_duplicates, percent=20),
    "one malformed": with_one_malformed,
    "unclocked": unclocked,
    "UUIDs": with_uuids,
    "several missions": several_missions,
    "shuffled": shuffled,
    "the mix of all": everything,
}


def ordered_lines_of(stream: Stream) -> bytes:
    """Write a stream as NDJSON in canonical order (R1); its times are written alike, so their text sorts as they do."""
    return b"\n".join(map(msgspec.json.encode, sorted(stream.events, key=canonical_place)))


def canonical_place(said: Json) -> tuple[int, str, str]:
    """Give what an event is sorted by: those without a clock come first."""
    return said.get("lamport_clock", -1), said["timestamp"], said["event_id"].upper()
