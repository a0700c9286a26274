"""Faults that are planted in a sound history are seen in the explorer, and one key leads to them."""

import json
from typing import Any, Final

import pytest

from tests.browser.explorer import Open, card, events, payload

FAULTS: Final = {
    "a stranger": ("Never joined", "anomaly: unknown-participant"),
    "a late leave": ("late", "anomaly: departed-participant"),
    "a conflicting duplicate": ("conflicting-duplicate", "anomaly: conflicting-duplicate"),
    "a step never started": ("unmatched-completion", "anomaly: unmatched-completion"),
    "two drivers and no warning": ("no warning", "overlap, no warning"),
}


def faulty(fault: str) -> list[dict[str, Any]]:
    """Plant one fault in a sound history: the first events of the mission, without their own stranger."""
    sound = [
        event
        for event in events()[:21]
        if event["payload"]["participant_id" if "participant_id" in event["payload"] else "mission_id"] != "p-ghost"
    ]
    last = sound[-1]

    def more(kind: str, **fields: Any) -> dict[str, Any]:
        number = len(sound) + 1
        told = {"mission_id": "billing-export", **fields}
        return {
            **last,
            "event_id": f"01KJQ7W0D2M4E6X8ZA0Z0000{number:02}",
            "event_type": kind,
            "lamport_clock": 100,
            "payload": told,
        }

    if fault == "a stranger":
        return [*sound, more("CommentPosted", participant_id="p-x", comment_id="c", content="hello")]
    if fault == "a late leave":
        return [*sound, {**more("ParticipantLeft", participant_id="p-jon"), "lamport_clock": 5}]
    if fault == "a conflicting duplicate":
        return [
            *sound,
            {**sound[6], "payload": {**sound[6]["payload"], "focus_target": {"target_type": "wp", "target_id": "WP9"}}},
        ]
    if fault == "a step never started":
        return [*sound, more("PromptStepExecutionCompleted", participant_id="p-mira", step_id="S99", outcome="success")]
    return [event for event in sound if event["event_type"] not in ("ConcurrentDriverWarning", "WarningAcknowledged")]


@pytest.mark.parametrize("fault", FAULTS)
def test_a_planted_fault_is_seen_in_text_and_reached_by_one_key(opened: Open, fault: str) -> None:
    seen, said = FAULTS[fault]
    with opened(file=payload("fault.json", json.dumps(faulty(fault)).encode())) as (page, _):
        whole = page.locator("body").inner_text() + " ".join(
            page.locator("[role=button]").evaluate_all("marks => marks.map(mark => mark.getAttribute('aria-label'))")
        )
        assert seen in whole
        assert said in whole
        page.keyboard.press("n")
        assert card(page)
