"""What different ways of asking say about the same data, on generated data."""

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from mission_collaboration import validate_event
from tests.support import builders as build
from tests.support.client import Client, Json
from tests.support.histories import histories, rosters
from tests.support.near_misses import near_events, near_payloads
from tests.support.pools import EVENT_TYPES
from tests.support.valid_events import valid_events

OTHER = build.event("MissionCreated", {}, event_id=build.ulid(9_999))
TYPED_PAYLOADS = st.sampled_from(EVENT_TYPES).flatmap(
    lambda event_type: st.tuples(st.just(event_type), near_payloads(event_type))
)
MODES = st.sampled_from(("strict", "permissive"))


@settings(max_examples=150, deadline=None)
@given(TYPED_PAYLOADS)
def test_the_service_and_the_library_give_one_verdict(client: Client, typed: tuple[str, Any]) -> None:
    event_type, payload = typed
    answer = client.post("/validate", {"event_type": event_type, "payload": payload})
    assert answer.json() == validate_event(payload, event_type).model_dump(mode="json")


@settings(max_examples=150, deadline=None)
@given(TYPED_PAYLOADS)
def test_batch_validation_and_reduction_agree_about_a_payload(client: Client, typed: tuple[str, Any]) -> None:
    event_type, payload = typed
    event = build.event(event_type, payload)
    verdict = client.post("/validate/batch", {"events": [event]}).json()
    refusal = client.post("/reduce", {"events": [event]}).json()
    by_model = [v["pointer"] for v in verdict["results"][0]["violations"] if v["layer"] == "model"]
    is_malformed = refusal.get("code") in ("malformed-payload", "invalid-request")
    assert is_malformed is (by_model != [])
    if is_malformed and len(verdict["results"][0]["violations"]) < 10:
        assert [error["pointer"] for error in refusal["errors"]] == by_model


@settings(max_examples=150, deadline=None)
@given(TYPED_PAYLOADS)
def test_single_and_batch_validation_agree_about_a_payload(client: Client, typed: tuple[str, Any]) -> None:
    event_type, payload = typed
    alone = client.post("/validate", {"event_type": event_type, "payload": payload}).json()
    verdict = client.post("/validate/batch", {"events": [build.event(event_type, payload)]}).json()
    layers = {violation["layer"] for violation in verdict["results"][0]["violations"]}
    assert alone["valid"] is not bool(layers & {"model", "schema"})


@settings(max_examples=60, deadline=None)
@given(st.lists(near_events(), min_size=1, max_size=4))
def test_batch_validation_and_reduction_agree_about_envelopes(client: Client, events: list[Any]) -> None:
    results = client.post("/validate/batch", {"events": events}).json()["results"]
    refused = {
        violation["pointer"].split("/")[2]
        for result in results
        for violation in result["violations"]
        if violation["layer"] == "model" and violation["pointer"].split("/")[3:4] != ["payload"]
    }
    answer = client.post("/reduce", {"events": events, "mode": "permissive"}).json()
    if refused:
        assert answer["code"] == "invalid-request"
        assert refused <= {error["pointer"].split("/")[2] for error in answer["errors"]}


def without_place(answer: Json) -> Json:
    return {name: value for name, value in answer.items() if name != "request_id"}


@settings(max_examples=150, deadline=None)
@given(histories(), rosters(), MODES)
def test_an_event_of_another_type_changes_nothing(
    client: Client, events: list[Json], roster: Json | None, mode: str
) -> None:
    body: Json = {"mode": mode, "roster": roster}
    alone = client.post("/reduce", body | {"events": events})
    beside = client.post("/reduce", body | {"events": [*events, OTHER]})
    assert beside.status_code == alone.status_code in (200, 422)
    assert without_place(beside.json()) == without_place(alone.json())
    assert beside.headers.get("repr-digest") == alone.headers.get("repr-digest")


@settings(max_examples=60, deadline=None)
@given(st.lists(valid_events() | near_events(), max_size=4), MODES)
def test_an_unknown_member_changes_nothing(client: Client, events: list[Any], mode: str) -> None:
    """Arbitrary text and every spelling of ids and instants: each endpoint reads them in the same way."""
    newer = [event | {"zz_future": 1} if isinstance(event, dict) else event for event in events]
    plain = client.post("/reduce", {"events": events, "mode": mode})
    again = client.post("/reduce", {"events": newer, "mode": mode})
    assert plain.status_code in (200, 422)
    assert without_place(again.json()) == without_place(plain.json())


@settings(max_examples=60, deadline=None)
@given(histories(), MODES, st.sampled_from((None, 1)), st.booleans())
def test_how_the_json_is_written_changes_nothing(
    client: Client, events: list[Json], mode: str, indent: int | None, escaped: bool
) -> None:
    body = {"events": events, "mode": mode}
    plain = client.post("/reduce", body)
    text = json.dumps(body, indent=indent, ensure_ascii=escaped, sort_keys=True).encode()
    assert without_place(client.send("/reduce", text).json()) == without_place(plain.json())
