"""Variants that explain wrongly (X1 to X5)."""

from collections.abc import Callable, Iterable
from typing import Any, cast
from unittest.mock import patch

from conformance.kinds import Object, objects
from conformance.model import Json
from mission_collaboration.explanation import explained_fold
from mission_collaboration.explanation.explained_fold import ExplainedFold
from mission_collaboration.explanation.recorder import Recorder, Touch
from mission_collaboration.explanation.recording import RecordedExecutions, RecordedWarnings
from mission_collaboration.explanation.requests import Until
from mission_collaboration.explanation.sorted_members import SortedMembers

from .between import replies
from .variant import Around, Patch, Variant

right_add = SortedMembers.add
right_last_touches = Recorder.last_touches
right_is_at = Until.is_at
right_original = explained_fold.Copies.original
right_fold = ExplainedFold._fold


def method(owner: type, name: str, wrong: Callable[..., Any]) -> Patch:
    return cast(Patch, patch.object(owner, name, wrong))


def told(change: Callable[[Object], Object]) -> Around:
    """Change every entry of the timeline."""
    return answers(lambda answer: {**answer, "timeline": list[Json](map(change, objects(answer["timeline"])))})


def answers(change: Callable[[Object], Object]) -> Around:
    return replies(lambda answer, request: change(answer), to="/explain")


def without(entry: Object, *names: str) -> Object:
    return {name: value for name, value in entry.items() if name not in names}


def one_off(members: Any, member: Any) -> int:
    return right_add(members, member) + 1


def first_touches(recorder: Recorder) -> Iterable[Touch]:
    first = {entry: position for entry, position, _ in reversed(recorder._touches)}
    return [(entry, first[entry], stands) for entry, _, stands in right_last_touches(recorder)]


def blame_by_start(executions: RecordedExecutions) -> dict[str, int]:
    return {f"{executions._path}/{ticket - 1}": at for ticket, at in executions._started_at.items()}


def calling(effect: str, *, instead_of: str) -> Around:
    return told(lambda entry: {**entry, "effect": effect} if entry["effect"] == instead_of else entry)


def redundant_when_superseded(entry: Object) -> Object:
    return {**without(entry, "superseded_by"), "effect": "redundant"} if "superseded_by" in entry else entry


def superseded_by_any(recorder: Recorder) -> dict[int, list[int]]:
    last: dict[str | int, int] = {}
    later: dict[int, list[int]] = {}
    for entry, position, _ in recorder._touches:
        before = last.get(entry)
        last[entry] = position
        if before is not None and position not in later.setdefault(before, []):
            later[before].append(position)
    return later


def superseded_by_last(answer: Object) -> Object:
    """Name the last event of all instead of the next ones."""
    placed = [entry for entry in objects(answer["timeline"]) if entry["position"] is not None]
    timeline = [
        {**entry, "superseded_by": [placed[-1]["event_id"]]} if "superseded_by" in entry else entry
        for entry in objects(answer["timeline"])
    ]
    return {**answer, "timeline": list[Json](timeline)}


def by_arrival(answer: Object) -> Object:
    timeline = sorted(objects(answer["timeline"]), key=lambda entry: cast(int, entry["index"]))
    return {**answer, "timeline": list[Json](timeline)}


def copies_last(answer: Object) -> Object:
    timeline = sorted(objects(answer["timeline"]), key=lambda entry: entry["effect"] == "duplicate")
    return {**answer, "timeline": list[Json](timeline)}


def only_its_own(answer: Object) -> Object:
    timeline = [entry for entry in objects(answer["timeline"]) if entry["effect"] not in ("ignored", "malformed")]
    return {**answer, "timeline": list[Json](timeline)}


def gone_for_good(recorder: Recorder) -> Iterable[Touch]:
    return [*right_last_touches(recorder), *(touch for touch in recorder._touches if not touch[2])]


def quiet_anomaly(entry: Object) -> Object:
    return {**entry, "changes": []} if entry["effect"] == "anomaly" else entry


def replaced_whole(warnings: RecordedWarnings, warning_id: str, warning: Any) -> None:
    """Write a warning that came again as a whole."""
    known = warnings.get(warning_id)
    if known is None:
        right_set_warning(warnings, warning_id, warning)
        return
    warnings._recorder.write("replace", warnings._paths[warning_id], warning)
    warnings._recorder.touch("/warnings/" + warning_id.replace("/", "~1"))
    dict.__setitem__(warnings, warning_id, warning)


