"""Variants that get batches of several missions wrong (A40 to A42)."""

from dataclasses import replace

from conformance.kinds import Object, objects
from conformance.model import Json
from mission_collaboration.decoding.batch import Batch
from mission_collaboration.decoding.missions import Parted, part_by_mission

from .answers import answering
from .between import Exchange, listed, replies, requests
from .variant import Patch, Variant, instead

REDUCE = "app.api.endpoints.missions_reduce.part_by_mission"
ADMIT = "app.api.endpoints.missions_admit.part_by_mission"


def mixed(batch: Batch) -> Parted:
    """Give the events of all missions to each of them."""
    parted = part_by_mission(batch)
    whole = replace(batch, others=(), broken=())
    return Parted(dict.fromkeys(parted.missions, whole), parted.unassigned)


def sound_alone(batch: Batch) -> Parted:
    """Ask for a sound event before its mission is looked at."""
    kept = [(index, event) for index, event in zip(batch.indices, batch.events, strict=True) if event.payload]
    indices, events = [index for index, _ in kept], [event for _, event in kept]
    parted = part_by_mission(replace(batch, indices=indices, events=events, broken=()))
    rest = list(part_by_mission(batch).unassigned)
    return Parted(parted.missions, rest)


def refuse_for_one(exchange: Exchange) -> Exchange:
    one_is_refused = exchange.path.startswith("/missions/") and b'"problem":' in exchange.body
    return replace(exchange, status=422) if one_is_refused else exchange


def forget_the_unassigned(answer: Object, request: Object) -> Object:
    return {**answer, "unassigned": []}


def without_missions(answer: Object, request: Object) -> Object:
    kept = ({key: value for key, value in told.items() if key != "mission_id"} for told in objects(answer["results"]))
    return {**answer, "results": list[Json](kept)}


def name_all(request: Object) -> Object:
    """Take an event of a mission that is not named for the first one of a new mission."""
    missions = request.get("missions")
    if not isinstance(missions, dict):
        return request
    payloads = [event.get("payload") for event in listed(request)]
    ids = [payload.get("mission_id") for payload in payloads if isinstance(payload, dict)]
    return {**request, "missions": {**{name: None for name in ids if isinstance(name, str) and name}, **missions}}


def parting(place: str, part: object) -> Patch:
    return instead(place, part)


VARIANTS = (
    Variant(
        "reduces the events of all missions as one",
        "Every mission is refused for the events of another one.",
        "A40",
        "The order of a mixed batch does not matter",
        (
            "/missions/m1/problem/detail",
            "\"Event of mission 'm2' among events of mission 'm1",
            "\"Event of mission 'm2' among events of mission 'm1",
        ),
        changes=(parting(REDUCE, mixed),),
    ),
    Variant(
        "refuses all missions for one",
        "One mission's stranger stops all others.",
        "A40",
        "All missions refused is an answer",
        ("status", "200", "422"),
        around=answering(refuse_for_one),
    ),
    Variant(
        "forgets what names no mission",
        "Events vanish without a word.",
        "A40",
        "What names no mission is unassigned",
        ("/unassigned/0", '{"index": 0, "event_id": "01J000000000000000000000', "(missing)"),
        around=replies(forget_the_unassigned, to="/missions/reduce"),
    ),
    Variant(
        "gives malformed events to no mission",
        "A mission does not hear of its own malformed events.",
        "A40",
        "A malformed envelope refuses the mission that it names",
        ("/missions/m2/problem/code", '"invalid-request"', "(missing)"),
        changes=(parting(REDUCE, sound_alone),),
    ),
    Variant(
        "admits the events of all missions to each",
        "Every event has several verdicts.",
        "A41",
        "Each mission is admitted as if alone",
        ("/missions/m1/rejected", "0", "2"),
        changes=(parting(ADMIT, mixed),),
    ),
    Variant(
        "does not say to which mission a verdict belongs",
        "A backend has to read the event again.",
        "A41",
        "Each mission is admitted as if alone",
        ("/results/0/mission_id", '"m2"', "(missing)"),
        around=replies(without_missions, to="/missions/admit"),
    ),
    Variant(
        "starts missions that are not named",
        "A mission that is held already begins a second time.",
        "A42",
        "An event of a mission that is not named changes nothing",
        ("/results/2/verdict", '"rejected"', '"accepted"'),
        around=requests(name_all),
    ),
)
