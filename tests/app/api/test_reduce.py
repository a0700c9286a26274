"""`POST /reduce`: the state of a mission."""

import base64
import hashlib
import json
import os
import random
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

from tests.support import builders as build
from tests.support import story
from tests.support.builders import Json
from tests.support.client import Client, problem

IN_A_FRESH_PROCESS = """
import sys
from tests.support.client import Client
client = Client()
sys.stdout.buffer.write(client.send("/reduce", sys.stdin.buffer.read()).content)
client.close()
"""


def reduced(client: Client, events: list[Json], **members: Any) -> Json:
    answer = client.post("/reduce", {"events": events, **members})
    assert answer.status_code == 200, answer.text
    state: Json = answer.json()
    return state


@pytest.mark.parametrize("noise", [[], story.noise()], ids=["plain", "with noise"])
@pytest.mark.parametrize("mode", ["strict", "permissive"])
def test_the_story_of_three_participants_ends_in_the_state_of_the_contract(
    client: Client, mode: str, noise: list[Json]
) -> None:
    state = reduced(client, story.events() + noise, mode=mode)
    [anomaly] = state["anomalies"]
    assert anomaly["reason"].startswith("Duplicate join")
    anomaly["reason"] = "Duplicate join"
    # As text: the order of the members counts too (S16).
    assert json.dumps(state, indent=1) == json.dumps(story.STATE, indent=1)


def test_the_answer_is_json_with_the_digest_of_its_bytes(client: Client) -> None:
    answer = client.post("/reduce", {"events": story.events()})
    digest = base64.b64encode(hashlib.sha256(answer.content).digest()).decode()
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["repr-digest"] == f"sha-256=:{digest}:"


def test_ten_shuffles_give_one_byte_string_and_one_digest(client: Client) -> None:
    answers = set()
    for seed in range(10):
        events = story.events() + (story.noise() if seed % 2 else [])
        random.Random(seed).shuffle(events)
        answer = client.post("/reduce", {"mode": "strict", "events": events})
        answers.add((answer.content, answer.headers["repr-digest"]))
    assert len(answers) == 1


def test_hash_seeds_do_not_show_in_the_bytes(client: Client) -> None:
    body = json.dumps({"events": story.events()}).encode()
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", IN_A_FRESH_PROCESS],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=os.environ | {"PYTHONHASHSEED": seed, "PYTHONPATH": "."},
        )
        for seed in ("0", "1", "42")
    ]
    answers = {process.communicate(body, timeout=60)[0] for process in processes}
    assert answers == {client.send("/reduce", body).content}


def test_no_events_give_the_empty_state(client: Client) -> None:
    state = reduced(client, [])
    assert list(state) == list(story.STATE)
    empty: Json = {name: type(value)() for name, value in story.STATE.items()}
    assert state == empty | {"last_processed_event_id": None}


def test_the_roster_seeds_participants_who_then_act(client: Client) -> None:
    roster = {"p1": build.identity("p1", role="ignored"), "p2": build.identity("p2")}
    state = reduced(client, build.history(build.drive("p1")), roster=roster)
    assert list(state["participants"]) == ["p1", "p2"]
    assert state["active_drivers"] == ["p1"]


@pytest.mark.parametrize("roster", [None, {}])
def test_no_roster_seeds_nobody(client: Client, roster: Json | None) -> None:
    assert reduced(client, [], roster=roster)["participants"] == {}


def test_strict_is_the_mode_unless_another_is_asked_for(client: Client) -> None:
    stranger = build.history(build.drive("p1"))
    problem(client.post("/reduce", {"events": stranger}), 422, "unknown-participant")
    assert reduced(client, stranger, mode="permissive")["event_count"] == 1


def test_the_same_stranger_is_one_anomaly_in_permissive_mode(client: Client) -> None:
    events = story.events()
    events.append(build.event(*build.drive("stranger"), lamport_clock=50))
    state = reduced(client, events, mode="permissive")
    _, anomaly = state["anomalies"]
    assert anomaly["event_id"] == build.ulid(50)
    assert anomaly["event_type"] == "DriveIntentSet"
    assert "Unknown participant 'stranger'" in anomaly["reason"]
    assert state["active_drivers"] == story.STATE["active_drivers"]


def test_a_malformed_payload_is_an_anomaly_that_names_the_field_in_permissive_mode(client: Client) -> None:
    state = reduced(client, build.history(build.joined("p1"), build.drive("p1", "fast")), mode="permissive")
    [anomaly] = state["anomalies"]
    assert anomaly["event_id"] == build.ulid(2)
    assert "intent" in anomaly["reason"]
    assert state["event_count"] == 2


def test_timestamps_sort_as_instants_whatever_their_offset(client: Client) -> None:
    later = build.event(*build.joined("p1"), event_id=build.ulid(1), timestamp="2026-01-02T01:00:01-05:00")
    earlier = build.event(*build.invited("p1"), event_id=build.ulid(2), timestamp="2026-01-02T06:00:00Z")
    state = reduced(client, [later, earlier])
    assert state["anomalies"] == []
    assert state["last_processed_event_id"] == build.ulid(1)


def test_text_of_any_script_comes_back_as_it_went_in(client: Client) -> None:
    said = 'Grüße, 你好 \U0001f680 \u0000 "\\'
    state = reduced(client, build.history(build.joined("p1"), build.comment("p1", content=said)))
    assert state["comments"][0]["content"] == said


def test_a_large_body_is_answered_from_a_pool_process(make_client: Callable[..., Client]) -> None:
    there = make_client(inline_body_bytes=0)
    events = build.history(build.joined("p1"))
    assert there.post("/reduce", {"events": events}).status_code == 200