right_set_warning = RecordedWarnings.__setitem__


def up_to_the_last_in_time(until: Until, entry: Any) -> bool:
    """Take an instant for a place in the order."""
    return right_is_at(until, entry) or (until.timestamp is not None and entry.timestamp >= until.timestamp)


def blame_roster(answer: Object, request: Object) -> Object:
    """Blame the first event for whom the roster brought."""
    first = objects(answer["timeline"])[0]["event_id"]
    seeded = cast(Object, request.get("roster") or {})
    there = cast(Object, cast(Object, answer["state"])["participants"])
    brought: Object = {f"/participants/{who}": first for who in seeded if who in there}
    return {**answer, "blame": {**brought, **cast(Object, answer["blame"])}}


def every_further_one_anew(copies: explained_fold.Copies, content: str) -> Any:
    return copies.judged.get(content)


def go_on(fold: ExplainedFold, event: Any, index: int, **given: Any) -> Any:
    fold._is_stopped = False
    return right_fold(fold, event, index, **given)


VARIANTS = (
    Variant(
        "explains with patches one place off",
        "An entry of a set is added one place too late.",
        "X2",
        "Sets are arrays in code point order (permissive)",
        ("/timeline/1/changes/0/path", '"/active_drivers/0"', '"/active_drivers/1"'),
        changes=(method(SortedMembers, "add", one_off),),
    ),
    Variant(
        "blames the first event",
        "The event that wrote an entry first is to blame, and later ones are not.",
        "X3",
        "An event names every event that overwrote some of it (permissive)",
        ("/blame/~1warnings~1w9", '"01J00000000000000000000008"', '"01J00000000000000000000006"'),
        changes=(method(Recorder, "last_touches", first_touches),),
    ),
    Variant(
        "blames the roster's people on the first event",
        "What no event touched has one to blame.",
        "X3",
        "An entry from the roster has no blame until an event touches it (permissive)",
        ("/blame/~1participants~1p1", "(missing)", '"01J00000000000000000000001"'),
        around=replies(blame_roster, to="/explain"),
    ),
    Variant(
        "blames by the index that an entry had once",
        "A step in flight keeps the index that it had when it started.",
        "X3",
        "A completion removes the earliest start of its step (permissive)",
        ("/blame/~1active_executions~1p1~10", '"01J00000000000000000000003"', "(missing)"),
        changes=(method(RecordedExecutions, "blame", blame_by_start),),
    ),
    Variant(
        "tells nothing of what is gone",
        "Who removed an entry is not told.",
        "X3",
        "An entry from the roster has no blame until an event touches it (permissive)",
        ("/gone/~1participants~1p2", '"01J00000000000000000000002"', "(missing)"),
        around=answers(lambda answer: {**answer, "gone": {}}),
    ),
    Variant(
        "keeps gone what came back",
        "An entry that is there again is said to be gone.",
        "X3",
        "An event names every event that overwrote some of it (permissive)",
        ("/gone/~1departed_participants~1p3", "(missing)", '"01J00000000000000000000004"'),
        changes=(method(Recorder, "last_touches", gone_for_good),),
    ),
    Variant(
        "calls superseded events redundant",
        "An event that was overwritten later is said to have done nothing.",
        "X5",
        "An event is superseded when all that it changed was overwritten (permissive)",
        ("/timeline/0/effect", '"changed"', '"redundant"'),
        around=told(redundant_when_superseded),
    ),
    Variant(
        "calls superseded what still stands in part",
        "One overwritten entry is enough.",
        "X5",
        "An event with an entry still in the state is not superseded (permissive)",
        ("/timeline/2/superseded_by", "(missing)", '["01J00000000000000000000004", "01J00000'),
        changes=(method(Recorder, "superseded", superseded_by_any),),
    ),
    Variant(
        "names the last event as the one that overwrote",
        "The event that really overwrote is not told.",
        "X5",
        "An event is superseded when all that it changed was overwritten (permissive)",
        ("/timeline/0/superseded_by/0", '"01J00000000000000000000003"', '"01J00000000000000000000006"'),
        around=answers(superseded_by_last),
    ),
    Variant(
        "tells the order of arrival",
        "The timeline is in the order in which events were sent.",
        "X4",
        "Copies stand behind their first (permissive)",
        ("/timeline/0/index", "1", "0"),
        around=answers(by_arrival),
    ),
    Variant(
        "puts copies at the end",
        "A copy does not stand behind its first.",
        "X4",
        "Copies stand behind their first (permissive)",
        ("/timeline/1/index", "3", "0"),
        around=answers(copies_last),
    ),
    Variant(
        "calls copies redundant",
        "A duplicate is not told from an event that changed nothing.",
        "X4",
        "Copies stand behind their first (permissive)",
        ("/timeline/1/effect", '"duplicate"', '"redundant"'),
        around=calling("redundant", instead_of="duplicate"),
    ),
    Variant(
        "does not say what a copy is a copy of",
        "A duplicate stands alone.",
        "X4",
        "Copies stand behind their first (permissive)",
        ("/timeline/1/duplicate_of", "1", "(missing)"),
        around=told(lambda entry: without(entry, "duplicate_of")),
    ),
    Variant(
        "tells every conflict of one id",
        "The third content of an id has a place of its own.",
        "X4",
        "An id that is used again has a place of its own, once (permissive)",
        ("/timeline/3/index", "3", "2"),
        changes=(method(explained_fold.Copies, "original", every_further_one_anew),),
    ),
    Variant(
        "calls invitations redundant",
        "An invitation is not told from an event that changed nothing.",
        "X4",
        "An invitation is kept and not shown (permissive)",
        ("/timeline/1/effect", '"invited"', '"redundant"'),
        around=calling("redundant", instead_of="invited"),
    ),
    Variant(
        "calls anomalies changes",
        "An event that left an anomaly is told like any other.",
        "X4",
        "An id that is used again has a place of its own, once (permissive)",
        ("/timeline/4/effect", '"anomaly"', '"changed"'),
        around=calling("changed", instead_of="anomaly"),
    ),
    Variant(
        "leaves other types out",
        "Events without a place in the order are not told.",
        "X4",
        "What has no place in the order comes last (permissive)",
        ("/timeline", '"a list of 5"', '[{"index": 4, "position": 0, "event_id":'),
        around=answers(only_its_own),
    ),
    Variant(
        "says no code",
        "The cause of an anomaly is a sentence alone.",
        "X4",
        "An id that is used again has a place of its own, once (permissive)",
        ("/timeline/4/code", '"conflicting-duplicate"', "(missing)"),
        around=told(lambda entry: without(entry, "code")),
    ),
    Variant(
        "hides the patch of an anomaly",
        "The anomaly of an event is not among its changes.",
        "X2",
        "An invitation is kept and not shown (permissive)",
        ("patched up to 2: /anomalies/0", '{"event_id": "01J00000000000000000000003', "(missing)"),
        around=told(quiet_anomaly),
    ),
    Variant(
        "replaces a whole warning",
        "A warning that comes again is written again with all its answers.",
        "X2",
        "A warning that comes again replaces what differs (permissive)",
        ("/timeline/2/changes/0/path", '"/warnings/0/event_id"', '"/warnings/0"'),
        changes=(method(RecordedWarnings, "__setitem__", replaced_whole),),
    ),
    Variant(
        "goes on behind a refusal",
        "Strict mode folds what stands behind the event that it refuses.",
        "X1",
        "Strict mode refuses a malformed payload at its place (strict)",
        ("/timeline/2/effect", '"not-reached"', '"changed"'),
        changes=(method(ExplainedFold, "_fold", go_on),),
    ),
    Variant(
        "refuses what is pending",
        "An event that may yet be mended is refused for good.",
        "X1",
        "Admission leaves pending what may yet be mended (admit)",
        ("/timeline/1/effect", '"pending"', '"refused"'),
        around=calling("refused", instead_of="pending"),
    ),
    Variant(
        "lets a rejected event hold its id",
        "A malformed event makes the good one of its id a conflict.",
        "X1",
        "An event that is rejected at the door does not hold its id (admit)",
        ("/timeline/2/index", "2", "3"),
        changes=(method(ExplainedFold, "holds_its_id", lambda fold, entry: True),),
    ),
    Variant(
        "takes an instant for a place in the order",
        "A late event before the instant is not in the state of that instant.",
        "X3",
        "A state at an instant holds the events up to it, wherever they stand (permissive)",
        ("/state/active_drivers/0", "(missing)", '"p1"'),
        changes=(method(Until, "is_at", up_to_the_last_in_time),),
    ),
)
