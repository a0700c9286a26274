"""The explanation a second time, by brute force: the states after every prefix, compared with one another (§10).

Quadratic and plain. What an event did is read off two neighbouring states; nothing of the service's recorder is used.
"""

import copy
from collections.abc import Iterable, Sequence
from typing import Any

from tests.support import naive_events, naive_fold

Json = dict[str, Any]

MAPS = ("participants", "departed_participants", "presence", "focus_by_participant")
LISTS = ("decisions", "comments", "anomalies")
CODES = {
    "malformed": "malformed-payload",
    "conflict": "conflicting-duplicate",
    "No matching PromptStepExecutionStarted": "unmatched-completion",
    "Duplicate join": "duplicate-join",
    "has departed": "departed-participant",
    "Unknown participant": "unknown-participant",
    "not found": "unknown-warning",
    "invitation": "repeated-invitation",
    "mission": "mission-mismatch",
}
"""Kind of an anomaly, as `naive_fold.kind_of` tells it, → its code."""
MOST_NAMED = 10


def apply(patch: Iterable[Json], document: Any) -> Any:
    """Apply a JSON Patch of `add`, `remove` and `replace` (RFC 6902) to a copy of a document."""
    document = copy.deepcopy(document)
    for operation in patch:
        *parents, last = [part.replace("~1", "/").replace("~0", "~") for part in operation["path"].split("/")[1:]]
        inside = document
        for part in parents:
            inside = inside[int(part) if isinstance(inside, list) else part]
        apply_one(operation, inside, last)
    return document


def apply_one(operation: Json, inside: Any, last: str) -> None:
    op, is_list = operation["op"], isinstance(inside, list)
    key: Any = int(last) if is_list else last
    if op != "add":  # what is removed or replaced must be there
        assert (0 <= key < len(inside)) if is_list else (key in inside), operation
    if op == "remove":
        assert set(operation) == {"op", "path"}, operation
        del inside[key]
    elif op == "add" and is_list:
        assert 0 <= key <= len(inside), operation
        inside.insert(key, copy.deepcopy(operation["value"]))
    else:
        assert op == "replace" or key not in inside, operation
        assert op == "add" or inside[key] != operation["value"], f"changes nothing: {operation}"
        inside[key] = copy.deepcopy(operation["value"])


def token(text: str) -> str:
    return text.replace("~", "~0").replace("/", "~1")


def entries(state: Json) -> dict[str, Any]:
    """List the entries of a state but the steps in flight: key as blame writes it → value."""
    found: dict[str, Any] = {}
    for name in MAPS:
        found |= {f"/{name}/{token(key)}": value for key, value in state[name].items()}
    found |= {f"/active_drivers/{token(who)}": True for who in state["active_drivers"]}
    for target, watchers in state["participants_by_focus"].items():
        found |= {f"/participants_by_focus/{token(target)}/{token(who)}": True for who in watchers}
    for warning in state["warnings"]:
        key = f"/warnings/{token(warning['warning_id'])}"
        found[key] = {name: value for name, value in warning.items() if name != "acknowledgements"}
        for who, answer in warning["acknowledgements"].items():
            found[f"{key}/acknowledgements/{token(who)}"] = answer
    for name in LISTS:
        found |= {f"/{name}/{index}": item for index, item in enumerate(state[name])}
    for who, sessions in state["linked_sessions"].items():
        found |= {f"/linked_sessions/{token(who)}/{index}": item for index, item in enumerate(sessions)}
    return found


class BruteForce:
    """What each position touched, from the state before the first event and the states after each."""

    def __init__(self, events: Sequence[Json], states: Sequence[Json]) -> None:
        self.events = events
        self.last: dict[str, int] = {}
        self.gone: dict[str, int] = {}
        self.started: dict[str, list[int]] = {}
        """Participant → positions of the starts of the steps in flight."""
        self.touches: list[tuple[str, int]] = []
        """Which entry, by a name that never means another one, was touched at which position; in order."""
        for position, event in enumerate(events):
            self.compare(position, event, states[position], states[position + 1])

    def compare(self, position: int, event: Json, before: Json, after: Json) -> None:
        old, new = entries(before), entries(after)
        for key in (key for key in old if key not in new):
            self.last.pop(key, None)
            self.gone[key] = position
            self.touches.append((key, position))
        for key in (key for key in new if key not in old or old[key] != new[key]):
            self.last[key] = position
            self.gone.pop(key, None)
            self.touches.append((key, position))
        for who in {**before["active_executions"], **after["active_executions"]}:
            self.compare_steps(position, event, who, before, after)

    def compare_steps(self, position: int, event: Json, who: str, before: Json, after: Json) -> None:
        old, new = before["active_executions"].get(who, []), after["active_executions"].get(who, [])
        started = self.started.setdefault(who, [])
        if len(new) > len(old):
            started.append(position)
            self.touches.append((f"step started at {position}", position))
        elif len(new) < len(old):
            is_completion = event["event_type"] == "PromptStepExecutionCompleted"
            ended = [old.index(event["payload"]["step_id"])] if is_completion else list(range(len(old)))
            self.touches += [(f"step started at {started[index]}", position) for index in ended]
            self.started[who] = [start for index, start in enumerate(started) if index not in ended]

    def blame(self) -> dict[str, str]:
        """Name the event to blame for every entry (X3)."""
        found = dict(self.last)
        for who, started in self.started.items():
            found |= {f"/active_executions/{token(who)}/{index}": start for index, start in enumerate(started)}
        return {key: self.id_at(position) for key, position in found.items()}

    def removals(self) -> dict[str, str]:
        """Name the event that removed each entry that was there and is not."""
        return {key: self.id_at(position) for key, position in self.gone.items()}

    def superseded(self) -> dict[int, list[str]]:
        """List the positions of which nothing stands, with the events that overwrote them (X5)."""
        found = {}
        for position in range(len(self.events)):
            mine = [key for key, place in self.touches if place == position]
            later = [[place for other, place in self.touches if other == key and place > position] for key in mine]
            if mine and all(later):
                found[position] = [self.id_at(place) for place in sorted({places[0] for places in later})][:MOST_NAMED]
        return found

    def id_at(self, position: int) -> str:
        return naive_events.normalise_id(self.events[position]["event_id"])


def code_of(anomaly: Json, before: Json, event: Json) -> str:
    """Return the code that belongs to an anomaly (R10-R33)."""
    kind = naive_fold.kind_of(anomaly["reason"])
    if kind == "not in roster":  # R12, R13
        left_before = event["payload"]["participant_id"] in before["departed_participants"]
        return "departed-participant" if left_before else "unknown-participant"
    return CODES[kind]
